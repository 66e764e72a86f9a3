import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failureOf, type HttpBench, inTurn, meet, startHttpBench } from '../test/http-bench.ts';
import { StatsError } from './errors.ts';
import { parseRetryAfter } from './http.ts';

const now = new Date('2026-11-22T09:00:00.000Z');

/** A step that asks and takes only a 200, as the callers of the HTTP client do. */
function stepOf({ get }: HttpBench) {
  return async () => {
    const { status, retryAfterMs } = await get();
    if (status === 200) return 'good';
    const code = status === 403 ? 'account-refused' : 'upstream-unavailable';
    throw new StatsError(code, `answered ${status}`, retryAfterMs === undefined ? {} : { retryAfterMs });
  };
}

test('a step is repeated while Peloton is unavailable, at most twice', async () => {
  await using server = await startHttpBench(inTurn(meet({ status: 503 }), meet('reset')));
  assert.equal(await server.http.retry(stepOf(server)), 'good');
  assert.equal(server.requests.length, 3);
  await using away = await startHttpBench(meet({ status: 500 }));
  assert.equal((await failureOf(away.http.retry(stepOf(away)))).code, 'upstream-unavailable');
  assert.equal(away.requests.length, 3);
});

test('no other failure is repeated, nor a defect', async () => {
  await using server = await startHttpBench(meet({ status: 403 }));
  assert.equal((await failureOf(server.http.retry(stepOf(server)))).code, 'account-refused');
  assert.equal(server.requests.length, 1);
  let calls = 0;
  const defect = server.http.retry(async () => {
    calls += 1;
    throw new TypeError('a defect');
  });
  await assert.rejects(defect, TypeError);
  assert.equal(calls, 1);
});

test('the wait between two tries doubles, and is stretched by up to double at random', async t => {
  const gapsWhere = async (random: number) => {
    t.mock.method(Math, 'random', () => random);
    await using server = await startHttpBench(meet({ status: 503 }), { limits: { retryDelayMs: 30 } });
    await failureOf(server.http.retry(stepOf(server)));
    const [first = 0, second = 0, third = 0] = server.requests.map(({ at }) => at);
    return [second - first, third - second];
  };
  const assertAtLeast = (gaps: number[], waits: number[]) => {
    for (const [index, wait] of waits.entries()) assert.ok((gaps[index] ?? 0) >= wait - 2, `${gaps} against ${waits}`);
  };
  assertAtLeast(await gapsWhere(0), [30, 60]);
  assertAtLeast(await gapsWhere(0.999), [60, 120]);
});

test('Retry-After is waited for where it is short, be it seconds or a date', async () => {
  const justBefore = new Date(now.getTime() - 60);
  for (const [header, waitMs] of [
    ['0', 0],
    [now.toUTCString(), 60],
  ] as const) {
    const busy = meet({ status: 429, headers: { 'retry-after': header } });
    await using server = await startHttpBench(inTurn(busy), { limits: { maxRetryAfterMs: 60 }, now: justBefore });
    assert.equal(await server.http.retry(stepOf(server)), 'good');
    const [first = 0, second = 0] = server.requests.map(({ at }) => at);
    assert.ok(second - first >= waitMs - 2, `${header}: ${second - first} ms`);
  }
});

test('a Retry-After that is too long ends the step at once and is handed on', async () => {
  await using server = await startHttpBench(meet({ status: 429, headers: { 'retry-after': '3600' } }));
  const error = await failureOf(server.http.retry(stepOf(server)));
  assert.equal(error.retryAfterMs, 3_600_000);
  assert.equal(server.requests.length, 1);
});

test('the reason for which a run ends wins over the fault that it causes: in a request, in a wait, before either', async () => {
  const reason = new StatsError('storage', 'The lease is lost.');
  const run = new AbortController();
  await using hanging = await startHttpBench(
    () => {
      run.abort(reason);
    },
    { signal: run.signal },
  );
  assert.equal(await failureOf(hanging.get()), reason);
  assert.equal(await failureOf(hanging.get()), reason);
  assert.equal(hanging.requests.length, 1);

  const other = new AbortController();
  await using away = await startHttpBench(meet({ status: 503 }), {
    signal: other.signal,
    limits: { retryDelayMs: 20_000 },
  });
  const waiting = failureOf(away.http.retry(stepOf(away)));
  while (away.reports.length === 0) await new Promise(resolve => setImmediate(resolve));
  other.abort(reason);
  const abortedAt = performance.now();
  assert.equal(await waiting, reason);
  assert.ok(performance.now() - abortedAt < 10_000, 'at once');
  assert.equal(away.requests.length, 1);
});

test('Retry-After is read as RFC 9110 writes it: seconds, or a date in three forms, and nothing else', () => {
  const hourMs = 3_600_000;
  const table: [string | null, number | undefined][] = [
    [null, undefined],
    ['', undefined],
    ['0', 0],
    ['120', 120_000],
    [' 120 ', 120_000],
    ['86400', 24 * hourMs],
    ['86401', 24 * hourMs],
    ['9'.repeat(400), 24 * hourMs],
    ['Sun, 22 Nov 2026 10:00:00 GMT', hourMs],
    ['Sunday, 22-Nov-26 10:00:00 GMT', hourMs],
    ['Sun Nov 22 10:00:00 2026', hourMs],
    ['Sun Nov  1 10:00:00 2026', 0],
    ['Sun, 22 Nov 2026 08:59:59 GMT', 0],
    ['Tue, 22 Nov 2033 10:00:00 GMT', 24 * hourMs],
    ['Sun, 42 Nov 2026 10:00:00 GMT', undefined],
    ['-5', undefined],
    ['+5', undefined],
    ['1.5', undefined],
    ['1e3', undefined],
    ['0x10', undefined],
    ['120s', undefined],
    ['1 2', undefined],
    ['Retry 2099', undefined],
    ['tomorrow', undefined],
  ];
  for (const [header, waitMs] of table) assert.equal(parseRetryAfter(header, now), waitMs, String(header));
});
