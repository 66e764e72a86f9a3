import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodePath, encodePath } from './request-path.ts';

test('a path is decoded before it is matched, whichever characters were escaped', () => {
  assert.equal(decodePath('/api/card%2Esvg'), '/api/card.svg');
  assert.equal(decodePath('/%61pi/caf%C3%A9/%F0%9F%9A%B4'), '/api/café/🚴');
});

test('a slash, half an escape and what is no UTF-8 stay as they are', () => {
  for (const path of ['/a%2Fb', '/a%2fb', '/%zz', '/%', '/%4', '/%E0%A4%A', '/%FF', '/%C0%AF', '/%ED%A0%80']) {
    assert.equal(decodePath(path), path);
  }
});

test('dots lead up and never above the root, escaped or not', () => {
  const rows = {
    '/api/../api/stats': '/api/stats',
    '/api/%2e%2E/api/./stats': '/api/stats',
    '/../../api': '/api',
    '/api/..': '/',
    '/api/stats/.': '/api/stats/',
    '/api//stats': '/api//stats',
    '/api/...': '/api/...',
  };
  for (const [raw, path] of Object.entries(rows)) assert.equal(decodePath(raw), path, raw);
});

test('a null character makes the request a bad one', () => {
  assert.equal(decodePath('/api/%00'), undefined);
});

test('the URL that a function sees has the path encoded once', () => {
  assert.equal(encodePath('/api/café/a?b#c d'), '/api/caf%C3%A9/a%3Fb%23c%20d');
  assert.equal(encodePath('/api/a%2Fb/%zz'), '/api/a%2Fb/%25zz');
});
