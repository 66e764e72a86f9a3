import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fault } from '../../sandbox/fault-answers.ts';
import { type Bench, type BenchOptions, fastLimits } from '../../test/bench.ts';
import {
  askedDuring,
  pasteSession,
  pasteWithoutUserId,
  startSessionBench,
  storedSession,
  tickFailure,
} from '../../test/session-bench.ts';
import { createRunStarter } from '../app.ts';
import { hourMs, minuteMs } from '../stats/time.ts';
import { readCheckpoint } from '../sync/checkpoint.ts';
import { openRecord } from '../sync/outcome.ts';
import type { Run } from '../sync/run.ts';
import { askWithSession } from './session.ts';
import { createSessionStore, readSession } from './session-store.ts';

const tokenPath = /^\/oauth\/token$/;
const overviewPath = /\/overview$/;
const sessionWrite = { method: 'PUT', path: /peloton-session/ };

/** A bench whose app holds a session that has to be refreshed, and credentials that work. */
async function startExpired(options: BenchOptions = {}) {
  const bench = await startSessionBench(options);
  const old = pasteSession(bench, { livesMs: 0, user_id: bench.peloton.userId });
  return { bench, old };
}

test('a rotated refresh token is in the vault before its access token is first used', async () => {
  const { bench, old } = await startExpired();
  const kept: (string | undefined)[] = [];
  bench.peloton.faults.add({
    match: request => {
      if (request.url?.includes('/api/'))
        kept.push(storedSession(bench).access_token, storedSession(bench).refresh_token);
      return false;
    },
    fault: 'reset',
  });
  await bench.tick();
  assert.equal(kept.length, 2);
  assert.ok(!kept.includes(old.accessToken) && !kept.includes(old.refreshToken));
  assert.equal(bench.peloton.counts.credentialPosts, 0);
});

const incompleteAnswers: [string, (refreshToken: string) => Fault][] = [
  ['a 200 without an access token', refresh_token => ({ status: 200, body: { refresh_token } })],
  [
    'an access token that no header can hold',
    refresh_token => ({ status: 200, body: { refresh_token, access_token: 'ä' } }),
  ],
  ['a lifetime that is none', refresh_token => ({ status: 200, body: { refresh_token, expires_in: 'soon' } })],
  ['another status', refresh_token => ({ status: 202, body: { refresh_token } })],
  ['a server that failed half way', refresh_token => ({ status: 500, body: { refresh_token } })],
];
for (const [name, answer] of incompleteAnswers) {
  test(`a rotated refresh token is kept before anything else is checked: ${name}`, async () => {
    const { bench, old } = await startExpired();
    const successor = bench.peloton.issueSession().refreshToken;
    bench.peloton.faults.add({ match: { path: tokenPath }, fault: answer(successor), times: 1 });
    assert.equal(await tickFailure(bench), 'upstream-changed');
    assert.equal(storedSession(bench).refresh_token, successor);
    assert.notEqual(storedSession(bench).refresh_token, old.refreshToken);
    bench.passTime(4 * hourMs);
    await bench.tick();
    assert.equal(bench.peloton.counts.credentialPosts, 0);
    assert.deepEqual(bench.peloton.violations, []);
  });
}

test('a refresh answer that is a list is a change of theirs, not a defect of ours', async () => {
  const { bench } = await startExpired();
  bench.peloton.faults.add({ match: { path: tokenPath }, fault: { status: 200, body: [] }, times: 1 });
  assert.equal(await tickFailure(bench), 'upstream-changed');
  assert.deepEqual(bench.events('defect'), []);
});

test('an answer without a new refresh token leaves the old one good', async () => {
  const { bench, old } = await startExpired();
  bench.peloton.behaviour.refreshTokens = 'stay';
  await bench.tick();
  assert.equal(storedSession(bench).refresh_token, old.refreshToken);
  bench.passTime(48 * hourMs);
  await bench.tick();
  assert.deepEqual([bench.peloton.counts.refreshes, bench.peloton.counts.credentialPosts], [2, 0]);
});

test('a refresh token whose successor could not be stored is never sent again', async () => {
  const { bench } = await startExpired();
  bench.vault.faults.add({ match: sessionWrite, fault: { status: 403 }, skip: 1, times: 1 });
  assert.equal(await tickFailure(bench), 'vault');
  bench.passTime(15 * minuteMs);
  await bench.tick();
  assert.deepEqual([bench.peloton.counts.refreshes, bench.peloton.counts.credentialPosts], [1, 1]);
  assert.deepEqual(bench.peloton.violations, []);
});

test('two tokens that one run finds dead are both remembered, and by their digests alone', async () => {
  const bench = await startSessionBench();
  const { accessToken, refreshToken } = pasteSession(bench, { user_id: bench.peloton.userId });
  bench.peloton.expireAccessTokens();
  bench.vault.faults.add({ match: sessionWrite, fault: { status: 403 }, skip: 1, times: 1 });
  assert.equal(await tickFailure(bench), 'vault');
  const state = (await bench.privateBlob('state.json')) ?? '';
  assert.deepEqual([state.includes(accessToken), state.includes(refreshToken)], [false, false]);
  bench.passTime(15 * minuteMs);
  assert.equal((await askedDuring(bench, bench.tick))[0], '/authorize');
  assert.deepEqual(bench.peloton.violations, []);
});

test('a vault that stays read-only after a refresh asks nothing more of Peloton', async () => {
  const { bench } = await startExpired();
  bench.vault.faults.add({ match: sessionWrite, fault: { status: 403 }, skip: 1 });
  assert.equal(await tickFailure(bench), 'vault');
  bench.vault.faults.clear();
  bench.vault.readOnly = true;
  const asked = await askedDuring(bench, async () => {
    for (let tick = 0; tick < 3; tick++) {
      bench.passTime(15 * minuteMs);
      assert.equal(await tickFailure(bench), 'vault');
    }
  });
  assert.deepEqual(asked, []);
});

test('a vault that cannot be written is found out before a refresh and before a sign-in', async () => {
  const { bench: expired } = await startExpired();
  const unknown = await startSessionBench();
  for (const bench of [expired, unknown]) {
    bench.vault.readOnly = true;
    const asked = await askedDuring(bench, async () => assert.equal(await tickFailure(bench), 'vault'));
    assert.deepEqual(asked, []);
    bench.vault.readOnly = false;
    bench.passTime(15 * minuteMs);
    await bench.tick();
    assert.deepEqual(bench.peloton.violations, []);
  }
});

test('a vault that cannot be written matters to no sync that needs no new session', async () => {
  const bench = await startSessionBench();
  pasteWithoutUserId(bench);
  bench.vault.readOnly = true;
  await bench.tick();
  assert.equal(bench.events('session.user-id-not-kept').length, 1);
  assert.equal(storedSession(bench).user_id, undefined);
});

test('proving that the vault can be written leaves the session as it was, and writes {} where there is none', async () => {
  const { bench } = await startExpired();
  const before = storedSession(bench);
  bench.peloton.faults.add({ match: { path: tokenPath }, fault: { status: 503 } });
  assert.equal(await tickFailure(bench), 'upstream-unavailable');
  assert.equal(bench.vault.secrets.versions('peloton-session').length, 2);
  const { username_version: version, ...after } = storedSession(bench);
  assert.deepEqual(after, before);
  assert.equal(version, bench.vault.secrets.versions('peloton-username')[0]?.version);

  const empty = await startSessionBench();
  empty.peloton.faults.add({ match: { path: /^\/authorize$/ }, fault: { status: 503 } });
  assert.equal(await tickFailure(empty), 'upstream-unavailable');
  assert.equal(empty.vault.secrets.get('peloton-session'), '{}');
});

test('a refresh without an answer is not retried in its run, and the token is sent again at the next', async () => {
  const { bench, old } = await startExpired();
  bench.peloton.faults.add({ match: { path: tokenPath }, fault: 'hang', times: 1 });
  assert.equal(await tickFailure(bench), 'upstream-unavailable');
  assert.equal(bench.peloton.counts.refreshes, 1);
  assert.equal(storedSession(bench).refresh_token, old.refreshToken);
  bench.passTime(15 * minuteMs);
  await bench.tick();
  assert.deepEqual([bench.peloton.counts.refreshes, bench.peloton.counts.credentialPosts], [2, 0]);
  assert.deepEqual(bench.peloton.violations, []);
});

test('a refresh whose answer got lost leads to invalid_grant at the next run, and that to a sign-in', async () => {
  const { bench } = await startExpired();
  bench.peloton.faults.add({ match: { path: tokenPath }, fault: 'hang', when: 'after', times: 1 });
  assert.equal(await tickFailure(bench), 'upstream-unavailable');
  assert.equal(bench.peloton.counts.credentialPosts, 0);
  bench.passTime(15 * minuteMs);
  const asked = await askedDuring(bench, () => bench.tick());
  assert.deepEqual([asked[0], asked.at(-1)], ['/oauth/token refresh_token', '/api/user/{id}/overview']);
  assert.deepEqual([bench.peloton.counts.refreshes, bench.peloton.counts.credentialPosts], [2, 1]);
  assert.deepEqual(bench.peloton.violations, []);
});

const passingFaults: Fault[] = [
  { status: 429 },
  { status: 429, headers: { 'retry-after': '60' } },
  { status: 500 },
  { status: 503, body: { error: 'invalid_grant' } },
  { status: 403, body: '<html>', contentType: 'text/html' },
  ...(['empty', 'html', 'truncated', 'cut', 'reset', 'hang'] as const),
];
test('429, 5xx, challenges and broken answers to a refresh never lead to a sign-in, however often they come', async () => {
  for (const fault of passingFaults) {
    const { bench } = await startExpired();
    const { remove } = bench.peloton.faults.add({ match: { path: tokenPath }, fault });
    for (let run = 0; run < 3; run++, bench.passTime(2 * hourMs)) {
      assert.equal(await tickFailure(bench), 'upstream-unavailable', JSON.stringify(fault));
    }
    remove();
    bench.passTime(4 * hourMs);
    await bench.tick();
    assert.deepEqual([bench.peloton.counts.refreshes, bench.peloton.counts.credentialPosts], [4, 0]);
    assert.deepEqual(bench.peloton.violations, []);
  }
});

test('a refresh that is answered with what the owner has to settle says so, and posts no credentials', async () => {
  for (const [error, hint] of [
    ['requires_verification', /verify.*npm run sign-in/],
    ['unauthorized', /blocked this user/],
    ['mfa_required', /second factor.*npm run sign-in/],
  ] as const) {
    const { bench } = await startExpired();
    bench.peloton.faults.add({ match: { path: tokenPath }, fault: { status: 403, body: { error } } });
    assert.equal(await tickFailure(bench), 'sign-in-refused');
    assert.match((await bench.health()).problem?.hint ?? '', hint);
    assert.equal(bench.peloton.counts.credentialPosts, 0);
  }
});

test('a 401 with a stored token means one refresh, in the same run', async () => {
  const bench = await startSessionBench();
  await bench.tick();
  bench.peloton.expireAccessTokens();
  bench.passTime(24 * hourMs);
  const overview = '/api/user/{id}/overview';
  assert.deepEqual(await askedDuring(bench, bench.tick), [overview, '/oauth/token refresh_token', overview]);
});

test('a revoked family of tokens means a sign-in, in the same run', async () => {
  const bench = await startSessionBench();
  await bench.tick();
  bench.peloton.revokeAll();
  bench.passTime(24 * hourMs);
  const asked = await askedDuring(bench, bench.tick);
  assert.deepEqual(asked.slice(0, 3), ['/api/user/{id}/overview', '/oauth/token refresh_token', '/authorize']);
  assert.deepEqual(asked.slice(-2), ['/oauth/token authorization_code', '/api/user/{id}/overview']);
  assert.equal(bench.peloton.counts.credentialPosts, 2);
  assert.deepEqual(bench.peloton.violations, []);
});

test('a 401 with a fresh token is a change of theirs: neither another refresh nor a sign-in', async () => {
  const bench = await startSessionBench();
  await bench.tick();
  bench.passTime(24 * hourMs);
  bench.peloton.faults.add({
    match: { path: overviewPath },
    fault: { status: 401, body: { message: 'Not logged in' } },
  });
  for (let run = 1; run <= 3; run++, bench.passTime(4 * hourMs)) {
    assert.equal(await tickFailure(bench), 'upstream-changed');
    assert.deepEqual([bench.peloton.counts.refreshes, bench.peloton.counts.credentialPosts], [run, 1]);
  }
  assert.deepEqual(bench.peloton.violations, []);
});

const answers: [what: string, event: string, isKept: (bench: Bench) => unknown, options: BenchOptions][] = [
  ['a refresh', 'peloton.refresh', bench => bench.peloton.counts.refreshes === 1, {}],
  ['a sign-in', 'peloton.tokens', bench => storedSession(bench).refresh_token, {}],
  [
    'a sign-in of 2021',
    'peloton.sign-in',
    bench => storedSession(bench).session_id,
    { settings: { PELOTON_SIGN_IN: 'session' } },
  ],
];
for (const [what, event, isKept, options] of answers) {
  test(`what ${what} brings is kept even where the time of the run is up as it comes`, async () => {
    const bench = await startSessionBench(options);
    bench.peloton.behaviour.sessionLogin = 'open';
    const old = what === 'a refresh' ? pasteSession(bench, { livesMs: 0 }) : undefined;
    const start = createRunStarter(bench.settings, { clock: () => bench.now, limits: fastLimits });
    const run: Run = await start((_, name) => name === event && void run.stopWork()); // as the end of its time does
    assert.ok(await run.takeLease());
    const { file } = await readCheckpoint(run);
    const { ledger } = openRecord(run, { file, force: false });
    const store = createSessionStore(run);
    const session = { ...run, peloton: run.config.peloton, store, ledger };
    const asked = askWithSession(session, await readSession(store), () => run.storage.private.list(''));
    await assert.rejects(asked, { name: 'StatsError' });
    assert.ok(isKept(bench));
    assert.notEqual(storedSession(bench).refresh_token, old?.refreshToken ?? '');
    await run.end();
  });
}

test('a new code that is refused is a change of theirs, which a sign-in is made for again after four hours', async () => {
  const bench = await startSessionBench({ settings: { PELOTON_SIGN_IN: 'web' } });
  const dead = { status: 403, body: { error: 'invalid_grant' } };
  bench.peloton.faults.add({ match: { path: tokenPath }, fault: dead, times: 1 });
  assert.equal(await tickFailure(bench), 'upstream-changed');
  bench.passTime(4 * hourMs - 1);
  await bench.tick();
  assert.equal(bench.peloton.counts.credentialPosts, 1);
  bench.passTime(1);
  await bench.tick();
  assert.equal(bench.peloton.counts.credentialPosts, 2);
});

test('a 401 that is no JSON is the edge, and costs neither a refresh nor a sign-in', async () => {
  for (const body of ['', '<!DOCTYPE html><title>Just a moment...</title>']) {
    const bench = await startSessionBench();
    pasteSession(bench, { user_id: bench.peloton.userId });
    bench.peloton.faults.add({
      match: { path: /\/overview$/ },
      fault: { status: 401, body, contentType: 'text/html' },
    });
    assert.equal(await tickFailure(bench), 'upstream-unavailable');
    assert.deepEqual([bench.peloton.counts.credentialPosts, bench.peloton.counts.refreshes], [0, 0]);
  }
});
