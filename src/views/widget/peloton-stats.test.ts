import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brotliCompressSync } from 'node:zlib';
import { transform } from 'esbuild';
import { widgetSource } from '../embedded.ts';

test('is a module script that any current browser reads', async () => {
  const { code, warnings } = await transform(widgetSource, {
    format: 'esm',
    target: ['chrome125', 'firefox126', 'safari17.4'],
  });
  assert.deepEqual(warnings, []);
  assert.match(code, /customElements\.define\("peloton-stats"/);
});

test('depends on nothing', () => {
  assert.doesNotMatch(widgetSource, /^\s*(import|export)\s|import\(/m);
});

test('is at most 9.5 kB on the wire', () => {
  assert.ok(brotliCompressSync(widgetSource).length <= 9_500);
});

test('never writes markup and never needs an inline style', () => {
  assert.doesNotMatch(
    widgetSource,
    /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\.style\b|'style'|eval\(|new Function/,
  );
});

test('can be imported where there is no DOM, and does nothing there', async () => {
  const names = new Set(Object.getOwnPropertyNames(globalThis));
  await import(`data:text/javascript,${encodeURIComponent(widgetSource)}`);
  assert.deepEqual(
    Object.getOwnPropertyNames(globalThis).filter(name => !names.has(name)),
    [],
  );
});
