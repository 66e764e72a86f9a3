// Assertions about every answer to a public GET, for tests that ask over HTTP, and the table of the public routes.

import assert from 'node:assert/strict';
import { type HttpAnswer, today } from './host-bench.ts';

export type PublicRoute = {
  path: string;
  type: string;
  caching?: string;
  policy?: boolean;
  beforeSync: 'no stats' | 'drawn' | 'same';
};

const json = 'application/json; charset=utf-8';
const publicCaching = 'public, max-age=300, stale-while-revalidate=3600, stale-if-error=604800';
/** The caching of a picture that the first sync will replace. */
export const placeholderCaching = 'public, max-age=60';

/** The public GET routes except health, whose answers follow other rules. */
export const publicRoutes: Record<string, PublicRoute> = {
  stats: { path: '/api/stats', type: json, beforeSync: 'no stats' },
  'stats-day': { path: `/api/stats/${today}`, type: json, beforeSync: 'no stats' },
  history: { path: '/api/history', type: json, beforeSync: 'no stats' },
  activity: { path: '/api/activity', type: json, beforeSync: 'no stats' },
  /** With WORKOUTS=classes. */
  workouts: { path: '/api/workouts', type: json, beforeSync: 'no stats' },
  card: {
    path: '/api/card.svg',
    type: 'image/svg+xml; charset=utf-8',
    caching: 'public, max-age=300',
    policy: true,
    beforeSync: 'drawn',
  },
  badge: { path: '/api/badge', type: json, beforeSync: 'drawn' },
  page: { path: '/api/page', type: 'text/html; charset=utf-8', policy: true, beforeSync: 'drawn' },
  widget: { path: '/api/widget.js', type: 'text/javascript; charset=utf-8', beforeSync: 'same' },
  openapi: { path: '/api/openapi.json', type: 'application/openapi+json;version=3.1', beforeSync: 'same' },
  schema: { path: '/api/schema.json', type: 'application/schema+json', beforeSync: 'same' },
};

export const httpDate = (at: number): string => new Date(at).toUTCString();

/** Asserts the headers that let every site read an answer, errors included. */
export function assertOpenToEverySite({ headers }: Pick<HttpAnswer, 'headers'>): void {
  assert.equal(headers['access-control-allow-origin'], '*');
  assert.equal(headers['access-control-expose-headers'], 'ETag, Last-Modified');
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.equal(headers['cross-origin-resource-policy'], 'cross-origin');
}

/** Asserts every header of a 200 to a GET, except Content-Encoding. */
export function assertGood(
  { status, headers }: HttpAnswer,
  { type, caching = publicCaching, policy = false }: PublicRoute,
): void {
  assert.equal(status, 200);
  assert.equal(headers['content-type'], type);
  assert.equal(headers['cache-control'], caching);
  assert.match(headers.etag ?? '', /^"[\w-]{20,}"$/, 'a strong tag');
  assert.equal(headers['last-modified'], httpDate(Date.parse(headers['last-modified'] ?? '')));
  assert.equal(headers.vary, 'Accept-Encoding');
  assert.equal('content-security-policy' in headers, policy);
  if (policy) assert.match(String(headers['content-security-policy']), /^default-src 'none';/);
  assertOpenToEverySite({ headers });
}

export type ProblemBody = { type: string; title: string; status: number; detail: string; code: string };

/** Asserts an RFC 9457 problem that is cached for a minute at most and tells nothing internal. Returns the body. */
export function assertProblem(answer: HttpAnswer, expected: { status: number; code: string }): ProblemBody {
  const { status, headers, body } = answer;
  const text = body.toString();
  assert.equal(status, expected.status, text);
  assert.equal(headers['content-type'], 'application/problem+json');
  assertOpenToEverySite(answer);
  assertSoonForgotten(answer);
  const problem: ProblemBody = JSON.parse(text);
  assert.deepEqual(Object.keys(problem).sort(), ['code', 'detail', 'status', 'title', 'type']);
  assert.equal(problem.status, expected.status);
  assert.equal(problem.code, expected.code);
  for (const words of [problem.type, problem.title, problem.detail]) assert.ok(words.length > 0);
  assert.doesNotMatch(text, /\bat \S+ \(|\.ts\b|\.mjs\b|node:|\/src\/|AccountKey/); // no stack, no path, no secret
  return problem;
}

/** Asserts that nobody may cache the answer for more than 60 s, and that it has no ETag. */
function assertSoonForgotten({ headers }: HttpAnswer): void {
  const caching = headers['cache-control'] ?? '';
  const maxAge = /^public, max-age=(\d+)$/.exec(caching)?.[1];
  assert.ok(caching === 'no-store' || Number(maxAge) <= 60, caching);
  assert.equal(headers.etag, undefined);
}

/** Asserts that `marker`, a part of the request, is neither in the body nor in a header of the answer. */
export function assertNothingOf(marker: string, { headers, body }: HttpAnswer): void {
  assert.ok(!JSON.stringify(headers).includes(marker), 'a header repeats the request');
  assert.ok(!body.includes(marker), 'the body repeats the request');
}
