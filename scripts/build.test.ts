// The build of dist/ on every machine. What it makes is tested in test/built-app.test.ts.

import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join, posix, win32 } from 'node:path';
import { describe, it } from 'node:test';
import { build } from 'esbuild';
import { importEach } from './build.ts';

const root = join(import.meta.dirname, '..');

describe('the entry of the built app', () => {
  for (const { name, path } of [
    { name: 'Windows', path: win32 },
    { name: 'other systems', path: posix },
  ]) {
    it(`imports every function where names are joined as on ${name}`, async () => {
      const names = (await readdir(join(root, 'functions'))).filter(name => name.endsWith('.ts'));
      const { metafile } = await build({
        stdin: { contents: importEach(names.map(name => path.join('functions', name))), resolveDir: root },
        absWorkingDir: root,
        bundle: true,
        packages: 'external',
        platform: 'node',
        format: 'esm',
        write: false,
        metafile: true,
      });
      const imported = Object.keys(metafile.inputs).filter(input => input.startsWith('functions/'));
      assert.deepEqual(imported.sort(), names.map(name => `functions/${name}`).sort());
      assert.ok(names.length >= 12, `${names.length} functions`);
    });
  }

  it('takes any other name as it is', () => {
    const text = importEach([`functions/it's.ts`, 'functions\\\u2028".ts']);
    assert.equal(text.split('\n').length, 2);
    assert.ok(text.startsWith(`import "./functions/it's.ts";`), text);
    assert.match(text, /functions\/\u2028\\"\.ts";$/);
  });
});
