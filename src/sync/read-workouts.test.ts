import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import type { Fault } from '../../sandbox/fault-answers.ts';
import { slowBy } from '../../sandbox/faults.ts';
import { fakeRequest, fastLimits } from '../../test/bench.ts';
import { startReceiver, storeHooks } from '../../test/hook-bench.ts';
import { assertExact, type ListBench, pagesDuring, rideOf, ridesOf, startListBench } from '../../test/list-bench.ts';
import { askedDuring, tickFailure } from '../../test/session-bench.ts';
import { hourMs, minuteMs } from '../stats/time.ts';
import { runLimits } from './run.ts';

const listPath = /\/workouts$/;
const quarter = 15 * minuteMs;
const upTo = (end: number, from = 0) => Array.from({ length: end - from }, (_, index) => from + index);

function spoilList(bench: ListBench, fault: Fault) {
  return bench.peloton.faults.add({ match: { path: listPath }, fault });
}

async function passDay(bench: ListBench): Promise<void> {
  bench.passTime(24 * hourMs);
  await bench.tick();
}

async function passTick(bench: ListBench): Promise<void> {
  bench.passTime(quarter);
  await bench.tick();
}

const noticeOf = async (bench: ListBench) => (await bench.health()).notices.find(({ code }) => code === 'workouts');
const logged = (bench: ListBench) => bench.events('notice').map(({ code }) => code);

describe('the past', () => {
  it('is read by 20 pages a timer run, under the lease, and is then complete to the workout', async () => {
    const bench = await startListBench(now => ridesOf(now, 4_150));
    assert.deepEqual(await pagesDuring(bench, bench.tick), upTo(20));
    const partly = await bench.activity();
    assert.deepEqual([partly?.complete_since, partly?.as_of], [null, bench.now.toISOString()]);
    assert.equal(
      partly?.days.reduce((sum, { workouts }) => sum + workouts, 0),
      2_000,
    );
    assert.deepEqual(await pagesDuring(bench, () => passTick(bench)), upTo(40, 20));
    assert.deepEqual(await pagesDuring(bench, () => passTick(bench)), upTo(42, 40));
    await assertExact(bench);
    assert.deepEqual(await pagesDuring(bench, () => passTick(bench)), []);
  });

  it('goes on a second apart, whatever else there is', async () => {
    assert.equal(runLimits.pageWaitMs, 1_000);
    const bench = await startListBench(now => ridesOf(now, 350));
    await bench.syncNow();
    const app = bench.startApp({ limits: { ...fastLimits, workMs: 3_000, pageWaitMs: 60_000 } });
    assert.deepEqual(await pagesDuring(bench, () => bench.tick(app)), [1], 'the run is over before the next');
    assert.deepEqual(await pagesDuring(bench, () => passTick(bench)), [2, 3]);
  });

  it('ends early and quietly where the time of the run is short, and goes on at the next tick', async () => {
    const bench = await startListBench(now => ridesOf(now, 650));
    await bench.syncNow();
    bench.peloton.faults.add(slowBy(300, ({ url = '' }) => url.includes('/workouts')));
    const app = bench.startApp({ limits: { ...fastLimits, workMs: 1_500 } });
    const asked = await pagesDuring(bench, () => bench.tick(app));
    assert.ok(asked.length >= 1 && asked.length < 6, `${asked}`);
    assert.deepEqual([await noticeOf(bench), bench.events('workouts.failed')], [undefined, []]);
    bench.peloton.faults.clear();
    await passTick(bench);
    await assertExact(bench);
  });

  it('is left alone by POST /api/sync, which reads the first page and no other', async () => {
    const bench = await startListBench(now => ridesOf(now, 250));
    assert.deepEqual(await pagesDuring(bench, () => bench.syncNow()), [0]);
    assert.equal((await bench.activity())?.complete_since, null);
    assert.deepEqual(await pagesDuring(bench, () => bench.syncNow()), []);
    assert.deepEqual(await pagesDuring(bench, bench.tick), [1, 2]);
    await assertExact(bench);
  });

  it('is left alone by POST /api/sync also where that has a build hook to call', async () => {
    const bench = await startListBench(now => ridesOf(now, 250));
    const { url, calls } = await startReceiver({ status: 500 });
    storeHooks(bench, [{ url }]);
    await bench.syncNow();
    const { length } = calls;
    bench.passTime(quarter);
    assert.deepEqual(await pagesDuring(bench, () => bench.syncNow()), []);
    assert.ok(calls.length > length);
  });

  it('of a member without a workout is complete since the day of the reading', async () => {
    const bench = await startListBench(() => []);
    await bench.tick();
    assert.deepEqual((await bench.activity())?.days, []);
    assert.equal((await bench.activity())?.complete_since, '2026-11-22');
  });

  it('is told to build hooks once, as a change', async () => {
    const bench = await startListBench(now => ridesOf(now, 2_150));
    const { url, calls } = await startReceiver();
    storeHooks(bench, [{ url }]);
    await bench.tick();
    assert.equal(calls.length, 1, 'of the stats');
    await passTick(bench);
    assert.equal((await bench.activity())?.complete_since, (await bench.activity())?.days[0]?.date);
    assert.equal(calls.length, 2, 'of the past');
    bench.peloton.behaviour.alterOverview = overview => overview;
    for (let tick = 0; tick < 4; tick++) await passTick(bench);
    assert.equal(calls.length, 2);
  });

  it('is read anew for another time zone, and the old days are served until that is done', async () => {
    const bench = await startListBench(now => ridesOf(now, 2_150));
    for (let tick = 0; tick < 2; tick++) await passTick(bench);
    await assertExact(bench);
    const before = await bench.blob('activity.json');
    Object.assign(bench.settings, { SYNC_TIME_ZONE: 'Asia/Tokyo', SYNC_TIME: '00:00' });
    const moved = bench.startApp();
    bench.passTime(24 * hourMs);
    assert.deepEqual(await pagesDuring(bench, () => bench.tick(moved)), upTo(20));
    assert.equal(await bench.blob('activity.json'), before);
    bench.passTime(quarter);
    assert.deepEqual(await pagesDuring(bench, () => bench.tick(moved)), [20, 21]);
    assert.equal((await bench.activity())?.time_zone, 'Asia/Tokyo');
    await assertExact(bench, 'Asia/Tokyo');
  });

  it('that another time zone finds unfinished is served on too', async () => {
    const bench = await startListBench(now => ridesOf(now, 2_150));
    await bench.tick();
    const before = await bench.blob('activity.json');
    Object.assign(bench.settings, { SYNC_TIME_ZONE: 'Asia/Tokyo' });
    const moved = bench.startApp();
    bench.passTime(24 * hourMs);
    await bench.tick(moved);
    assert.equal(await bench.blob('activity.json'), before);
    bench.passTime(quarter);
    await bench.tick(moved);
    await assertExact(bench, 'Asia/Tokyo');
  });

  const replaceRows = async (bench: ListBench, change: (rows: object) => string) => {
    const text = change(JSON.parse((await bench.privateBlob('activity-rows.json')) ?? ''));
    await bench.container('private').getBlockBlobClient('activity-rows.json').upload(text, Buffer.byteLength(text));
  };

  it('is read anew where the rows are damaged, and what was whole stays until then', async () => {
    const bench = await startListBench(now => ridesOf(now, 250));
    await bench.tick();
    await replaceRows(bench, () => '{');
    bench.passTime(24 * hourMs);
    const before = await bench.blob('activity.json');
    await bench.syncNow();
    assert.equal(await bench.blob('activity.json'), before);
    await passTick(bench);
    await assertExact(bench);
  });

  it('is followed by the day’s reading also after one that a clock ahead has dated', async () => {
    const bench = await startListBench(now => ridesOf(now, 30, 1));
    await bench.tick();
    await replaceRows(bench, rows => JSON.stringify({ ...rows, as_of: '2036-01-01T00:00:00.000Z' }));
    bench.list.push(rideOf(bench.now, -0.5));
    assert.deepEqual(await pagesDuring(bench, () => passDay(bench)), [0]);
    assert.equal((await bench.activity())?.as_of, bench.now.toISOString());
    await assertExact(bench);
  });

  it('of another account is shown no longer, also where the list of this one does not come', async () => {
    const bench = await startListBench(now => ridesOf(now, 250), { settings: { WORKOUTS: 'classes' } });
    await bench.tick();
    await replaceRows(bench, rows => JSON.stringify({ ...rows, account: 'another' }));
    const { remove } = spoilList(bench, { status: 503 });
    await passDay(bench);
    assert.deepEqual([await bench.activity(), await bench.workouts()], [undefined, undefined]);
    remove();
    await passTick(bench);
    await assertExact(bench);
  });
});

describe('while one walks through the list', () => {
  /** Changes the list after each page that was asked for. */
  function changeEachPage(bench: ListBench, change: (page: number) => void): void {
    let page = 0;
    const alter = bench.peloton.behaviour.alterWorkouts;
    bench.peloton.behaviour.alterWorkouts = rows => {
      const answer = alter(rows);
      change(page++);
      return answer;
    };
  }

  it('new workouts move the rest down, and none is lost or counted twice', async () => {
    const bench = await startListBench(now => ridesOf(now, 2_450));
    changeEachPage(bench, page => bench.list.push(rideOf(bench.now, -page / 100)));
    await bench.tick();
    await passTick(bench);
    bench.peloton.behaviour.alterWorkouts = () => bench.list.toSorted((a, b) => b.created_at - a.created_at);
    await passDay(bench);
    await assertExact(bench);
  });

  it('imports of old workouts come on top, a hundred at a time, and the past is not over for that', async () => {
    const bench = await startListBench(now => ridesOf(now, 3_050));
    await bench.tick();
    const imports = upTo(220).map(index => rideOf(bench.now, 2_000 + index, { recorded: -0.01 }));
    bench.list.push(...imports);
    await passTick(bench);
    await passTick(bench);
    await passDay(bench);
    await assertExact(bench);
  });

  it('deleted workouts move the rest up, and none between two pages is missed', async () => {
    const bench = await startListBench(now => ridesOf(now, 950));
    changeEachPage(bench, page => {
      if ([1, 5, 8].includes(page)) bench.list.splice(0, 3); // the newest
    });
    await bench.tick();
    await passTick(bench);
    changeEachPage(bench, () => {});
    await passDay(bench);
    const days = (await bench.activity())?.days ?? [];
    const kept = new Set(
      bench.list.map(({ start_time }) => new Date(Number(start_time) * 1000).toISOString().slice(0, 10)),
    );
    const since = new Date(bench.now.getTime() - 15 * 24 * hourMs).toISOString().slice(0, 10);
    assert.deepEqual(
      [...kept].filter(date => !days.some(day => day.date === date)),
      [],
    );
    assert.deepEqual(
      days.map(({ date }) => date).filter(date => date >= since && !kept.has(date)),
      [],
    );
  });

  it('a hundred new workouts between two pages are no page that comes twice', async () => {
    const bench = await startListBench(now => ridesOf(now, 350));
    changeEachPage(bench, page => {
      if (page === 1) bench.list.push(...upTo(100).map(index => rideOf(bench.now, -0.1 - index / 1_000)));
    });
    await bench.tick();
    assert.equal(await noticeOf(bench), undefined);
    changeEachPage(bench, () => {});
    await passDay(bench);
    await assertExact(bench);
  });

  it('a list whose total goes up and down is not read for ever', async () => {
    const bench = await startListBench(now => ridesOf(now, 350));
    let page = 0;
    bench.peloton.behaviour.alterWorkouts = () => bench.list.slice(page++ % 2);
    const asked = await pagesDuring(bench, bench.tick);
    assert.ok(asked.length < 15, `${asked}`);
    assert.match((await noticeOf(bench))?.hint ?? '', /came to no end/);
  });

  const ends: [what: string, body: object][] = [
    ['nothing else', { data: [] }],
    ['that more come', { data: [], show_next: true }],
    ['more pages', { data: [], page_count: 4, show_next: false }],
    ['a total', { data: [], total: 350, show_next: false }],
  ];
  for (const [what, body] of ends) {
    it(`a page without a row in the midst of it is not the end of the past: with ${what}`, async () => {
      const bench = await startListBench(now => ridesOf(now, 350));
      const match = { path: listPath, query: /page=2/ };
      const { remove } = bench.peloton.faults.add({ match, fault: { status: 200, body } });
      assert.deepEqual(await pagesDuring(bench, bench.tick), upTo(3));
      assert.equal((await bench.activity())?.complete_since, null);
      assert.match((await noticeOf(bench))?.hint ?? '', /ended before its 350 workouts/);
      remove();
      await passDay(bench);
      await assertExact(bench);
    });
  }

  it('a list that gives one page for every number is not read for ever', async () => {
    const bench = await startListBench(now => ridesOf(now, 350));
    bench.peloton.behaviour.alterWorkouts = () => Array.from({ length: 9 }, () => bench.list.slice(0, 100)).flat();
    assert.deepEqual(await pagesDuring(bench, bench.tick), [0, 1]);
    assert.match((await noticeOf(bench))?.hint ?? '', /the same page twice/);
    assert.deepEqual(await pagesDuring(bench, () => passTick(bench)), []);
  });
});

describe('each day', () => {
  it('the last fourteen days are made anew, and older days keep what was deleted until npm run backfill', async () => {
    const bench = await startListBench(now => ridesOf(now, 130, 1));
    await bench.tick();
    const [recent, old] = [bench.list[12], bench.list[30]];
    bench.list = bench.list.filter(row => row !== recent && row !== old);
    assert.deepEqual(await pagesDuring(bench, () => passDay(bench)), [0]);
    bench.list.push(...(old ? [old] : []));
    await assertExact(bench);
  });

  it('a late import is counted on its own day, be it of last week or years old', async () => {
    const bench = await startListBench(now => ridesOf(now, 130, 1));
    await bench.tick();
    bench.list.push(rideOf(bench.now, 5, { recorded: -0.5, is_3p_fit_feed_workout: true }));
    bench.list.push(rideOf(bench.now, 3_000, { recorded: -0.5, is_3p_fit_feed_workout: true, total_work: undefined }));
    assert.deepEqual(await pagesDuring(bench, () => passDay(bench)), [0]);
    await assertExact(bench);
    assert.equal((await bench.activity())?.complete_since, '2018-09-05');
  });

  it('as many pages are read as the fourteen days take, and those of a long pause of the service', async () => {
    const bench = await startListBench(now => ridesOf(now, 500, 0.05));
    await bench.tick();
    assert.deepEqual(await pagesDuring(bench, () => passDay(bench)), upTo(4));
    bench.passTime(40 * 24 * hourMs);
    const after = upTo(360).map(index => rideOf(bench.now, 0.1 + index * 0.1));
    bench.list.push(...after);
    assert.deepEqual(await pagesDuring(bench, bench.tick), upTo(4));
    await assertExact(bench);
  });

  it('a hole that an interrupted reading has left after a long pause is closed', async () => {
    const bench = await startListBench(now => ridesOf(now, 300, 1));
    await bench.tick();
    bench.passTime(200 * 24 * hourMs);
    bench.list.push(...upTo(400).map(index => rideOf(bench.now, 0.1 + index * 0.45)));
    const { remove } = bench.peloton.faults.add({ match: { path: listPath, query: /page=2/ }, fault: { status: 429 } });
    await bench.tick();
    remove();
    await passDay(bench);
    await assertExact(bench);
  });

  it('a workout that was under way counts once it is complete', async () => {
    const bench = await startListBench(now => ridesOf(now, 20, 1));
    const running = rideOf(bench.now, 0, { status: 'IN_PROGRESS', end_time: null });
    bench.list.push(running);
    await bench.tick();
    await assertExact(bench);
    running.status = 'COMPLETE';
    await passDay(bench);
    await assertExact(bench);
  });

  it('a workout that turns out not to be complete is no longer counted', async () => {
    const bench = await startListBench(now => ridesOf(now, 20, 1));
    await bench.tick();
    Object.assign(bench.list[3] ?? {}, { status: 'IN_PROGRESS' });
    await passDay(bench);
    await assertExact(bench);
  });

  it('rows that cannot be read are left out and counted in the log', async () => {
    const bench = await startListBench(now => ridesOf(now, 20, 1));
    bench.peloton.behaviour.alterWorkouts = () =>
      bench.list.toSorted((a, b) => b.created_at - a.created_at).toSpliced(4, 0, { id: '', created_at: 0 });
    await bench.tick();
    await assertExact(bench);
    assert.deepEqual(
      bench.events('workouts.left-out').map(({ left_out }) => left_out),
      [1],
    );
  });

  it('dates a workout by its start in SYNC_TIME_ZONE', async () => {
    const settings = { SYNC_TIME_ZONE: 'America/St_Johns', SYNC_TIME: '03:00' };
    const bench = await startListBench(now => ridesOf(now, 90, 0.13), { settings });
    await bench.tick();
    await assertExact(bench, 'America/St_Johns');
  });
});

describe('what goes wrong with the list', () => {
  const outages: Fault[] = [{ status: 500 }, { status: 503 }, 'reset', 'empty', 'html', 'truncated', 'cut'];
  for (const fault of outages) {
    it(`fails no sync, is a notice at once, and is tried again at the next tick: ${JSON.stringify(fault)}`, async () => {
      const bench = await startListBench(now => ridesOf(now, 30, 1));
      const { remove } = spoilList(bench, fault);
      assert.deepEqual(await pagesDuring(bench, bench.tick), [0]);
      const health = await bench.health();
      assert.deepEqual([health.status, bench.events('sync.failed'), logged(bench)], ['ok', [], []]);
      assert.match(
        (await noticeOf(bench))?.hint ?? '',
        /could not be read: GET .*\/api\/user\/\{id\}\/workouts .*next tick/,
      );
      remove();
      assert.deepEqual(await pagesDuring(bench, () => passTick(bench)), [0]);
      assert.equal(await noticeOf(bench), undefined);
      await assertExact(bench);
    });
  }

  const refusals: [what: string, fault: Fault][] = [
    ['401', { status: 401, body: {} }],
    ['403', { status: 403, body: {} }],
    ['403 of the edge', { status: 403, body: '<html>', contentType: 'text/html' }],
    ['402', { status: 402, body: {} }],
    ['429', { status: 429 }],
    ['a wait that is asked for', { status: 503, headers: { 'retry-after': '1' } }],
    ['a list of another form', { status: 200, body: { data: [{ uid: 'x' }] } }],
  ];
  for (const [what, fault] of refusals) {
    it(`stops the reading until the next day's sync: ${what}`, async () => {
      const bench = await startListBench(now => ridesOf(now, 250));
      await bench.syncNow();
      const { remove } = spoilList(bench, fault);
      assert.deepEqual(await pagesDuring(bench, bench.tick), [1]);
      assert.match((await noticeOf(bench))?.hint ?? '', /next day's sync tries again/);
      remove();
      const asked = await askedDuring(bench, async () => {
        for (let tick = 0; tick < 3; tick++) await passTick(bench);
      });
      assert.deepEqual(asked, []);
      assert.deepEqual([bench.peloton.counts.credentialPosts, bench.peloton.counts.refreshes], [1, 0]);
      await passDay(bench);
      await assertExact(bench);
      assert.equal(await noticeOf(bench), undefined);
    });
  }

  it('stops the reading also where the days cannot be written either', async () => {
    const bench = await startListBench(now => ridesOf(now, 250), { storeFaults: true });
    await bench.syncNow();
    spoilList(bench, { status: 429 });
    bench.store?.faults.add({ match: { path: /activity\.json/ }, fault: { status: 403 } });
    await bench.tick();
    assert.match((await noticeOf(bench))?.hint ?? '', /answered 429.*next day's sync/);
    assert.deepEqual(await pagesDuring(bench, () => passTick(bench)), []);
  });

  it('is logged once, when the next day’s reading fails too', async () => {
    const bench = await startListBench(now => ridesOf(now, 30, 1));
    const { remove } = spoilList(bench, { status: 500 });
    await bench.tick();
    const since = (await noticeOf(bench))?.since;
    for (let tick = 0; tick < 3; tick++) await passTick(bench);
    await bench.syncNow({ force: 'true' });
    assert.deepEqual(logged(bench), [], 'of one day');
    for (let day = 0; day < 3; day++) await passDay(bench);
    assert.deepEqual(logged(bench), ['workouts']);
    assert.equal((await noticeOf(bench))?.since, since);
    remove();
    await passDay(bench);
    assert.equal(await noticeOf(bench), undefined);
    spoilList(bench, { status: 500 });
    await passDay(bench);
    assert.deepEqual(logged(bench), ['workouts'], 'the next one begins anew');
  });

  it('renews no session and signs in nowhere between two syncs, also where the session is gone', async () => {
    const bench = await startListBench(now => ridesOf(now, 250));
    await bench.syncNow();
    bench.vault.secrets.set('peloton-session', '{}');
    assert.deepEqual(await askedDuring(bench, bench.tick), []);
    assert.match((await noticeOf(bench))?.hint ?? '', /stored session is none to ask with/);
    await passDay(bench);
    await assertExact(bench);
  });

  it('is asked for by no tick while syncs fail', async () => {
    const bench = await startListBench(now => ridesOf(now, 2_150));
    await bench.tick();
    bench.peloton.faults.add({ match: { path: /\/overview$/ }, fault: { status: 503 } });
    bench.passTime(24 * hourMs);
    assert.equal(await tickFailure(bench), 'upstream-unavailable');
    bench.passTime(5 * minuteMs);
    assert.deepEqual(await askedDuring(bench, bench.tick), []);
  });

  it('is not believed where the list comes empty, while the overview counts workouts', async () => {
    const bench = await startListBench(now => ridesOf(now, 30, 1));
    await bench.tick();
    const before = (await bench.activity())?.days;
    bench.peloton.behaviour.alterWorkouts = () => [];
    await passDay(bench);
    assert.match((await noticeOf(bench))?.hint ?? '', /came empty, while the overview counts 30/);
    assert.deepEqual((await bench.activity())?.days, before);
  });

  it('is also the store: rows that cannot be written are read again', async () => {
    const bench = await startListBench(now => ridesOf(now, 250), { storeFaults: true });
    const rule = { match: { method: 'PUT', path: /activity-rows/ }, fault: { status: 403 } };
    const fault = bench.store?.faults.add(rule);
    await bench.tick();
    assert.equal((await bench.health()).status, 'ok');
    assert.match((await noticeOf(bench))?.hint ?? '', /Blob Storage did not write/);
    fault?.remove();
    await passTick(bench);
    await assertExact(bench);
  });
});

describe('a list and an overview', () => {
  const count = (bench: ListBench, total: number) => {
    const workouts = [{ name: 'Cycling', slug: 'cycling', count: total }];
    bench.peloton.behaviour.alterOverview = sent => ({ ...sent, workout_counts: { total_workouts: total, workouts } });
  };
  const codes = async (bench: ListBench) => (await bench.health()).notices.map(({ code }) => code);

  it('that are more than 2 % and 5 workouts apart are a notice, with imports and without', async () => {
    const bench = await startListBench(now => [
      ...ridesOf(now, 200, 1),
      ...upTo(40).map(index => rideOf(now, 300 + index, { is_3p_fit_feed_workout: true })),
    ]);
    for (const [total, isApart] of [
      [240, false], // all
      [200, false], // without imports
      [205, false], // 5 more
      [246, true],
      [220, true],
      [194, true],
      [200, false],
    ] as const) {
      count(bench, total);
      bench.passTime(24 * hourMs);
      await bench.tick();
      assert.deepEqual(await codes(bench), isApart ? ['account-differs'] : [], `${total}`);
    }
    assert.deepEqual(logged(bench), ['account-differs']);
  });

  it('are not compared before the past is read', async () => {
    const bench = await startListBench(now => ridesOf(now, 250, 1));
    await bench.syncNow();
    assert.deepEqual(await codes(bench), []);
  });
});

describe('WORKOUTS', () => {
  const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  async function answerTo(bench: ListBench, mode: string, name: 'activity' | 'workouts') {
    const { app } = { app: bench.startApp() };
    assert.equal(bench.settings.WORKOUTS, mode);
    const { status, body = [] } = await app[name](fakeRequest(), quiet);
    return [status, JSON.parse(Buffer.from(body).toString()).code];
  }

  it('narrowed is obeyed at once by every answer, and the next sync deletes what is no longer to be published', async () => {
    const bench = await startListBench(now => ridesOf(now, 30, 1), { settings: { WORKOUTS: 'classes' } });
    await bench.tick();
    assert.deepEqual(await answerTo(bench, 'classes', 'workouts'), [200, undefined]);
    Object.assign(bench.settings, { WORKOUTS: 'days' });
    assert.deepEqual(await answerTo(bench, 'days', 'workouts'), [404, 'not-published']);
    assert.deepEqual(await answerTo(bench, 'days', 'activity'), [200, undefined]);
    bench.passTime(24 * hourMs);
    await bench.tick(bench.startApp());
    assert.equal(await bench.workouts(), undefined);
    assert.deepEqual(JSON.parse((await bench.privateBlob('activity-rows.json')) ?? '').latest, []);
    await assertExact(bench);
    Object.assign(bench.settings, { WORKOUTS: 'off' });
    assert.deepEqual(await answerTo(bench, 'off', 'activity'), [404, 'not-published']);
    bench.passTime(24 * hourMs);
    assert.deepEqual(await pagesDuring(bench, () => bench.tick(bench.startApp())), []);
    assert.deepEqual([await bench.activity(), await bench.privateBlob('activity-rows.json')], [undefined, undefined]);
    assert.equal((await bench.state()).workouts?.is_pending, false);
    Object.assign(bench.settings, { WORKOUTS: 'classes' });
    bench.passTime(24 * hourMs);
    await bench.tick(bench.startApp());
    await assertExact(bench);
    assert.equal((await bench.workouts())?.workouts.length, 20);
  });

  it('off ends the notices of the list, and is not done before the blobs are gone', async () => {
    const bench = await startListBench(now => ridesOf(now, 30, 1), { storeFaults: true });
    await bench.tick();
    spoilList(bench, { status: 401, body: {} });
    await passDay(bench);
    assert.notEqual(await noticeOf(bench), undefined);
    Object.assign(bench.settings, { WORKOUTS: 'off' });
    const off = bench.startApp();
    const fault = bench.store?.faults.add({ match: { method: 'DELETE' }, fault: { status: 403 } });
    bench.passTime(24 * hourMs);
    await bench.tick(off);
    assert.notEqual(await bench.activity(), undefined);
    fault?.remove();
    bench.passTime(quarter);
    await bench.tick(off);
    assert.deepEqual([await bench.activity(), (await bench.health()).notices], [undefined, []]);
  });
});

test('a workout that was deleted is none of the latest any longer', async () => {
  const bench = await startListBench(now => ridesOf(now, 60, 1), { settings: { WORKOUTS: 'classes' } });
  await bench.tick();
  bench.list.splice(2, 1);
  await passDay(bench);
  const dates = (await bench.workouts())?.workouts.map(({ date }) => date);
  const newest = bench.list.slice(0, 20).map(({ start_time }) => new Date(Number(start_time) * 1000));
  assert.deepEqual(
    dates,
    newest.map(at => at.toISOString().slice(0, 10)),
  );
});

test('the latest workouts are the twenty with the newest start, and of each no more than what may be public', async () => {
  const bench = await startListBench(now => ridesOf(now, 130, 1), { settings: { WORKOUTS: 'classes' } });
  const { now } = bench;
  const import_ = { is_3p_fit_feed_workout: true, is_peloton_originated_workout: false, total_work: undefined };
  bench.list.push(
    rideOf(now, 0.5, { ...import_, title: 'Run in Privateplace', effort_zones: { total_effort_points: 3.5 } }),
  );
  const ride = { title: 'A row', duration: 1800, instructor_id: 'i', instructor: { name: 'Ann' } };
  const rowing = { is_total_work_personal_record: true, fitness_discipline: 'caesar', ride };
  bench.list.push(rideOf(now, 0.6, rowing));
  bench.list.push(...upTo(150).map(index => rideOf(now, 900 + index, { ...import_, recorded: 0.01 })));
  await bench.tick();
  const { workouts = [], as_of } = (await bench.workouts()) ?? {};
  assert.equal(as_of, now.toISOString());
  const [imported, own, ...others] = workouts;
  assert.deepEqual(imported, {
    ...{ date: '2026-11-21', discipline: 'cycling', duration_s: 1800, effort_points: 3.5, imported: true },
  });
  const title = 'A row';
  assert.deepEqual(own, {
    ...{ date: '2026-11-21', discipline: 'caesar', title, duration_s: 1800, output_kj: 300 },
    ...{ instructor: 'Ann', is_personal_record: true, imported: false },
  });
  const dates = others.map(({ date }) => date);
  assert.deepEqual(
    dates,
    upTo(18).map(day => new Date(now.getTime() - (1 + day) * 24 * hourMs).toISOString().slice(0, 10)),
  );
});
