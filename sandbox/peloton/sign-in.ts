// The sign-in of the double as it was recorded at Peloton on 2026-09-11: login page, credentials, form, redirects over two
// hosts, code. Between /authorize and the last redirect, `state` is Auth0's own and not the one that the client sent.

import { type Call, type PelotonAnswer, type PelotonRoute, readFields } from './call.ts';
import type { CookieRegister } from './cookies.ts';
import { checkCredentials } from './credentials.ts';
import { callbackPage, errorPage, loginPage, secondFactorPage } from './login-pages.ts';
import { createChain, locateChain } from './redirect-chain.ts';
import type { TokenStore } from './tokens.ts';
import {
  expectedFields,
  giveCookie,
  holdsCookies,
  loopbackCallback,
  noteFor,
  refuseHome,
  type SignInContext,
  type Transaction,
  wrongTurn,
} from './transaction.ts';
import { createUniversalLogin } from './universal-login.ts';
import { retiredAnswer, type World } from './world.ts';

/** Creates the routes of the sign-in, by method and path. */
export function createSignIn(parts: {
  world: World;
  tokens: TokenStore;
  cookies: CookieRegister;
}): Record<string, PelotonRoute> {
  const context: SignInContext = { ...parts, transactions: new Map(), hops: new Map() };
  const whileOpen =
    (step: (context: SignInContext, call: Call) => PelotonAnswer): PelotonRoute =>
    call =>
      context.world.behaviour.oauth === 'open' ? step(context, call) : retiredAnswer;
  return {
    'GET /authorize': whileOpen(authorize),
    'GET /login': whileOpen(showLogin),
    'POST /usernamepassword/login': whileOpen(checkCredentials),
    'POST /login/callback': call => takeForm(context, call),
    'GET /u/mfa-email-challenge': call => ({ status: 200, body: secondFactorPage(call.query.get('state') ?? '') }),
    ...createUniversalLogin(context),
    ...createChain(context),
    'GET /callback': () => ({ status: 200, body: callbackPage() }),
  };
}

function authorize(context: SignInContext, { query }: Call): PelotonAnswer {
  const { world, tokens, transactions } = context;
  const asked = Object.fromEntries(query);
  const refusal = refuseAuthorization(world, asked);
  if (refusal) return refusal;
  const spent = [...tokens.codes.values()].some(({ challenge }) => challenge === asked.code_challenge);
  if (spent) world.violations.push('a PKCE challenge was used again');
  const state = world.mint('', 160);
  const transaction: Transaction = { state, asked, csrf: world.mint('', 36), cookies: new Map() };
  transactions.set(state, transaction);
  const { client_id: client = '', ...rest } = asked;
  const isClassic = world.behaviour.loginPage === 'classic';
  const inQuery = isClassic ? { client, protocol: 'oauth2', ...rest, state } : { state };
  const location = `${world.origins.auth}${isClassic ? '/login' : '/u/login'}?${new URLSearchParams(inQuery)}`;
  return { status: 302, headers: { location }, cookies: [giveCookie(context, transaction, { name: 'did' })] };
}

function refuseAuthorization(world: World, asked: Record<string, string>): PelotonAnswer | undefined {
  const expected = expectedFields(world);
  if (asked.client_id !== expected.client_id) return { status: 400, body: errorPage('Unknown client.') };
  const callbacks = [world.constants.redirectUri, loopbackCallback(world)];
  if (!callbacks.includes(asked.redirect_uri ?? '')) return wrongTurn('Callback URL mismatch.');
  const isRandom = (text = '') => text.length >= 16;
  const checks = {
    ...Object.fromEntries(Object.keys(expected).map(name => [name, asked[name] === expected[name]])),
    code_challenge: /^[\w-]{43}$/.test(asked.code_challenge ?? ''),
    state: isRandom(asked.state),
    nonce: isRandom(asked.nonce),
  };
  const wrong = Object.entries(checks).find(([, isGood]) => !isGood)?.[0];
  if (wrong === undefined) return undefined;
  const error = { error: 'invalid_request', error_description: `Wrong ${wrong}`, state: asked.state ?? '' };
  return { status: 302, headers: { location: `${asked.redirect_uri}?${new URLSearchParams(error)}` } };
}

function showLogin(context: SignInContext, call: Call): PelotonAnswer {
  const { world, transactions } = context;
  const transaction = transactions.get(call.query.get('state') ?? '');
  const isKnown = transaction && holdsCookies(call, transaction, ['did']);
  if (!isKnown) return wrongTurn('The state or its cookie is unknown.');
  const { csrf } = world.behaviour;
  const cookies = [giveCookie(context, transaction, { name: '__cf_bm' })];
  transaction.cookies.delete('_csrf');
  if (csrf === 'both' || csrf === 'cookie') {
    const cookie = { name: '_csrf', path: '/usernamepassword/login', value: transaction.csrf };
    cookies.push(giveCookie(context, transaction, cookie));
  }
  return { status: 200, cookies, body: drawLogin(world, transaction, csrf === 'both' || csrf === 'page') };
}

function drawLogin(world: World, { asked, state, csrf }: Transaction, tellsCsrf: boolean): string {
  const { client_id: _client, redirect_uri: redirectUri = '', ...rest } = asked;
  const { tenant, clientId, connection } = world.constants;
  const options = { protocol: 'oauth2', _intstate: 'deprecated', ...rest, state, ...(tellsCsrf && { _csrf: csrf }) };
  return loginPage({
    authOrigin: world.origins.auth,
    tenant,
    clientId,
    redirectUri,
    connection,
    note: noteFor(world),
    options,
  });
}

/** POST /login/callback. The hidden fields must come back exactly as they were before they were escaped for HTML. */
function takeForm(context: SignInContext, call: Call): PelotonAnswer {
  const isForm = call.headers['content-type']?.startsWith('application/x-www-form-urlencoded');
  const fields = (isForm && readFields(call)) || {};
  const transaction = [...context.transactions.values()].find(({ form }) => form?.wresult === fields.wresult);
  const isWhole = Object.entries(transaction?.form ?? {}).every(([name, value]) => fields[name] === value);
  if (!transaction?.form || !isWhole) return wrongTurn('The form is unknown or was changed.');
  if (!holdsCookies(call, transaction, ['did'])) return wrongTurn('A cookie is missing.');
  delete transaction.form;
  const refusal = refuseHome(context.world, transaction, 'form');
  if (refusal) return refusal;
  if (context.world.behaviour.secondFactor === 'after-form') {
    return { status: 302, headers: { location: `/u/mfa-email-challenge?state=${transaction.state}` } };
  }
  const cookies = ['auth0', 'auth0_compat'].map(name => giveCookie(context, transaction, { name }));
  return { status: 302, headers: { location: locateChain(context, transaction) }, cookies };
}
