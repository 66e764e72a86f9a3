import assert from 'node:assert/strict';
import { test } from 'node:test';
import { optionsReply, uncachedJson } from './reply.ts';

test('what nobody may keep has no tag, and OPTIONS says what may be asked', () => {
  const { status, headers } = uncachedJson(503, { status: 'failing' });
  assert.deepEqual([status, headers['Cache-Control'], headers.ETag], [503, 'no-store', undefined]);
  assert.equal(optionsReply.headers.Allow, 'GET, HEAD, OPTIONS');
  assert.equal(optionsReply.body, undefined);
});
