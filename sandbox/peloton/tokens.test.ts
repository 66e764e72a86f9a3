import assert from 'node:assert/strict';
import { test } from 'node:test';
import { post, walkSignIn } from '../../test/sign-in-walker.ts';
import { type PelotonDouble, type PelotonOptions, startPelotonDouble } from '../peloton.ts';
import { signInConstants } from './world.ts';

const client_id = signInConstants.clientId;

async function start(options: PelotonOptions = {}) {
  const clock = { now: new Date('2026-11-22T08:00:00Z') };
  const double = await startPelotonDouble({ clock: () => clock.now, ...options });
  const wait = (seconds: number) => {
    clock.now = new Date(clock.now.getTime() + seconds * 1000);
  };
  return { ...double, wait };
}

async function askToken(double: PelotonDouble, fields: Record<string, string>) {
  const answer = await fetch(`${double.authUrl}/oauth/token`, post({ client_id, ...fields }));
  return { status: answer.status, body: JSON.parse(await answer.text()) };
}

const refresh = (double: PelotonDouble, refresh_token: string) =>
  askToken(double, { grant_type: 'refresh_token', refresh_token });

async function profileStatus(double: PelotonDouble, token: string): Promise<number> {
  return (await fetch(`${double.apiUrl}/api/me`, { headers: { authorization: `Bearer ${token}` } })).status;
}

const dead = { error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' };

test('an access token is good until its lifetime is over', async () => {
  await using double = await start();
  const { access_token } = JSON.parse((await walkSignIn(double)).body);
  double.wait(172_799);
  assert.equal(await profileStatus(double, access_token), 200);
  double.wait(1);
  assert.equal(await profileStatus(double, access_token), 401);
  assert.equal(await profileStatus(double, `${access_token}x`), 401);
});

test('a refresh takes JSON or a form, and brings new tokens while the old access token lives on', async () => {
  await using double = await start({ tokenLifetimeSeconds: 60 });
  const session = double.issueSession();
  const first = await refresh(double, session.refreshToken);
  assert.equal(first.status, 200);
  assert.equal(first.body.expires_in, 60);
  assert.notEqual(first.body.refresh_token, session.refreshToken);
  const fields = { grant_type: 'refresh_token', client_id, refresh_token: first.body.refresh_token };
  const form = await fetch(`${double.authUrl}/oauth/token`, { method: 'POST', body: new URLSearchParams(fields) });
  assert.equal(form.status, 200);
  assert.equal(await profileStatus(double, JSON.parse(await form.text()).access_token), 200);
  assert.equal(await profileStatus(double, session.accessToken), 200);
  assert.deepEqual(double.violations, []);
});

test('a spent refresh token ends its whole family and is harm', async () => {
  await using double = await start();
  const session = double.issueSession();
  const other = double.issueSession();
  const { body } = await refresh(double, session.refreshToken);
  assert.deepEqual(await refresh(double, session.refreshToken), { status: 403, body: dead });
  assert.deepEqual(double.violations, ['a spent refresh token was sent again']);
  assert.deepEqual((await refresh(double, body.refresh_token)).body, dead);
  assert.equal(await profileStatus(double, body.access_token), 401);
  assert.equal(await profileStatus(double, session.accessToken), 401);
  assert.equal((await refresh(double, other.refreshToken)).status, 200);
});

test('a token whose successor never arrived may be sent again: it is dead, but no harm was done', async () => {
  await using double = await start();
  for (const fault of [{ status: 503, body: {} }, 'reset'] as const) {
    const { refreshToken } = double.issueSession();
    double.faults.add({ match: { path: /token$/ }, fault, when: 'after', times: 1 });
    await refresh(double, refreshToken).catch(() => 'reset');
    assert.deepEqual((await refresh(double, refreshToken)).body, dead);
  }
  assert.deepEqual(double.violations, []);
});

test('without rotation the answer has no refresh token, and the old one stays good', async () => {
  await using double = await start();
  double.behaviour.refreshTokens = 'stay';
  const { refreshToken } = double.issueSession();
  assert.equal('refresh_token' in (await refresh(double, refreshToken)).body, false);
  assert.equal((await refresh(double, refreshToken)).status, 200);
});

test('a code is good once and for a minute', async () => {
  await using double = await start();
  const late = await walkSignIn(double, { token: () => double.wait(61) });
  assert.deepEqual([late.step, late.status], ['token', 403]);
  const bodies: Record<string, unknown>[] = [];
  const walk = await walkSignIn(double, { token: body => void bodies.push({ ...body }) });
  const again = await fetch(`${double.authUrl}/oauth/token`, post(bodies[0] ?? {}));
  assert.equal(JSON.parse(await again.text()).error, 'invalid_grant');
  assert.deepEqual(double.violations, ['an authorization code was sent a second time']);
  assert.equal(await profileStatus(double, JSON.parse(walk.body).access_token), 401);
});

test('other grants are not for this client', async () => {
  await using double = await start();
  const { status, body } = await askToken(double, { grant_type: 'password' });
  assert.deepEqual([status, body.error], [403, 'unauthorized_client']);
});

test('revoking all ends access and refresh, expiring ends access alone, a new password ends refresh alone', async () => {
  await using double = await start();
  const expired = double.issueSession();
  double.expireAccessTokens();
  assert.equal(await profileStatus(double, expired.accessToken), 401);
  assert.equal((await refresh(double, expired.refreshToken)).status, 200);

  const before = double.issueSession();
  double.changePassword('a new one');
  assert.equal(await profileStatus(double, before.accessToken), 200);
  assert.deepEqual((await refresh(double, before.refreshToken)).body, dead);
  assert.equal((await walkSignIn(double)).status, 200);

  const revoked = double.issueSession();
  double.revokeAll();
  assert.equal(await profileStatus(double, revoked.accessToken), 401);
  assert.deepEqual((await refresh(double, revoked.refreshToken)).body, dead);
});
