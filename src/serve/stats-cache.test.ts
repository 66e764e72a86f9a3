// How often the store is asked, and what readers get while it is slow, away, or holds something that is none of ours.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Bench, fakeRequest, startBench } from '../../test/bench.ts';
import { type Context, createApp } from '../app.ts';
import type { BlobContainer, Storage } from '../azure/storage.ts';
import { answerActivity, answerWorkouts } from './answer-activity.ts';
import { answerBadge } from './answer-badge.ts';
import { answerCard } from './answer-card.ts';
import { answerHistory } from './answer-history.ts';
import { answerPage } from './answer-page.ts';
import { answerStats, answerStatsDay } from './answer-stats.ts';
import { createBlobCache } from './blob-cache.ts';
import type { Reply, RouteHandler } from './reply.ts';
import { builtAt } from './representation.ts';
import { createStatsCache, type StatsCache } from './stats-cache.ts';

const quiet: Context = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

type PublicHandler = Exclude<keyof Bench['app'], 'sync' | 'syncNow'>;
type Ask = (handler: PublicHandler, options?: Parameters<typeof fakeRequest>[0]) => Promise<Reply>;

/** A service with a snapshot, a way to ask it without HTTP, and what its store was asked since. */
async function startReading(at = '2026-11-22T09:00:00.000Z') {
  const bench = await startBench({ at, storeFaults: true, settings: { PUBLIC_URL: 'https://stats.example' } });
  assert.equal((await bench.syncNow()).body.outcome, 'synced');
  const { store } = bench;
  assert.ok(store);
  const app = bench.startApp(); // knows nothing of the sync
  const ask: Ask = (handler, options) => app[handler](fakeRequest(options), quiet);
  const calls = (): number => store.requests.splice(0).length;
  calls();
  return { bench, store, ask, calls };
}

const bodyOf = ({ body = new Uint8Array() }: Reply): string => Buffer.from(body).toString();
const codeOf = (reply: Reply): string => JSON.parse(bodyOf(reply)).code;

describe('while the copies are fresh', () => {
  const routes: ((count: number) => [PublicHandler, Parameters<typeof fakeRequest>[0]])[] = [
    count => ['stats', { query: { n: `${count}` } }],
    () => ['stats', { headers: { 'accept-encoding': 'br' } }],
    () => ['statsDay', { params: { date: '2026-11-22' } }],
    () => ['history', { headers: { 'accept-encoding': 'gzip, br' } }],
    () => ['history', { query: { format: 'csv' } }],
    () => ['card', { query: { theme: 'dark' } }],
    count => ['card', { query: { theme: `theme ${count}` } }],
    () => ['badge', { query: { metric: 'cycling' } }],
    count => ['badge', { query: { metric: `metric ${count}` } }],
    () => ['page', { headers: { 'accept-encoding': 'gzip' } }],
  ];

  it('a thousand requests make no answer anew and ask the store four times', async () => {
    const { bench, ask, calls } = await startReading();
    const first = new Map<number, Reply>();
    for (let count = 0; count < 1_000; count++) {
      const index = count % routes.length;
      const [handler, options] = routes[index]?.(count) ?? [];
      assert.ok(handler);
      const reply = await ask(handler, options);
      assert.equal(reply.status, 200);
      if (!first.has(index)) first.set(index, reply);
      assert.ok(reply === first.get(index), `${handler} is the very same answer`);
      bench.passTime(20);
    }
    assert.equal(calls(), 4, 'the snapshot, its day, the series, and the activity');
  });

  it('a picture is kept until a hundred others were asked for since', async () => {
    const { ask } = await startReading();
    const first = await ask('card', { query: { title: 'first' } });
    for (let count = 0; count < 99; count++) await ask('card', { query: { title: `number ${count}` } });
    assert.ok((await ask('card', { query: { title: ' first ' } })) === first);
    for (let count = 0; count < 100; count++) await ask('card', { query: { title: `other ${count}` } });
    assert.ok((await ask('card', { query: { title: 'first' } })) !== first);
  });

  it('a thousand at once ask the store once for each blob', async () => {
    const { ask, calls } = await startReading();
    const replies = await Promise.all(Array.from({ length: 500 }, () => [ask('stats'), ask('history')]).flat());
    assert.ok(replies.every(({ status }) => status === 200));
    assert.equal(calls(), 2);
  });
});

describe('a copy', () => {
  it('is asked for again after 30 seconds, and only then, by its tag', async () => {
    const { bench, store, ask, calls } = await startReading();
    const tags: (string | undefined)[] = [];
    store.faults.add({
      match: request => {
        tags.push(request.headers['if-none-match']);
        return false;
      },
      fault: 'reset',
    });
    const { headers, body } = await ask('stats');
    bench.passTime(29_999);
    await ask('stats');
    assert.equal(calls(), 1);
    bench.passTime(1);
    const again = await ask('stats');
    assert.equal(calls(), 1);
    assert.deepEqual([again.headers, again.body], [headers, body]);
    assert.deepEqual([tags[0], typeof tags[1]], [undefined, 'string']);
  });

  it('gives way to a new version within 30 seconds, and the series with it however fresh it is', async () => {
    const { bench, ask } = await startReading('2026-11-21T23:59:50.000Z');
    const stats = await ask('stats');
    bench.passTime(20_000); // the series is read later, and stays fresh for longer
    const before = { stats, page: await ask('page'), card: await ask('card') };
    assert.equal((await bench.syncNow({ force: 'true' })).body.outcome, 'synced');
    const readDays = async () => [
      JSON.parse(bodyOf(await ask('history'))).points.length,
      bodyOf(await ask('history', { query: { format: 'csv' } })).match(/^\d.*/gm)?.length,
    ];
    assert.deepEqual(await readDays(), [1, 1], 'as JSON and as CSV');
    bench.passTime(10_000);
    const after = { page: await ask('page'), stats: await ask('stats'), card: await ask('card') };
    assert.deepEqual(await readDays(), [2, 2]);
    for (const name of ['stats', 'page', 'card'] as const) {
      assert.notEqual(before[name].headers.ETag, after[name].headers.ETag, name);
    }
    assert.equal((await ask('page')).headers.ETag, after.page.headers.ETag, 'it was drawn with the new series');
  });

  it('that is said to be old while it is read is read again, once', async () => {
    let reads = 0;
    const cache = createBlobCache({
      read: async () => {
        reads++;
        if (reads <= 2) cache.expire();
        return { bytes: Buffer.alloc(0), etag: `"${reads}"`, lastModified: new Date(0) };
      },
      parse: ({ etag }) => etag,
      monotonicMs: () => 0,
    });
    const read = async () => (await cache.get())?.value;
    assert.deepEqual([await read(), await read(), await read()], ['"2"', '"3"', '"3"']);
  });

  it('of nothing is remembered for 5 seconds at most', async () => {
    const bench = await startBench({ storeFaults: true });
    const calls = () => bench.store?.requests.splice(0).length;
    assert.equal((await bench.get('stats')).reply.status, 404);
    bench.passTime(4_999);
    assert.equal((await bench.get('stats')).reply.status, 404);
    assert.equal(calls(), 1);
    bench.passTime(1);
    assert.equal((await bench.get('stats')).reply.status, 404);
    assert.equal(calls(), 1);
  });

  it('of nothing does not outlive the first snapshot that this instance sees', async () => {
    const bench = await startBench();
    const app = bench.startApp();
    assert.equal((await app.stats(fakeRequest(), quiet)).status, 404);
    bench.passTime(2_500);
    assert.equal((await app.history(fakeRequest(), quiet)).status, 404);
    await bench.tick();
    bench.passTime(2_500); // what is known of the snapshot is old by now, and of the series it is not
    assert.equal((await app.history(fakeRequest(), quiet)).status, 200);
  });

  it('is kept for the 64 days that were asked for last', async () => {
    const { bench, ask, calls } = await startReading();
    const snapshot = await bench.blob('latest.json');
    assert.ok(snapshot);
    const days = Array.from({ length: 65 }, (_, index) =>
      new Date(Date.UTC(2024, 0, 1 + index)).toISOString().slice(0, 10),
    );
    for (const date of days) {
      const day = bench.container('public').getBlockBlobClient(`history/${date}.json`);
      await day.upload(snapshot.replaceAll('2026-11-22', date), snapshot.length);
    }
    await bench.container('public').deleteBlob('history.json');
    bench.passTime(60_000);
    assert.equal((await bench.syncNow({ force: 'true' })).body.outcome, 'synced'); // the series has them all
    assert.equal((await ask('history')).status, 200);
    calls();
    const askFor = async (...dates: (string | undefined)[]) => {
      for (const date of dates) assert.equal((await ask('statsDay', { params: { date: date ?? '' } })).status, 200);
      return calls();
    };
    assert.equal(await askFor(...days.slice(0, 64)), 64);
    assert.equal(await askFor(days[0], days[64]), 1);
    assert.equal(await askFor(days[0], ...days.slice(2)), 0);
    assert.equal(await askFor(days[1]), 1);
  });
});

describe('a day that never was', () => {
  const statusOf = async (ask: Ask, date: string) => (await ask('statsDay', { params: { date } })).status;

  it('is answered from the series, before, between and far ahead of the days that were', async () => {
    const { bench, ask, calls } = await startReading();
    bench.passTime(48 * 3_600_000);
    await bench.tick();
    calls();
    const never = Array.from({ length: 100 }, (_, index) => new Date(Date.UTC(1900, 0, 8 + index * 97)));
    for (const date of [...never.map(at => at.toISOString().slice(0, 10)), '2026-11-23', '2099-01-01']) {
      assert.equal(await statusOf(ask, date), 404, date);
    }
    assert.ok(calls() <= 3, 'the series, the names of the days, and the snapshot: is there any?');
    assert.deepEqual([await statusOf(ask, '2026-11-22'), await statusOf(ask, '2026-11-24')], [200, 200]);
    bench.passTime(30_000);
    calls();
    for (const date of ['1900-01-08', '2026-11-23']) assert.equal(await statusOf(ask, date), 404);
    assert.ok(calls() <= 2, 'the names are of the version of the series');
  });

  it('is not one that was damaged when the series was made: whoever asks hears so, and gets the day that is put back', async () => {
    const { bench, ask } = await startReading('2026-11-20T09:00:00.000Z');
    for (let days = 0; days < 2; days++) {
      bench.passTime(24 * 3_600_000);
      await bench.tick();
    }
    const days = ['2026-11-20', '2026-11-21'];
    const good = await Promise.all(days.map(date => bench.blob(`history/${date}.json`)));
    const put = async (date: string, text: string) =>
      await bench.container('public').getBlockBlobClient(`history/${date}.json`).upload(text, text.length);
    for (const date of days) await put(date, '{');
    await bench.container('public').deleteBlob('history.json');
    bench.passTime(24 * 3_600_000);
    await bench.tick(); // the series begins with the day after both
    for (const date of days) {
      const refused = await ask('statsDay', { params: { date } });
      assert.deepEqual([refused.status, codeOf(refused)], [503, 'storage'], date);
      assert.match(bodyOf(refused), /is damaged\. Put a good version back/);
    }
    assert.equal(await statusOf(ask, '2026-11-19'), 404);
    for (const [index, date] of days.entries()) await put(date, good[index] ?? '');
    bench.passTime(5_000);
    for (const date of days) assert.equal(await statusOf(ask, date), 200, date);
  });

  it('is a 503 while the names of the days cannot be read, which keeps nothing else from the readers', async () => {
    const { store, ask, calls } = await startReading();
    await ask('history');
    const fault = store.faults.add({ match: { path: /^\/[^/]+\/bench$/ }, fault: { status: 403, body: {} } });
    calls();
    for (const date of ['2020-01-01', '2020-01-02']) assert.equal(await statusOf(ask, date), 503, date);
    assert.equal(calls(), 1, 'and nobody waits for them again for a while');
    assert.equal(await statusOf(ask, '2026-11-22'), 200);
    assert.equal((await ask('stats')).status, 200);
    fault.remove();
  });

  it('is asked for where it may have been written by a run that ended before the series', async () => {
    const { bench, ask, calls } = await startReading();
    const snapshot = (await bench.blob('latest.json')) ?? '';
    assert.equal(await statusOf(ask, '2026-11-23'), 404);
    const day = bench.container('public').getBlockBlobClient('history/2026-11-23.json');
    await day.upload(snapshot.replaceAll('2026-11-22', '2026-11-23'), snapshot.length);
    bench.passTime(5_000);
    assert.equal(await statusOf(ask, '2026-11-23'), 200);
    calls();
    for (let times = 0; times < 9; times++) assert.equal(await statusOf(ask, '2026-11-24'), 404);
    assert.equal(calls(), 1, 'and not again for a while');
  });

  it('asks for nothing but the series and the snapshot before the first sync', async () => {
    const bench = await startBench({ storeFaults: true });
    for (const date of ['2026-11-20', '2026-11-21', '2026-11-22']) {
      assert.equal((await bench.app.statsDay(fakeRequest({ params: { date } }), quiet)).status, 404);
    }
    assert.equal(bench.store?.requests.length, 2);
  });

  it('with a series that cannot be read leaves the days that were', async () => {
    const { bench, ask } = await startReading();
    await bench.container('public').getBlockBlobClient('history.json').upload('{', 1);
    assert.equal(await statusOf(ask, '2026-11-22'), 200);
    assert.equal(await statusOf(ask, '2020-01-01'), 404);
  });
});

describe('Last-Modified', () => {
  const page = { publicUrl: undefined, syncTime: { hour: 8, minute: 0 }, mode: 'classes' } as const;
  const card = (cache: StatsCache) => answerCard(cache, page);
  const badge = (cache: StatsCache) => answerBadge(cache, 'classes');
  type Row = [
    blobs: string[],
    answer: (cache: StatsCache) => RouteHandler,
    options?: Parameters<typeof fakeRequest>[0],
  ];
  const whole = ['latest.json', 'history.json', 'activity.json', 'workouts.json'];
  const rows: Row[] = [
    [['latest.json'], answerStats],
    [['history/2026-11-21.json'], cache => answerStatsDay(cache, () => new Date()), { params: { date: '2026-11-21' } }],
    [['history.json'], answerHistory],
    [['history.json'], answerHistory, { query: { format: 'csv', from: '2026-11-22' } }],
    [['activity.json'], cache => answerActivity(cache, 'days')],
    [['activity.json'], cache => answerActivity(cache, 'days'), { query: { format: 'csv', to: '2026-11-21' } }],
    [['workouts.json'], cache => answerWorkouts(cache, 'classes')],
    [whole, card],
    [whole, card, { query: { theme: 'dark' } }],
    [whole, card, { query: { view: 'year', year: '2026' } }],
    [whole, card, { query: { view: 'recent' } }],
    [['latest.json'], badge, { query: { metric: 'streak' } }],
    [whole, badge, { query: { metric: 'minutes' } }],
    [whole, cache => answerPage(cache, page)],
    [whole, cache => answerPage(cache, page), { query: { embed: '' } }],
  ];

  /** A store that holds copies of blobs with dates of the test's own: those of a real one have whole seconds. */
  function startDatedStore(contents: ReadonlyMap<string, Buffer>) {
    let [elapsedMs, latest] = [0, 10];
    const dates = new Map<string, number>();
    const read: BlobContainer['read'] = async name => {
      const bytes = contents.get(name);
      const seconds = dates.get(name) ?? 10;
      const lastModified = new Date(builtAt.getTime() + seconds * 1_000);
      return bytes && { bytes, etag: `"${seconds}"`, lastModified };
    };
    const storage = async () => ({ public: { read } }) as unknown as Storage;
    const cache = createStatsCache({ storage, clock: () => new Date(), monotonicMs: () => elapsedMs });
    return {
      cache,
      putLater(name: string) {
        latest += 1;
        dates.set(name, latest);
        elapsedMs += 30_000;
      },
    };
  }

  it('is of the latest of all that an answer is made of, whichever of that was made anew or put back', async () => {
    const bench = await startBench({ at: '2026-11-21T09:00:00.000Z', settings: { WORKOUTS: 'classes' } });
    await bench.tick();
    bench.passTime(24 * 3_600_000);
    await bench.tick();
    const names = new Set(rows.flatMap(([blobs]) => blobs));
    const read = async (name: string) => [name, Buffer.from((await bench.blob(name)) ?? '')] as const;
    const contents = new Map(await Promise.all([...names].map(read)));
    for (const [blobs, answer, options] of rows) {
      const { cache, putLater } = startDatedStore(contents);
      const ask = answer(cache);
      const get = (headers = {}) => ask(fakeRequest({ ...options, headers }), () => {});
      for (const name of blobs) {
        const since = async () => ({ 'if-modified-since': (await get()).headers['Last-Modified'] ?? '' });
        const before = await since();
        assert.equal((await get(before)).status, 304, name);
        putLater(name);
        assert.equal((await get(before)).status, 200, `${answer} ${JSON.stringify(options)} after ${name}`);
        assert.equal((await get(await since())).status, 304, name);
      }
    }
  });

  it('of a picture without stats, or without its trend, proves nothing', async () => {
    const { bench, store, ask } = await startReading();
    const since = async () => ({ 'if-modified-since': (await ask('card')).headers['Last-Modified'] ?? '' });
    const fault = store.faults.add({ match: {}, fault: { status: 403, body: {} } });
    const placeholder = await since();
    fault.remove();
    bench.passTime(5_000);
    const withoutSeries = store.faults.add({ match: { path: /history\.json/ }, fault: { status: 403, body: {} } });
    assert.equal((await ask('card', { headers: placeholder })).status, 200);
    const partly = await since();
    assert.equal((await ask('card', { headers: partly })).status, 200);
    withoutSeries.remove();
    bench.passTime(5_000);
    assert.equal((await ask('card', { headers: partly })).status, 200);
    assert.equal((await ask('card', { headers: await since() })).status, 304);
  });
});

describe('while the store is away', () => {
  it('readers get the copy, and the store is asked every 5 seconds until it is back', async () => {
    const { bench, store, ask, calls } = await startReading();
    const before = await ask('stats');
    const page = await ask('page');
    const fault = store.faults.add({ match: {}, fault: { status: 403, body: {} } });
    calls();
    bench.passTime(3_600_000);
    for (let seconds = 0; seconds < 10; seconds++) {
      assert.equal((await ask('stats')).body, before.body);
      assert.equal((await ask('page')).body, page.body);
      bench.passTime(1_000);
    }
    assert.ok(calls() <= 2 * 2, 'the snapshot and the series, twice in ten seconds');
    fault.remove();
    assert.equal((await ask('stats')).body, before.body);
    assert.equal(calls(), 1);
    bench.passTime(29_999);
    await ask('stats');
    assert.equal(calls(), 0);
  });

  it('what was never read is a 503, and is there 5 seconds after the store is', async () => {
    const { bench, store, ask } = await startReading();
    await ask('stats');
    const fault = store.faults.add({ match: {}, fault: { status: 403, body: {} } });
    const day = { params: { date: '2026-11-22' } };
    for (const reply of [await ask('statsDay', day), await ask('history')]) {
      assert.deepEqual([reply.status, codeOf(reply), reply.headers['Retry-After']], [503, 'storage', '60']);
      assert.equal(reply.headers['Cache-Control'], 'no-store');
    }
    const card = await ask('card');
    assert.equal(card.status, 200, 'a picture of the stats without their trend');
    fault.remove();
    bench.passTime(5_000);
    assert.equal((await ask('statsDay', day)).status, 200);
    assert.equal((await ask('history')).status, 200);
  });

  it('nobody waits twice: a store that hangs is waited for once, by all routes, and then not for 5 seconds', async () => {
    const bench = await startBench({ storeFaults: true, settings: { WORKOUTS: 'classes' } });
    await bench.tick();
    const app = bench.startApp();
    const { store } = bench;
    assert.ok(store);
    store.requests.splice(0);
    const fault = store.faults.add({ match: {}, fault: 'hang' });
    const names = ['page', 'stats', 'history', 'statsDay', 'activity', 'workouts', 'card', 'badge'] as const;
    const params = { date: '2026-11-22' };
    const statuses = async () =>
      await Promise.all(names.map(async name => (await app[name](fakeRequest({ params }), quiet)).status));
    const away = [503, 503, 503, 503, 503, 503, 200, 200];
    const startedAt = performance.now();
    assert.deepEqual(await statuses(), away);
    const waited = performance.now() - startedAt;
    assert.ok(waited < 9_000, `${waited}: the time of a call, which is 6 s, and not of two`);
    const asked = new Set(store.requests.splice(0).map(({ path }) => path));
    assert.equal(asked.size, 4, 'snapshot, series, activity and workouts, side by side');
    bench.passTime(4_999);
    assert.deepEqual(await statuses(), away);
    assert.equal(store.requests.length, 0);
    fault.remove();
    bench.passTime(1);
    assert.deepEqual(await statuses(), [200, 200, 200, 200, 200, 200, 200, 200]);
    await store.close();
  });

  it('a sync of this instance ends that at once, for the blobs and for the names of the days', async () => {
    const bench = await startBench({ storeFaults: true });
    await bench.tick();
    const app = bench.startApp();
    const params = { date: '2020-01-01' };
    const rows = [
      { name: 'stats', match: {}, after: 200 },
      { name: 'statsDay', match: { path: /^\/[^/]+\/bench$/ }, after: 404 },
    ] as const;
    for (const { name, match, after } of rows) {
      const status = async () => (await app[name](fakeRequest({ params }), quiet)).status;
      const fault = bench.store?.faults.add({ match, fault: { status: 403, body: {} } });
      assert.equal(await status(), 503);
      fault?.remove();
      assert.equal(await status(), 503, 'remembered');
      await bench.tick(app);
      assert.equal(await status(), after);
    }
  });

  it('nobody waits for a store that hangs longer than a second, and those who come later not at all', async () => {
    const { bench, store, ask } = await startReading();
    const { body } = await ask('stats');
    store.faults.add({ match: {}, fault: 'hang' });
    bench.passTime(30_000);
    const startedAt = performance.now();
    assert.equal((await ask('stats')).body, body);
    const waited = performance.now() - startedAt;
    assert.ok(waited > 900 && waited < 4_000, `${waited}`);
    assert.equal((await ask('stats')).body, body);
    assert.ok(performance.now() - startedAt - waited < 900, 'the second reader');
    await store.close();
  });
});

describe('a blob that is none of ours', () => {
  const damages: [string, string | undefined][] = [
    ['cut off', '{"schema_version":1,"points":[{"date":"2026-'],
    ['of another shape', '{"schema_version":1,"points":{"2026-11-22":1}}'],
    ['missing', undefined],
  ];
  for (const [what, content] of damages) {
    it(`as the series, ${what}: said in health, refused to readers, made anew by the next sync`, async () => {
      const { bench, ask } = await startReading();
      bench.passTime(24 * 3_600_000);
      await bench.tick();
      const good = await bench.blob('history.json');
      const series = bench.container('public').getBlockBlobClient('history.json');
      if (content === undefined) await series.delete();
      else await series.upload(content, content.length);

      const health = await bench.health();
      assert.equal(health.status, 'failing');
      assert.equal(health.problem?.code, 'storage');
      assert.match(health.problem?.hint ?? '', /^history\.json is (damaged|missing)\. The next sync makes it anew/);
      const refused = await ask('history');
      assert.deepEqual([refused.status, codeOf(refused)], [503, 'storage']);
      assert.match(bodyOf(refused), /history\.json is (damaged|missing)/);
      assert.equal((await ask('card')).status, 200);
      assert.equal((await ask('page')).status, 200);

      bench.passTime(24 * 3_600_000);
      await bench.tick();
      const points = JSON.parse((await bench.blob('history.json')) ?? '').points;
      assert.deepEqual(points.slice(0, 2), JSON.parse(good ?? '').points);
      assert.equal(points.length, 3);
      assert.equal((await bench.health()).status, 'ok');
      assert.equal((await ask('history')).status, 200);
    });
  }

  for (const [what, content] of [
    ['damaged', '{"schema_version":1,'],
    ['that of another day', undefined],
  ]) {
    it(`as a day, ${what}: said with what restores it, and named in the log by the sync that completes the series`, async () => {
      const { bench, ask } = await startReading('2026-11-21T09:00:00.000Z');
      bench.passTime(24 * 3_600_000);
      await bench.tick();
      const text = content ?? (await bench.blob('latest.json')) ?? '';
      await bench.container('public').getBlockBlobClient('history/2026-11-21.json').upload(text, text.length);
      const refused = await ask('statsDay', { params: { date: '2026-11-21' } });
      assert.deepEqual([refused.status, codeOf(refused)], [503, 'storage']);
      const { detail } = JSON.parse(bodyOf(refused));
      assert.match(detail, /^history\/2026-11-21\.json is damaged\. Put a good version back .*"Restore from history"/);
      assert.doesNotMatch(detail, /next sync/);

      await bench.container('public').deleteBlob('history.json');
      bench.passTime(24 * 3_600_000);
      await bench.tick();
      assert.deepEqual(bench.events('history.left-out')[0]?.damaged, ['history/2026-11-21.json']);
      const dates = JSON.parse((await bench.blob('history.json')) ?? '').points.map(
        ({ date }: { date: string }) => date,
      );
      assert.deepEqual(dates, ['2026-11-22', '2026-11-23']);
    });
  }

  it('as the newest snapshot leaves readers the one they had', async () => {
    const { bench, ask } = await startReading();
    const { body } = await ask('stats');
    await bench.container('public').getBlockBlobClient('latest.json').upload('{"schema_version":2}', 20);
    bench.passTime(30_000);
    assert.equal((await ask('stats')).body, body);
    const fresh = await bench.startApp().stats(fakeRequest(), quiet);
    assert.deepEqual([fresh.status, codeOf(fresh)], [503, 'storage']);
    assert.match(bodyOf(fresh), /latest\.json is damaged/);
    const { status, problem } = await bench.health();
    assert.deepEqual([status, problem?.code], ['failing', 'storage']);
    assert.match(problem?.hint ?? '', /^latest\.json is damaged\. The next sync makes it anew\.$/);
    await bench.tick();
    bench.passTime(5_000);
    assert.notEqual((await ask('stats')).body, body);
  });
});

describe('the days on the page, without the list of workouts', () => {
  const pageWith = async (syncTime: string) => {
    const bench = await startBench({
      at: `2026-11-30T${syncTime}:30Z`,
      settings: { SYNC_TIME: syncTime, WORKOUTS: 'off' },
    });
    await bench.tick();
    bench.passTime(24 * 3_600_000);
    await bench.tick();
    return bodyOf(await bench.startApp().page(fakeRequest(), quiet));
  };

  it('go by the time of the sync: what it finds in the evening is of that day, and of that month', async () => {
    const evening = await pageWith('22:00');
    assert.match(evening, /<title>Dec 1, 2026: \d+ workouts?<\/title>/);
    assert.doesNotMatch(evening, /Nov 30, 2026: \d+ workout/);
    assert.match(evening, /<th scope="row">December 2026<\/th>/);
    const morning = await pageWith('08:00');
    assert.match(morning, /<title>Nov 30, 2026: \d+ workouts?<\/title>/);
    assert.doesNotMatch(morning, /Dec 1, 2026: \d+ workout/);
    assert.match(morning, /<th scope="row">November 2026<\/th>/);
  });
});

describe('a slug that an earlier version stored twice', () => {
  it('is one in every answer, and in the series that is made anew', async () => {
    const { bench, ask } = await startReading();
    const stored = JSON.parse((await bench.blob('latest.json')) ?? '');
    const [first] = stored.workout_counts.workouts;
    const once = (count: number) => ({ ...first, name: 'Twice', slug: 'twice', count });
    stored.workout_counts.workouts.push(once(1), once(2));
    const record = { name: '45 min', slug: '2700', value: 512 };
    const group = { name: 'Records', slug: 'twice', records: [record] };
    stored.personal_records = [group, { ...group, records: [record, { ...record, slug: '1200' }] }];
    stored.achievements = [
      { name: 'Ten', slug: 'ten', count: 1 },
      { name: 'Ten', slug: 'ten', count: 2 },
    ];
    const text = Buffer.from(JSON.stringify(stored));
    for (const name of ['latest.json', 'history/2026-11-22.json'])
      await bench.container('public').getBlockBlobClient(name).upload(text, text.length);
    for (const handler of ['stats', 'statsDay'] as const) {
      const json = JSON.parse(bodyOf(await ask(handler, { params: { date: '2026-11-22' } })));
      const { workout_counts, personal_records, achievements } = json;
      assert.deepEqual(personal_records, [{ ...group, records: [record, { ...record, slug: '1200' }] }]);
      assert.deepEqual(achievements, [{ name: 'Ten', slug: 'ten', count: 3 }]);
      const twice = workout_counts.workouts.filter(({ slug }: { slug: string }) => slug === 'twice');
      assert.deepEqual(twice, [once(3)], handler);
    }
    assert.equal(JSON.parse(bodyOf(await ask('badge', { query: { metric: 'twice' } }))).message, '3');
    assert.equal(bodyOf(await ask('page')).match(/>Twice</g)?.length, 1);
    await bench.container('public').deleteBlob('history.json');
    bench.passTime(24 * 3_600_000);
    await bench.tick();
    const [point] = JSON.parse((await bench.blob('history.json')) ?? '').points;
    assert.deepEqual([point.date, point.counts.twice], ['2026-11-22', 3]);
  });
});

describe('with faults in all settings but those of the store', () => {
  it('every GET is answered, and health names the settings', async () => {
    const bench = await startBench({ settings: { WORKOUTS: 'classes' } });
    await bench.tick();
    const faults = { KEY_VAULT_URL: '', SYNC_TIME: 'half past eight', PUBLIC_URL: 'stats.example' };
    const { sync: _, syncNow: __, health, ...handlers } = createApp({ ...bench.settings, ...faults });
    const params = { date: bench.now.toISOString().slice(0, 10) };
    for (const [name, handler] of Object.entries(handlers)) {
      const reply = await handler(fakeRequest({ params }), quiet);
      assert.equal(reply.status, name === 'root' ? 302 : 200, name);
      assert.doesNotMatch(bodyOf(reply), /stats\.example/, name);
    }
    const { problem } = JSON.parse(bodyOf(await health(fakeRequest(), quiet)));
    assert.equal(problem.code, 'config');
    for (const name of Object.keys(faults)) assert.ok(problem.hint.includes(name), problem.hint);
  });
});

describe('without usable settings of the store', () => {
  it('pictures are drawn, and JSON is a 500 that names the setting', async () => {
    for (const settings of [{}, { STORAGE_CONNECTION_STRING: 'canary' }]) {
      const app = createApp(settings);
      for (const name of ['card', 'badge'] as const) {
        const reply = await app[name](fakeRequest(), quiet);
        assert.equal(reply.status, 200, name);
        assert.match(bodyOf(reply), /stats unavailable/);
      }
      const reply = await app.stats(fakeRequest(), quiet);
      assert.deepEqual([reply.status, codeOf(reply)], [500, 'config']);
      assert.equal(reply.headers['Retry-After'], undefined, 'it takes a person');
      const page = await app.page(fakeRequest(), quiet);
      assert.equal(page.status, 500);
      assert.match(bodyOf(page), /Stats unavailable.*STORAGE_CONNECTION_STRING.*<a href="health">/s);
    }
  });
});
