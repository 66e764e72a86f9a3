// The packages of integrations/ as `npm pack` makes them: all that a site needs, and nothing of the tests.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const packages = {
  'astro-loader-peloton-stats': ['index.d.ts', 'index.js', 'src/create-loader.js'],
  'gatsby-source-peloton-stats': ['gatsby-node.js', 'src/load-snapshot.js', 'src/snapshot.d.ts'],
};

for (const [name, code] of Object.entries(packages)) {
  test(`${name} is ready to be published`, async () => {
    const cwd = fileURLToPath(new URL(`../integrations/${name}`, import.meta.url));
    const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
    const shell = process.platform === 'win32';
    const { stdout } = await promisify(execFile)('npm', args, { cwd, shell });
    const [packed]: { files: { path: string }[] }[] = Object.values(JSON.parse(stdout));
    const paths = packed?.files.map(({ path }) => path) ?? [];
    for (const path of ['package.json', 'README.md', 'LICENSE', ...code]) assert.ok(paths.includes(path), path);
    assert.deepEqual(
      paths.filter(path => /test|tsconfig/.test(path)),
      [],
    );
    const read = (path: string) => readFileSync(`${cwd}/${path}`, 'utf8');
    const manifest = JSON.parse(read('package.json'));
    assert.deepEqual([manifest.name, manifest.private, manifest.dependencies], [name, undefined, undefined]);
    for (const path of [manifest.main, manifest.types, ...Object.values(manifest.exports?.['.'] ?? {})])
      if (path) assert.ok(paths.includes(path.replace('./', '')), path);
    for (const path of paths.filter(path => /\.(js|d\.ts)$/.test(path)))
      for (const [, imported = ''] of read(path).matchAll(/(?:from|require\(|import\() ?'(\.[^']+)'/g))
        assert.ok(paths.includes(new URL(imported, `file:///${path}`).pathname.slice(1)), `${path} needs ${imported}`);
  });
}
