import assert from 'node:assert/strict';
import { test } from 'node:test';
import { post, readLoginConfig, type Spoilers, walkSignIn } from '../../test/sign-in-walker.ts';
import { type PelotonDouble, startPelotonDouble } from '../peloton.ts';

const pathsOf = (double: PelotonDouble) => double.requests.map(({ method, host, path }) => `${method} ${host} ${path}`);

test('a right walk goes over both hosts, back, and ends with tokens', async () => {
  await using double = await startPelotonDouble();
  const walk = await walkSignIn(double);
  assert.deepEqual([walk.step, walk.status], ['token', 200]);
  assert.deepEqual(pathsOf(double), [
    'GET 127.0.0.1 /authorize',
    'GET 127.0.0.1 /login',
    'POST 127.0.0.1 /usernamepassword/login',
    'POST 127.0.0.1 /login/callback',
    'GET 127.0.0.1 /authorize/resume',
    'GET localhost /sso/login_site',
    'GET localhost /sso/login_domain',
    'GET 127.0.0.1 /continue',
    'GET 127.0.0.1 /authorize/resume',
    'POST 127.0.0.1 /oauth/token',
  ]);
  assert.deepEqual(
    walk.visits.map(({ status }) => status),
    [302, 200, 200, 302, 302, 303, 303, 302, 302, 200],
  );
  const { access_token, refresh_token, expires_in, token_type } = JSON.parse(walk.body);
  assert.equal(access_token.split('.').length, 3);
  assert.match(refresh_token, /^v1\./);
  assert.deepEqual([expires_in, token_type], [172_800, 'Bearer']);
  assert.deepEqual(double.violations, []);
});

test('redirects are relative where the real ones are, and the last one carries the state that was sent', async () => {
  await using double = await startPelotonDouble();
  let sent = '';
  const spoil = {
    authorize: (query: URLSearchParams) => {
      sent = query.get('state') ?? '';
    },
  };
  const { visits } = await walkSignIn(double, spoil);
  const [login, , , resume, loginSite, loginDomain, proceed, again, callback] = visits.map(
    visit => visit.location ?? '',
  );
  assert.ok(login?.startsWith(`${double.authUrl}/login?`));
  assert.ok(resume?.startsWith('/authorize/resume?'));
  assert.ok(loginSite?.startsWith(`http://localhost:${double.port}/sso/login_site?`));
  assert.ok(loginDomain?.startsWith('/sso/login_domain?'));
  assert.ok(proceed?.startsWith(`${double.authUrl}/continue?`));
  assert.ok(again?.startsWith('/authorize/resume?'));
  const end = new URL(callback ?? '');
  assert.equal(`${end.origin}${end.pathname}`, 'https://members.onepeloton.com/callback');
  assert.equal(end.searchParams.get('state'), sent);
  const transactionState = new URL(login ?? '').searchParams.get('state') ?? '';
  assert.equal(transactionState.length, 160);
  assert.notEqual(transactionState, sent);
});

test('the page embeds its config as UTF-8 on one line, says what the query said, and speaks of verification', async () => {
  await using double = await startPelotonDouble();
  const { visits } = await walkSignIn(double, { credentials: body => void delete body.username });
  const [authorize, login] = visits;
  const again = await fetch(authorize?.location ?? '', {
    headers: { cookie: authorize?.setCookie[0]?.split(';')[0] ?? '' },
  });
  const html = await again.text();
  const config = readLoginConfig(html);
  assert.match(html, /Verify your identity/);
  assert.equal(config.dict?.signin && JSON.stringify(config.dict.signin), '{"title":"Welcome back – let’s go"}');
  assert.deepEqual(config.extraParams, config.internalOptions);
  const asked = authorize?.url.searchParams;
  assert.equal(config.extraParams?.nonce, asked?.get('nonce'));
  assert.equal(config.extraParams?.code_challenge, asked?.get('code_challenge'));
  const csrf = login?.setCookie.find(cookie => cookie.startsWith('_csrf='));
  assert.match(csrf ?? '', /; Path=\/usernamepassword\/login;/);
  assert.equal(csrf?.split(/[=;]/)[1], config.extraParams?._csrf);
});

test('credentials as a form, or from another origin, are refused', async () => {
  await using double = await startPelotonDouble();
  const url = `${double.authUrl}/usernamepassword/login`;
  const { username } = double.credentials;
  const asForm = await fetch(url, { method: 'POST', body: new URLSearchParams({ username }) });
  assert.equal(asForm.status, 400);
  assert.equal((await fetch(url, post({ username }))).status, 403);
});

test('a hop that is asked twice answers twice alike', async () => {
  await using double = await startPelotonDouble();
  const { visits } = await walkSignIn(double);
  const [, , , , resume] = visits;
  const cookies = visits.flatMap(({ setCookie }) => setCookie.map(cookie => cookie.split(';')[0]));
  const again = await fetch(resume?.url ?? '', { redirect: 'manual', headers: { cookie: cookies.join('; ') } });
  assert.equal(again.headers.get('location'), resume?.location);
});

test('either source of _csrf is enough, and none is not', async () => {
  for (const csrf of ['page', 'cookie'] as const) {
    await using double = await startPelotonDouble();
    double.behaviour.csrf = csrf;
    const fromCookie: Spoilers = {
      credentials: (body, jar) => {
        body._csrf ??= jar.find(({ name }) => name === '_csrf')?.value;
      },
    };
    assert.equal((await walkSignIn(double, fromCookie)).step, 'token');
    assert.equal((await walkSignIn(double)).step, csrf === 'page' ? 'token' : 'credentials');
  }
  await using double = await startPelotonDouble();
  double.behaviour.csrf = 'none';
  const walk = await walkSignIn(double);
  assert.deepEqual([walk.step, walk.status, walk.visits[1]?.setCookie.length], ['credentials', 403, 1]);
});

test('a second factor shows where it was switched on', async () => {
  await using double = await startPelotonDouble();
  const expected = {
    json: ['credentials', 403, /"code":"mfa_required"/],
    page: ['credentials', 200, /<h1>Verify your identity/],
    'after-form': ['hop', 200, /<h1>Verify your identity/],
    token: ['token', 403, /"error":"mfa_required"/],
  } as const;
  for (const [place, [step, status, says]] of Object.entries(expected)) {
    double.behaviour.secondFactor = place as keyof typeof expected;
    const walk = await walkSignIn(double);
    assert.deepEqual([place, walk.step, walk.status], [place, step, status]);
    assert.match(walk.body, says);
  }
});

test('right credentials can be refused with any code, and a retired sign-in says so', async () => {
  await using double = await startPelotonDouble();
  double.behaviour.credentialsRefusal = { status: 429, code: 'too_many_attempts' };
  const locked = await walkSignIn(double);
  assert.deepEqual(
    [locked.step, locked.status, JSON.parse(locked.body).code],
    ['credentials', 429, 'too_many_attempts'],
  );
  double.behaviour.oauth = 'retired';
  const retired = await walkSignIn(double);
  assert.deepEqual([retired.step, retired.status], ['authorize', 403]);
  assert.match(retired.body, /no longer accepting requests/);
});

test('other constants can be asked for, and today’s are refused then', async () => {
  await using double = await startPelotonDouble({
    signIn: { clientId: 'the-next-client', connection: 'next-connection' },
  });
  assert.equal((await walkSignIn(double)).step, 'authorize');
  const repaired = await walkSignIn(double, {
    authorize: query => query.set('client_id', 'the-next-client'),
    credentials: body => void Object.assign(body, { client_id: 'the-next-client', connection: 'next-connection' }),
    token: body => {
      body.client_id = 'the-next-client';
    },
  });
  assert.equal(repaired.step, 'token');
  assert.equal(repaired.status, 200);
});
