// What a clock that was wrong leaves behind, in every place where an instant or a day is stored, and that a clock which is right
// again gets past it.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startLoopbackServer } from '../sandbox/loopback-server.ts';
import type { Context } from '../src/app.ts';
import { hourMs, minuteMs } from '../src/stats/time.ts';
import type { State } from '../src/sync/state.ts';
import { type Bench, type BenchOptions, fakeRequest, startBench } from './bench.ts';
import { askedDuring, tickFailure } from './session-bench.ts';

const quiet: Context = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const dayMs = 24 * hourMs;

type Name = 'stats' | 'statsDay' | 'history' | 'card' | 'page';

/** The answer of another instance, which has no copy yet. */
async function read(bench: Bench, name: Name, options: Parameters<typeof fakeRequest>[0] = {}) {
  const { status, body = [] } = await bench.startApp()[name](fakeRequest(options), quiet);
  return { status, text: Buffer.from(body).toString() };
}

async function readDates(bench: Bench, name = 'history.json'): Promise<string[]> {
  const { points } = JSON.parse((await bench.blob(name)) ?? '') as { points: { date: string }[] };
  return points.map(({ date }) => date);
}

const latestOf = async (bench: Bench) => JSON.parse((await bench.blob('latest.json')) ?? '');

/** A service with a good day, whose clock is then ahead by so much for one sync that somebody forces, and right again. */
async function startAfter(aheadMs: number, options: BenchOptions = {}): Promise<Bench> {
  const bench = await startBench({ at: '2026-11-21T09:00:00Z', ...options });
  await bench.tick();
  bench.passTime(hourMs);
  const right = bench.now;
  bench.now = new Date(right.getTime() + aheadMs);
  assert.equal((await bench.syncNow({ force: 'true' })).body.outcome, 'synced');
  bench.now = right;
  return bench;
}

/** Five years, so that the day is in the past of no test. */
const years = Date.parse('2031-11-21T10:00:00Z') - Date.parse('2026-11-21T10:00:00Z');

async function changeState(bench: Bench, change: (state: State) => object): Promise<void> {
  const text = JSON.stringify(change(await bench.state()));
  await bench.container('private').getBlockBlobClient('state.json').upload(text, text.length);
}

const putPublic = (bench: Bench, name: string, text: string) =>
  bench.container('public').getBlockBlobClient(name).upload(text, Buffer.byteLength(text));

describe('a sync whose clock was years ahead', () => {
  it('leaves nothing that a reader sees, before the next sync as after it', async () => {
    const bench = await startAfter(years);
    const assertUnseen = async () => {
      const history = await read(bench, 'history');
      const csv = await read(bench, 'history', { query: { format: 'csv' } });
      const part = await read(bench, 'history', { query: { from: '2027-01-01' } });
      const { text: card } = await read(bench, 'card');
      for (const { text } of [history, csv, part]) assert.doesNotMatch(text, /2031/);
      assert.doesNotMatch(card, /in 1,\d\d\d days/);
      const day = await read(bench, 'statsDay', { params: { date: '2031-11-21' } });
      assert.deepEqual([day.status, JSON.parse(day.text).code], [404, 'not-found']);
    };
    await assertUnseen();
    await bench.tick();
    await assertUnseen();
    assert.doesNotMatch((await read(bench, 'page')).text, /203\d/);
    assert.equal((await bench.health()).status, 'ok');
    assert.equal((await latestOf(bench)).date, '2026-11-21');
  });

  it('leaves stats, which health does not say are not there', async () => {
    const bench = await startAfter(years);
    assert.match((await bench.health()).problem?.hint ?? '', /^A wrong clock dated the stats ahead: the next sync /);
    bench.peloton.faults.add({ match: {}, fault: { status: 503 } });
    assert.equal(await tickFailure(bench), 'upstream-unavailable');
    assert.match((await bench.health()).problem?.hint ?? '', /Readers see stats that a wrong clock dated ahead\.$/);
  });

  it('leaves no point in the series, and the log names the day once', async () => {
    const bench = await startAfter(years);
    assert.deepEqual(await readDates(bench), ['2026-11-21', '2031-11-21']);
    await bench.tick();
    assert.deepEqual(await readDates(bench), ['2026-11-21']);
    assert.deepEqual(bench.events('history.left-out')[0]?.ahead, ['history/2031-11-21.json']);
    bench.passTime(dayMs);
    await bench.tick();
    assert.deepEqual(await readDates(bench), ['2026-11-21', '2026-11-22']);
    assert.equal(bench.events('history.left-out').length, 1);
  });

  it('leaves no day that a series made anew has', async () => {
    const bench = await startAfter(years);
    await bench.container('public').deleteBlob('history.json');
    await bench.tick();
    assert.deepEqual(await readDates(bench), ['2026-11-21']);
    assert.deepEqual(bench.events('history.left-out')[0]?.ahead, ['history/2031-11-21.json']);
  });

  it('leaves no day under another name either', async () => {
    const bench = await startAfter(years);
    const ahead = (await bench.blob('history/2031-11-21.json')) ?? '';
    await putPublic(bench, 'history/2026-11-20.json', ahead.replace('"date":"2031-11-21"', '"date":"2026-11-20"'));
    await bench.container('public').deleteBlob('history.json');
    assert.equal((await read(bench, 'statsDay', { params: { date: '2026-11-20' } })).status, 404);
    await bench.tick();
    assert.deepEqual(await readDates(bench), ['2026-11-21']);
  });

  it('says of a part that is gone since then that it is gone since now', async () => {
    const bench = await startAfter(years);
    bench.peloton.behaviour.alterOverview = ({ streaks: _lost, ...overview }) => overview;
    await bench.tick();
    const { notices } = (await bench.state()) as { notices: { code: string; since: string }[] };
    assert.deepEqual(
      notices.map(({ code, since }) => [code, since]),
      [['parts-lost', bench.now.toISOString()]],
    );
  });
});

const then = '2099-01-01T00:00:00.000Z';
const failure = { at: then, since: then, code: 'vault' as const, hint: 'the hint', unavailable_in_row: 0 };
const versions = { username: '1', password: '1', session: '1' };

describe('a state with an instant of 2099', () => {
  it('as the last success: a sync is due all the same, and health does not tell it', async () => {
    const bench = await startBench();
    await bench.tick();
    await changeState(bench, state => ({ ...state, last_success: then }));
    assert.equal((await bench.health()).last_success, bench.now.toISOString());
    bench.passTime(dayMs);
    await bench.tick();
    assert.equal(bench.peloton.counts.overviews, 2);
  });

  it('as the last failure: it is none', async () => {
    const bench = await startBench();
    await bench.tick();
    await changeState(bench, state => ({ ...state, last_failure: failure }));
    assert.equal((await bench.health()).status, 'ok');
    await changeState(bench, state => ({ ...state, last_failure: { ...failure, at: bench.now.toISOString() } }));
    assert.equal((await bench.health()).problem, null, 'a success of the same instant has followed');
  });

  it('as since when a failure lasts: it lasts since the last one that is known', async () => {
    const bench = await startBench();
    await bench.tick();
    bench.passTime(minuteMs);
    await changeState(bench, state => ({ ...state, last_failure: { ...failure, at: bench.now.toISOString() } }));
    assert.equal((await bench.health()).problem?.since, bench.now.toISOString());
  });

  it('as the next attempt, and as the end of a refusal: neither is waited for, and health tells neither', async () => {
    for (const change of [{ next_attempt: then }, { refused: { versions, until: then, stops_sync: true } }]) {
      const bench = await startBench();
      await bench.tick();
      bench.passTime(dayMs);
      await changeState(bench, state => ({ ...state, ...change }));
      const { next_attempt } = (await bench.health()) as { next_attempt?: string };
      assert.equal(next_attempt, new Date(bench.now.getTime() + 15 * minuteMs).toISOString());
      await bench.tick();
      assert.equal(bench.peloton.counts.overviews, 2);
    }
  });

  it('as a sign-in: it is none; one that is dated a day and a half ahead was made', async () => {
    for (const [at, code] of [
      [then, undefined],
      ['2026-11-24T21:00:00.000Z', 'upstream-changed'],
    ] as const) {
      const bench = await startBench();
      await bench.tick();
      const sign_ins = Array(3).fill({ at, outcome: 'signed-in' });
      await changeState(bench, state => ({ ...state, sign_ins }));
      bench.peloton.revokeAll();
      bench.passTime(dayMs);
      assert.equal(await tickFailure(bench), code);
    }
  });

  it('as since when a part of the overview is gone: it is gone since now, and its notice ends in time', async () => {
    const bench = await startBench();
    await bench.tick();
    bench.peloton.behaviour.alterOverview = ({ streaks: _gone, ...overview }) => overview;
    bench.passTime(dayMs);
    await bench.tick();
    await changeState(bench, state => ({ ...state, lost_parts: [{ part: 'streaks', since: then }] }));
    const noticed: string[][] = [];
    for (const days of [1, 1, 30]) {
      bench.passTime(days * dayMs);
      await bench.tick();
      noticed.push((await bench.health()).notices.map(({ since }) => since));
    }
    assert.deepEqual(noticed, [['2026-11-24T09:00:00.000Z'], ['2026-11-24T09:00:00.000Z'], []]);
  });

  it('as the try of a build hook: the hook is called all the same', async () => {
    const calls: string[] = [];
    const site = await startLoopbackServer(async (request, response) => {
      calls.push(request.url ?? '');
      response.writeHead(204).end();
    });
    const hooks = JSON.stringify([{ url: `${site.url}/build` }]);
    try {
      for (const [index, tried] of [then, '2027-11-22T09:00:00.000Z', '2026-11-23T20:00:00.000Z'].entries()) {
        const bench = await startBench();
        await bench.tick();
        bench.vault.secrets.set('build-hooks', hooks);
        bench.peloton.behaviour.alterOverview = overview => ({ ...overview, streaks: { current_weekly: index } });
        await bench.syncNow({ force: 'true' });
        calls.splice(0);
        await changeState(bench, state => ({
          ...state,
          hooks: state.hooks.map(hook => ({ ...hook, accepted: 'other stats', tried: [tried] })),
        }));
        bench.passTime(15 * minuteMs);
        await bench.tick();
        assert.deepEqual(calls, ['/build'], tried);
      }
    } finally {
      await site.close();
    }
  });
});

describe('a failure', () => {
  it('is ended by a success, whatever its stamp', async () => {
    const bench = await startBench();
    await bench.tick();
    bench.passTime(dayMs);
    const right = bench.now;
    bench.now = new Date(right.getTime() + 20 * hourMs);
    const fault = bench.vault.faults.add({ match: {}, fault: { status: 403 } });
    assert.equal(await tickFailure(bench), 'vault');
    fault.remove();
    bench.now = right;
    await bench.tick();
    const { status, problem } = await bench.health();
    assert.deepEqual([status, problem], ['ok', null]);
    bench.passTime(24 * hourMs);
    assert.equal((await bench.health()).problem, null);
    bench.peloton.faults.add({ match: { path: /overview/ }, fault: { status: 503 } });
    assert.equal(await tickFailure(bench), 'upstream-unavailable');
    assert.equal((await bench.state()).last_failure?.unavailable_in_row, 1);
  });

  it('that follows a success which is dated ahead of it is said', async () => {
    const bench = await startAfter(36 * hourMs);
    bench.vault.faults.add({ match: {}, fault: { status: 403 } });
    assert.equal((await bench.syncNow({ force: 'true' })).body.code, 'vault');
    const { status, problem } = await bench.health();
    assert.deepEqual([status, problem?.code], ['failing', 'vault']);
  });
});

describe('a sync whose clock was a day and a half ahead', () => {
  it('leaves a place that no other takes unforced: Peloton is not asked, and health says what to do', async () => {
    const bench = await startAfter(36 * hourMs);
    const before = await bench.blob('latest.json');
    const asked = await askedDuring(bench, async () => {
      for (let tick = 0; tick < 3; tick++, bench.passTime(15 * minuteMs))
        assert.equal(await tickFailure(bench), 'storage');
    });
    assert.deepEqual(asked, []);
    assert.equal(await bench.blob('latest.json'), before);
    const { status, body } = await bench.syncNow();
    assert.deepEqual([status, body.code], [503, 'storage']);
    assert.match(
      `${body.detail}`,
      /latest\.json is dated ahead of the clock \(2026-11-22T22:00:00\.000Z\).*\?force=true/,
    );
    const health = await bench.health();
    assert.deepEqual([health.status, health.problem?.code], ['failing', 'storage']);
    assert.match(health.problem?.hint ?? '', /npm run sync -- --force/);
  });

  it('is written over with force, which is then what readers see', async () => {
    const bench = await startAfter(36 * hourMs);
    const { body } = await bench.syncNow({ force: 'true' });
    assert.deepEqual(body, { outcome: 'synced', date: '2026-11-21', synced_at: bench.now.toISOString() });
    for (const name of ['latest.json', 'history/2026-11-21.json']) {
      assert.equal(JSON.parse((await bench.blob(name)) ?? '').synced_at, bench.now.toISOString(), name);
    }
    assert.deepEqual(await readDates(bench), ['2026-11-21']);
    assert.deepEqual(bench.events('history.left-out').at(-1)?.ahead, ['history/2026-11-22.json']);
    assert.equal(JSON.parse((await read(bench, 'stats')).text).synced_at, bench.now.toISOString());
    assert.equal((await bench.health()).status, 'ok');
    assert.equal((await bench.state()).last_success, bench.now.toISOString());
  });

  it('costs no day: what is left of it is replaced as soon as the clock is past it', async () => {
    const bench = await startAfter(36 * hourMs);
    await bench.syncNow({ force: 'true' });
    bench.now = new Date('2026-11-22T08:00:00Z');
    const asked = await askedDuring(bench, async () => assert.equal(await tickFailure(bench), 'storage'));
    assert.deepEqual(asked, []);
    assert.match((await bench.health()).problem?.hint ?? '', /once the clock has passed that instant/);
    bench.now = new Date('2026-11-22T22:00:00Z');
    await bench.tick();
    assert.equal((await latestOf(bench)).synced_at, '2026-11-22T22:00:00.000Z');
    bench.now = new Date('2026-11-23T08:00:00Z');
    await bench.tick();
    assert.deepEqual(await readDates(bench), ['2026-11-21', '2026-11-22', '2026-11-23']);
    assert.equal((await bench.health()).status, 'ok');
  });

  it('is outlived without anybody’s help', async () => {
    const bench = await startAfter(36 * hourMs);
    for (let quarter = 0; quarter < 3 * 96; quarter++, bench.passTime(15 * minuteMs)) await tickFailure(bench);
    const { status, problem } = await bench.health();
    assert.deepEqual([status, problem], ['ok', null]);
    assert.deepEqual(await readDates(bench), ['2026-11-21', '2026-11-22', '2026-11-23', '2026-11-24']);
  });
});

it('a clock that jumps back while Peloton answers: what is not published is not called synced', async () => {
  const bench = await startBench();
  await bench.tick();
  bench.passTime(dayMs);
  bench.peloton.faults.add({
    match: ({ url = '' }) => {
      if (url.includes('/overview')) bench.now = new Date('2026-11-22T06:00:00Z');
      return false;
    },
    fault: 'reset',
  });
  const before = await bench.blob('latest.json');
  assert.equal(await tickFailure(bench), 'storage');
  assert.equal(await bench.blob('latest.json'), before);
  assert.deepEqual(bench.events('sync.succeeded').length, 1);
});

it('a series moves west with its zone, and a forced sync takes no day for one that is ahead', async () => {
  const bench = await startBench({ at: '2026-11-21T20:00:00Z', settings: { SYNC_TIME_ZONE: 'Pacific/Auckland' } });
  await bench.tick();
  assert.deepEqual(await readDates(bench), ['2026-11-22']);
  bench.settings.SYNC_TIME_ZONE = 'America/Los_Angeles';
  bench.passTime(minuteMs);
  const west = bench.startApp();
  await west.syncNow(fakeRequest({ method: 'POST', query: { force: 'true' } }), quiet);
  assert.deepEqual(await readDates(bench), ['2026-11-21', '2026-11-22']);
  assert.deepEqual(bench.events('history.left-out'), []);
});

it('a copy is no fresher for a wall clock that is set back an hour', async () => {
  const bench = await startBench();
  assert.equal((await bench.app.stats(fakeRequest(), quiet)).status, 404);
  await bench.tick();
  bench.now = new Date(bench.now.getTime() - hourMs);
  const read = async () => {
    const { body = [] } = await bench.app.stats(fakeRequest(), quiet);
    return JSON.parse(Buffer.from(body).toString()).synced_at;
  };
  bench.passTime(5_000);
  const first = await read();
  assert.ok(first, 'that there was none is forgotten after five seconds');
  bench.now = new Date(bench.now.getTime() + 2 * hourMs);
  const other = bench.startApp(); // an instance forgets its copies when it syncs itself
  await other.syncNow(fakeRequest({ query: { force: 'true' } }), quiet);
  bench.now = new Date(bench.now.getTime() - 2 * hourMs);
  bench.passTime(29_999);
  assert.equal(await read(), first);
  bench.passTime(1);
  assert.notEqual(await read(), first, 'half a minute later there is another');
});
