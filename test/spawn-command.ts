// Runs a command of src/command-line for a test, as a person does: as a process, in a temporary folder, and with the given
// settings alone.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { getCompileCacheDir } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

export type CommandRun = {
  args?: readonly string[];
  /** The environment. */
  settings?: Record<string, string>;
  /** The values in local.settings.json; without them there is no such file. */
  fileSettings?: Record<string, string>;
  /** What the process reads, once it has said a line that the pattern fits: its answer to that line. */
  answer?: { to: RegExp; with: (match: RegExpExecArray) => string | Promise<string> };
  /** Resolves when somebody presses Ctrl-C. */
  interrupted?: Promise<unknown>;
  /** The working folder, in the place of a temporary one. */
  folder?: string;
};

export type CommandEnd = {
  code: number | null;
  /** The first line, which says against what the command works and as whom; empty where there is none. */
  against: string;
  /** All that follows. */
  output: string;
  errors: string;
  /** How long the process lived on after its last word. */
  lingeredMs: number;
};

async function runIn(cwd: string, name: string, run: CommandRun): Promise<CommandEnd> {
  const { args = [], settings = {}, answer, interrupted } = run;
  const env = { NODE_COMPILE_CACHE: getCompileCacheDir(), ...settings };
  const program = join(import.meta.dirname, `../src/command-line/${name}.ts`);
  const child = spawn(process.execPath, [program, ...args], { cwd, env });
  interrupted?.then(() => child.kill('SIGINT'));
  let lastWordAt = performance.now();
  let said = '';
  child.stdout.on('data', async data => {
    said += data;
    const match = child.stdin.writableEnded ? null : answer?.to.exec(said);
    if (match && answer) child.stdin.end(await answer.with(match));
  });
  if (!answer) child.stdin.end();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', () => {
      lastWordAt = performance.now();
    });
  }
  const [all, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  const [against = ''] = /^Against .*\n/.exec(all) ?? [];
  return { code, against, output: all.slice(against.length), errors, lingeredMs: performance.now() - lastWordAt };
}

/** Runs `sync`, `doctor` or `rebuild-history` until the process ends. */
export async function spawnCommand(name: string, run: CommandRun = {}): Promise<CommandEnd> {
  const { fileSettings, folder } = run;
  const cwd = folder ?? (await mkdtemp(join(tmpdir(), 'command-')));
  try {
    if (fileSettings) await writeFile(join(cwd, 'local.settings.json'), JSON.stringify({ Values: fileSettings }));
    return await runIn(cwd, name, run);
  } finally {
    if (!folder) await rm(cwd, { recursive: true });
  }
}
