// GET /authorize, where every sign-in with a page begins: the address, and the secrets that prove later who asked (PKCE, state).

import { createHash, randomBytes } from 'node:crypto';
import type { PelotonConfig } from '../config.ts';

/** The secrets of one attempt, each 43 url-safe characters. */
export type AttemptSecrets = { codeVerifier: string; state: string; nonce: string };

/** The code that /oauth/token exchanges for a pair of tokens, with the secret that proves who asked for it. */
export type AuthorizationCode = { code: string; codeVerifier: string };

/** Base64 of `{"name":"auth0.js-ulp","version":"9.14.3"}`: the client library of Peloton's own page. */
export const auth0Client = 'eyJuYW1lIjoiYXV0aDAuanMtdWxwIiwidmVyc2lvbiI6IjkuMTQuMyJ9';

export function createAttempt(): AttemptSecrets {
  const random = () => randomBytes(32).toString('base64url');
  return { codeVerifier: random(), state: random(), nonce: random() };
}

export function challengeOf({ codeVerifier }: Pick<AttemptSecrets, 'codeVerifier'>): string {
  return createHash('sha256').update(codeVerifier).digest('base64url');
}

export function authorizeUrl(peloton: PelotonConfig, attempt: AttemptSecrets): URL {
  const url = new URL('/authorize', peloton.authUrl);
  url.search = new URLSearchParams({
    client_id: peloton.clientId,
    audience: peloton.audience,
    scope: peloton.scope,
    response_type: 'code',
    response_mode: 'query',
    redirect_uri: peloton.redirectUri,
    state: attempt.state,
    nonce: attempt.nonce,
    code_challenge: challengeOf(attempt),
    code_challenge_method: 'S256',
    auth0Client,
  }).toString();
  return url;
}
