// POST /oauth/token exchanges a code or a refresh token for a new pair of tokens. The answer is handed on unjudged: a rotated
// refresh token has to be in the vault before anything else of the answer is looked at (docs/peloton.md).

import * as z from 'zod';
import type { PelotonConfig } from '../config.ts';
import type { HttpClient, HttpResponse } from '../http.ts';
import { isObject, tryParseJson } from '../stats/json.ts';
import { dayMs } from '../stats/time.ts';
import { assertAvailable, changed, requireJson, stringOf } from './judge.ts';
import { findRefusal } from './refusals.ts';
import { tokenSchema } from './stored-session.ts';

type Asker = { http: HttpClient; peloton: PelotonConfig };

export type Grant =
  | { grant_type: 'authorization_code'; client_id: string; code: string; code_verifier: string; redirect_uri: string }
  | { grant_type: 'refresh_token'; client_id: string; refresh_token: string };

/**
 * A JSON object that may hold tokens: the body of a 200, or of any answer with a refresh token. `refused` where the code or token
 * is dead (revoked, spent, expired, or the password was changed), or its client is not let in any more.
 */
export type TokenAnswer = { body: object } | 'refused';

const tokensSchema = z.object({
  access_token: tokenSchema.optional().catch(undefined),
  refresh_token: z.string().min(1).optional().catch(undefined),
  /** In seconds. */
  expires_in: z
    .number()
    .positive()
    .max((10 * 365 * dayMs) / 1000)
    .optional()
    .catch(undefined),
});

/** The tokens in the body of an answer, as far as they can be used. */
export function readTokens(body: unknown): z.infer<typeof tokensSchema> {
  return tokensSchema.safeParse(body).data ?? {};
}

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
 * @throws StatsError `upstream-unavailable` without a complete answer; `sign-in-refused` where the answer says what its owner
 * has to settle; `upstream-changed` for any other refusal.
 */
export async function requestTokens(asker: Asker, grant: Grant): Promise<TokenAnswer> {
  const answer = await postTokenRequest(asker, grant);
  const sent = tryParseJson(answer.text);
  if (isObject(sent) && readTokens(sent).refresh_token) return { body: sent };
  assertAvailable(answer);
  const body = requireJson(answer);
  if (isObject(body) && answer.status === 200) return { body };
  if (stringOf(body, 'error') === 'invalid_grant' || isClientRefused(answer)) return 'refused';
  throw findRefusal(answer) ?? changed(answer, `answered ${answer.status} to a ${grant.grant_type} grant`);
}
