// What the tests of set-credentials run it in: a vault, an azd that gives a token, a folder for all that a run leaves, and a note of
// what every command was given.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startVaultDouble, type VaultDouble } from '../../sandbox/vault.ts';
import { pwsh, type Shell } from './shells.ts';

export type Run = { code: number | null; output: string };
export type Call = { argv: string[]; env: string };

export type CredentialsBench = AsyncDisposable & {
  vault: VaultDouble;
  /** The home and the temporary folder of every run; its commands are in `tools`. */
  folder: string;
  /** Runs the script without a terminal, in a session of its own. Without an input its standard input stays open. */
  run(args: string[], input?: string | Buffer, env?: NodeJS.ProcessEnv): Promise<Run>;
  /** Runs the script on a terminal and types the answers, each when its prompt is there. */
  runOnTerminal(args: string[], answers: [prompt: RegExp, typed: string][]): Promise<Run>;
  /** Runs a line in PowerShell itself, in the root of the repository; PWSH in it is another PowerShell. */
  runInPowerShell(line: string): Promise<Run>;
  /** What azd and curl were given. */
  calls(): Promise<Call[]>;
  /** The user name and the password that the vault has. */
  stored(): (string | undefined)[];
  /** How often something was to be written. */
  writes(): number;
  /** The text of every file that the runs have left. */
  files(): Promise<string>;
};

/** What the azd of the bench gives, and the only token that its vault takes. */
export const token = 'eyJ0.azd-token_canary.x-y';

const root = resolve(import.meta.dirname, '../..');

/** A command that writes down what it was given and then is what it stands for. */
const tool = (rest: string) => `#!${process.execPath}
const { appendFileSync } = require('node:fs');
const argv = process.argv.slice(2);
appendFileSync(process.env.CALLS, JSON.stringify({ argv, env: JSON.stringify(process.env) }) + '\\n');
${rest}`;

const azd = tool(`
require('node:fs').readFileSync(0); // an azd that was given the lines of standard input would take them away
if (argv[0] === 'env') { console.log(process.env.VAULT_OF_AZD ?? ''); process.exit(process.env.VAULT_OF_AZD ? 0 : 1); }
if (process.env.NO_LOGIN) { console.error('ERROR: not logged in, run azd auth login to login'); process.exit(1); }
console.log('${token}');`);

const curl = tool(`
const { status } = require('node:child_process').spawnSync('/usr/bin/curl', argv, { stdio: 'inherit' });
process.exit(status ?? 1);`);

/** Starts one shell's bench, with an empty vault. */
export async function startCredentialsBench({ command }: Shell): Promise<CredentialsBench> {
  const folder = await mkdtemp(join(tmpdir(), 'set-credentials-'));
  await writeTools(join(folder, 'tools'));
  const vault = await startVaultDouble({ token });
  const settings = { ...environmentOf(folder), AZURE_KEY_VAULT_NAME: vault.url };
  const start = ([name = '', ...args]: string[], env: NodeJS.ProcessEnv = {}) =>
    spawn(name, args, { cwd: root, detached: true, env: { ...settings, ...env } });
  return {
    vault,
    folder,
    run: (args, input, env) => finish(feed(start([...command, ...args], env), input)),
    runOnTerminal: (args, answers) => {
      const words = [...command, ...args];
      // util-linux and the BSDs name the same tool's arguments differently.
      const record =
        process.platform === 'linux' ? ['-qec', words.join(' '), '/dev/null'] : ['-q', '/dev/null', ...words];
      return finish(type(start(['script', ...record]), answers));
    },
    runInPowerShell: line => {
      const other = `& '${pwsh}' -NoProfile`;
      return finish(feed(start([pwsh ?? '', '-NoProfile', '-Command', line.replace('PWSH', other)]), ''));
    },
    calls: async () => {
      const lines = await readFile(join(folder, 'tools/calls'), 'utf8');
      return lines.split('\n').flatMap(line => (line === '' ? [] : [JSON.parse(line)]));
    },
    stored: () => ['peloton-username', 'peloton-password'].map(name => vault.secrets.get(name)),
    writes: () => vault.requests.filter(({ method }) => method === 'PUT').length,
    files: () => readFiles(folder),
    [Symbol.asyncDispose]: async () => {
      await vault.close();
      await rm(folder, { recursive: true });
    },
  };
}

async function writeTools(folder: string): Promise<void> {
  await mkdir(folder);
  await writeFile(join(folder, 'azd'), azd, { mode: 0o755 });
  await writeFile(join(folder, 'curl'), curl, { mode: 0o755 });
  await writeFile(join(folder, 'package.json'), '{"type":"commonjs"}');
}

function environmentOf(folder: string): NodeJS.ProcessEnv {
  return {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('DOTNET_'))),
    PATH: `${join(folder, 'tools')}:/usr/bin:/bin`,
    HOME: folder,
    TMPDIR: folder,
    TERM: 'dumb',
    POWERSHELL_TELEMETRY_OPTOUT: '1',
    POWERSHELL_UPDATECHECK: 'Off',
    CALLS: join(folder, 'tools/calls'),
    ROLE_PAUSE_SECONDS: '0',
  };
}

async function readFiles(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter(entry => entry.isFile() && entry.parentPath !== join(folder, 'tools'));
  const texts = await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name), 'utf8')));
  return texts.join('\n');
}

function feed<Child extends ChildProcess>(child: Child, input: string | Buffer | undefined): Child {
  child.stdin?.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error; // a script that refuses at once does not read its input
  });
  if (input !== undefined) child.stdin?.end(input);
  return child;
}

const esc = '\u001B';
const cursorQuestion = `${esc}[6n`;
const controlSequence = new RegExp(`${esc}(\\[[?\\d;]*[A-Za-z]|[=>])`, 'g');

/** Is the person, and the terminal that knows where its cursor is: .NET asks, and waits for the answer. */
function type<Child extends ChildProcess>(child: Child, answers: [prompt: RegExp, typed: string][]): Child {
  const open = [...answers];
  let shown = '';
  child.stdout?.on('data', chunk => {
    const text = String(chunk);
    child.stdin?.write(`${esc}[1;1R`.repeat(text.split(cursorQuestion).length - 1));
    shown += text.replace(controlSequence, '');
    const [prompt, typed] = open[0] ?? [];
    if (!prompt?.test(shown)) return;
    open.shift();
    shown = '';
    child.stdin?.write(`${typed}\r`);
  });
  return child;
}

function finish(child: ChildProcess): Promise<Run> {
  let output = '';
  child.stdout?.on('data', chunk => (output += chunk));
  child.stderr?.on('data', chunk => (output += chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', code => {
      child.stdin?.destroy();
      resolve({ code, output });
    });
  });
}
