// POST /oauth/token exchanges a code or a refresh token for a new pair of tokens. The answer is handed on unjudged: a rotated
// refresh token has to be in the vault before anything else of the answer is looked at (docs/peloton.md).

import type { PelotonConfig } from '../config.ts';
import { errorOf } from '../errors.ts';
import type { HttpClient } from '../http.ts';
import { assertAvailable, changed, parseJson, requireJson, stringOf } from './judge.ts';

export type Grant =
  | { grant_type: 'authorization_code'; code: string; code_verifier: string; redirect_uri: string }
  | { grant_type: 'refresh_token'; refresh_token: string };

/**
 * A JSON object that may hold tokens: the body of a 200, or of any answer with a refresh token. `invalid_grant` where the code or
 * token is dead: revoked, spent, expired, or the password was changed.
 */
export type TokenAnswer = { body: object } | 'invalid_grant';

function asObject(body: unknown): object | undefined {
  return typeof body === 'object' && body !== null && !Array.isArray(body) ? body : undefined;
}

/**
 * Makes one request and never repeats it: the caller decides what a missing answer means.
 * @throws StatsError `upstream-unavailable` without a complete answer; `sign-in-refused` where a second factor is asked
 * for; `upstream-changed` for any other refusal.
 */
export async function requestTokens(http: HttpClient, peloton: PelotonConfig, grant: Grant): Promise<TokenAnswer> {
  const answer = await http.request({
    method: 'POST',
    url: new URL('/oauth/token', peloton.authUrl),
    route: '/oauth/token',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    body: JSON.stringify({ client_id: peloton.clientId, ...grant }),
  });
  const tokens = asObject(parseJson(answer));
  if (tokens && stringOf(tokens, 'refresh_token')) return { body: tokens };
  assertAvailable(answer);
  const body = requireJson(answer);
  if (tokens && answer.status === 200) return { body: tokens };
  const code = stringOf(body, 'error') ?? stringOf(body, 'code') ?? '';
  if (code === 'invalid_grant') return 'invalid_grant';
  if (code.includes('mfa')) {
    throw errorOf('second-factor', `${answer.label} asks for a second factor.`, {
      status: answer.status,
      credentialsJudged: true,
    });
  }
  throw changed(answer, `answered ${answer.status} to a ${grant.grant_type} grant`);
}
