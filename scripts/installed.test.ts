import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';

const root = resolve(import.meta.dirname, '..');
const run = promisify(execFile);

const older = `data:text/javascript,Object.defineProperty(process.versions, 'node', { value: '22.17.1' })`;

describe('what a command says where something is missing', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'not-installed-'));
    await cp(join(root, 'package.json'), join(folder, 'package.json'));
    await cp(join(root, 'scripts/installed.js'), join(folder, 'scripts/installed.js'));
  });
  after(() => rm(folder, { recursive: true }));

  const preload = (...args: string[]) =>
    run(process.execPath, [...args, '--import', './scripts/installed.js', '-e', '0'], { cwd: folder }).catch(
      error => error,
    );

  it('is one sentence before the installation', async () => {
    const { code, stderr } = await preload();
    assert.deepEqual([code, stderr.trim().split('\n').length], [1, 1]);
    assert.match(stderr, /npm ci/);
  });

  it('is the version that is needed in a Node that reads no TypeScript, and nothing in one that does', async () => {
    await mkdir(join(folder, 'node_modules'), { recursive: true });
    await writeFile(join(folder, 'node_modules/.package-lock.json'), '{}');
    const { code, stderr } = await preload('--import', older);
    assert.equal(code, 1);
    assert.match(stderr, /^Node\.js 22\.17\.1 is too old: install 22\.18 or newer\./);
    assert.equal((await preload()).stderr, '');
  });

  it('is nothing for a command that needs no package, where Node reads TypeScript', async () => {
    await rm(join(folder, 'node_modules'), { recursive: true });
    const { scripts } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    const asked = /--import (\S+)/.exec(scripts.prove)?.[1] ?? '';
    assert.notEqual(asked, './scripts/installed.js');
    const ask = (...args: string[]) =>
      run(process.execPath, [...args, '--import', asked, '-e', '0'], { cwd: folder }).catch(error => error);
    assert.equal((await ask()).stderr, '');
    const { code, stderr } = await ask('--import', older);
    assert.deepEqual([code, stderr.trim().split('\n').length], [1, 1]);
    assert.match(stderr, /npm ci/);
  });

  it('comes before every command of package.json', async () => {
    const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    for (const [name, command] of Object.entries<string>(scripts)) {
      if (/^npm run |^biome/.test(command)) continue;
      assert.match(command, /^node (--import \.\/)?scripts\/installed\.js(\?\S+)? /, name);
    }
  });
});
