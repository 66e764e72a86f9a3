import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startBench } from '../../test/bench.ts';
import { askedDuring, pasteSession, storedSession, tickFailure } from '../../test/session-bench.ts';
import { hourMs, minuteMs } from '../stats/time.ts';

test('the user id is learned once and kept with the session', async () => {
  const bench = await startBench();
  await bench.tick();
  assert.equal(storedSession(bench).user_id, bench.peloton.userId);
  for (let day = 0; day < 3; day++) {
    bench.passTime(24 * hourMs);
    await bench.tick();
  }
  assert.equal(bench.peloton.counts.profiles, 1);
  assert.deepEqual([bench.peloton.counts.credentialPosts, bench.peloton.counts.refreshes], [1, 1]);
  assert.deepEqual(bench.peloton.violations, []);
});

test('a token with an hour to live is used, and one with less is refreshed', async () => {
  for (const [livesMs, refreshes] of [
    [hourMs, 0],
    [hourMs - 1000, 1],
  ] as const) {
    const bench = await startBench();
    pasteSession(bench, { livesMs });
    await bench.tick();
    assert.equal(bench.peloton.counts.refreshes, refreshes);
    assert.equal(bench.peloton.counts.credentialPosts, 0);
  }
});

test('a token of 48 hours is refreshed every second day, before it is refused', async () => {
  const bench = await startBench();
  await bench.tick();
  const overview = '/api/user/{id}/overview';
  for (const asked of [[overview], ['/oauth/token refresh_token', overview], [overview]]) {
    bench.passTime(24 * hourMs);
    assert.deepEqual(await askedDuring(bench, bench.tick), asked);
  }
});

test('a session made with another version of the user name is not used, not even its user id', async () => {
  const bench = await startBench();
  await bench.tick();
  bench.passTime(24 * hourMs);
  const version = bench.vault.secrets.set('peloton-username', bench.peloton.credentials.username);
  await bench.tick();
  assert.deepEqual([bench.peloton.counts.credentialPosts, bench.peloton.counts.profiles], [2, 2]);
  assert.equal(storedSession(bench).username_version, version);
});

test('a pasted session is used when it is newer than the user name, and learns whose it is', async () => {
  const bench = await startBench();
  const { accessToken } = pasteSession(bench);
  await bench.tick();
  assert.equal(bench.peloton.counts.credentialPosts, 0);
  assert.equal(storedSession(bench).access_token, accessToken);
  assert.equal(storedSession(bench).user_id, bench.peloton.userId);
  assert.equal(storedSession(bench).username_version, bench.vault.secrets.versions('peloton-username')[0]?.version);
});

test('a pasted session that is older than the user name is not used, and proving the vault does not make it newer', async () => {
  const bench = await startBench();
  pasteSession(bench);
  bench.passTime(minuteMs);
  bench.vault.secrets.set('peloton-username', bench.peloton.credentials.username);
  bench.peloton.faults.add({ match: { path: /^\/authorize$/ }, fault: { status: 503 }, times: 3 });
  assert.equal(await tickFailure(bench), 'upstream-unavailable');
  assert.ok(storedSession(bench).access_token, 'what was pasted is still there');
  bench.passTime(15 * minuteMs);
  await bench.tick();
  assert.equal(bench.peloton.counts.credentialPosts, 1);
  assert.equal(bench.peloton.counts.overviews, 1);
});

test('a pasted session belongs to the user name of its time, even where that changes while it is used', async () => {
  const bench = await startBench();
  pasteSession(bench);
  const changeUsername = bench.peloton.faults.add({
    match: () => {
      changeUsername.remove();
      bench.passTime(5_000);
      bench.vault.secrets.set('peloton-username', bench.peloton.credentials.username);
      return false;
    },
    fault: 'reset',
  });
  await bench.tick();
  assert.equal(bench.peloton.counts.credentialPosts, 0);
  bench.passTime(24 * hourMs);
  await bench.tick();
  assert.equal(bench.peloton.counts.credentialPosts, 1);
});

test('a token pasted with the header that it came in is used as it is', async () => {
  const bench = await startBench({ secrets: {} });
  const { accessToken } = bench.peloton.issueSession();
  bench.vault.secrets.set('peloton-session', JSON.stringify({ access_token: ` bearer ${accessToken}\n` }));
  await bench.tick();
  assert.equal(bench.events('sync.succeeded').length, 1);
});

test('a pasted token works without credentials until Peloton refuses it; then the missing secret is named and nothing is asked', async () => {
  const bench = await startBench({ secrets: {} });
  const { accessToken } = bench.peloton.issueSession();
  bench.vault.secrets.set('peloton-session', JSON.stringify({ access_token: accessToken }));
  await bench.tick();
  bench.peloton.expireAccessTokens();
  bench.passTime(24 * hourMs);
  const asked = await askedDuring(bench, async () => {
    for (let tick = 0; tick < 4; tick++, bench.passTime(15 * minuteMs)) assert.equal(await tickFailure(bench), 'vault');
  });
  assert.deepEqual(asked, ['/api/user/{id}/overview']);
  assert.match((await bench.health()).problem?.hint ?? '', /peloton-username/);
  bench.vault.secrets.set(
    'peloton-session',
    JSON.stringify({ access_token: bench.peloton.issueSession().accessToken }),
  );
  await bench.tick();
  assert.equal(bench.peloton.counts.credentialPosts, 0);
});

test('an expired pasted token without credentials is the fault of the vault, which is told what is missing', async () => {
  for (const [present, missing] of [
    [{}, 'peloton-username'],
    [{ 'peloton-username': 'rider@example.invalid' }, 'peloton-password'],
    [{ 'peloton-username': 'rider@example.invalid', 'peloton-password': '' }, 'peloton-password'],
    [{ 'peloton-username': '\n', 'peloton-password': 'x' }, 'peloton-username'],
  ] as const) {
    const bench = await startBench({ secrets: present });
    const { accessToken } = bench.peloton.issueSession();
    const pasted = { access_token: accessToken, expires_at: bench.now.toISOString() };
    bench.vault.secrets.set('peloton-session', JSON.stringify(pasted));
    const asked = await askedDuring(bench, async () => assert.equal(await tickFailure(bench), 'vault'));
    assert.deepEqual(asked, []);
    const { problem } = await bench.health();
    assert.match(problem?.hint ?? '', new RegExp(missing));
  }
});

test('a session as Windows writes files is one, and one that holds no token is said in the log', async () => {
  const bench = await startBench({ secrets: {} });
  const { accessToken } = bench.peloton.issueSession();
  bench.vault.secrets.set('peloton-session', accessToken);
  assert.equal(await tickFailure(bench), 'vault');
  assert.equal(bench.events('session.unreadable').length, 1);
  bench.vault.secrets.set('peloton-session', `\uFEFF${JSON.stringify({ access_token: accessToken })}`);
  await bench.tick();
  assert.equal(bench.events('session.unreadable').length, 1);
});

test('a dead refresh token without credentials is asked about once, not at every tick', async () => {
  const bench = await startBench({ secrets: {} });
  pasteSession(bench, { livesMs: 0 });
  bench.peloton.revokeAll();
  const asked = await askedDuring(bench, async () => {
    for (let tick = 0; tick < 4; tick++, bench.passTime(15 * minuteMs)) assert.equal(await tickFailure(bench), 'vault');
  });
  assert.deepEqual(asked, ['/oauth/token refresh_token']);
});

test('a newline at the end of the user name and of the password is not part of them', async () => {
  for (const newline of ['\n', '\r\n']) {
    const bench = await startBench();
    for (const name of ['username', 'password'] as const) {
      bench.vault.secrets.set(`peloton-${name}`, `${bench.peloton.credentials[name]}${newline}`);
    }
    await bench.tick();
    assert.equal(bench.peloton.counts.credentialPosts, 1);
  }
});

test('a user id that could lead elsewhere is a change of theirs, and nothing is asked with it', async () => {
  for (const id of ['../me', 'a/b', 'a?b', '', 'a'.repeat(101)]) {
    const bench = await startBench();
    pasteSession(bench);
    bench.peloton.faults.add({ match: { path: /^\/api\/me$/ }, fault: { status: 200, body: { id } } });
    const asked = await askedDuring(bench, async () => assert.equal(await tickFailure(bench), 'upstream-changed'));
    assert.deepEqual(asked, ['/api/me']);
  }
});
