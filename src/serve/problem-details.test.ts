import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ErrorCode, errorTable, StatsError } from '../errors.ts';
import { failureReply, problemReply } from './problem-details.ts';

test('an error is problem+json with a code, open to every site, and nobody keeps it for long', () => {
  for (const code of Object.keys(errorTable) as ErrorCode[]) {
    const error = new StatsError(code, 'What failed.', { cause: new Error('canary'), status: 418 });
    const { status, headers, body } = failureReply(error);
    const { httpStatus, title, hint } = errorTable[code];
    const detail = `What failed. ${hint}`;
    assert.deepEqual(JSON.parse(`${Buffer.from(body ?? [])}`), { type: 'about:blank', title, status, detail, code });
    assert.equal(status, httpStatus);
    assert.equal(headers['Content-Type'], 'application/problem+json');
    assert.equal(headers['Access-Control-Allow-Origin'], '*');
    assert.equal(headers['Cache-Control'], 'no-store');
    assert.equal(headers['Retry-After'], undefined, 'only whoever answers knows whether that would be true');
  }
  const { headers } = problemReply({ status: 404, title: 'None', detail: 'There is none.', code: 'not-found' });
  const maxAge = Number(/max-age=(\d+)/.exec(headers['Cache-Control'] ?? '')?.[1]);
  assert.ok(maxAge <= 60, headers['Cache-Control']);
});

test('hostile text in an error stays one JSON string', () => {
  const detail = '"}</script>\u0000\ud800\u2028';
  const { body } = problemReply({ status: 400, title: detail, detail, code: 'bad-request' });
  assert.equal(JSON.parse(`${Buffer.from(body ?? [])}`).detail, detail);
});
