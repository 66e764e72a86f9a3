import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PelotonDouble, startPelotonDouble } from '../peloton.ts';
import { post, readConfig, type Spoilers, walkSignIn } from './sign-in-walker.ts';

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
  const config = readConfig(html);
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

type Case = { name: string; spoil: Spoilers; step: keyof Spoilers; status: number; says: RegExp };
const change = (name: string) => (fields: Record<string, unknown>) => {
  fields[name] = `${fields[name]}x`;
};
const drop = (name: string) => (_: unknown, jar: { name: string }[]) =>
  void jar.splice(0, jar.length, ...jar.filter(cookie => cookie.name !== name));

const asked = ['scope', 'audience', 'response_type', 'code_challenge', 'code_challenge_method'];
const repeated = ['client_id', 'redirect_uri', 'tenant', 'response_type', 'scope', 'audience', '_intstate', 'nonce'];
const cases: Case[] = [
  ...asked.map(name => ({
    name: `another ${name} at /authorize`,
    spoil: { authorize: (query: URLSearchParams) => query.set(name, 'x') },
    ...{ step: 'authorize' as const, status: 302, says: new RegExp(`error=invalid_request.*Wrong\\+${name}&`) },
  })),
  ...['state', 'nonce'].map(name => ({
    name: `no ${name} at /authorize`,
    spoil: { authorize: (query: URLSearchParams) => query.delete(name) },
    ...{ step: 'authorize' as const, status: 302, says: new RegExp(`Wrong\\+${name}&`) },
  })),
  {
    name: 'an unknown client',
    spoil: { authorize: query => query.set('client_id', 'x') },
    ...{ step: 'authorize', status: 400, says: /Unknown client/ },
  },
  {
    name: 'another redirect URI at /authorize',
    spoil: { authorize: query => query.set('redirect_uri', 'http://127.0.0.1/callback') },
    ...{ step: 'authorize', status: 403, says: /Callback URL mismatch/ },
  },
  {
    name: 'a login page without the cookie of the redirect to it',
    ...{ spoil: { login: drop('did') }, step: 'login', status: 403, says: /its cookie is unknown/ },
  },
  {
    name: 'the state that was sent in place of the transaction state',
    spoil: {
      credentials: body => {
        body.state = 'the state that the client sent';
      },
    },
    ...{
      step: 'credentials',
      status: 403,
      says: /"name":"AnomalyDetected","code":"access_denied","description":"Invalid state"/,
    },
  },
  ...[...repeated, 'connection', 'code_challenge', 'code_challenge_method'].map(name => ({
    name: `another ${name} with the credentials`,
    spoil: { credentials: change(name) },
    ...{ step: 'credentials' as const, status: 400, says: new RegExp(`"invalid ${name}"`) },
  })),
  {
    name: 'no user name',
    spoil: { credentials: body => void delete body.username },
    ...{ step: 'credentials', status: 400, says: /invalid username/ },
  },
  { name: 'another _csrf', spoil: { credentials: change('_csrf') }, step: 'credentials', status: 403, says: /_csrf/ },
  {
    name: 'no _csrf cookie',
    spoil: { credentials: (body, jar) => drop('_csrf')(body, jar) },
    step: 'credentials',
    status: 403,
    says: /_csrf/,
  },
  { name: 'no session cookie', spoil: { credentials: drop('did') }, step: 'credentials', status: 403, says: /cookie/ },
  {
    name: 'a wrong password',
    spoil: { credentials: change('password') },
    ...{ step: 'credentials', status: 401, says: /"invalid_user_password","description":"Wrong email or password."/ },
  },
  {
    name: 'a wrong user name',
    spoil: { credentials: change('username') },
    step: 'credentials',
    status: 401,
    says: /invalid_user_password/,
  },
  ...['wa', 'wresult', 'wctx'].map(name => ({
    name: `a changed ${name} in the form`,
    spoil: { form: change(name) },
    ...{ step: 'form' as const, status: 403, says: /The form/ },
  })),
  {
    name: 'a form whose values are still escaped',
    spoil: {
      form: fields => {
        fields.wctx = fields.wctx?.replaceAll('"', '&#34;') ?? '';
      },
    },
    ...{ step: 'form', status: 403, says: /The form/ },
  },
  {
    name: 'a form with `&amp;` decoded first',
    spoil: {
      form: fields => {
        fields.wctx = fields.wctx?.replaceAll('&#34;', '"') ?? '';
      },
    },
    ...{ step: 'form', status: 403, says: /The form/ },
  },
  {
    name: 'a form without the session cookie',
    spoil: { form: drop('did') },
    step: 'form',
    status: 403,
    says: /cookie/,
  },
  ...['did', 'auth0', 'auth0_compat', 'peloton_logged_in_user_hash', 'peloton_visited_sites'].map(name => ({
    name: `a chain without the cookie ${name}`,
    ...{ spoil: { hop: drop(name) }, step: 'hop' as const, status: 403, says: /A cookie is missing/ },
  })),
  {
    name: 'a chain that resumes with a state of its own',
    spoil: { hop: url => url.searchParams.set('state', 'x') },
    ...{ step: 'hop', status: 403, says: /The state is unknown/ },
  },
  {
    name: 'a relative location resolved against the wrong host',
    spoil: {
      hop: url => {
        if (url.pathname === '/sso/login_domain') url.hostname = '127.0.0.1';
      },
    },
    ...{ step: 'hop', status: 404, says: /nothing at this path/ },
  },
  { name: 'another code', spoil: { token: change('code') }, step: 'token', status: 403, says: /"invalid_grant"/ },
  {
    name: 'another verifier',
    spoil: { token: change('code_verifier') },
    step: 'token',
    status: 403,
    says: /code verifier/,
  },
  {
    name: 'another redirect URI for the code',
    spoil: { token: change('redirect_uri') },
    step: 'token',
    status: 403,
    says: /redirect URI/,
  },
  {
    name: 'another client for the code',
    spoil: { token: change('client_id') },
    step: 'token',
    status: 401,
    says: /Unauthorized/,
  },
];

for (const { name, spoil, step, status, says } of cases) {
  test(`the sign-in ends at "${step}" for ${name}`, async () => {
    await using double = await startPelotonDouble();
    const walk = await walkSignIn(double, spoil);
    assert.deepEqual([walk.step, walk.status], [step, status]);
    assert.match(`${walk.location} ${walk.body}`, says);
  });
}

test('credentials as a form, or from another origin, are refused', async () => {
  await using double = await startPelotonDouble();
  const url = `${double.authUrl}/usernamepassword/login`;
  const { username } = double.credentials;
  const asForm = await fetch(url, { method: 'POST', body: new URLSearchParams({ username }) });
  assert.equal(asForm.status, 400);
  assert.equal((await fetch(url, post({ username }))).status, 403);
});

test('a state of the chain is good at its own place only', async () => {
  await using double = await startPelotonDouble();
  const walk = await walkSignIn(double, {
    hop: url => {
      url.pathname = url.pathname.replace('/authorize/resume', '/continue');
    },
  });
  assert.deepEqual([walk.step, walk.status], ['hop', 403]);
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
