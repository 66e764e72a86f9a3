// A client of the double for its own tests: walks the sign-in step by step with plain fetch, and lets a test spoil any step.
// It is not the product's sign-in and shares nothing with it, so that neither can hide the other's mistake.

import { createHash, randomBytes } from 'node:crypto';
import type { PelotonDouble } from '../peloton.ts';
import { signInConstants } from './world.ts';

type Jar = { name: string; value: string; host: string; path: string }[];
type Fields = Record<string, string>;

/** What a test may do to the walk; each hook gets what would be sent and changes it in place. */
export type Spoilers = {
  authorize?: (query: URLSearchParams) => void;
  credentials?: (body: Record<string, unknown>, jar: Jar) => void;
  form?: (fields: Fields, jar: Jar) => void;
  hop?: (url: URL, jar: Jar) => void;
  token?: (body: Record<string, unknown>) => void;
};

export type Walk = { step: string; status: number; body: string; urls: string[]; headers: Headers };

/** Ends at the first answer that is not the expected one; a whole walk ends at step `token` with status 200. */
export async function walkSignIn(double: PelotonDouble, spoil: Spoilers = {}): Promise<Walk> {
  const walker = new Map<string, string>();
  const jar: Jar = [];
  const urls: string[] = [];
  const send = (url: string, init?: RequestInit) => {
    urls.push(url);
    return sendWithCookies(jar, url, init);
  };
  const ending = async (step: string, answer: Response): Promise<Walk> => ({
    ...{ step, status: answer.status, urls, headers: answer.headers },
    body: await answer.text(),
  });
  const verifier = randomBytes(32).toString('base64url');
  const query = askFor(verifier);
  spoil.authorize?.(query);
  walker.set('state', query.get('state') ?? '');

  const start = await send(`${double.authUrl}/authorize?${query}`);
  const login = start.headers.get('location') ?? '';
  if (start.status !== 302 || login.startsWith(signInConstants.redirectUri)) return ending('authorize', start);
  const page = await send(login);
  if (page.status !== 200) return ending('login', page);
  const credentials = fillCredentials(double, readConfig(await page.text()));
  spoil.credentials?.(credentials, jar);
  const accepted = await send(`${double.authUrl}/usernamepassword/login`, post(credentials));
  const [, action, fields] = readForm(await accepted.clone().text());
  if (accepted.status !== 200 || !action) return ending('credentials', accepted);
  spoil.form?.(fields, jar);
  let hop = await send(action, { method: 'POST', body: new URLSearchParams(fields) });
  let url = new URL(action);
  while (hop.headers.has('location')) {
    url = new URL(hop.headers.get('location') ?? '', url);
    if (url.href.startsWith(signInConstants.redirectUri)) break;
    spoil.hop?.(url, jar);
    hop = await send(url.href);
  }
  if (!url.searchParams.has('code') || url.searchParams.get('state') !== walker.get('state'))
    return ending('chain', hop);
  const { clientId: client_id, redirectUri: redirect_uri } = signInConstants;
  const code = url.searchParams.get('code');
  const body = { grant_type: 'authorization_code', client_id, code, code_verifier: verifier, redirect_uri };
  spoil.token?.(body);
  return ending('token', await fetch(`${double.authUrl}/oauth/token`, post(body)));
}

export function post(body: Record<string, unknown>): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function askFor(verifier: string): URLSearchParams {
  const { clientId, redirectUri, scope, audience } = signInConstants;
  return new URLSearchParams({
    ...{ client_id: clientId, redirect_uri: redirectUri, scope, audience, response_type: 'code' },
    ...{ state: randomBytes(24).toString('base64url'), nonce: randomBytes(24).toString('base64url') },
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
}

/** The `extraParams` of the page; the search is on one line because the page has it on one. */
export function readConfig(html: string): Fields {
  const encoded = /window\.injectedConfig = window\.injectedConfig \|\| "([A-Za-z0-9+/=]+)";/.exec(html)?.[1] ?? '';
  return JSON.parse(Buffer.from(encoded, 'base64').toString('utf8')).extraParams;
}

function fillCredentials(double: PelotonDouble, config: Fields): Record<string, unknown> {
  const { clientId, redirectUri, scope, audience, tenant, connection } = signInConstants;
  const { state, nonce, code_challenge, _csrf } = config;
  return {
    ...{ client_id: clientId, redirect_uri: redirectUri, scope, audience, tenant, connection, response_type: 'code' },
    ...{ _csrf, state, _intstate: 'deprecated', nonce, code_challenge, code_challenge_method: 'S256' },
    ...double.credentials,
  };
}

function readForm(html: string): [html: string, action: string | undefined, fields: Fields] {
  const inputs = html.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)">/g);
  const fields = Object.fromEntries([...inputs].map(([, name = '', value = '']) => [name, decode(value)]));
  return [html, /<form method="post" name="hiddenform" action="([^"]+)">/.exec(html)?.[1], fields];
}

function decode(text: string): string {
  const quoted = text.replaceAll('&#34;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&gt;', '>');
  return quoted.replaceAll('&amp;', '&');
}

async function sendWithCookies(jar: Jar, url: string, init: RequestInit = {}): Promise<Response> {
  const { hostname, pathname } = new URL(url);
  const fitting = jar.filter(({ host, path }) => host === hostname && (path === '/' || pathname.startsWith(path)));
  const headers = new Headers(init.headers);
  if (fitting.length > 0) headers.set('cookie', fitting.map(({ name, value }) => `${name}=${value}`).join('; '));
  const answer = await fetch(url, { ...init, headers, redirect: 'manual' });
  for (const cookie of answer.headers.getSetCookie()) {
    const [, name = '', value = '', path = ''] = /^([^=]+)=([^;]*); Path=([^;]+);/.exec(cookie) ?? [];
    jar.push({ name, value, host: hostname, path });
  }
  return answer;
}
