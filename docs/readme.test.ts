// The first screen of the README: a picture, one command, and what comes of it.

import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';

const root = resolve(import.meta.dirname, '..');
const text = readFileSync(join(root, 'README.md'), 'utf8');

test('twenty lines show the page in light and dark, the one command, and what it gives', () => {
  const screen = text.split('\n').slice(0, 20).join('\n');
  const pictures = [...screen.matchAll(/(?:src|srcset)="([^"]+\.png)"/g)].map(([, file = '']) => file);
  assert.deepEqual(pictures.toSorted(), ['docs/page-dark.png', 'docs/page-light.png']);
  for (const file of pictures)
    assert.ok(statSync(join(root, file)).size < 150_000, `${file}: node browser/take-pictures.ts`);
  assert.match(screen, /```sh\nnpm ci && npm start\n```/);
  assert.match(screen, /api\/page\?builder.*api\/stats/s);
});

test('the README leads to the questions', () => {
  assert.match(text, /\(docs\/questions\.md\)/);
});
