// How long the account is left alone after a run that failed, and what ends that.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Bench } from '../../test/bench.ts';
import {
  assertLeftAlone,
  firstAsked,
  spoilOverviews,
  startDue,
  startNewcomer,
  waitMinutes,
} from '../../test/due-bench.ts';
import { askedDuring, pasteSession, tickFailure } from '../../test/session-bench.ts';
import { testWaits } from '../../test/wait-suite.ts';
import { hourMs, minuteMs } from '../stats/time.ts';

// `npm run test:faults` has every tick of these waits.
testWaits(minutes => [15, minutes - 15, minutes]);

test('after a refused sign-in a tick reads the versions of the three secrets besides, and asks nothing of Peloton', async () => {
  const bench = await startNewcomer({ storeFaults: true });
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
  const bench = await startNewcomer();
  bench.vault.secrets.set('peloton-password', 'wrong');
  assert.equal(await tickFailure(bench), 'sign-in-refused');
  bench.vault.faults.add({ match: {}, fault: { status: 403 } });
  assert.deepEqual(await askedDuring(bench, async () => assert.equal(await tickFailure(bench), 'vault')), []);
  assert.equal(bench.events('sync.failed').at(-1)?.code, 'vault');
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
  assert.equal(await firstAsked(bench, [15]), 15);
});

test('a Retry-After that is shorter than our own wait does not shorten it', async () => {
  const bench = await startDue();
  spoilOverviews(bench, { status: 503, headers: { 'retry-after': '30' } });
  for (const minutes of [14, 29, 59]) {
    assert.equal(await tickFailure(bench), 'upstream-unavailable');
    assert.equal(await waitMinutes(bench), minutes);
    bench.passTime(minutes * minuteMs);
  }
});

test('vault, storage and config are tried at every tick, and Peloton is not asked', async () => {
  const vault = await startDue();
  vault.vault.secrets.disable('peloton-session');
  const storage = await startDue({ storeFaults: true });
  storage.store?.faults.add({ match: { path: /state\.json/ }, fault: { status: 403 } });
  const config = await startNewcomer({ settings: { SYNC_TIME: '25:00' } });
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

const changes: [secret: string, change: (bench: Bench) => unknown][] = [
  ['peloton-username', bench => bench.vault.secrets.set('peloton-username', bench.peloton.credentials.username)],
  ['peloton-password', bench => bench.vault.secrets.set('peloton-password', bench.peloton.credentials.password)],
  ['peloton-session', bench => pasteSession(bench)],
];
for (const [secret, change] of changes) {
  test(`a refused sign-in waits for another ${secret}, as long as it takes`, async () => {
    const bench = await startNewcomer();
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
  const bench = await startNewcomer();
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
  const bench = await startNewcomer();
  bench.vault.secrets.set('peloton-password', 'wrong');
  assert.equal(await tickFailure(bench), 'sign-in-refused');
  bench.vault.secrets.delete('peloton-session');
  await assertLeftAlone(bench);
});

test('an unknown answer to the credentials is held against neither another password nor force', async () => {
  for (const end of ['password', 'force']) {
    const bench = await startNewcomer({ settings: { PELOTON_SIGN_IN: 'web' } });
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

test('new credentials end a refusal, also where Peloton is away when they are tried', async () => {
  const bench = await startNewcomer();
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
  const bench = await startNewcomer();
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
  const bench = await startNewcomer();
  bench.peloton.behaviour.secondFactor = 'token';
  assert.equal(await tickFailure(bench), 'sign-in-refused');
  await assertLeftAlone(bench);
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
  assert.equal(bench.events('state.not-written').length, 2, 'of the sync, and of the list of workouts');
  assert.equal((await bench.health()).status, 'ok');
  bench.passTime(15 * minuteMs);
  await bench.tick();
  assert.equal(bench.peloton.counts.overviews, overviews + 1);
});
