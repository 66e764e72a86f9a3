import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Bench, startBench } from '../../test/bench.ts';
import { tickFailure } from '../../test/session-bench.ts';
import { minuteMs } from '../stats/time.ts';

/** What health says without its hint, which has the present in it. */
async function said(bench: Bench) {
  const { status, problem } = await bench.health();
  return [status, problem?.code ?? null, problem?.since ?? null];
}

test('a fresh store is empty, never overdue, before and while the first sync runs; overdue where none comes', async () => {
  const bench = await startBench({ at: '2026-11-22T12:07:00.000Z' });
  const since = bench.now.toISOString();
  const { status, problem, next_attempt } = await bench.health();
  assert.deepEqual([status, next_attempt], ['empty', '2026-11-22T12:15:00.000Z']);
  assert.match(problem?.hint ?? '', /the first sync comes with the tick at 2026-11-22T12:15:00\.000Z\.$/);
  bench.passTime(8 * minuteMs);
  let during: unknown;
  bench.peloton.faults.add({
    match: async ({ url = '' }) => {
      if (url.includes('/overview')) during = await said(bench);
      return false;
    },
    fault: 'reset',
  });
  await bench.tick();
  assert.deepEqual(during, ['empty', 'empty', since]);
  assert.deepEqual(await said(bench), ['ok', null, null]);

  const silent = await startBench({ at: '2026-11-22T12:07:00.000Z' });
  await silent.health();
  silent.passTime(10 * minuteMs);
  assert.deepEqual(await said(silent), ['stale', 'overdue', '2026-11-22T12:07:00.000Z']);
});

test('a problem that is read afresh says since when it has been so, and begins anew after it was gone', async () => {
  const bench = await startBench({ storeFaults: true });
  await bench.tick();
  const latest = bench.container('public').getBlockBlobClient('latest.json');
  const good = (await bench.blob('latest.json')) ?? '';
  const since = bench.now.toISOString();
  await latest.upload('{', 1);
  for (let minutes = 0; minutes < 3; minutes++, bench.passTime(minuteMs)) {
    assert.deepEqual(await said(bench), ['failing', 'storage', since]);
  }
  await latest.upload(good, Buffer.byteLength(good));
  assert.equal((await bench.health()).status, 'ok');
  bench.passTime(minuteMs);
  await bench.store?.refuse();
  const again = bench.now.toISOString();
  for (let minutes = 0; minutes < 2; minutes++, bench.passTime(minuteMs)) {
    assert.deepEqual(await said(bench), ['failing', 'storage', again]);
  }
  await bench.store?.reopen();
});

test('settings that cannot be used say since when, and a clock that is put right does not date them ahead', async () => {
  const bench = await startBench({ at: '2026-11-22T12:07:00.000Z', settings: { SYNC_TIME: 'half past eight' } });
  const since = bench.now.toISOString();
  assert.deepEqual(await said(bench), ['failing', 'config', since]);
  bench.passTime(90 * minuteMs);
  assert.deepEqual(await said(bench), ['failing', 'config', since]);
  bench.passTime(-120 * minuteMs);
  assert.deepEqual(await said(bench), ['failing', 'config', bench.now.toISOString()]);
  assert.equal(await tickFailure(bench), 'config');
});

test('the notices stand beside a problem that is read afresh, as far as they could be read', async () => {
  const bench = await startBench();
  bench.vault.secrets.set('build-hooks', 'not json');
  await bench.tick();
  await bench.container('public').getBlockBlobClient('history.json').upload('{', 1);
  const { status, notices } = await bench.health();
  assert.deepEqual([status, notices.map(({ code }) => code)], ['failing', ['hook-failing']]);
});

test('a series that was found good is not sent again as long as it is the same, and one that is damaged is read every time', async () => {
  const bench = await startBench({ storeFaults: true });
  await bench.tick();
  const asked: (string | undefined)[] = [];
  bench.store?.faults.add({
    match: ({ url = '', headers }) => {
      if (url.includes('/history.json')) asked.push(headers['if-none-match']);
      return false;
    },
    fault: 'reset',
  });
  const series = bench.container('public').getBlockBlobClient('history.json');
  const tag = async () => (await series.getProperties()).etag;
  const good = (await bench.blob('history.json')) ?? '';
  const first = await tag();
  for (let times = 0; times < 3; times++) assert.equal((await bench.health()).status, 'ok');
  assert.deepEqual(asked.splice(0), [undefined, first, first]);
  await series.upload('{', 1);
  for (let times = 0; times < 2; times++) assert.equal((await bench.health()).problem?.code, 'storage');
  await series.upload(good, Buffer.byteLength(good));
  assert.equal((await bench.health()).status, 'ok');
  assert.equal((await bench.health()).status, 'ok');
  assert.deepEqual(
    asked.filter(given => given !== undefined && given !== first),
    [await tag()],
  );
});
