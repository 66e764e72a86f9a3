// The list of workouts, read after a sync: every request of it with every kind of fault, and a crash before and after each. The
// sync has succeeded whatever happens, and the next ticks count every workout once.

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { hourMs, minuteMs } from '../../src/stats/time.ts';
import { fastLimits } from '../bench.ts';
import { runDoomed } from '../doomed-run.ts';
import { type FaultKind, faultKinds, isSlow } from '../fault-matrix.ts';
import { assertExact, type ListBench, rideOf, ridesOf, startListBench } from '../list-bench.ts';
import { pasteSession } from '../session-bench.ts';

let cases = 0;
after(() => console.log(`${cases} cases`));

/** What each fault of the list comes to: N: the next tick has read the list. D: only the next day's sync has. */
const faultsOfList: Record<Exclude<FaultKind, 'gone' | 'late'>, 'N' | 'D'> = {
  ...{ '401': 'D', '402': 'D', '403': 'D', '403h': 'D', '404': 'D', '409': 'D', '412': 'D', '429': 'D', '429r': 'D' },
  ...{ '500': 'N', '503': 'N', empty: 'N', html: 'N', half: 'N', cut: 'N', big: 'N', bomb: 'N', reset: 'N' },
  ...{ drip: 'N', hang: 'N' },
};

/** The requests to the store, in their order; `GET` of a blob to be replaced included. */
const storeCalls = [
  'GET activity-rows.json',
  'PUT activity-rows.json',
  'GET activity.json',
  'PUT activity.json',
  'GET workouts.json',
  'PUT workouts.json',
];
const faultsOfStore: FaultKind[] = ['401', '403', '409', '412', '500', '503', 'html', 'half', 'cut', 'reset', 'hang'];

const limits = { ...fastLimits, http: { ...fastLimits.http, timeoutMs: 1_000, maxBytes: 256 * 1024 } };
const shortLimits = { ...limits, storage: { ...limits.storage, callTimeoutMs: 1_500 } };

const start = () =>
  startListBench(now => ridesOf(now, 150, 1), { settings: { WORKOUTS: 'classes' }, storeFaults: true, limits });

/** A day later: a ride of today, an import of years ago, and a ride of the last days that is deleted. */
async function liveOn(bench: ListBench): Promise<void> {
  bench.passTime(24 * hourMs);
  pasteSession(bench, { user_id: bench.peloton.userId }); // so that all days have the same requests
  bench.list.push(rideOf(bench.now, 0.1), rideOf(bench.now, 2_000 + cases, { recorded: 0.05 }));
  const lastWeek = bench.now.getTime() / 1000 - 7 * 86_400;
  const deleted = bench.list.findIndex(({ start_time }) => Number(start_time) > lastWeek);
  bench.list.splice(deleted, 1);
  cases += 1;
}

async function assertSynced(bench: ListBench): Promise<void> {
  assert.equal(JSON.parse((await bench.blob('latest.json')) ?? '').synced_at, bench.now.toISOString());
  assert.equal((await bench.health()).status, 'ok');
}

async function assertRead(bench: ListBench): Promise<void> {
  await assertExact(bench);
  assert.equal((await bench.workouts())?.workouts.length, 20);
  const newest = bench.list.toSorted((a, b) => Number(b.start_time) - Number(a.start_time)).slice(0, 20);
  const dates = newest.map(({ start_time }) => new Date(Number(start_time) * 1000).toISOString().slice(0, 10));
  assert.deepEqual(
    (await bench.workouts())?.workouts.map(({ date }) => date),
    dates,
  );
  const { notices } = await bench.health();
  assert.deepEqual(notices, []);
  assert.equal((await bench.state()).workouts?.is_pending, false);
}

async function passTick(bench: ListBench): Promise<void> {
  bench.passTime(15 * minuteMs);
  await bench.tick();
}

describe('a fault', { concurrency: 4 }, () => {
  test(`of the list: ${Object.keys(faultsOfList).length} kinds`, async () => {
    const bench = await start();
    await bench.tick();
    for (const [kind, verdict] of Object.entries(faultsOfList)) {
      await liveOn(bench);
      const match = { path: /\/workouts$/ };
      const rule = bench.peloton.faults.add({ match, fault: faultKinds[kind as keyof typeof faultsOfList] });
      await bench.tick();
      await assertSynced(bench);
      assert.equal(rule.fired, 1, kind);
      rule.remove();
      const { length } = bench.peloton.requests;
      await passTick(bench);
      assert.equal(bench.peloton.requests.length - length, verdict === 'N' ? 1 : 0, kind);
      if (verdict === 'N') await assertRead(bench);
    }
    await liveOn(bench);
    await bench.tick();
    await assertRead(bench);
    assert.deepEqual([bench.peloton.counts.credentialPosts, bench.peloton.violations], [1, []]);
  });

  for (const call of storeCalls) {
    test(`of the store, at ${call}: ${faultsOfStore.length} kinds`, async () => {
      const bench = await start();
      await bench.tick();
      const patient = bench.app;
      const hasty = bench.startApp({ limits: shortLimits });
      const [method, name] = call.split(' ');
      for (const kind of faultsOfStore) {
        await liveOn(bench);
        const match = { ...(method && { method }), path: new RegExp(`/${name}$`) };
        const fault = faultKinds[kind];
        assert.ok(fault !== 'refused');
        const rule = bench.store?.faults.add({ match, fault });
        await bench.tick(isSlow(kind) ? hasty : patient);
        await assertSynced(bench);
        assert.ok(rule && rule.fired > 0, `${call} × ${kind}`);
        rule.remove();
        await passTick(bench);
        await assertRead(bench);
      }
    });
  }
});

const isOfList = (request: string) => /\/workouts$|\/(activity-rows|activity|workouts)\.json$/.test(request);

for (const when of ['before', 'after'] as const) {
  test(`a crash ${when} each request of the list loses and doubles no workout`, async () => {
    const bench = await start();
    await bench.tick();
    await liveOn(bench);
    const { requests } = await runDoomed(bench, { at: 1_000, when }, () => bench.tick(bench.startApp()));
    const first = requests.findIndex(isOfList);
    assert.deepEqual(
      requests
        .slice(first)
        .filter(isOfList)
        .map(name => name.replace(/ .*\//, ' ')),
      ['GET activity-rows.json', 'GET workouts', ...storeCalls.slice(1)],
    );
    for (let at = first + 1; at <= requests.length; at++) {
      await liveOn(bench);
      const run = await runDoomed(bench, { at, when }, () => bench.tick(bench.startApp()));
      assert.ok(run.hasDied, `${at} of ${requests}`);
      await bench.breakLease();
      await assertSynced(bench);
      await passTick(bench);
      await assertRead(bench);
    }
  });
}
