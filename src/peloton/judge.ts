// Judges an answer of Peloton that is not the expected one: the error's code says who has to act. The most important distinction
// is that of an outage, which is tried again without anybody's help and never leads to a sign-in.

import { StatsError, type StatsErrorOptions } from '../errors.ts';
import type { HttpResponse } from '../http.ts';
import { memberOf, tryParseJson } from '../stats/json.ts';

export function unavailable(answer: HttpResponse, what: string, given: StatsErrorOptions = {}): StatsError {
  const { status, retryAfterMs } = answer;
  const options = { ...given, status, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  return new StatsError('upstream-unavailable', `${answer.label} ${what}.`, options);
}

export function changed(answer: HttpResponse, what: string): StatsError {
  return new StatsError('upstream-changed', `${answer.label} ${what}.`, { status: answer.status });
}

/** True for the statuses of an outage, whatever comes with them. */
export function isAway({ status }: HttpResponse): boolean {
  return status === 429 || status >= 500;
}

/** @throws StatsError `upstream-unavailable` for 429 and 5xx. */
export function assertAvailable(answer: HttpResponse): void {
  if (isAway(answer)) throw unavailable(answer, `answered ${answer.status}`);
}

/**
 * The parsed body of an answer that has to be JSON, whatever its status.
 * @throws StatsError `upstream-unavailable` for an empty, truncated or HTML body: a challenge, or a proxy's page.
 */
export function requireJson(answer: HttpResponse): unknown {
  const body = tryParseJson(answer.text);
  if (body !== undefined) return body;
  const what = answer.text.trim() === '' ? 'an empty body' : 'a body that is not JSON';
  throw unavailable(answer, `answered ${answer.status} with ${what}`);
}

/** A member of an object as a string, or undefined: for error codes of unknown bodies. */
export function stringOf(body: unknown, key: string): string | undefined {
  const value = memberOf(body, key);
  return typeof value === 'string' ? value : undefined;
}
