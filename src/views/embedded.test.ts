import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as embedded from './embedded.ts';

test('everything embedded is text or a list of texts, so that a build can write it down as it is', () => {
  const values = { ...embedded };
  assert.deepEqual(JSON.parse(JSON.stringify(values)), values);
});

test('nothing embedded is empty', () => {
  const { widgetSource, pageStyle, snippets } = embedded;
  for (const text of [widgetSource, pageStyle, ...Object.values(snippets)]) assert.ok(text.trim().length > 20);
});
