// set-credentials.sh against a double of az that writes down what it was given: arguments, standard input, environment.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('./set-credentials.sh', import.meta.url));
const userName = 'rider@example.com';
const password = `p" a$s'w\\o%rd-canary  `;

type Call = { argv: string[]; stdin: string; env: string };
type Run = { code: number | null; output: string };

const doubleOfAz = `#!${process.execPath}
const { appendFileSync, readFileSync } = require('node:fs');
const argv = process.argv.slice(2);
const isSet = argv.includes('set');
const stdin = isSet ? readFileSync('/dev/stdin', 'utf8') : '';
appendFileSync(process.env.CALLS, JSON.stringify({ argv, stdin, env: JSON.stringify(process.env) }) + '\\n');
const seen = readFileSync(process.env.CALLS, 'utf8').split('\\n').filter(line => line.includes('"set"')).length;
if (isSet && seen <= Number(process.env.REFUSALS ?? 0)) {
  console.error('(Forbidden) Caller is not authorized. Inner error: { "code": "' + (process.env.REFUSAL ?? 'ForbiddenByRbac') + '" }');
  process.exit(1);
}
if (argv.includes('list')) console.log(process.env.STORED ?? '');
`;

describe('set-credentials.sh', () => {
  let folder: string;
  let settings: NodeJS.ProcessEnv;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'set-credentials-'));
    await writeFile(join(folder, 'az'), doubleOfAz);
    await writeFile(join(folder, 'package.json'), '{"type":"commonjs"}');
    await chmod(join(folder, 'az'), 0o755);
    settings = {
      PATH: `${folder}:/usr/bin:/bin`,
      CALLS: join(folder, 'calls'),
      AZURE_KEY_VAULT_NAME: 'kv-test',
      ROLE_PAUSE_SECONDS: '0',
    };
  });

  afterEach(() => rm(folder, { recursive: true }));

  /** Runs the script without a terminal: in a session of its own. */
  function run(args: string[], input: string, env: NodeJS.ProcessEnv = {}): Promise<Run> {
    const child = spawn('bash', [script, ...args], { detached: true, env: { ...settings, ...env } });
    child.stdin.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error; // a script that refuses at once does not read its input
    });
    child.stdin.end(input);
    return finish(child);
  }

  async function calls(): Promise<Call[]> {
    const lines = await readFile(join(folder, 'calls'), 'utf8');
    return lines
      .trim()
      .split('\n')
      .map(line => JSON.parse(line));
  }

  it('stores both without a newline at the end, whatever characters they have', async () => {
    const { code, output } = await run(['--stdin'], `${userName}\n${password}\n`);
    assert.equal(code, 0, output);
    const sets = await calls();
    assert.deepEqual(
      sets.map(({ stdin }) => stdin),
      [userName, password],
    );
    assert.deepEqual(
      sets.map(({ argv }) => argv[argv.indexOf('--name') + 1]),
      ['peloton-username', 'peloton-password'],
    );
    for (const { argv } of sets) assert.equal(argv[argv.indexOf('--vault-name') + 1], 'kv-test');
  });

  it('keeps them out of every command line, environment and line of output', async () => {
    const exported = { peloton_password: 'old', peloton_username: 'old', value: 'old', answer: 'old' };
    const { output } = await run(['--stdin'], `${userName}\n${password}\n`, exported);
    for (const { argv, env } of await calls())
      for (const kept of [userName, 'canary'])
        assert.ok(!`${argv.join(' ')} ${env}`.includes(kept), 'handed to a command');
    assert.ok(!output.includes('canary') && !output.includes(userName), output);
  });

  it('waits while a fresh role is refused, and then stores', async () => {
    const { code, output } = await run(['--stdin'], `${userName}\n${password}\n`, { REFUSALS: '3' });
    assert.equal(code, 0, output);
    assert.deepEqual(
      (await calls()).map(({ stdin }) => stdin),
      [userName, userName, userName, userName, password],
    );
    assert.equal(output.match(/not effective yet/g)?.length, 1);
  });

  it('gives up after its time and names the role', async () => {
    const { code, output } = await run(['--stdin'], `${userName}\n${password}\n`, {
      REFUSALS: '99',
      ROLE_WAIT_SECONDS: '0',
    });
    assert.equal(code, 1);
    assert.match(output, /Key Vault Secrets Officer/);
  });

  it('does not wait for what time does not mend', async () => {
    const { code, output } = await run(['--stdin'], `${userName}\n${password}\n`, {
      REFUSALS: '1',
      REFUSAL: 'VaultNotFound',
    });
    assert.equal(code, 1);
    assert.match(output, /peloton-username was not stored: .*VaultNotFound/);
    assert.equal((await calls()).length, 1);
  });

  for (const [input, what] of [
    ['\npassword\n', 'user name'],
    [`${userName}\n\n`, 'password'],
    ['', 'user name'],
    [`${userName}\n`, 'password'],
  ]) {
    it(`stores nothing when the ${what} is missing: ${JSON.stringify(input)}`, async () => {
      const { code, output } = await run(['--stdin'], input ?? '');
      assert.equal(code, 1);
      assert.match(output, new RegExp(what ?? ''));
      await assert.rejects(calls(), { code: 'ENOENT' });
    });
  }

  it('says how to go on without a terminal, and fails the deployment of azd in no way', async () => {
    const { code, output } = await run(['--from-azd'], '');
    assert.equal(code, 0, output);
    assert.match(output, /bash infra\/scripts\/set-credentials.sh/);
    assert.equal((await run([], '')).code, 1, 'run by hand it is a failure');
  });

  it('says what is missing without the Azure CLI, or without a vault', async () => {
    await rm(join(folder, 'az'));
    assert.match((await run(['--stdin'], '')).output, /az login/);
    await writeFile(join(folder, 'az'), doubleOfAz, { mode: 0o755 });
    assert.match((await run(['--stdin'], '', { AZURE_KEY_VAULT_NAME: '' })).output, /azd up/);
  });

  describe('on a terminal', () => {
    /** util-linux and the BSDs name the same tool's arguments differently. */
    function runOnTerminal(args: string[], env: NodeJS.ProcessEnv = {}) {
      const command = ['bash', script, ...args];
      const record =
        process.platform === 'linux' ? ['-qec', command.join(' '), '/dev/null'] : ['-q', '/dev/null', ...command];
      const child = spawn('script', record, { env: { ...settings, ...env } });
      let shown = '';
      const answers = [/user name: $/, /not shown\): $/];
      child.stdout.on('data', chunk => {
        shown += chunk;
        if (!answers[0]?.test(shown)) return;
        child.stdin.write(`${answers.length === 2 ? userName : password}\n`);
        answers.shift();
      });
      return finish(child).finally(() => child.stdin.end());
    }

    it('asks for both and does not show the password', async () => {
      const { code, output } = await runOnTerminal([]);
      assert.equal(code, 0, output);
      assert.deepEqual(
        (await calls()).map(({ stdin }) => stdin),
        [userName, password],
      );
      assert.ok(output.includes(userName), 'a user name is shown as it is typed');
      assert.ok(!output.includes('canary'), output);
    });

    it('asks nothing as a hook when both are stored already', async () => {
      const { code, output } = await runOnTerminal(['--from-azd'], {
        STORED: 'peloton-session\npeloton-username\npeloton-password',
      });
      assert.equal(code, 0, output);
      assert.ok((await calls()).every(({ argv }) => !argv.includes('set')));
    });

    it('asks as a hook when one of them is missing', async () => {
      const { output } = await runOnTerminal(['--from-azd'], { STORED: 'peloton-username' });
      assert.match(output, /Stored peloton-password in kv-test/);
    });
  });
});

function finish(child: ChildProcess): Promise<Run> {
  let output = '';
  child.stdout?.on('data', chunk => (output += chunk));
  child.stderr?.on('data', chunk => (output += chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', code => resolve({ code, output }));
  });
}
