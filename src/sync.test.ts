import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hourMs, startBench } from './sandbox/bench.ts';

test('a first sync signs in, publishes a snapshot and serves it', async () => {
  const bench = await startBench({ settings: { SYNC_TIME_ZONE: 'Australia/Melbourne' } });
  await bench.tick();
  const latest = JSON.parse((await bench.blob('latest.json')) ?? '');
  assert.equal(latest.date, '2026-11-22');
  assert.equal(latest.time_zone, 'Australia/Melbourne');
  const { reply, json } = await bench.get('stats');
  assert.equal(reply.status, 200);
  assert.deepEqual(json, latest);
  assert.deepEqual(bench.peloton.violations, []);
  assert.equal(bench.peloton.counts.credentialPosts, 1);
});

test('a sync with a stored token makes exactly one request to Peloton', async () => {
  const bench = await startBench();
  await bench.tick();
  const before = bench.peloton.requests.length;
  bench.passTime(24 * hourMs);
  await bench.tick();
  assert.deepEqual(
    bench.peloton.requests.slice(before).map(({ path }) => path),
    ['/api/user/{id}/overview'],
  );
});
