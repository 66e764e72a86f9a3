import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Bench, startBench } from '../../test/bench.ts';
import { askedDuring, pasteSession, pasteWithoutUserId, storedSession, tickFailure } from '../../test/session-bench.ts';
import { hourMs, minuteMs } from '../stats/time.ts';
import { readClaims } from './access-token.ts';

/** The versions of the session that the work adds to the vault. */
async function writtenDuring(bench: Bench, work: () => Promise<unknown>): Promise<number> {
  const count = () => bench.vault.secrets.versions('peloton-session').length;
  const before = count();
  await work();
  return count() - before;
}

const claim = 'http://onepeloton.com/user_id';
/** A token in the form of a JWT with these claims, or with a text in their place. */
function tokenWith(claims: unknown): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'RS256' })}.${part(claims)}.c2lnbmF0dXJl`;
}

test('whose account it is says the token, and /api/me is never asked', async () => {
  const bench = await startBench();
  await bench.tick();
  assert.equal(storedSession(bench).user_id, bench.peloton.userId);
  for (let day = 0; day < 3; day++) {
    bench.passTime(24 * hourMs);
    await bench.tick();
  }
  assert.deepEqual([bench.peloton.counts.overviews, bench.peloton.counts.profiles], [4, 0]);
  assert.deepEqual([bench.peloton.counts.credentialPosts, bench.peloton.counts.refreshes], [1, 1]);
  assert.deepEqual(bench.peloton.violations, []);
});

test('without the claim the user id is asked for, and kept by the first run that writes nothing else', async () => {
  const bench = await startBench();
  bench.peloton.behaviour.userIdClaim = false;
  const days: [number, string | undefined][] = [];
  for (let day = 0; day < 4; day++, bench.passTime(24 * hourMs)) {
    days.push([await writtenDuring(bench, bench.tick), storedSession(bench).user_id]);
  }
  const { userId, counts } = bench.peloton;
  assert.deepEqual(days, [
    [2, undefined], // the proof and the tokens
    [1, userId],
    [2, userId],
    [0, userId],
  ]);
  assert.deepEqual([counts.profiles, counts.credentialPosts, counts.refreshes], [2, 1, 1]);
});

test('no run writes more than two versions of the session, whatever it goes through', async () => {
  for (const userIdClaim of [true, false]) {
    const bench = await startBench();
    bench.peloton.behaviour.userIdClaim = userIdClaim;
    const ways: Record<string, () => unknown> = {
      'a sign-in': () => bench.peloton.revokeAll(),
      'a refresh': () => pasteSession(bench, { livesMs: 0 }),
      'a token that is refused': () => [pasteSession(bench), bench.peloton.expireAccessTokens()],
      'a dead session': () => [pasteSession(bench), bench.peloton.revokeAll()],
      'a refresh token that is refused': () => [pasteSession(bench, { livesMs: 0 }), bench.peloton.revokeAll()],
    };
    for (const [way, prepare] of Object.entries(ways)) {
      bench.passTime(24 * hourMs);
      prepare();
      assert.equal(await writtenDuring(bench, bench.tick), 2, `${way}, ${userIdClaim}`);
    }
    assert.deepEqual(bench.peloton.violations, []);
  }
});

test('a claim that is no user id counts as none', async () => {
  const noClaims: unknown[] = [
    {},
    { [claim]: '../me' },
    { [claim]: 5 },
    { [claim]: '' },
    { sub: 'auth0|x' },
    [],
    null,
    'x',
  ];
  for (const text of [...noClaims.map(tokenWith), 'a.b.c', 'opaque', 'eyJ.eyJ.x', '..', `${'a'.repeat(9)}.%.`]) {
    assert.equal(readClaims(text).userId, undefined, text);
  }
  assert.equal(readClaims(tokenWith({ [claim]: 'abc-123', exp: 1 })).userId, 'abc-123');
});

test('the claim of the token is believed before what was stored with it', async () => {
  const bench = await startBench({ secrets: {} });
  pasteSession(bench, { user_id: 'somebody-else' });
  await bench.tick();
  assert.deepEqual([bench.peloton.counts.overviews, bench.peloton.counts.profiles], [1, 0]);
});

test('nothing of the vault is kept from one run to the next', async () => {
  const bench = await startBench();
  await bench.tick();
  bench.passTime(24 * hourMs);
  for (const name of ['peloton-username', 'peloton-password', 'peloton-session']) bench.vault.secrets.delete(name);
  const reads = bench.vault.requests.length;
  assert.equal(await tickFailure(bench), 'vault');
  const read = bench.vault.requests.slice(reads).filter(({ status }) => status === 404);
  assert.deepEqual(read.map(({ path }) => /peloton-\w+/.exec(path)?.[0]).sort(), [
    'peloton-password',
    'peloton-session',
    'peloton-username',
  ]);
  const { accessToken } = pasteSession(bench);
  bench.passTime(15 * minuteMs);
  await bench.tick();
  assert.equal(storedSession(bench).access_token, accessToken);
  assert.equal(bench.peloton.counts.credentialPosts, 1);
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
  const asks = ['/api/user/{id}/overview', '/api/user/{id}/workouts'];
  for (const asked of [asks, ['/oauth/token refresh_token', ...asks], asks]) {
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
  assert.equal(bench.peloton.counts.credentialPosts, 2);
  assert.equal(storedSession(bench).username_version, version);
});

test('a pasted session is used when it is newer than the user name, and learns whose it is', async () => {
  const bench = await startBench();
  bench.peloton.behaviour.userIdClaim = false;
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

test('a dead refresh token without credentials is asked about once, not at every tick', async () => {
  const bench = await startBench({ secrets: {} });
  pasteSession(bench, { livesMs: 0 });
  bench.peloton.revokeAll();
  const asked = await askedDuring(bench, async () => {
    for (let tick = 0; tick < 4; tick++, bench.passTime(15 * minuteMs)) assert.equal(await tickFailure(bench), 'vault');
  });
  assert.deepEqual(asked, ['/oauth/token refresh_token']);
});

test('a user id that could lead elsewhere is a change of theirs, and nothing is asked with it', async () => {
  for (const id of ['../me', 'a/b', 'a?b', '', 'a'.repeat(101)]) {
    const bench = await startBench();
    pasteWithoutUserId(bench);
    bench.peloton.faults.add({ match: { path: /^\/api\/me$/ }, fault: { status: 200, body: { id } } });
    const asked = await askedDuring(bench, async () => assert.equal(await tickFailure(bench), 'upstream-changed'));
    assert.deepEqual(asked, ['/api/me']);
  }
});

test('a token without the claim that Peloton takes no longer is renewed without a warning', async () => {
  const bench = await startBench();
  pasteWithoutUserId(bench);
  bench.peloton.expireAccessTokens();
  bench.lines.splice(0);
  await bench.tick();
  assert.equal(bench.peloton.counts.refreshes, 1);
  const [refused] = bench.events('peloton.me');
  assert.ok(refused && !('failed' in refused), JSON.stringify(refused));
});
