// POST /oauth/token exchanges a code or a refresh token for a new pair of tokens. The answer is handed on unjudged: a rotated
// refresh token has to be in the vault before anything else of the answer is looked at (docs/peloton.md).

import type { PelotonConfig } from '../config.ts';
import { errorOf } from '../errors.ts';
import type { HttpClient } from '../http.ts';
import { isObject, tryParseJson } from '../stats/json.ts';
import { assertAvailable, changed, requireJson, stringOf } from './judge.ts';

export type Grant =
  | { grant_type: 'authorization_code'; code: string; code_verifier: string; redirect_uri: string }
  | { grant_type: 'refresh_token'; refresh_token: string };

/**
 * A JSON object that may hold tokens: the body of a 200, or of any answer with a refresh token. `invalid_grant` where the code or
 * token is dead: revoked, spent, expired, or the password was changed.
 */
export type TokenAnswer = { body: object } | 'invalid_grant';

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
  const sent = tryParseJson(answer.text);
  if (isObject(sent) && stringOf(sent, 'refresh_token')) return { body: sent };
  assertAvailable(answer);
  const body = requireJson(answer);
  if (isObject(body) && answer.status === 200) return { body };
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
