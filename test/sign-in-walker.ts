// A sign-in client for the tests of Peloton's double: takes every step with plain fetch, and lets a test change any step.
// The client shares no code with the service's own sign-in, so that neither can hide a mistake of the other.

import { createHash, randomBytes } from 'node:crypto';
import { signInConstants } from '../sandbox/peloton/world.ts';
import type { PelotonDouble } from '../sandbox/peloton.ts';

type Fields = Record<string, unknown>;
type Cookie = { name: string; value: string; host: string; path: string };
type Visit = { url: URL; status: number; setCookie: string[]; location: string | null };

/** Functions of a test, one for each step, that may change the request of the step before it is sent. */
export type Spoilers = {
  authorize?: (query: URLSearchParams) => void;
  login?: (url: URL, jar: Cookie[]) => void;
  credentials?: (body: Fields, jar: Cookie[]) => void;
  form?: (fields: Record<string, string>, jar: Cookie[]) => void;
  hop?: (url: URL, jar: Cookie[]) => void;
  token?: (body: Fields) => void;
};

/** The last step of the walk and its answer. A complete walk ends at `token` with 200. */
export type Walk = { step: keyof Spoilers; status: number; body: string; location: string | null; visits: Visit[] };

/** Walks the sign-in until it is complete or a step is refused. */
export async function walkSignIn(double: PelotonDouble, spoil: Spoilers = {}): Promise<Walk> {
  const jar: Cookie[] = [];
  const visits: Visit[] = [];
  const visit = async (step: keyof Spoilers, url: string | URL, init?: RequestInit): Promise<Walk> => {
    const answer = await sendWithCookies(jar, new URL(url), init);
    const location = answer.headers.get('location');
    visits.push({ url: new URL(url), status: answer.status, setCookie: answer.headers.getSetCookie(), location });
    return { step, status: answer.status, body: await answer.text(), location, visits };
  };
  const verifier = randomBytes(32).toString('base64url');
  const query = askFor(verifier);
  spoil.authorize?.(query);
  const start = await visit('authorize', `${double.authUrl}/authorize?${query}`);
  if (!start.location?.startsWith(double.authUrl)) return start;
  const loginUrl = new URL(start.location);
  spoil.login?.(loginUrl, jar);
  const page = await visit('login', loginUrl);
  if (page.status !== 200) return page;
  const credentials = fillCredentials(double, readLoginConfig(page.body).extraParams ?? {});
  spoil.credentials?.(credentials, jar);
  const accepted = await visit('credentials', `${double.authUrl}/usernamepassword/login`, post(credentials));
  const { action, fields } = readForm(accepted.body);
  if (!action) return accepted;
  spoil.form?.(fields, jar);
  const form = new URLSearchParams(fields);
  let hop = await visit('form', action, { method: 'POST', body: form });
  for (let url = new URL(action); hop.location; hop = await visit('hop', url)) {
    url = new URL(hop.location, url);
    if (url.href.startsWith(signInConstants.redirectUri)) return redeem({ double, verifier, spoil, visit }, url);
    spoil.hop?.(url, jar);
  }
  return hop;
}

type Redeeming = {
  double: PelotonDouble;
  verifier: string;
  spoil: Spoilers;
  visit: (step: 'token', url: string, init: RequestInit) => Promise<Walk>;
};

async function redeem({ double, verifier, spoil, visit }: Redeeming, callback: URL): Promise<Walk> {
  const { clientId, redirectUri } = signInConstants;
  const code = callback.searchParams.get('code');
  const client = { client_id: clientId, redirect_uri: redirectUri };
  const body = { grant_type: 'authorization_code', code, code_verifier: verifier, ...client };
  spoil.token?.(body);
  return visit('token', `${double.authUrl}/oauth/token`, post(body));
}

export function post(body: Fields): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function askFor(verifier: string): URLSearchParams {
  const { clientId, redirectUri, scope, audience } = signInConstants;
  return new URLSearchParams({
    client_id: clientId,
    redirect_uri: redirectUri,
    scope,
    audience,
    response_type: 'code',
    state: randomBytes(24).toString('base64url'),
    nonce: randomBytes(24).toString('base64url'),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
}

/** Reads the configuration that the login page embeds on one line. */
export function readLoginConfig(html: string): Record<string, Record<string, string>> {
  const encoded = /window\.injectedConfig = window\.injectedConfig \|\| "([A-Za-z0-9+/=]+)";/.exec(html)?.[1] ?? '';
  return JSON.parse(Buffer.from(encoded, 'base64').toString('utf8'));
}

function fillCredentials(double: PelotonDouble, config: Record<string, string>): Fields {
  const { clientId, redirectUri, scope, audience, tenant, connection } = signInConstants;
  const { state, nonce, code_challenge, _csrf } = config;
  return {
    client_id: clientId,
    redirect_uri: redirectUri,
    scope,
    audience,
    tenant,
    connection,
    response_type: 'code',
    _csrf,
    state,
    _intstate: 'deprecated',
    nonce,
    code_challenge,
    code_challenge_method: 'S256',
    ...double.credentials,
  };
}

function readForm(html: string): { action: string | undefined; fields: Record<string, string> } {
  const inputs = html.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)">/g);
  const fields = Object.fromEntries([...inputs].map(([, name = '', value = '']) => [name, decodeHtml(value)]));
  return { action: /<form method="post" name="hiddenform" action="([^"]+)">/.exec(html)?.[1], fields };
}

function decodeHtml(text: string): string {
  const entities = { '&#34;': '"', '&#39;': "'", '&lt;': '<', '&gt;': '>', '&amp;': '&' };
  return Object.entries(entities).reduce((decoded, [entity, character]) => decoded.replaceAll(entity, character), text);
}

async function sendWithCookies(jar: Cookie[], url: URL, init: RequestInit = {}): Promise<Response> {
  const fitting = jar.filter(({ host, path }) => host === url.hostname && `${url.pathname}/`.startsWith(path));
  const headers = new Headers(init.headers);
  if (fitting.length > 0) headers.set('cookie', fitting.map(({ name, value }) => `${name}=${value}`).join('; '));
  const answer = await fetch(url, { ...init, headers, redirect: 'manual' });
  for (const cookie of answer.headers.getSetCookie()) {
    const [, name = '', value = '', path = ''] = /^([^=]+)=([^;]*); Path=([^;]+);/.exec(cookie) ?? [];
    jar.push({ name, value, host: url.hostname, path });
  }
  return answer;
}

/** What a person does in a browser: signs in at that address, and returns the one that the browser ends at. */
export async function walkInBrowser(double: PelotonDouble, address: string): Promise<string> {
  const jar: Cookie[] = [];
  const headers = { 'sec-fetch-site': 'same-origin' };
  const follow = async (from: URL, init: RequestInit = {}): Promise<{ url: URL; body: string }> => {
    const answer = await sendWithCookies(jar, from, { ...init, headers: { ...headers, ...init.headers } });
    const location = answer.headers.get('location');
    if (!location) return { url: from, body: await answer.text() };
    const next = new URL(location, from);
    return next.pathname === '/callback' ? { url: next, body: '' } : await follow(next);
  };
  const page = await follow(new URL(address));
  const typed = { ...double.credentials };
  if (page.url.pathname === '/u/login') {
    return (await follow(page.url, { method: 'POST', body: new URLSearchParams(typed) })).url.href;
  }
  const { extraParams = {} } = readLoginConfig(page.body);
  const redirectUri = new URL(address).searchParams.get('redirect_uri');
  const body = { ...fillCredentials(double, extraParams), redirect_uri: redirectUri };
  const accepted = await follow(new URL(`${double.authUrl}/usernamepassword/login`), post(body));
  const { action = '', fields } = readForm(accepted.body);
  return (await follow(new URL(action), { method: 'POST', body: new URLSearchParams(fields) })).url.href;
}
