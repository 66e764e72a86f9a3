// Today's sign-in, hop by hop: OAuth authorization code with PKCE through Auth0's login page, without a browser.
// The state in the credentials' body is the page's transaction state, not the one we sent (docs/peloton.md).

import { createHash, randomBytes } from 'node:crypto';
import { CookieJar } from 'tough-cookie';
import type { PelotonConfig } from '../config.ts';
import { type Cause, errorOf, StatsError } from '../errors.ts';
import type { HttpClient, HttpResponse } from '../http.ts';
import { tryParseJson } from '../stats/json.ts';
import type { Credentials } from './credentials.ts';
import { assertAvailable, changed, stringOf, unavailable } from './judge.ts';
import {
  asksSecondFactor,
  assertPage,
  type HiddenForm,
  isNoPage,
  readForms,
  readInjectedConfig,
} from './login-page.ts';
import { credentialsPath, findHome, isRedirect, nextHop, routeOf } from './redirects.ts';

/** The code that /oauth/token exchanges for a pair of tokens, with the secret that proves who asked for it (PKCE). */
export type AuthorizationCode = { code: string; codeVerifier: string };

type Attempt = {
  http: HttpClient;
  peloton: PelotonConfig;
  jar: CookieJar;
  codeVerifier: string;
  state: string;
  nonce: string;
};
type LoginPage = { url: URL; transactionState: string; csrf: string };

const maxHops = 15;
/** Base64 of `{"name":"auth0.js-ulp","version":"9.14.3"}`: the client library of Peloton's own page. */
const auth0Client = 'eyJuYW1lIjoiYXV0aDAuanMtdWxwIiwidmVyc2lvbiI6IjkuMTQuMyJ9';
/** The cause behind each of Peloton's codes, all of which judge the credentials. */
const refusals = new Map<string, Cause>([
  ['invalid_user_password', 'wrong-password'],
  ['password_leaked', 'leaked-password'],
  ['too_many_attempts', 'too-many-attempts'],
  ['blocked', 'blocked-user'],
  ['user_blocked', 'blocked-user'],
]);

function challengeOf(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url');
}

async function getPage({ http, jar }: Attempt, url: URL): Promise<HttpResponse> {
  return await http.request({ method: 'GET', url, route: routeOf(url), headers: { Accept: 'text/html' }, jar });
}

async function findCsrf(jar: CookieJar, url: URL): Promise<string | undefined> {
  const cookies = await jar.getCookies(new URL(credentialsPath, url).href);
  return cookies.find(cookie => cookie.key === '_csrf')?.value;
}

async function openLoginPage(attempt: Attempt): Promise<LoginPage> {
  const { peloton, jar, state, nonce, codeVerifier } = attempt;
  let url = new URL('/authorize', peloton.authUrl);
  url.search = new URLSearchParams({
    client_id: peloton.clientId,
    audience: peloton.audience,
    scope: peloton.scope,
    response_type: 'code',
    response_mode: 'query',
    redirect_uri: peloton.redirectUri,
    state,
    nonce,
    code_challenge: challengeOf(codeVerifier),
    code_challenge_method: 'S256',
    auth0Client,
  }).toString();
  let answer = await getPage(attempt, url);
  for (let hop = 0; answer.location !== undefined && isRedirect(answer); hop++) {
    if (hop === maxHops) throw changed(answer, `led nowhere in ${maxHops} redirects`);
    const home = findHome(answer, peloton);
    if (home) {
      readCode(answer, home, state);
      throw changed(answer, 'came home without a login');
    }
    url = nextHop(answer, answer.location, peloton);
    answer = await getPage(attempt, url);
  }
  const page = readInjectedConfig(answer.text);
  const csrf = (await findCsrf(jar, url)) ?? page.csrf;
  const isLoginPage = answer.status === 200 && page.state !== undefined && csrf !== undefined;
  if (!isLoginPage) assertPage(answer); // a whole login page is not checked: its script may hold the words of a bot check
  if (!csrf) throw unavailable(answer, 'gave no _csrf, in the cookie or the page');
  if (page.challenge && page.challenge !== challengeOf(codeVerifier)) throw changed(answer, 'is for another sign-in');
  const inUrl = url.searchParams.get('state');
  // A page that is served without a redirect still has our own state in its URL.
  const transactionState = inUrl === state ? page.state : (inUrl ?? page.state);
  if (!transactionState) throw changed(answer, 'gave no transaction state');
  return { url, transactionState, csrf };
}

async function postCredentials(attempt: Attempt, page: LoginPage, credentials: Credentials): Promise<HttpResponse> {
  const { http, peloton, jar, nonce, codeVerifier } = attempt;
  return await http.request({
    method: 'POST',
    url: new URL(credentialsPath, peloton.authUrl),
    route: credentialsPath,
    headers: {
      'Content-Type': 'application/json',
      Accept: '*/*',
      Origin: peloton.authUrl,
      Referer: page.url.href,
      'Auth0-Client': auth0Client,
    },
    body: JSON.stringify({
      client_id: peloton.clientId,
      redirect_uri: peloton.redirectUri,
      tenant: peloton.tenant,
      response_type: 'code',
      scope: peloton.scope,
      audience: peloton.audience,
      _csrf: page.csrf,
      state: page.transactionState,
      _intstate: 'deprecated',
      nonce,
      ...credentials,
      connection: peloton.connection,
      code_challenge: challengeOf(codeVerifier),
      code_challenge_method: 'S256',
    }),
    jar,
  });
}

function secondFactor(answer: HttpResponse): StatsError {
  const judged = { status: answer.status, credentialsJudged: true };
  return errorOf('second-factor', `${answer.label} asks for a second factor.`, judged);
}

/** The refusal that an answer to the credentials means, where the answer is not the form that leads on. */
function credentialsRefused(answer: HttpResponse): StatsError {
  const { label, status } = answer;
  const body = tryParseJson(answer.text);
  const code = stringOf(body, 'code') ?? stringOf(body, 'error') ?? '';
  const refusal = refusals.get(code);
  if (refusal) {
    const judged = { status, credentialsJudged: true };
    return errorOf(refusal, `${label} refused the credentials: ${code}.`, judged);
  }
  if (code.includes('mfa')) return secondFactor(answer);
  if (status === 429 || status >= 500) return unavailable(answer, `answered ${status}`);
  if (stringOf(body, 'name') === 'AnomalyDetected') return changed(answer, 'answered AnomalyDetected');
  if (body === undefined && (status !== 200 || isNoPage(answer.text))) {
    return unavailable(answer, `answered ${status} with neither JSON nor its form`);
  }
  return errorOf('unknown-answer', `${label} answered ${status} in a way that is not known.`, {
    status,
    credentialsJudged: true,
  });
}

/** The form that carries the result of the sign-in on. Its address varies, its field `wresult` does not. */
function readCallbackForm(answer: HttpResponse): HiddenForm {
  if (answer.text.trim() === '') throw unavailable(answer, `answered ${answer.status} with an empty body`);
  if (tryParseJson(answer.text) !== undefined) throw credentialsRefused(answer);
  assertAvailable(answer);
  const form = readForms(answer.text).find(({ fields }) => fields.some(([name]) => name === 'wresult'));
  if (answer.status === 200 && form?.action) return form;
  throw asksSecondFactor(answer.text) ? secondFactor(answer) : credentialsRefused(answer);
}

async function postForm(attempt: Attempt, from: HttpResponse, form: HiddenForm): Promise<HttpResponse> {
  const url = nextHop(from, form.action, attempt.peloton);
  return await attempt.http.request({
    method: 'POST',
    url,
    route: routeOf(url),
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded',
      Accept: 'text/html',
      Origin: attempt.peloton.authUrl,
    },
    body: new URLSearchParams(form.fields).toString(),
    jar: attempt.jar,
  });
}

/** The code in the redirect home. That URL is read and never fetched. */
function readCode(answer: HttpResponse, home: URL, sentState: string): string {
  const error = home.searchParams.get('error');
  if (error === 'temporarily_unavailable' || error === 'server_error') throw unavailable(answer, `ended with ${error}`);
  if (error?.includes('mfa')) throw secondFactor(answer);
  if (error !== null) throw changed(answer, 'ended with an OAuth error');
  if (home.searchParams.get('state') !== sentState) throw changed(answer, 'ended with a state that is not ours');
  const code = home.searchParams.get('code');
  if (!code) throw changed(answer, 'ended without a code');
  return code;
}

async function followHome(attempt: Attempt, first: HttpResponse): Promise<string> {
  const { peloton, state } = attempt;
  let answer = first;
  for (let hop = 0; hop < maxHops; hop++) {
    if (!isRedirect(answer) || answer.location === undefined) {
      assertAvailable(answer);
      if (asksSecondFactor(answer.text)) throw secondFactor(answer);
      assertPage(answer);
      throw changed(answer, 'ended on a page instead of the redirect home');
    }
    const home = findHome(answer, peloton);
    if (home) return readCode(answer, home, state);
    const target = URL.parse(answer.location, answer.url.href);
    if (target?.searchParams.has('error')) return readCode(answer, target, state);
    if (target?.pathname.startsWith('/u/mfa')) throw secondFactor(answer);
    answer = await getPage(attempt, nextHop(answer, answer.location, peloton));
  }
  throw changed(answer, `did not come home in ${maxHops} redirects`);
}

/** Marks a failure as a judgement of the credentials: a redirect in place of the form is the answer to them. */
function throwAsJudgement(error: unknown): never {
  if (!(error instanceof StatsError) || error.code !== 'upstream-changed') throw error;
  const { message, status } = error;
  throw errorOf('unknown-answer', message, { credentialsJudged: true, ...(status !== undefined && { status }) });
}

export type SignInRequest = {
  http: HttpClient;
  peloton: PelotonConfig;
  credentials: Credentials;
  /** Called once, when everything is ready and just before the credentials are posted. */
  beforePost: () => Promise<void>;
};

/**
 * Opens the login page, where everything is ready for the credentials. Nothing is posted, so this may be repeated.
 * @throws StatsError `upstream-unavailable` or `upstream-changed`.
 */
export async function openSignIn(
  http: HttpClient,
  peloton: PelotonConfig,
): Promise<{ attempt: Attempt; page: LoginPage }> {
  const random = () => randomBytes(32).toString('base64url');
  return await http.retry(async () => {
    const secrets = { codeVerifier: random(), state: random(), nonce: random() };
    const attempt: Attempt = { http, peloton, jar: new CookieJar(), ...secrets };
    return { attempt, page: await openLoginPage(attempt) };
  });
}

/**
 * Signs in and returns a code for /oauth/token. Only the opening of the login page is ever repeated.
 * @throws StatsError `sign-in-refused`, `upstream-unavailable` or `upstream-changed`.
 */
export async function signIn({ http, peloton, credentials, beforePost }: SignInRequest): Promise<AuthorizationCode> {
  const { attempt, page } = await openSignIn(http, peloton);
  await beforePost();
  const judged = await postCredentials(attempt, page, credentials);
  const { codeVerifier } = attempt;
  if (isRedirect(judged)) return { code: await followHome(attempt, judged).catch(throwAsJudgement), codeVerifier };
  const led = await postForm(attempt, judged, readCallbackForm(judged));
  return { code: await followHome(attempt, led), codeVerifier };
}
