// POST /oauth/token exchanges a code or a refresh token for a new pair of tokens. The answer is handed on unjudged: a rotated
// refresh token has to be in the vault before anything else of the answer is looked at (docs/peloton.md).

import type { PelotonConfig } from '../config.ts';
import { errorOf } from '../errors.ts';
import type { HttpClient, HttpResponse } from '../http.ts';
import { isObject, tryParseJson } from '../stats/json.ts';
import { assertAvailable, changed, requireJson, stringOf } from './judge.ts';

type Asker = { http: HttpClient; peloton: PelotonConfig };

export type Grant =
  | { grant_type: 'authorization_code'; client_id: string; code: string; code_verifier: string; redirect_uri: string }
  | { grant_type: 'refresh_token'; client_id: string; refresh_token: string };

/**
 * A JSON object that may hold tokens: the body of a 200, or of any answer with a refresh token. `refused` where the code or token
 * is dead (revoked, spent, expired, or the password was changed), or its client is not let in any more.
 */
export type TokenAnswer = { body: object } | 'refused';

/** Makes one request and never repeats it: the caller decides what a missing answer means. */
export async function postTokenRequest(
  { http, peloton }: Asker,
  fields: Record<string, string>,
  patience?: number,
): Promise<HttpResponse> {
  return await http.request({
    method: 'POST',
    url: new URL('/oauth/token', peloton.authUrl),
    route: '/oauth/token',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'User-Agent': peloton.userAgent },
    body: JSON.stringify(fields),
    ...(patience !== undefined && { patience }),
  });
}

/** True where Auth0 says that the client, whatever it sent, may not ask this: it is unknown, or the grant is closed to it. */
export function isClientRefused({ status, text }: HttpResponse): boolean {
  const body = tryParseJson(text);
  const error = stringOf(body, 'error') ?? '';
  if (/^(unauthorized_client|invalid_client|unsupported_grant_type)$/.test(error)) return true;
  return error === 'access_denied' && status === 401 && stringOf(body, 'error_description') === 'Unauthorized';
}

/**
 * @throws StatsError `upstream-unavailable` without a complete answer; `sign-in-refused` where a second factor is asked
 * for; `upstream-changed` for any other refusal.
 */
export async function requestTokens(asker: Asker, grant: Grant): Promise<TokenAnswer> {
  const answer = await postTokenRequest(asker, grant);
  const sent = tryParseJson(answer.text);
  if (isObject(sent) && stringOf(sent, 'refresh_token')) return { body: sent };
  assertAvailable(answer);
  const body = requireJson(answer);
  if (isObject(body) && answer.status === 200) return { body };
  const code = stringOf(body, 'error') ?? stringOf(body, 'code') ?? '';
  if (code === 'invalid_grant' || isClientRefused(answer)) return 'refused';
  if (code.includes('mfa')) {
    throw errorOf('second-factor', `${answer.label} asks for a second factor.`, {
      status: answer.status,
      credentialsJudged: true,
    });
  }
  throw changed(answer, `answered ${answer.status} to a ${grant.grant_type} grant`);
}
