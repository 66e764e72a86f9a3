import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { type LoopbackServer, startLoopbackServer } from '../../sandbox/loopback-server.ts';
import { type Call, type PelotonAnswer, readCall, sendAnswer } from '../../sandbox/peloton/call.ts';
import { loginPage, postingForm, secondFactorPage } from '../../sandbox/peloton/login-pages.ts';
import { startPelotonDouble } from '../../sandbox/peloton.ts';
import { readConfig } from '../config.ts';
import { StatsError } from '../errors.ts';
import { createHttpClient, type HttpClient } from '../http.ts';
import { findTimeZone } from '../stats/time-zones.ts';
import { signInByGrant } from './app-grant.ts';
import type { AuthorizationCode } from './authorize.ts';
import { signInByPage } from './web-sign-in.ts';

const credentials = { username: 'rider@example.invalid', password: 'canary-password' };
const wctx = '{"state":"canary-tx","label":"a & b"}';

const closers: (() => Promise<void>)[] = [];
after(() => Promise.all(closers.map(close => close())));

/** What a step of the script knows: the request, the server's own address, and what /authorize was asked. */
type Step = (call: Call, dance: { url: string; asked: URLSearchParams }) => PelotonAnswer;
type Script = Record<string, Step>;

const redirect = (location: string, cookies: string[] = []): PelotonAnswer => ({
  status: 302,
  headers: { location },
  cookies,
});
const page = (body: string, status = 200): PelotonAnswer => ({ status, body });

function drawLogin({ url, asked }: { url: string; asked: URLSearchParams }, options: Record<string, string>): string {
  const constants = { authOrigin: url, tenant: 'peloton-prod', clientId: 'x', redirectUri: `${url}/callback` };
  return loginPage({ ...constants, options: { code_challenge: asked.get('code_challenge') ?? '', ...options } });
}

/** The shortest dance that ends well. */
const goodScript: Script = {
  '/authorize': () => redirect('/login?state=canary-tx'),
  '/login': (_, dance) => ({
    ...page(drawLogin(dance, { state: 'canary-tx', _csrf: 'canary-in-page' })),
    cookies: ['_csrf=canary-in-cookie; Path=/usernamepassword/login'],
  }),
  '/usernamepassword/login': () => page(postingForm('/login/callback', { wresult: 'canary-jwt', wctx })),
  '/login/callback': (_, { url, asked }) => redirect(`${url}/callback?code=canary-code&state=${asked.get('state')}`),
};

type Dance = { requests: Call[]; outcome: AuthorizationCode | StatsError };

/** One sign-in over a real HTTP client against a script; its outcome, and what the server was asked. */
async function dance(changes: Script = {}): Promise<Dance> {
  const script: Script = { ...goodScript, ...changes };
  const requests: Call[] = [];
  let asked = new URLSearchParams();
  const server: LoopbackServer = await startLoopbackServer(async (request, response) => {
    const call = await readCall(request);
    requests.push(call);
    if (call.path === '/authorize') asked = call.query;
    const answer = script[call.path]?.(call, { url: server.url, asked }) ?? { status: 404, body: 'nothing' };
    sendAnswer(call, answer, response);
  });
  closers.push(() => server.close());
  const settings = {
    ...{ KEY_VAULT_URL: 'https://vault.example', STORAGE_ACCOUNT_URL: 'https://store.example' },
    ...{ PELOTON_AUTH_URL: server.url, PELOTON_REDIRECT_URI: `${server.url}/callback` },
  };
  const { peloton } = readConfig(settings, findTimeZone);
  const limits = { timeoutMs: 5_000, retryDelayMs: 1 };
  const http = createHttpClient({ limits, signal: new AbortController().signal, clock: () => new Date() });
  let isAnnounced = false;
  const beforePost = async () => {
    assert.ok(!isAnnounced && !requests.some(({ path }) => path.startsWith('/usernamepassword')));
    isAnnounced = true;
  };
  const outcome = await signInByPage({ http, peloton, credentials, beforePost }).catch(error => {
    assert.ok(error instanceof StatsError, `${error?.stack}`);
    return error;
  });
  assert.ok(!requests.some(({ path }) => path === '/callback'), 'the redirect URI is never fetched');
  const said = outcome instanceof StatsError ? `${outcome.message} ${outcome.cause}` : '';
  assert.doesNotMatch(said, /canary|rider@|\?/, 'an error repeats nothing that came or went');
  assert.equal(requests.filter(({ path }) => path.startsWith('/usernamepassword')).length, isAnnounced ? 1 : 0);
  return { requests, outcome };
}

/** How a dance failed: its code, and `judged` where the credentials must not be posted again as they are. */
async function failureOf(changes: Script): Promise<string> {
  const { outcome } = await dance(changes);
  assert.ok(outcome instanceof StatsError, 'it went well');
  return outcome.credentialsJudged ? `${outcome.code}, judged` : outcome.code;
}

test('the credentials go with the page’s own state and the cookie’s _csrf, and the form as it was meant', async () => {
  const { requests, outcome } = await dance();
  assert.ok(!(outcome instanceof StatsError), `${outcome}`);
  assert.deepEqual(
    requests.map(({ method, path }) => `${method} ${path}`),
    ['GET /authorize', 'GET /login', 'POST /usernamepassword/login', 'POST /login/callback'],
  );
  assert.equal(outcome.code, 'canary-code');
  assert.ok(outcome.codeVerifier.length >= 43);
  const [, , posted, form] = requests;
  const { state, _csrf, username, password, code_challenge } = JSON.parse(posted?.body ?? '');
  assert.deepEqual(
    { state, _csrf, username, password },
    { state: 'canary-tx', _csrf: 'canary-in-cookie', ...credentials },
  );
  assert.equal(code_challenge, requests[0]?.query.get('code_challenge'));
  assert.deepEqual(Object.fromEntries(new URLSearchParams(form?.body)), { wresult: 'canary-jwt', wctx });
});

/** The credentials' request of a dance that ends well. */
async function postedWith(changes: Script): Promise<Record<string, unknown>> {
  const { requests, outcome } = await dance(changes);
  assert.ok(!(outcome instanceof StatsError), `${outcome}`);
  return JSON.parse(requests.find(({ path }) => path === '/usernamepassword/login')?.body ?? '');
}

test('either place of _csrf will do, and without both Peloton is not there right now', async () => {
  const options = { state: 'canary-tx', _csrf: 'canary-in-page' };
  assert.equal((await postedWith({ '/login': (_, at) => page(drawLogin(at, options)) }))._csrf, 'canary-in-page');
  const cookies = ['_csrf=canary-in-cookie; Path=/usernamepassword/login', '_csrf=other; Path=/elsewhere'];
  assert.equal((await postedWith({ '/login': () => ({ ...page('<p>'), cookies }) }))._csrf, 'canary-in-cookie');
  const { requests, outcome } = await dance({ '/login': (_, at) => page(drawLogin(at, { state: 'canary-tx' })) });
  assert.ok(outcome instanceof StatsError && outcome.code === 'upstream-unavailable');
  assert.equal(requests.filter(({ path }) => path === '/login').length, 3, 'it comes and goes: worth two more tries');
  assert.equal(
    new Set(requests.flatMap(({ query }) => query.get('code_challenge') ?? [])).size,
    3,
    'each with secrets of its own',
  );
});

test('the transaction’s state is never the one that we sent', async () => {
  const withoutRedirect = await postedWith({
    '/authorize': (_, at) => page(drawLogin(at, { state: 'canary-tx', _csrf: 'canary-in-page' })),
  });
  assert.equal(withoutRedirect.state, 'canary-tx');
  const inPage = { '/authorize': () => redirect('/login') };
  assert.equal((await postedWith(inPage)).state, 'canary-tx');
  assert.equal(await failureOf({ '/authorize': (_, at) => page(drawLogin(at, { _csrf: 'x' })) }), 'upstream-changed');
});

test('a page for another sign-in gets no credentials', async () => {
  const login: Step = (_, at) => page(drawLogin(at, { state: 'canary-tx', _csrf: 'x', code_challenge: 'another' }));
  assert.equal(await failureOf({ '/login': login }), 'upstream-changed');
});

test('nothing leads to a foreign host, at any step', async () => {
  for (const location of [
    'https://evil.example/login',
    'http://10.255.255.1/',
    '//evil.example/',
    'javascript:canary',
  ]) {
    for (const step of ['/authorize', '/login', '/login/callback']) {
      assert.equal(await failureOf({ [step]: () => redirect(location) }), 'upstream-changed', `${step} to ${location}`);
    }
    const form = () => page(postingForm(location, { wresult: 'canary-jwt' }));
    assert.equal(await failureOf({ '/usernamepassword/login': form }), 'upstream-changed', `a form to ${location}`);
  }
  const formHome: Step = (_, { url }) => page(postingForm(`${url}/callback`, { wresult: 'canary-jwt' }));
  assert.equal(await failureOf({ '/usernamepassword/login': formHome }), 'upstream-changed');
});

test('home without a login, or with another state, or without a code, is another dance', async () => {
  const home =
    (query: string): Step =>
    (_, { url }) =>
      redirect(`${url}/callback?${query}`);
  for (const query of ['code=canary-code&state=canary-other', 'code=canary-code', 'state=canary', '']) {
    assert.equal(await failureOf({ '/login/callback': home(query) }), 'upstream-changed', query);
    assert.equal(await failureOf({ '/authorize': home(query) }), 'upstream-changed', `at once: ${query}`);
  }
  const ours: Step = (_, { url, asked }) => redirect(`${url}/callback?code=canary-code&state=${asked.get('state')}`);
  assert.equal(await failureOf({ '/authorize': ours }), 'upstream-changed', 'a code that nobody signed in for');
  const noCode: Step = (_, { url, asked }) => redirect(`${url}/callback?state=${asked.get('state')}`);
  assert.equal(await failureOf({ '/login/callback': noCode }), 'upstream-changed');
  const elsewhere: Step = (_, { url, asked }) =>
    redirect(`${url}/members?code=canary-code&state=${asked.get('state')}`);
  assert.ok(!((await dance({ '/login/callback': elsewhere })).outcome instanceof StatsError));
});

test('a redirect in place of the form is the answer to the credentials: where it leads nowhere, they are judged', async () => {
  const answers: Record<string, Step> = {
    'a foreign host': () => redirect('https://evil.example/login'),
    'an OAuth error': (_, { url }) => redirect(`${url}/callback?error=canary`),
    'another state': (_, { url }) => redirect(`${url}/callback?code=canary-code&state=canary-other`),
    'the login page': () => redirect('/login?state=canary-tx'),
  };
  for (const [where, answer] of Object.entries(answers)) {
    assert.equal(await failureOf({ '/usernamepassword/login': answer }), 'upstream-changed, judged', where);
  }
  const away: Step = (_, { url }) => redirect(`${url}/callback?error=server_error`);
  assert.equal(await failureOf({ '/usernamepassword/login': away }), 'upstream-unavailable');
  const ours: Step = (_, { url, asked }) => redirect(`${url}/callback?code=canary-code&state=${asked.get('state')}`);
  assert.ok(!((await dance({ '/usernamepassword/login': ours })).outcome instanceof StatsError), 'straight home');
});

test('an OAuth error in the way home is told by its kind', async () => {
  const kinds = {
    interaction_required: 'sign-in-refused, judged',
    unauthorized: 'sign-in-refused, judged',
    access_denied: 'sign-in-refused, judged',
    'canary-error': 'upstream-changed, judged',
    server_error: 'upstream-unavailable',
    temporarily_unavailable: 'upstream-unavailable',
    mfa_required: 'sign-in-refused, judged',
  };
  for (const [error, failure] of Object.entries(kinds)) {
    const home: Step = (_, { url }) => redirect(`${url}/callback?error=${error}&error_description=canary`);
    assert.equal(await failureOf({ '/login/callback': home }), failure, error);
    const inFragment: Step = (_, { url }) => redirect(`${url}/callback#error=${error}`);
    assert.equal(await failureOf({ '/login/callback': inFragment }), failure, `${error} in the fragment`);
    const elsewhere = () => redirect(`/error?error=${error}`);
    assert.equal(await failureOf({ '/login/callback': elsewhere }), failure, `${error} on the way`);
  }
  const atOnce: Step = (_, { url }) => redirect(`${url}/callback?error=temporarily_unavailable`);
  assert.equal(await failureOf({ '/authorize': atOnce }), 'upstream-unavailable');
});

test('a refusal is told by its code, whatever the status', async () => {
  const codes = [
    'invalid_user_password',
    'too_many_attempts',
    'password_leaked',
    'blocked',
    'user_blocked',
    'mfa_required',
  ];
  for (const [index, code] of codes.entries()) {
    const status = [200, 400, 401, 403, 429, 500][index] ?? 401;
    const refuse = (body: object) => failureOf({ '/usernamepassword/login': () => ({ status, body }) });
    const refusal = { name: 'ValidationError', code, description: 'canary' };
    assert.equal(await refuse(refusal), 'sign-in-refused, judged', `${status} ${code}`);
    assert.equal(await refuse({ error: code }), 'sign-in-refused, judged', `${status} ${code} as an OAuth error`);
  }
});

test('a refusal in JSON is one after the form too, and a JSON of no known kind is another dance', async () => {
  for (const [body, failure] of [
    [{ code: 'blocked_user' }, 'sign-in-refused, judged'],
    [{ error: 'canary' }, 'upstream-changed'],
  ] as const) {
    assert.equal(await failureOf({ '/login/callback': () => ({ status: 401, body }) }), failure);
  }
});

test('an answer to the credentials that is no refusal is Peloton’s: away, changed, or unknown', async () => {
  const rows: [PelotonAnswer, string][] = [
    [{ status: 403, body: { name: 'AnomalyDetected', code: 'access_denied' } }, 'upstream-changed'],
    [{ status: 401, body: { code: 'canary-unheard-of' } }, 'upstream-changed, judged'],
    [{ status: 200, body: {} }, 'upstream-changed, judged'],
    [{ status: 200, body: [1] }, 'upstream-changed, judged'],
    [page('<form action="/login/callback"><input name="other">'), 'upstream-changed, judged'],
    [page('<form><input name="wresult" value="canary">'), 'upstream-changed, judged'],
    [page(postingForm('/login/callback', { wresult: 'canary' }), 500), 'upstream-unavailable'],
    [{ status: 429, body: { error: 'canary' } }, 'upstream-unavailable'],
    [{ status: 503, body: 'error code: 1015' }, 'upstream-unavailable'],
    [page('<h1>Forbidden', 403), 'upstream-unavailable'],
    [page(postingForm('/login/callback', { wresult: 'canary' }), 403), 'upstream-unavailable'],
    [page('<title>Just a moment...</title>'), 'upstream-unavailable'],
    [page(''), 'upstream-unavailable'],
    [{ status: 302, headers: {} }, 'upstream-unavailable'],
  ];
  for (const [answer, failure] of rows) {
    const place = JSON.stringify(answer);
    assert.equal(await failureOf({ '/usernamepassword/login': () => answer }), failure, place);
  }
});

test('a second factor is known wherever it is asked for; a page that is away is none, whatever its words', async () => {
  const asks: Script[] = [
    { '/usernamepassword/login': () => page(secondFactorPage('canary')) },
    { '/usernamepassword/login': () => redirect('/u/mfa-otp-challenge?state=canary') },
    { '/login/callback': () => redirect('/u/mfa-email-challenge?state=canary') },
    { '/login/callback': () => page(secondFactorPage('canary')) },
    { '/login/callback': () => redirect('/continue'), '/continue': () => page(secondFactorPage('canary')) },
  ];
  for (const script of asks)
    assert.equal(await failureOf(script), 'sign-in-refused, judged', JSON.stringify(Object.keys(script)));
  for (const step of ['/usernamepassword/login', '/login/callback']) {
    for (const status of [429, 500, 503]) {
      const away = () => page('<h1>Sorry: no verification code can be sent right now', status);
      assert.equal(await failureOf({ [step]: away }), 'upstream-unavailable', `${step} ${status}`);
    }
  }
});

test('a whole login page is one whatever words are in its script, and a page without any of it is away', async () => {
  const wordy: Script['/login'] = (_, given) => {
    const body = drawLogin(given, { state: 'canary-tx', _csrf: 'canary-in-page' });
    return page(`${body}<script>const texts = ['Access denied', 'px-captcha'];</script>`);
  };
  const { outcome } = await dance({ '/login': wordy });
  assert.ok(!(outcome instanceof StatsError), `${outcome}`);
  const closed = { '/authorize': () => page('<!DOCTYPE html><title>We will be back</title>') };
  assert.equal(await failureOf(closed), 'upstream-unavailable');
});

test('the login page again is no second factor, though its script holds the words', async () => {
  const again: Script['/login'] = (_, dance) => page(drawLogin(dance, { state: 'canary-tx' }));
  assert.equal(await failureOf({ '/usernamepassword/login': again }), 'upstream-changed, judged');
  const back = { '/login/callback': () => redirect('/continue'), '/continue': again };
  assert.equal(await failureOf(back), 'upstream-changed, judged');
});

test('a dance without an end is left after 15 redirects, before and after the credentials', async () => {
  const before = await dance({ '/authorize': () => redirect('/continue'), '/continue': () => redirect('/continue') });
  assert.ok(before.outcome instanceof StatsError && before.outcome.code === 'upstream-changed');
  assert.equal(before.requests.length, 16);
  const after = await dance({
    '/login/callback': () => redirect('/continue'),
    '/continue': () => redirect('/continue'),
  });
  assert.ok(after.outcome instanceof StatsError && after.outcome.code === 'upstream-changed');
  assert.ok(after.requests.length <= 4 + 15);
  assert.equal(await failureOf({ '/login/callback': () => page('<h1>Welcome back') }), 'upstream-changed, judged');
});

test('the double’s whole dance over both hosts, with each place of _csrf', async () => {
  for (const csrf of ['both', 'cookie', 'page'] as const) {
    const double = await startPelotonDouble();
    closers.push(() => double.close());
    double.behaviour.csrf = csrf;
    const settings = { KEY_VAULT_URL: 'https://vault.example', STORAGE_ACCOUNT_URL: 'https://store.example' };
    const { peloton } = readConfig({ ...settings, PELOTON_AUTH_URL: double.authUrl }, findTimeZone);
    const http = createHttpClient({ signal: new AbortController().signal, clock: () => new Date() });
    const given = { http, peloton, credentials: double.credentials, beforePost: async () => {} };
    const { code } = await signInByPage(given);
    assert.ok(double.secrets().includes(code));
    assert.deepEqual(double.violations, []);
  }
});

test('only the posting of the credentials is given more than the usual time, by either rung', async () => {
  const double = await startPelotonDouble();
  closers.push(() => double.close());
  const settings = { KEY_VAULT_URL: 'https://vault.example', STORAGE_ACCOUNT_URL: 'https://store.example' };
  const { peloton } = readConfig({ ...settings, PELOTON_AUTH_URL: double.authUrl }, findTimeZone);
  const client = createHttpClient({ clock: () => new Date() });
  const patient: [route: string, patience: number][] = [];
  const http: HttpClient = {
    ...client,
    request(request) {
      if (request.patience !== undefined) patient.push([request.route, request.patience]);
      return client.request(request);
    },
  };
  const given = { http, peloton, credentials: double.credentials, beforePost: async () => {} };
  await signInByPage(given);
  await signInByGrant(given);
  assert.deepEqual(patient, [
    ['/usernamepassword/login', 3],
    ['/oauth/token', 3],
  ]);
});
