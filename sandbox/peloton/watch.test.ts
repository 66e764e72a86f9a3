import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hourMs } from '../../src/stats/time.ts';
import { post, walkSignIn } from '../../test/sign-in-walker.ts';
import { type PelotonDouble, startPelotonDouble } from '../peloton.ts';

async function start() {
  const clock = { now: new Date('2026-11-22T08:00:00Z') };
  const double = await startPelotonDouble({ clock: () => clock.now });
  const wait = (hours: number) => {
    clock.now = new Date(clock.now.getTime() + hours * hourMs);
  };
  return { ...double, wait };
}

const bearer = { headers: { authorization: 'Bearer x', 'peloton-platform': 'web' } };

const harms: { name: string; harm: (double: PelotonDouble) => Promise<unknown>; violation: RegExp }[] = [
  {
    name: 'the password in a URL',
    harm: double =>
      fetch(`${double.authUrl}/usernamepassword/login?p=${encodeURIComponent(double.credentials.password)}`, post({})),
    violation: /^the password went to POST 127\.0\.0\.1\/usernamepassword\/login$/,
  },
  {
    name: 'the password to the other host',
    harm: double => fetch(`http://localhost:${double.port}/usernamepassword/login`, post(double.credentials)),
    violation: /^the password went to POST localhost/,
  },
  {
    name: 'the password to the token endpoint in another grant',
    harm: double => {
      const body = new URLSearchParams({ grant_type: 'refresh_token', ...double.credentials });
      return fetch(`${double.authUrl}/oauth/token`, { method: 'POST', body });
    },
    violation: /^the password went to POST 127\.0\.0\.1\/oauth\/token$/,
  },
  {
    name: 'a refresh token to the API',
    harm: double => fetch(`${double.apiUrl}/api/me?t=${double.issueSession().refreshToken}`),
    violation: /^a refresh token went to GET 127\.0\.0\.1\/api\/me$/,
  },
  {
    name: 'a bearer token to a page',
    harm: double => fetch(`${double.authUrl}/continue`, bearer),
    violation: /^a bearer token/,
  },
  {
    name: 'a bearer token to the other host',
    harm: double => fetch(`http://localhost:${double.port}/api/me`, bearer),
    violation: /^a bearer token went to GET localhost/,
  },
  {
    name: 'an overview without the platform',
    harm: double => fetch(`${double.apiUrl}/api/user/${double.userId}/overview`),
    violation: /^no Peloton-Platform: web on GET 127\.0\.0\.1\/api\/user\/\{id\}\/overview$/,
  },
];

for (const { name, harm, violation } of harms) {
  test(`${name} is harm`, async () => {
    await using double = await start();
    await harm(double);
    assert.equal(double.violations.length, 1, double.violations.join('; '));
    assert.match(double.violations[0] ?? '', violation);
  });
}

test('a cookie on another host or path is harm', async () => {
  await using double = await start();
  const { visits } = await walkSignIn(double);
  const named = (name: string) =>
    visits
      .flatMap(({ setCookie }) => setCookie)
      .find(cookie => cookie.startsWith(`${name}=`))
      ?.split(';')[0] ?? '';
  const send = (url: string, cookie: string) => fetch(url, { headers: { cookie } });
  await send(`http://localhost:${double.port}/sso/login_site`, named('auth0'));
  await send(`${double.authUrl}/login/callback`, named('_csrf'));
  await send(`${double.authUrl}/login/callback`, named('auth0'));
  assert.deepEqual(double.violations, [
    'the cookie auth0 of 127.0.0.1/ was sent to localhost/sso/login_site',
    'the cookie _csrf of 127.0.0.1/usernamepassword/login was sent to 127.0.0.1/login/callback',
  ]);
});

test('fetching the redirect URI is harm', async () => {
  await using double = await startPelotonDouble({ signIn: { redirectUri: 'http://127.0.0.1/members/callback' } });
  await fetch(`${double.authUrl}/members/callback?code=x`);
  assert.deepEqual(double.violations, ['the redirect URI was fetched']);
});

test('a fourth credential post within 24 hours is harm, whether or not it was answered', async () => {
  await using double = await start();
  const walk = () =>
    walkSignIn(double, {
      credentials: body => {
        body.password = 'wrong';
      },
    });
  for (let post = 0; post < 3; post += 1) await walk();
  double.wait(24);
  await walk();
  assert.deepEqual(double.violations, []);
  double.faults.add({ match: { path: /^\/usernamepassword/ }, fault: { status: 503 } });
  for (let post = 0; post < 3; post += 1) await walk();
  assert.deepEqual(double.violations, ['4 credential posts in 24 hours']);
  assert.equal(double.counts.credentialPosts, 7);
});

test('a PKCE challenge serves one sign-in', async () => {
  await using double = await start();
  const { visits } = await walkSignIn(double);
  assert.deepEqual(double.violations, []);
  await fetch(visits[0]?.url ?? '', { redirect: 'manual' });
  assert.deepEqual(double.violations, ['a PKCE challenge was used again']);
});
