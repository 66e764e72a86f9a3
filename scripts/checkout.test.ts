// What git writes into a working folder. Shell scripts die of a carriage return, and tests compare files byte by byte.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve, sep } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '..');
const noGit = !existsSync(join(root, '.git')) && 'this folder is no clone';

for (const autocrlf of ['true', 'input', 'false']) {
  test(`with core.autocrlf=${autocrlf} every file has the bytes that were committed`, { skip: noGit }, async t => {
    const folder = await mkdtemp(join(tmpdir(), 'checkout-'));
    t.after(() => rm(folder, { recursive: true }));
    const git = (...args: string[]) =>
      run('git', ['-c', `core.autocrlf=${autocrlf}`, '-c', 'core.eol=crlf', ...args], { cwd: root });
    await git('checkout-index', '--all', `--prefix=${folder}${sep}`);
    const { stdout } = await git('ls-files', '-z');
    const names = stdout.split('\0').filter(Boolean);
    assert.ok(names.length > 300, `${names.length} files`);
    const texts = await Promise.all(names.map(async name => [name, await readFile(join(folder, name))] as const));
    const isText = (bytes: Buffer) => !bytes.includes(0);
    const changed = texts.filter(([, bytes]) => isText(bytes) && bytes.includes('\r\n')).map(([name]) => name);
    assert.deepEqual(changed, []);
  });
}
