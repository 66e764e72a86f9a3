import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fault } from '../../sandbox/fault-answers.ts';
import { type Bench, startBench } from '../../test/bench.ts';
import { askedDuring, pasteSession, tickFailure } from '../../test/session-bench.ts';
import type { HistoryPoint } from '../stats/history.ts';
import { hourMs, minuteMs } from '../stats/time.ts';

const overviewPath = /\/overview$/;

/** A bench whose last sync was a day ago, so that the next is due, and that needs no new session. */
async function startDue(options: Parameters<typeof startBench>[0] = {}) {
  const bench = await startBench(options);
  await bench.tick();
  bench.passTime(24 * hourMs);
  return bench;
}

function spoilOverviews(bench: Bench, fault: Fault) {
  return bench.peloton.faults.add({ match: { path: overviewPath }, fault });
}

/** Minutes from the start of the run, which is now, to the next attempt. */
async function waitMinutes(bench: Bench): Promise<number | null> {
  const { next_attempt } = await bench.state();
  return next_attempt === null ? null : (Date.parse(next_attempt) - bench.now.getTime()) / minuteMs;
}

/** How long a wait really is: the instant of the first quarter of an hour at which Peloton is asked again, in minutes. */
async function minutesUntilAsked(bench: Bench): Promise<number> {
  const { length } = bench.peloton.requests;
  let minutes = 0;
  while (bench.peloton.requests.length === length && minutes < 30 * 60) {
    minutes += 15;
    bench.passTime(15 * minuteMs);
    await tickFailure(bench);
  }
  return minutes;
}

/** Ticks from the next one to the one of a month later. */
async function assertLeftAlone(bench: Bench): Promise<void> {
  const asked = await askedDuring(bench, async () => {
    for (const hours of [0.25, 4, 20, 24, 30 * 24]) {
      bench.passTime(hours * hourMs);
      await bench.tick();
    }
  });
  assert.deepEqual(asked, []);
}

test('a tick that is not due reads two blobs, writes nothing and asks nobody else', async () => {
  const bench = await startBench({ storeFaults: true });
  await bench.tick();
  bench.passTime(22 * hourMs);
  const stored = bench.store?.requests.length ?? 0;
  const vault = bench.vault.requests.length;
  const asked = await askedDuring(bench, bench.tick);
  const names = bench.store?.requests.slice(stored).map(({ method, path }) => `${method} ${path.split('/').at(-1)}`);
  assert.deepEqual(names?.sort(), ['GET latest.json', 'GET state.json']);
  assert.deepEqual([asked, bench.vault.requests.length - vault], [[], 0]);
});

test('after a refused sign-in a tick reads the versions of the three secrets besides, and asks nothing of Peloton', async () => {
  const bench = await startBench({ storeFaults: true });
  bench.vault.secrets.set('peloton-password', 'wrong');
  assert.equal(await tickFailure(bench), 'sign-in-refused');
  bench.passTime(10 * 24 * hourMs);
  const stored = bench.store?.requests.length ?? 0;
  const vault = bench.vault.requests.length;
  assert.deepEqual(await askedDuring(bench, bench.tick), []);
  assert.equal((bench.store?.requests.length ?? 0) - stored, 2);
  assert.deepEqual(
    bench.vault.requests
      .slice(vault)
      .map(({ method, path }) => `${method} ${path}`)
      .sort(),
    ['password', 'session', 'username'].map(name => `GET /secrets/peloton-${name}/`),
  );
});

test('a vault that gives no versions while a refusal stands is a failure that is said', async () => {
  const bench = await startBench();
  bench.vault.secrets.set('peloton-password', 'wrong');
  assert.equal(await tickFailure(bench), 'sign-in-refused');
  bench.vault.faults.add({ match: {}, fault: { status: 403 } });
  assert.deepEqual(await askedDuring(bench, async () => assert.equal(await tickFailure(bench), 'vault')), []);
  assert.equal(bench.events('sync.failed').at(-1)?.code, 'vault');
});

test('a sync is due while there is no snapshot, whatever the state says', async () => {
  const bench = await startBench();
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
  const bench = await startBench();
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

test('a sync is due once a day, at the first tick of its scheduled instant', async () => {
  const bench = await startBench({ at: '2026-11-22T07:59:00Z' });
  await bench.tick();
  const syncs = [];
  for (let tick = 0; tick < 97; tick++) {
    bench.now = new Date(Date.parse('2026-11-22T08:00:00Z') + tick * 15 * minuteMs);
    const { length } = await askedDuring(bench, bench.tick);
    if (length > 0) syncs.push(bench.now.toISOString());
  }
  assert.deepEqual(syncs, ['2026-11-22T08:00:00.000Z', '2026-11-23T08:00:00.000Z']);
});

test('while Peloton is away the waits double from a quarter of an hour to four hours, less a minute, and a success ends them', async () => {
  const bench = await startDue();
  const { remove } = spoilOverviews(bench, 'reset');
  const waits = [];
  for (let run = 0; run < 6; run++) {
    assert.equal(await tickFailure(bench), 'upstream-unavailable');
    waits.push(await waitMinutes(bench));
    const { next_attempt } = await bench.state();
    bench.now = new Date(next_attempt ?? 0);
  }
  assert.deepEqual(waits, [14, 29, 59, 119, 239, 239]);
  remove();
  await bench.tick();
  assert.equal(await waitMinutes(bench), null);
  bench.passTime(24 * hourMs);
  spoilOverviews(bench, 'reset');
  await tickFailure(bench);
  assert.equal(await waitMinutes(bench), 14);
});

test('a wait is counted from the start of the run, so that no tick is just too early', async () => {
  const bench = await startDue();
  bench.peloton.faults.add({
    match: ({ url = '' }) => {
      if (url.includes('/overview')) bench.passTime(25_000);
      return url.includes('/overview');
    },
    fault: 'reset',
    times: 3,
  });
  assert.equal(await tickFailure(bench), 'upstream-unavailable');
  bench.now = new Date(bench.now.getTime() - 75_000);
  assert.equal(await minutesUntilAsked(bench), 15);
});

const retryAfters: [name: string, headers: Record<string, string>, minutes: number][] = [
  ['in seconds, in full', { 'retry-after': String(3 * 3600) }, 180],
  ['as a date, in full', { 'retry-after': 'Mon, 23 Nov 2026 14:00:00 GMT' }, 300],
  ['of a week, for a day', { 'retry-after': String(7 * 86_400) }, 1440],
];
for (const [name, headers, minutes] of retryAfters) {
  test(`a Retry-After is honoured ${name}`, async () => {
    const bench = await startDue();
    const { remove } = spoilOverviews(bench, { status: 429, headers });
    assert.equal(await tickFailure(bench), 'upstream-unavailable');
    remove();
    assert.equal(await minutesUntilAsked(bench), minutes);
  });
}

test('a Retry-After that is shorter than our own wait does not shorten it', async () => {
  const bench = await startDue();
  spoilOverviews(bench, { status: 503, headers: { 'retry-after': '30' } });
  for (const minutes of [14, 29, 59]) {
    assert.equal(await tickFailure(bench), 'upstream-unavailable');
    assert.equal(await waitMinutes(bench), minutes);
    bench.passTime(minutes * minuteMs);
  }
});

const waits: [code: string, spoil: (bench: Bench) => unknown, minutes: number][] = [
  ['upstream-changed', bench => spoilOverviews(bench, { status: 200, body: {} }), 240],
  ['account-refused', bench => Object.assign(bench.peloton.behaviour, { account: 402 }), 240],
  ['account-refused', bench => Object.assign(bench.peloton.behaviour, { account: 403 }), 240],
];
for (const [code, spoil, minutes] of waits) {
  test(`after ${code} Peloton is left alone for four hours`, async () => {
    const bench = await startDue();
    spoil(bench);
    assert.equal(await tickFailure(bench), code);
    assert.equal(await minutesUntilAsked(bench), minutes);
    assert.equal(bench.peloton.counts.credentialPosts, 1);
  });
}

test('vault, storage and config are tried at every tick, and Peloton is not asked', async () => {
  const vault = await startDue();
  vault.vault.secrets.disable('peloton-session');
  const storage = await startDue({ storeFaults: true });
  storage.store?.faults.add({ match: { path: /state\.json/ }, fault: { status: 403 } });
  const config = await startBench({ settings: { SYNC_TIME: '25:00' } });
  for (const [code, bench] of Object.entries({ vault, storage, config })) {
    const { length } = bench.peloton.requests;
    for (let tick = 0; tick < 3; tick++, bench.passTime(15 * minuteMs)) assert.equal(await tickFailure(bench), code);
    assert.equal(bench.peloton.requests.length, length);
  }
  storage.store?.faults.clear();
  await storage.tick();
  vault.vault.secrets.set('peloton-session', vault.vault.secrets.versions('peloton-session').at(-1)?.value ?? '');
  await vault.tick();
});

for (const container of ['public', 'private'] as const) {
  test(`a ${container} container that takes no writes, but gives a lease, is found out without asking Peloton`, async () => {
    const bench = await startDue({ storeFaults: true });
    const { containerName } = bench.container(container);
    const path = new RegExp(`/${containerName}/`);
    bench.store?.faults.add({ match: { method: 'PUT', path }, fault: { status: 403 } });
    const before = await bench.blob('latest.json');
    const asked = await askedDuring(bench, async () => {
      for (let tick = 0; tick < 4; tick++, bench.passTime(15 * minuteMs)) {
        assert.equal(await tickFailure(bench), 'storage');
      }
    });
    assert.deepEqual(asked, []);
    assert.equal(await bench.blob('latest.json'), before);
    bench.store?.faults.clear();
    await bench.tick();
  });
}

for (const path of [/\/raw\//, /\/history\//, /\/history\.json$/, /\/latest\.json$/]) {
  test(`a store that refuses ${path} alone is found out without asking Peloton`, async () => {
    const bench = await startDue({ storeFaults: true });
    bench.store?.faults.add({ match: { method: 'PUT', path }, fault: { status: 403 } });
    const asked = await askedDuring(bench, async () => assert.equal(await tickFailure(bench), 'storage'));
    assert.deepEqual(asked, []);
  });
}

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
  assert.equal((await bench.health()).problem?.code, 'overdue');
  await bench.tick();
  assert.equal(JSON.parse((await bench.blob('latest.json')) ?? '').synced_at, bench.now.toISOString());
  assert.equal((await bench.health()).status, 'ok');
  bench.passTime(15 * minuteMs);
  const asked = await askedDuring(bench, bench.tick);
  assert.deepEqual(asked, []);
});

test('a state that takes no writes is found out before a sign-in is begun', async () => {
  const bench = await startBench({ storeFaults: true });
  bench.store?.faults.add({ match: { method: 'PUT', path: /state\.json/ }, fault: { status: 403 } });
  assert.deepEqual(await askedDuring(bench, async () => assert.equal(await tickFailure(bench), 'storage')), []);
});

const changes: [secret: string, change: (bench: Bench) => unknown][] = [
  ['peloton-username', bench => bench.vault.secrets.set('peloton-username', bench.peloton.credentials.username)],
  ['peloton-password', bench => bench.vault.secrets.set('peloton-password', bench.peloton.credentials.password)],
  ['peloton-session', bench => pasteSession(bench)],
];
for (const [secret, change] of changes) {
  test(`a refused sign-in waits for another ${secret}, as long as it takes`, async () => {
    const bench = await startBench();
    bench.vault.secrets.set('peloton-password', 'wrong');
    assert.equal(await tickFailure(bench), 'sign-in-refused');
    await assertLeftAlone(bench);
    change(bench);
    if (secret === 'peloton-username') assert.equal(await tickFailure(bench), 'sign-in-refused');
    else await bench.tick();
    assert.equal(bench.peloton.counts.credentialPosts, secret === 'peloton-session' ? 1 : 2);
    assert.equal(bench.peloton.counts.overviews, secret === 'peloton-username' ? 0 : 1);
    assert.deepEqual(bench.peloton.violations, []);
  });
}

test('what the app itself writes into the session does not end the wait of a refused sign-in', async () => {
  const bench = await startBench();
  await bench.tick();
  bench.peloton.changePassword('another');
  bench.peloton.revokeAll();
  bench.passTime(24 * hourMs);
  const before = bench.vault.secrets.versions('peloton-session').length;
  assert.equal(await tickFailure(bench), 'sign-in-refused');
  assert.ok(bench.vault.secrets.versions('peloton-session').length > before);
  await assertLeftAlone(bench);
  assert.equal((await bench.syncNow({ force: 'true' })).body.code, 'sign-in-refused');
  await assertLeftAlone(bench);
  assert.equal(bench.peloton.counts.credentialPosts, 3);
});

test('a session that is taken out of the vault is no other one: a refused sign-in goes on waiting', async () => {
  const bench = await startBench();
  bench.vault.secrets.set('peloton-password', 'wrong');
  assert.equal(await tickFailure(bench), 'sign-in-refused');
  bench.vault.secrets.delete('peloton-session');
  await assertLeftAlone(bench);
});

test('an unknown answer to the credentials holds them back for 24 hours', async () => {
  const bench = await startBench();
  bench.peloton.behaviour.credentialsRefusal = { status: 400, code: 'something_new' };
  assert.equal(await tickFailure(bench), 'upstream-changed');
  const { next_attempt } = await bench.health();
  assert.equal(next_attempt, new Date(bench.now.getTime() + 24 * hourMs).toISOString());
  bench.peloton.behaviour.credentialsRefusal = undefined;
  assert.equal(await minutesUntilAsked(bench), 24 * 60);
  assert.equal(bench.peloton.counts.credentialPosts, 2);
});

test('an unknown answer to the credentials is held against neither another password nor force', async () => {
  for (const end of ['password', 'force']) {
    const bench = await startBench();
    bench.peloton.behaviour.credentialsRefusal = { status: 400, code: 'something_new' };
    assert.equal(await tickFailure(bench), 'upstream-changed');
    bench.peloton.behaviour.credentialsRefusal = undefined;
    bench.passTime(15 * minuteMs);
    if (end === 'force') assert.equal((await bench.syncNow({ force: 'true' })).body.outcome, 'synced');
    else bench.vault.secrets.set('peloton-password', bench.peloton.credentials.password);
    await bench.tick();
    assert.equal(bench.peloton.counts.credentialPosts, 2);
    assert.equal((await bench.state()).refused, null);
  }
});

test('force overrides the due rule and a wait, and the next scheduled sync still comes', async () => {
  const bench = await startDue();
  spoilOverviews(bench, 'reset').rule.times = 3;
  assert.equal(await tickFailure(bench), 'upstream-unavailable');
  assert.equal((await bench.syncNow()).body.outcome, 'not-due');
  assert.equal((await bench.syncNow({ force: 'true' })).body.outcome, 'synced');
  bench.passTime(24 * hourMs);
  assert.equal((await bench.syncNow()).body.outcome, 'synced');
});

test('a sync that cannot write its state is no failed sync, whatever failed before it, and is not repeated', async () => {
  const bench = await startDue({ storeFaults: true });
  const { remove } = spoilOverviews(bench, 'reset');
  assert.equal(await tickFailure(bench), 'upstream-unavailable');
  remove();
  bench.passTime(15 * minuteMs);
  const overviews = bench.peloton.counts.overviews;
  bench.store?.faults.add({ match: { method: 'PUT', path: /state\.json/ }, fault: { status: 403 } });
  await bench.tick();
  assert.equal(bench.events('state.not-written').length, 1);
  assert.equal((await bench.health()).status, 'ok');
  bench.passTime(15 * minuteMs);
  await bench.tick();
  assert.equal(bench.peloton.counts.overviews, overviews + 1);
});

test('a damaged state delays nothing, and a sign-in that another version wrote down still counts', async () => {
  const bench = await startDue();
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
  const bench = await startBench({ storeFaults: true });
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
  const bench = await startBench({ at: '2026-12-09T13:00:00.000Z', settings: east });
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

test('a last good overview that cannot be read is no reason to fail', async () => {
  const bench = await startDue();
  await bench.container('private').getBlockBlobClient('raw/2026-11-22.json').upload('{"x', 3);
  assert.equal(await tickFailure(bench), undefined);
  assert.deepEqual(bench.events('overview.drift'), []);
});

test('what is newer, or as new, is never written over', async () => {
  const bench = await startDue();
  const names = ['latest.json', 'history/2026-11-23.json', 'history.json'];
  for (const synced_at of ['2026-11-23T23:00:00.000Z', bench.now.toISOString()]) {
    for (const name of names.slice(0, 2)) {
      const stored = { ...JSON.parse((await bench.blob('latest.json')) ?? ''), synced_at, streaks: {} };
      const text = JSON.stringify({ ...stored, date: '2026-11-23' });
      await bench.container('public').getBlockBlobClient(name).upload(text, Buffer.byteLength(text));
    }
    const before = await Promise.all(names.map(bench.blob));
    await bench.syncNow({ force: 'true' });
    assert.deepEqual(await Promise.all(names.map(bench.blob)), before);
  }
});

test('new credentials end a refusal, also where Peloton is away when they are tried', async () => {
  const bench = await startBench();
  bench.vault.secrets.set('peloton-password', 'wrong');
  assert.equal(await tickFailure(bench), 'sign-in-refused');
  bench.vault.secrets.set('peloton-password', bench.peloton.credentials.password);
  bench.peloton.faults.add({ match: { path: /^\/authorize$/ }, fault: { status: 503 } });
  bench.passTime(15 * minuteMs);
  assert.equal(await tickFailure(bench), 'upstream-unavailable');
  const { refused, next_attempt } = await bench.state();
  assert.deepEqual([refused, (await bench.health()).next_attempt], [null, next_attempt]);
});

test('a refusal outlives another failure: after a forced run that met a busy Peloton, the account is left alone again', async () => {
  const bench = await startBench();
  bench.vault.secrets.set('peloton-password', 'wrong');
  assert.equal(await tickFailure(bench), 'sign-in-refused');
  const { refused } = await bench.state();
  bench.peloton.faults.add({ match: { path: /^\/authorize$/ }, fault: { status: 503 } });
  assert.equal((await bench.syncNow({ force: 'true' })).body.code, 'upstream-unavailable');
  bench.peloton.faults.clear();
  assert.deepEqual((await bench.state()).refused, refused);
  await assertLeftAlone(bench);
});

test('a failure of another code in between does not begin the back-off anew, and each code says since when it is', async () => {
  const bench = await startDue();
  const from = bench.now.getTime();
  const sinceMinutes = async () => (Date.parse((await bench.state()).last_failure?.since ?? '') - from) / minuteMs;
  const away = spoilOverviews(bench, 'reset');
  assert.equal(await tickFailure(bench), 'upstream-unavailable');
  bench.passTime(15 * minuteMs);
  const forbidden = bench.vault.faults.add({ match: {}, fault: { status: 403 } });
  for (const _ of [15, 30]) {
    assert.equal(await tickFailure(bench), 'vault');
    assert.equal(await sinceMinutes(), 15);
    bench.passTime(15 * minuteMs);
  }
  forbidden.remove();
  assert.equal(await tickFailure(bench), 'upstream-unavailable');
  assert.deepEqual([await waitMinutes(bench), await sinceMinutes()], [29, 45]);
  away.remove();
});

test('a second factor that the tokens are asked for is a refusal, and waits as one', async () => {
  const bench = await startBench();
  bench.peloton.behaviour.secondFactor = 'token';
  assert.equal(await tickFailure(bench), 'sign-in-refused');
  await assertLeftAlone(bench);
});

test('a defect is told by its kind and its place, never by its message', async () => {
  const bench = await startBench();
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
