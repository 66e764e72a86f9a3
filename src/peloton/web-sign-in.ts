// The rung of the login page, hop by hop: OAuth authorization code with PKCE through Auth0's login page, without a browser.
// The state in the credentials' body is the page's transaction state, not the one we sent (docs/peloton.md).

import { CookieJar } from 'tough-cookie';
import type { PelotonConfig } from '../config.ts';
import { errorOf, StatsError } from '../errors.ts';
import type { HttpClient, HttpRequest, HttpResponse } from '../http.ts';
import { tryParseJson } from '../stats/json.ts';
import {
  type AttemptSecrets,
  type AuthorizationCode,
  auth0Client,
  authorizeUrl,
  challengeOf,
  createAttempt,
} from './authorize.ts';
import type { Credentials } from './credentials.ts';
import { assertAvailable, changed, unavailable } from './judge.ts';
import { assertPage, type HiddenForm, isOtherLogin, readInjectedConfig, readPage } from './login-page.ts';
import { credentialsPath, findHome, isRedirect, nextHop, routeOf, saidIn } from './redirects.ts';
import { causeOfPage, findRefusal, isOutage, judgeAddress, judgeAnswer, refused, unknownAnswer } from './refusals.ts';

export type SignInRequest = {
  http: HttpClient;
  peloton: PelotonConfig;
  credentials: Credentials;
  /** Called once, when everything is ready and just before the credentials are posted. */
  beforePost: () => Promise<void>;
};

/** Times the usual limit: a posting that gets no answer has cost one of the day's sign-ins all the same. */
export const postingPatience = 3;

type Attempt = AttemptSecrets & { http: HttpClient; peloton: PelotonConfig; jar: CookieJar };
type LoginPage = { url: URL; transactionState: string; csrf: string };

const maxHops = 15;

async function send({ http, peloton, jar }: Attempt, request: Omit<HttpRequest, 'route'>): Promise<HttpResponse> {
  const headers = { 'User-Agent': peloton.userAgent, Accept: 'text/html', ...request.headers };
  return await http.request({ ...request, route: routeOf(request.url), headers, jar });
}

async function findCsrf(jar: CookieJar, url: URL): Promise<string | undefined> {
  const cookies = await jar.getCookies(new URL(credentialsPath, url).href);
  return cookies.find(cookie => cookie.key === '_csrf')?.value;
}

/** Follows /authorize to the page that answers with something else than a redirect. */
async function walkToPage(attempt: Attempt): Promise<HttpResponse> {
  const { peloton } = attempt;
  let answer = await send(attempt, { method: 'GET', url: authorizeUrl(peloton, attempt) });
  for (let hop = 0; answer.location !== undefined && isRedirect(answer); hop++) {
    if (hop === maxHops) throw changed(answer, `led nowhere in ${maxHops} redirects`);
    const home = findHome(answer, peloton);
    if (home) {
      if (isOutage(saidIn(home, 'error'))) throw unavailable(answer, 'came home with an outage');
      throw changed(answer, 'came home without a login');
    }
    answer = await send(attempt, { method: 'GET', url: nextHop(answer, answer.location, peloton) });
  }
  return answer;
}

async function openLoginPage(attempt: Attempt): Promise<LoginPage> {
  const answer = await walkToPage(attempt);
  const { url } = answer;
  const page = readInjectedConfig(answer.text);
  const csrf = (await findCsrf(attempt.jar, url)) ?? page.csrf;
  const isOurs = answer.status === 200 && page.state !== undefined;
  if (answer.status === 200 && !isOurs && isOtherLogin(answer))
    throw changed(answer, 'is a login page of another kind');
  if (!isOurs || csrf === undefined) assertPage(answer); // a whole login page is not checked: its script may hold the words of a bot check
  if (!csrf) throw unavailable(answer, 'gave no _csrf, in the cookie or the page', { opensNextRung: true });
  if (page.challenge && page.challenge !== challengeOf(attempt)) throw changed(answer, 'is for another sign-in');
  const inUrl = url.searchParams.get('state');
  // A page that is served without a redirect still has our own state in its URL.
  const transactionState = inUrl === attempt.state ? page.state : (inUrl ?? page.state);
  if (!transactionState) throw changed(answer, 'gave no transaction state');
  return { url, transactionState, csrf };
}

async function postCredentials(attempt: Attempt, page: LoginPage, credentials: Credentials): Promise<HttpResponse> {
  const { peloton, nonce } = attempt;
  return await send(attempt, {
    method: 'POST',
    url: new URL(credentialsPath, peloton.authUrl),
    patience: postingPatience,
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
      code_challenge: challengeOf(attempt),
      code_challenge_method: 'S256',
    }),
  });
}

/** The form that carries the result of the sign-in on. Its address varies, its field `wresult` does not. */
function readCallbackForm(answer: HttpResponse): HiddenForm {
  const isPage = answer.status === 200 && tryParseJson(answer.text) === undefined;
  const { forms } = isPage ? readPage(answer.text) : { forms: [] };
  const form = forms.find(({ action, fields }) => action && fields.some(([name]) => name === 'wresult'));
  if (form) return form;
  throw judgeAnswer(answer);
}

async function postForm(attempt: Attempt, from: HttpResponse, form: HiddenForm): Promise<HttpResponse> {
  return await send(attempt, {
    method: 'POST',
    url: nextHop(from, form.action, attempt.peloton),
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', Origin: attempt.peloton.authUrl },
    body: new URLSearchParams(form.fields).toString(),
  });
}

/** The code in the redirect home. That URL is read and never fetched. */
function readCode(answer: HttpResponse, home: URL, sentState: string): string {
  if (home.searchParams.get('state') !== sentState) throw changed(answer, 'ended with a state that is not ours');
  const code = home.searchParams.get('code');
  if (!code) throw changed(answer, 'ended without a code');
  return code;
}

/** What the page means that the redirects end at, in the place of home. */
function judgeEnd(answer: HttpResponse): StatsError {
  const refusal = findRefusal(answer);
  if (refusal) return refusal;
  assertAvailable(answer);
  const cause = causeOfPage(answer.text);
  if (cause) return refused(cause, answer);
  assertPage(answer);
  return unknownAnswer(answer);
}

async function followHome(attempt: Attempt, first: HttpResponse): Promise<string> {
  const { peloton, state } = attempt;
  let answer = first;
  for (let hop = 0; hop < maxHops; hop++) {
    if (!isRedirect(answer) || answer.location === undefined) throw judgeEnd(answer);
    const target = URL.parse(answer.location, answer.url.href);
    const judgement = target && judgeAddress(answer, target);
    if (judgement) throw judgement;
    const home = findHome(answer, peloton);
    if (home) return readCode(answer, home, state);
    answer = await send(attempt, { method: 'GET', url: nextHop(answer, answer.location, peloton) });
  }
  throw changed(answer, `did not come home in ${maxHops} redirects`);
}

/** Marks a failure as an answer to the credentials: a redirect in place of the form is one. */
function throwAsAnswer(error: unknown): never {
  if (!(error instanceof StatsError) || error.code !== 'upstream-changed') throw error;
  const { message, status } = error;
  throw errorOf('unknown-answer', message, { credentialsJudged: true, ...(status !== undefined && { status }) });
}

/**
 * Opens the login page, where everything is ready for the credentials. Nothing is posted, so this may be repeated.
 * @throws StatsError `upstream-unavailable` or `upstream-changed`.
 */
export async function openSignIn(
  http: HttpClient,
  peloton: PelotonConfig,
): Promise<{ attempt: Attempt; page: LoginPage }> {
  return await http.retry(async () => {
    const attempt: Attempt = { http, peloton, jar: new CookieJar(), ...createAttempt() };
    return { attempt, page: await openLoginPage(attempt) };
  });
}

/**
 * Signs in by the login page and returns a code for /oauth/token. Only the opening of the page is ever repeated.
 * @throws StatsError `sign-in-refused`, `upstream-unavailable` or `upstream-changed`.
 */
export async function signInByPage({
  http,
  peloton,
  credentials,
  beforePost,
}: SignInRequest): Promise<AuthorizationCode> {
  const { attempt, page } = await openSignIn(http, peloton);
  await beforePost();
  const answer = await postCredentials(attempt, page, credentials);
  const { codeVerifier } = attempt;
  if (isRedirect(answer)) return { code: await followHome(attempt, answer).catch(throwAsAnswer), codeVerifier };
  const led = await postForm(attempt, answer, readCallbackForm(answer));
  return { code: await followHome(attempt, led), codeVerifier };
}
