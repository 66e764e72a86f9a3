// The rung of Peloton's app: the password grant of OAuth, one request with the client id of the app (docs/peloton.md). The grant
// needs no page, so a login page that has changed does not touch it.

import { errorOf, type StatsError } from '../errors.ts';
import type { HttpResponse } from '../http.ts';
import { isObject, tryParseJson } from '../stats/json.ts';
import { isAway, stringOf } from './judge.ts';
import { botCheck } from './login-page.ts';
import { judgeAnswer, refused } from './refusals.ts';
import { isClientRefused, postTokenRequest, readTokens } from './tokens.ts';
import { postingPatience, type SignInRequest } from './web-sign-in.ts';

function judgeGrant(answer: HttpResponse): StatsError {
  const { label, status } = answer;
  const body = tryParseJson(answer.text);
  if (answer.text.trimStart().startsWith('<') && !isAway(answer)) return botCheck(answer); // nobody reads a page here
  if (stringOf(body, 'error') === 'invalid_grant') return refused('wrong-password', answer);
  if (!isClientRefused(answer)) return judgeAnswer(answer);
  return errorOf('closed-grant', `${label} takes no password grant of this client.`, {
    status,
    credentialsJudged: true,
  });
}

/**
 * Signs in by the app's grant. The answer is handed on unjudged, as that of any token request.
 * @returns a JSON object with tokens.
 * @throws StatsError `sign-in-refused`, `upstream-unavailable` or `upstream-changed`.
 */
export async function signInByGrant({ http, peloton, credentials, beforePost }: SignInRequest): Promise<object> {
  await beforePost();
  const grant = { grant_type: 'password', client_id: peloton.appClientId, scope: peloton.appScope, ...credentials };
  const answer = await postTokenRequest({ http, peloton }, grant, postingPatience);
  const body = tryParseJson(answer.text);
  const { access_token, refresh_token } = readTokens(body);
  if (isObject(body) && (refresh_token || (answer.status === 200 && access_token))) return body;
  throw judgeGrant(answer);
}
