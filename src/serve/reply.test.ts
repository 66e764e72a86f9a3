import assert from 'node:assert/strict';
import { test } from 'node:test';
import { optionsReply, uncachedJson } from './reply.ts';

test('what nobody may keep has no tag', () => {
  const { status, headers } = uncachedJson(503, { status: 'failing' });
  assert.deepEqual([status, headers['Cache-Control'], headers.ETag], [503, 'no-store', undefined]);
});

test('OPTIONS is a whole preflight: methods, every header, how long that holds, and no body', () => {
  const { status, headers, body } = optionsReply;
  assert.deepEqual([status, body], [204, undefined]);
  const methods = 'GET, HEAD, OPTIONS';
  assert.deepEqual([headers.Allow, headers['Access-Control-Allow-Methods']], [methods, methods]);
  assert.equal(headers['Access-Control-Allow-Origin'], '*');
  const allowed = headers['Access-Control-Allow-Headers']?.split(', ') ?? [];
  for (const name of ['*', 'Authorization', 'If-None-Match', 'If-Modified-Since', 'Content-Type'])
    assert.ok(allowed.includes(name), name);
  assert.equal(headers['Access-Control-Max-Age'], '86400');
});
