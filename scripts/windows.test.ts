// What an owner on Windows runs, as far as another machine can tell: names with backslashes, cmd.exe behind npm run, and the job of
// the workflow that does the rest.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, win32 } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { parse } from 'yaml';
import { pwsh, withoutPwsh } from '../infra/scripts/shells.ts';
import { slashPath } from './slash-path.ts';

const root = join(import.meta.dirname, '..');
const read = (path: string) => readFile(join(root, path), 'utf8');

it('packs names with backslashes under the names that an archive has', () => {
  const folder = 'C:\\Users\\Jane Doe\\peloton-stats\\dist';
  const names = ['host.json', 'chunks\\sync.mjs'].map(name => win32.join(folder, name));
  assert.deepEqual(
    names.map(name => slashPath(win32.relative(folder, name))),
    ['host.json', 'chunks/sync.mjs'],
  );
});

it('runs no npm script that cmd.exe reads otherwise: it knows neither single quotes nor a variable before a command', async () => {
  const { scripts } = JSON.parse(await read('package.json'));
  for (const [name, script] of Object.entries<string>(scripts)) {
    assert.doesNotMatch(script, /['`$;]|^(\w+=|(rm|cp|mv|mkdir|sh|bash) )/, name);
    for (const command of script.split(' && ')) assert.match(command, /^(node|npm|biome|tsc)( |$)/, name);
  }
});

describe('the job on Windows', () => {
  let runs: string[];
  let folder: string;

  before(async () => {
    const { jobs } = parse(await read('.github/workflows/ci.yml'));
    assert.match(jobs.windows['runs-on'], /^windows-/);
    runs = jobs.windows.steps.flatMap(({ run }: { run?: string }) => run ?? []);
    folder = await mkdtemp(join(tmpdir(), 'npm-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('installs, builds, packages and starts', () => {
    assert.deepEqual(runs.slice(0, -1), ['npm ci', 'npm run build', 'npm run package']);
    assert.match(runs.at(-1) ?? '', /^npm start /);
  });

  const cases = [
    [
      'as soon as the service is ready',
      'echo "host  http://127.0.0.1:7071"; echo "Ready: http://127.0.0.1:7071"; while echo alive; do sleep 0.1; done',
      0,
    ],
    ['with a failure where it never is', 'echo "PORT 7071 is in use." >&2; exit 1', 1],
  ] as const;
  for (const [name, npm, expected] of cases) {
    it(`ends ${name}`, { skip: !pwsh && withoutPwsh }, async () => {
      await writeFile(join(folder, 'npm'), `#!/bin/sh\n${npm}\n`);
      await chmod(join(folder, 'npm'), 0o755);
      const env = { ...process.env, PATH: `${folder}:${process.env.PATH}`, HOME: folder };
      const child = spawn(pwsh ?? '', ['-NoProfile', '-Command', runs.at(-1) ?? ''], { env });
      child.stdin.end();
      const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
      assert.equal(code, expected, output);
    });
  }
});

describe('the scripts for PowerShell, with the line ends of Windows', { skip: !pwsh && withoutPwsh }, () => {
  it('say how they are called', async t => {
    const folder = await mkdtemp(join(tmpdir(), 'Jane Doe '));
    t.after(() => rm(folder, { recursive: true }));
    for (const name of ['azure.ps1', 'set-credentials.ps1', 'after-azd.ps1'])
      await writeFile(join(folder, name), (await read(`infra/scripts/${name}`)).replaceAll('\n', '\r\n'));
    const calls = `& './set-credentials.ps1' --help; & './after-azd.ps1' never; exit $LASTEXITCODE`;
    const child = spawn(pwsh ?? '', ['-NoProfile', '-Command', calls], { cwd: folder });
    child.stdin.end();
    const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    assert.equal(code, 1, errors);
    assert.match(output, /^Usage: \.\/infra\/scripts\/set-credentials\.ps1 .*\r?\n {2}-Vault/);
    assert.equal(errors.trim(), 'Usage: ./infra/scripts/after-azd.ps1 provision|deploy');
  });
});
