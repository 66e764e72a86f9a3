import assert from 'node:assert/strict';
import { test } from 'node:test';
import { walkSignIn } from '../test/sign-in-walker.ts';
import { startPelotonDouble } from './peloton.ts';

const now = new Date('2026-11-22T08:00:00Z');

test('records every request by template, host and status, and counts those that matter', async () => {
  await using double = await startPelotonDouble({ clock: () => now });
  const { access_token: token } = JSON.parse((await walkSignIn(double)).body);
  const headers = { authorization: `Bearer ${token}`, 'peloton-platform': 'web' };
  await fetch(`${double.apiUrl}/api/me`, { headers });
  await fetch(`${double.apiUrl}/api/user/${double.userId}/overview?version=2`, { headers });
  const { url, ...last } = double.requests.at(-1) ?? { url: '' };
  assert.deepEqual(last, {
    at: now,
    method: 'GET',
    host: '127.0.0.1',
    path: '/api/user/{id}/overview',
    userAgent: 'node',
    status: 200,
  });
  assert.equal(url, `${double.apiUrl}/api/user/${double.userId}/overview?version=2`);
  const counts = { credentialPosts: 1, refreshes: 0, codeExchanges: 1, overviews: 1, workoutPages: 0, profiles: 1 };
  assert.deepEqual(double.counts, counts);
});

test('counts a request whose answer a fault took away, with the status that the client saw', async () => {
  await using double = await startPelotonDouble({
    faults: [{ match: { path: /^\/authorize$/ }, fault: { status: 503 }, times: 1 }],
  });
  assert.equal((await walkSignIn(double)).status, 503);
  double.faults.add({ match: { path: /^\/authorize$/ }, fault: 'reset', times: 1 });
  await assert.rejects(walkSignIn(double));
  assert.deepEqual(
    double.requests.map(({ status }) => status),
    [503, undefined],
  );
  assert.equal((await walkSignIn(double)).status, 200);
});

test('knows every secret that it gave out', async () => {
  await using double = await startPelotonDouble();
  const walk = await walkSignIn(double);
  const { access_token, refresh_token, id_token } = JSON.parse(walk.body);
  const secrets = new Set(double.secrets());
  const code = new URL(walk.visits.at(-2)?.location ?? '').searchParams.get('code') ?? '';
  const cookies = walk.visits.flatMap(({ setCookie }) => setCookie.map(cookie => cookie.split(/[=;]/)[1] ?? ''));
  const { username, password } = double.credentials;
  for (const secret of [access_token, refresh_token, id_token, code, ...cookies, username, password, double.userId]) {
    assert.ok(secrets.has(secret), secret);
  }
  assert.equal(secrets.has(''), false);
});

test('can be away for a while, and names its members when asked for one that it has not', async () => {
  await using double = await startPelotonDouble();
  await double.refuse();
  await assert.rejects(walkSignIn(double));
  await double.reopen();
  assert.equal((await walkSignIn(double)).status, 200);
  await assert.rejects(startPelotonDouble({ member: 'nobody' }), /regular, newcomer, all, empty/);
});
