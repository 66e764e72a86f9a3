import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Bench, startBench } from '../../test/bench.ts';
import { startDue, startDueSignedIn, startNewcomer } from '../../test/due-bench.ts';
import { askedDuring, tickFailure } from '../../test/session-bench.ts';
import type { HistoryPoint } from '../stats/history.ts';
import { hourMs, minuteMs } from '../stats/time.ts';

test('a tick that is not due reads two blobs, writes nothing and asks nobody else', async () => {
  const bench = await startNewcomer({ storeFaults: true });
  await bench.tick();
  bench.passTime(22 * hourMs);
  const stored = bench.store?.requests.length ?? 0;
  const vault = bench.vault.requests.length;
  const asked = await askedDuring(bench, bench.tick);
  const names = bench.store?.requests.slice(stored).map(({ method, path }) => `${method} ${path.split('/').at(-1)}`);
  assert.deepEqual(names?.sort(), ['GET latest.json', 'GET state.json']);
  assert.deepEqual([asked, bench.vault.requests.length - vault], [[], 0]);
});

test('a sync is due while there is no snapshot, whatever the state says', async () => {
  const bench = await startNewcomer();
  await bench.tick();
  await bench.container('public').getBlobClient('latest.json').delete();
  bench.passTime(15 * minuteMs);
  await bench.tick();
  assert.equal(bench.peloton.counts.overviews, 2);
});

test('an older snapshot that is put back by hand is not replaced before the next scheduled instant', async () => {
  const bench = await startDue();
  const older = (await bench.blob('latest.json')) ?? '';
  await bench.tick();
  await bench.container('public').getBlockBlobClient('latest.json').upload(older, Buffer.byteLength(older));
  bench.passTime(15 * minuteMs);
  assert.deepEqual(await askedDuring(bench, bench.tick), []);
  assert.equal((await bench.health()).status, 'ok');
  bench.passTime(24 * hourMs);
  await bench.tick();
  assert.equal(bench.peloton.counts.overviews, 3);
});

test('a run ends with one event: what failed and what to do, or the day that is public', async () => {
  const bench = await startNewcomer();
  const { remove } = bench.vault.faults.add({ match: {}, fault: { status: 403 } });
  assert.equal(await tickFailure(bench), 'vault');
  remove();
  await bench.tick();
  const [failed, ...others] = bench.events('sync.failed');
  assert.deepEqual([failed?.code, failed?.hint], ['vault', (await bench.state()).last_failure?.hint]);
  assert.match(String(failed?.message), /^Key Vault .* did not get the secret/);
  assert.equal(bench.events('vault.read')[0]?.failed, 'vault', 'the step that failed says so');
  const [succeeded, ...more] = bench.events('sync.succeeded');
  assert.deepEqual([succeeded?.date, succeeded?.synced_at], ['2026-11-22', bench.now.toISOString()]);
  assert.deepEqual([others, more], [[], []]);
  for (const event of [failed, succeeded]) assert.ok(Number.isInteger(event?.duration_ms));
});

test('a container that takes no writes, but gives a lease, is found out without asking Peloton', async () => {
  const bench = await startDue({ storeFaults: true });
  for (const container of ['public', 'private'] as const) {
    const { containerName } = bench.container(container);
    const path = new RegExp(`/${containerName}/`);
    bench.store?.faults.add({ match: { method: 'PUT', path }, fault: { status: 403 } });
    const before = await bench.blob('latest.json');
    const asked = await askedDuring(bench, async () => {
      for (let tick = 0; tick < 4; tick++, bench.passTime(15 * minuteMs)) {
        assert.equal(await tickFailure(bench), 'storage', container);
      }
    });
    assert.deepEqual(asked, [], container);
    assert.equal(await bench.blob('latest.json'), before);
    bench.store?.faults.clear();
    await bench.tick();
    bench.passTime(24 * hourMs);
  }
});

test('a store that refuses one blob alone is found out without asking Peloton', async () => {
  const bench = await startDue({ storeFaults: true });
  for (const path of [/\/raw\//, /\/history\//, /\/history\.json$/, /\/latest\.json$/]) {
    bench.store?.faults.add({ match: { method: 'PUT', path }, fault: { status: 403 } });
    const asked = await askedDuring(bench, async () => assert.equal(await tickFailure(bench), 'storage', `${path}`));
    assert.deepEqual(asked, [], `${path}`);
    bench.store?.faults.clear();
  }
});

test('a blob that somebody has leased is no conflict: the error says what it is', async () => {
  const bench = await startDue();
  const lease = bench.container('public').getBlobClient('latest.json').getBlobLeaseClient();
  await lease.acquireLease(-1);
  const { body } = await bench.syncNow();
  assert.equal(body.code, 'storage');
  assert.match(`${body.detail}`, /latest\.json \(412 LeaseIdMissing\)/);
  await lease.releaseLease();
  await bench.tick();
});

test('a snapshot of a clock that was years ahead is no success, and gives way', async () => {
  const bench = await startBench({ at: '2031-11-22T09:00:00Z' });
  await bench.tick();
  bench.now = new Date('2026-11-22T12:00:00Z');
  assert.equal((await bench.health()).problem?.code, 'empty');
  await bench.tick();
  assert.equal(JSON.parse((await bench.blob('latest.json')) ?? '').synced_at, bench.now.toISOString());
  assert.equal((await bench.health()).status, 'ok');
  bench.passTime(15 * minuteMs);
  const asked = await askedDuring(bench, bench.tick);
  assert.deepEqual(asked, []);
});

test('a state that takes no writes is found out before a sign-in is begun', async () => {
  const bench = await startNewcomer({ storeFaults: true });
  bench.store?.faults.add({ match: { method: 'PUT', path: /state\.json/ }, fault: { status: 403 } });
  assert.deepEqual(await askedDuring(bench, async () => assert.equal(await tickFailure(bench), 'storage')), []);
});

test('a damaged state delays nothing, and a sign-in that another version wrote down still counts', async () => {
  const bench = await startDueSignedIn();
  const state = bench.container('private').getBlockBlobClient('state.json');
  await state.upload('{"last_success":', 16);
  await bench.tick();
  assert.equal(bench.events('state.damaged').length > 0, true);
  const signIns = ['2026-11-24T08:00:00Z', '2026-11-24T08:01:00Z', '2026-11-24T08:02:00Z'];
  const written = JSON.stringify({
    sign_ins: signIns.map(at => ({ at, outcome: 'code-of-tomorrow' })),
    next_attempt: 7,
  });
  await state.upload(written, written.length);
  bench.passTime(24 * hourMs);
  bench.peloton.revokeAll();
  assert.equal(await tickFailure(bench), 'upstream-unavailable');
  assert.equal((await bench.health()).next_attempt, '2026-11-25T08:00:00.000Z');
  assert.equal(bench.peloton.counts.credentialPosts, 1);
});

test('the series gets the day that an earlier run left undone, be it new or done again', async () => {
  const bench = await startNewcomer({ storeFaults: true });
  await bench.tick();
  const workouts = [{ name: 'Cycling', slug: 'cycling', count: 7777 }];
  const leaveUndone = async () => {
    bench.passTime(minuteMs);
    bench.store?.faults.add({
      ...{ match: { method: 'PUT', path: /history\.json$/ }, fault: { status: 403 } },
      ...{ skip: 1, times: 1 }, // the proof that it could be written
    });
    assert.equal((await bench.syncNow({ force: 'true' })).body.code, 'storage');
  };
  bench.passTime(24 * hourMs);
  await leaveUndone();
  assert.equal(JSON.parse((await bench.blob('latest.json')) ?? '').date, '2026-11-22');
  bench.passTime(24 * hourMs);
  await bench.tick();
  bench.peloton.behaviour.alterOverview = () => ({ workout_counts: { total_workouts: 7777, workouts } });
  await leaveUndone();
  bench.passTime(24 * hourMs);
  await bench.tick();
  const { points } = JSON.parse((await bench.blob('history.json')) ?? '') as { points: HistoryPoint[] };
  assert.deepEqual(
    points.map(({ date, total_workouts }) => [date, total_workouts === 7777]),
    [
      ['2026-11-22', false],
      ['2026-11-23', false],
      ['2026-11-24', true],
      ['2026-11-25', true],
    ],
  );
});

test('the series gets a day that lies before its last one, as where the time zone moves west', async () => {
  const east = { SYNC_TIME_ZONE: 'Pacific/Auckland', SYNC_TIME: '02:00' };
  const bench = await startNewcomer({ at: '2026-12-09T13:00:00.000Z', settings: east });
  await bench.tick();
  bench.passTime(24 * hourMs);
  await bench.tick();
  Object.assign(bench.settings, { SYNC_TIME_ZONE: 'America/Los_Angeles', SYNC_TIME: '08:00' });
  const workouts = [{ name: 'Cycling', slug: 'cycling', count: 7777 }];
  bench.peloton.behaviour.alterOverview = () => ({ workout_counts: { total_workouts: 7777, workouts } });
  bench.now = new Date('2026-12-10T16:00:00.000Z');
  await bench.tick(bench.startApp());
  const { points } = JSON.parse((await bench.blob('history.json')) ?? '') as { points: HistoryPoint[] };
  assert.deepEqual(
    points.map(({ date, total_workouts }) => [date, total_workouts === 7777]),
    [
      ['2026-12-10', true],
      ['2026-12-11', false],
    ],
  );
});

test('an overview that has lost all its counts is not believed, unless it is forced', async () => {
  const bench = await startDue();
  const before = await bench.blob('latest.json');
  const workouts = [{ name: 'Cycling', slug: 'cycling', count: 0 }];
  bench.peloton.behaviour.alterOverview = () => ({ workout_counts: { total_workouts: 0, workouts } });
  assert.equal(await tickFailure(bench), 'upstream-changed');
  assert.equal(await bench.blob('latest.json'), before);
  assert.equal((await bench.syncNow({ force: 'true' })).body.outcome, 'synced');
  assert.equal(JSON.parse((await bench.blob('latest.json')) ?? '').workout_counts.total_workouts, 0);
});

test('lost counts are not believed where the newest snapshot is damaged or gone either', async () => {
  for (const content of ['{', undefined]) {
    const bench = await startDue();
    const latest = bench.container('public').getBlockBlobClient('latest.json');
    if (content) await latest.upload(content, content.length);
    else await latest.delete();
    bench.peloton.behaviour.alterOverview = () => ({ workout_counts: { total_workouts: 0, workouts: [] } });
    assert.equal(await tickFailure(bench), 'upstream-changed');
    assert.equal(await bench.blob('latest.json'), content);
    assert.equal((await bench.syncNow({ force: 'true' })).body.outcome, 'synced');
  }
});

/** Puts a snapshot of today into the day and into latest.json, with another instant. */
async function putSnapshotOf(bench: Bench, synced_at: string): Promise<string[]> {
  const stored = { ...JSON.parse((await bench.blob('latest.json')) ?? ''), synced_at, streaks: {} };
  const text = JSON.stringify({ ...stored, date: '2026-11-23' });
  for (const name of ['latest.json', 'history/2026-11-23.json']) {
    await bench.container('public').getBlockBlobClient(name).upload(text, Buffer.byteLength(text));
  }
  return [text, text, (await bench.blob('history.json')) ?? ''];
}

const readPublic = (bench: Bench) =>
  Promise.all(['latest.json', 'history/2026-11-23.json', 'history.json'].map(bench.blob));

test('what is newer is written over with force alone, and what is as new not even then', async () => {
  const bench = await startDue();
  const newer = await putSnapshotOf(bench, '2026-11-23T23:00:00.000Z');
  assert.deepEqual(await askedDuring(bench, async () => assert.equal(await tickFailure(bench), 'storage')), []);
  assert.deepEqual(await readPublic(bench), newer);
  assert.equal((await bench.syncNow({ force: 'true' })).body.outcome, 'synced');
  assert.equal(JSON.parse((await bench.blob('latest.json')) ?? '').synced_at, bench.now.toISOString());
  const asNew = await putSnapshotOf(bench, bench.now.toISOString());
  await bench.syncNow({ force: 'true' });
  assert.deepEqual(await readPublic(bench), asNew);
});

test('a defect is told by its kind and its place, never by its message', async () => {
  const bench = await startNewcomer();
  const app = bench.startApp({
    clock: () => {
      throw new RangeError('canary');
    },
  });
  assert.equal(await tickFailure(bench, app), 'internal');
  assert.doesNotMatch(bench.lines.join('\n'), /canary/);
  const [defect] = bench.events('defect');
  assert.match(String(defect?.stack), /tick\.test\.ts/);
  assert.match(String(bench.events('sync.failed')[0]?.message), /itself failed \(RangeError\)/);
});
