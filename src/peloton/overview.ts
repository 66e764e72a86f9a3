// Two calls of Peloton's API: the user id of the account, and the overview. Both only read and may be repeated.

import * as z from 'zod';
import type { PelotonConfig } from '../config.ts';
import { StatsError } from '../errors.ts';
import type { HttpClient, HttpResponse } from '../http.ts';
import { assertAvailable, changed, requireJson } from './judge.ts';

/** The headers that prove who asks: a bearer token, or the cookie of the 2021 way. */
export type Access = { headers: Record<string, string> };

/** True for the failure of a request whose session was refused. */
export function isUnauthorized(error: unknown): boolean {
  return error instanceof StatsError && error.code === 'upstream-changed' && error.status === 401;
}

function judgeAnswer(answer: HttpResponse): unknown {
  const { status, label } = answer;
  assertAvailable(answer);
  if (status === 401) {
    requireJson(answer); // a 401 without JSON comes from the bot check in front of the API, and says nothing of the session
    throw changed(answer, 'answered 401: the session is not accepted');
  }
  if (status === 402) throw new StatsError('account-refused', `${label} answered 402.`, { status });
  const body = requireJson(answer);
  if (status === 403) throw new StatsError('account-refused', `${label} answered 403.`, { status });
  if (status !== 200) throw changed(answer, `answered ${status}`);
  return body;
}

export type Api = { http: HttpClient; peloton: PelotonConfig; access: Access };

/** One GET of the API. `route` is the path as it may be shown. */
export async function askApi({ http, peloton, access }: Api, path: string, route: string) {
  const answer = await http.request({
    method: 'GET',
    url: new URL(path, peloton.apiUrl),
    route,
    headers: { Accept: 'application/json', 'Peloton-Platform': 'web' },
    credential: { origin: peloton.apiUrl, headers: access.headers },
  });
  return { answer, body: judgeAnswer(answer) };
}

async function callApi(api: Api, path: string, route: string) {
  return await api.http.retry(() => askApi(api, path, route));
}

/** A user id travels in a path, so no id may lead elsewhere. */
export const userIdSchema = z.string().regex(/^[\w-]{1,100}$/);
const me = z.object({ id: userIdSchema });

/** Asks for the user id. Everything else in /api/me is private and is not read. */
export async function fetchUserId(http: HttpClient, peloton: PelotonConfig, access: Access): Promise<string> {
  const { answer, body } = await callApi({ http, peloton, access }, '/api/me', '/api/me');
  const parsed = me.safeParse(body);
  if (!parsed.success) throw changed(answer, 'answered without a user id');
  return parsed.data.id;
}

export type Overview = {
  /** As sent, for the private archive. */
  text: string;
  body: unknown;
};

/** Fetches the member's overview, of which only the JSON is checked: to-snapshot.ts reads its content. */
export async function fetchOverview({ userId, ...api }: Api & { userId: string }): Promise<Overview> {
  const { overviewVersion } = api.peloton;
  const version = overviewVersion ? `?version=${overviewVersion}` : '';
  const path = `/api/user/${encodeURIComponent(userId)}/overview${version}`;
  const { answer, body } = await callApi(api, path, '/api/user/{id}/overview');
  return { text: answer.text, body };
}
