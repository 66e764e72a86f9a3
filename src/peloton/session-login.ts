// The 2021 way, retired by Peloton in October 2025: user name and password for a session id, which travels as a cookie.
// `PELOTON_SIGN_IN=session` selects it, so that an owner can go back should Peloton do so.

import * as z from 'zod';
import { errorOf, type StatsError } from '../errors.ts';
import type { HttpResponse } from '../http.ts';
import { assertAvailable, requireJson, stringOf } from './judge.ts';
import { userIdSchema } from './overview.ts';
import { refused, unknownAnswer } from './refusals.ts';
import { tokenSchema } from './stored-session.ts';
import { postingPatience, type SignInRequest } from './web-sign-in.ts';

const route = '/auth/login';
/** Without a user id where the answer has no usable one: `/api/me` is then asked for it. */
const sessionAnswer = z.object({ session_id: tokenSchema, user_id: userIdSchema.optional().catch(undefined) });

function judgeRefusal(answer: HttpResponse): StatsError {
  const { label, status } = answer;
  const body = requireJson(answer);
  if (status === 401) return refused('wrong-password', answer);
  if (status === 403 && /no longer accepting/i.test(stringOf(body, 'message') ?? '')) {
    return errorOf('retired-sign-in', `${label} is retired.`, { status });
  }
  return unknownAnswer(answer);
}

/**
 * @returns the session id, and the user id where the answer has it.
 * @throws StatsError `sign-in-refused`, `upstream-unavailable`, or `upstream-changed` with the hint to use `oauth`.
 */
export async function sessionLogin({ http, peloton, credentials, beforePost }: SignInRequest) {
  await beforePost();
  const answer = await http.request({
    method: 'POST',
    url: new URL(route, peloton.apiUrl),
    route,
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    patience: postingPatience,
    body: JSON.stringify({ username_or_email: credentials.username, password: credentials.password }),
  });
  assertAvailable(answer);
  if (answer.status !== 200) throw judgeRefusal(answer);
  const parsed = sessionAnswer.safeParse(requireJson(answer));
  if (!parsed.success) throw unknownAnswer(answer);
  return parsed.data;
}
