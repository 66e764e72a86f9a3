import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { type Bench, startBench } from '../../test/bench.ts';
import { tickFailure } from '../../test/session-bench.ts';
import { hourMs } from '../stats/time.ts';

/** A bench whose last sync was a day ago, so that the next is due, and that needs no new session. */
async function startDue(): Promise<Bench> {
  const bench = await startBench({ storeFaults: true });
  await bench.tick();
  bench.passTime(24 * hourMs);
  return bench;
}

/** The blob that a request writes; undefined for a proof that it could be written, and for all else. */
function writtenBlob({ method, url = '', headers }: IncomingMessage): string | undefined {
  const [, blob] = /^\/[^/]+\/[^/?]+\/([^?]+)/.exec(url) ?? [];
  return method === 'PUT' && headers['if-match'] !== '"0x0"' ? blob : undefined;
}

/** Tells of every blob that is about to be written. */
function watchWrites({ store }: Bench, tell: (blob: string) => unknown): void {
  const match = async (request: IncomingMessage) => {
    const blob = writtenBlob(request);
    if (blob) await tell(blob);
    return false;
  };
  store?.faults.add({ match, fault: 'reset' });
}

/** Every blob of both containers with its version. */
async function listVersions(bench: Bench): Promise<Map<string, string | undefined>> {
  const versions = new Map<string, string | undefined>();
  for (const container of ['public', 'private'] as const) {
    for await (const { name, properties } of bench.container(container).listBlobsFlat())
      versions.set(name, properties.etag);
  }
  return versions;
}

async function readJson(bench: Bench, name: string) {
  return JSON.parse((await bench.blob(name)) ?? '');
}

async function putJson(bench: Bench, name: string, value: object): Promise<void> {
  const text = JSON.stringify(value);
  await bench.container('public').getBlockBlobClient(name).upload(text, Buffer.byteLength(text));
}

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

test('a sync with a stored token makes exactly two requests to Peloton: for the overview and for the newest workouts', async () => {
  const bench = await startBench();
  await bench.tick();
  const before = bench.peloton.requests.length;
  bench.passTime(24 * hourMs);
  await bench.tick();
  assert.deepEqual(
    bench.peloton.requests.slice(before).map(({ path }) => path),
    ['/api/user/{id}/overview', '/api/user/{id}/workouts'],
  );
});

test('each step of a sync is one event with its duration', async () => {
  const bench = await startBench({ peloton: { member: 'newcomer' } });
  await bench.tick();
  const steps = bench.events().filter(({ event }) => event !== 'peloton.answered');
  assert.deepEqual(steps.map(({ event }) => event).sort(), [
    ...['peloton.overview', 'peloton.sign-in', 'peloton.tokens', 'peloton.workouts'],
    ...['storage.proof', 'storage.publish', 'sync.succeeded'],
    ...['vault.read', 'vault.write', 'vault.write'],
  ]);
  for (const { event, duration_ms } of bench.events()) assert.ok(Number.isInteger(duration_ms), String(event));
});

test('a sync writes raw, day, series and latest in this order, then the state, and what was done on each day last', async () => {
  const bench = await startDue();
  const written: string[] = [];
  watchWrites(bench, blob => written.push(blob));
  await bench.tick();
  const day = '2026-11-23.json';
  const activity = ['activity-rows.json', 'activity.json', 'state.json'];
  assert.deepEqual(written, [`raw/${day}`, `history/${day}`, 'history.json', 'latest.json', 'state.json', ...activity]);
});

test('a sync that fails before its first write changes state.json alone', async () => {
  const bench = await startDue();
  const workouts = [{ name: 'Cycling', slug: 'cycling', count: 0 }];
  for (const overview of [{}, { workout_counts: { total_workouts: 0, workouts } }]) {
    bench.peloton.behaviour.alterOverview = () => overview;
    const before = await listVersions(bench);
    assert.equal(await tickFailure(bench), 'upstream-changed');
    const after = await listVersions(bench);
    const changed = [...after].filter(([name, version]) => before.get(name) !== version);
    assert.deepEqual(
      changed.map(([name]) => name),
      ['state.json'],
    );
    bench.passTime(4 * hourMs);
  }
});

test('what somebody else writes while a sync is at it is not written over', async () => {
  const bench = await startDue();
  const newer = {
    ...(await readJson(bench, 'latest.json')),
    synced_at: '2026-11-23T23:00:00.000Z',
    date: '2026-11-23',
  };
  const history = await readJson(bench, 'history.json');
  const elsewhere = { ...history, points: [{ ...history.points[0], date: '2026-11-21' }, ...history.points] };
  const others: Record<string, object> = {
    'history/2026-11-23.json': newer,
    'history.json': elsewhere,
    'latest.json': newer,
  };
  for (const [name, other] of Object.entries(others)) {
    let isOvertaken = false;
    watchWrites(bench, async blob => {
      if (blob !== name || isOvertaken) return;
      isOvertaken = true;
      await putJson(bench, name, other);
    });
    await bench.syncNow({ force: 'true' });
    bench.store?.faults.clear();
    assert.ok(isOvertaken, name);
    const { synced_at, points } = await readJson(bench, name);
    if (name === 'history.json') assert.deepEqual([points.length, points[0].date], [3, '2026-11-21']);
    else assert.equal(synced_at, newer.synced_at, name);
    await bench.container('public').deleteBlob('history/2026-11-23.json');
    bench.passTime(1_000);
  }
});

test('the day of a snapshot is that of the instant at which Peloton answered, not of the start of the run', async () => {
  const bench = await startBench({
    at: '2026-11-22T12:59:58.000Z',
    settings: { SYNC_TIME_ZONE: 'Australia/Melbourne' },
  });
  const atMidnight = bench.peloton.faults.add({
    match: ({ url = '' }) => {
      if (url.includes('/overview')) bench.passTime(3_000);
      return false;
    },
    fault: 'reset',
  });
  await bench.tick();
  atMidnight.remove();
  const { synced_at, date } = await readJson(bench, 'latest.json');
  assert.deepEqual([synced_at, date], ['2026-11-22T13:00:01.000Z', '2026-11-23']);
});

test('an overview of another shape and with fewer counts is published, and the log says what has changed', async () => {
  const bench = await startDue();
  const { total_workouts } = (await readJson(bench, 'latest.json')).workout_counts;
  bench.peloton.behaviour.alterOverview = ({ streaks: _lost, workout_counts, ...overview }) => ({
    ...overview,
    workout_counts: {
      total_workouts: total_workouts - 2,
      workouts: (workout_counts as { workouts: { slug: string }[] }).workouts.filter(({ slug }) => slug !== 'cycling'),
    },
    personal_records: 'of another type',
    mood: 'added',
  });
  for (let day = 0; day < 2; day++, bench.passTime(24 * hourMs)) await bench.tick();
  const saidOf = (name: string) => bench.events(name).map(({ event: _name, ...fields }) => fields);
  assert.deepEqual(saidOf('overview.left-out')[0], { parts: ['personal_records'] });
  assert.deepEqual(saidOf('counts.fell'), [{ disciplines: 1, total_change: -2 }]);
  const { workout_counts, personal_records, streaks, ...others } = await readJson(bench, 'latest.json');
  assert.equal(workout_counts.total_workouts, total_workouts - 2);
  assert.deepEqual([personal_records, streaks, others.mood], [undefined, undefined, undefined]);
});

test('a part that used to come and is absent is told in health and once in the log, until it comes again', async () => {
  const bench = await startDue();
  bench.peloton.behaviour.alterOverview = ({ streaks: _lost, ...overview }) => ({ ...overview, personal_records: 7 });
  const since = bench.now.toISOString();
  for (let day = 0; day < 3; day++, bench.passTime(24 * hourMs)) await bench.tick();
  const { status, problem, notices } = await bench.health();
  assert.deepEqual([status, problem], ['ok', null]);
  assert.deepEqual(
    notices.map(({ hint: _hint, ...rest }) => rest),
    [{ code: 'parts-lost', since }],
  );
  assert.match(notices[0]?.hint ?? '', /used to come with personal_records, streaks and does not any more/);
  assert.deepEqual(bench.events('notice'), [{ event: 'notice', code: 'parts-lost', hint: notices[0]?.hint }]);
  bench.peloton.behaviour.alterOverview = ({ streaks: _lost, ...overview }) => overview;
  await bench.tick();
  assert.match((await bench.health()).notices[0]?.hint ?? '', /used to come with streaks and/);
  bench.passTime(24 * hourMs);
  bench.peloton.behaviour.alterOverview = overview => overview;
  await bench.tick();
  assert.deepEqual((await bench.health()).notices, []);
  assert.deepEqual((await bench.state()).lost_parts, []);
  assert.equal(bench.events('notice').length, 1);
});

test('a notice costs a tick that is not due nothing: two blobs are read, and nobody is asked', async () => {
  const bench = await startDue();
  bench.peloton.behaviour.alterOverview = ({ streaks: _lost, ...overview }) => overview;
  bench.vault.secrets.set('build-hooks', 'not json');
  await bench.tick();
  assert.equal((await bench.health()).notices.length, 2);
  bench.passTime(hourMs / 4);
  const asked: string[] = [];
  const watch = ({ method, url = '' }: IncomingMessage) => {
    asked.push(`${method} ${url.split('?')[0]?.split('/').slice(2).join('/')}`);
    return false;
  };
  for (const server of [bench.store, bench.vault, bench.peloton]) server?.faults.add({ match: watch, fault: 'reset' });
  await bench.tick();
  assert.deepEqual(asked.sort(), ['GET bench-private/state.json', 'GET bench/latest.json']);
});
