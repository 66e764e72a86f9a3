// An HTTP client with a server behind it that answers each request as the test says, and writes down what came.

import assert from 'node:assert/strict';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { inspect } from 'node:util';
import type { CookieJar } from 'tough-cookie';
import { type Fault, sendFault } from '../sandbox/fault-answers.ts';
import { startLoopbackServer } from '../sandbox/loopback-server.ts';
import { StatsError } from '../src/errors.ts';
import { createHttpClient, type HttpLimits, type HttpResponse } from '../src/http.ts';

export type Responder = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

export type HttpBenchOptions = { limits?: Partial<HttpLimits>; signal?: AbortSignal; now?: Date };

/** Small, but for the time of a request: a busy machine may need it. */
const benchLimits: HttpLimits = {
  timeoutMs: 10_000,
  maxBytes: 1000,
  retryDelayMs: 2,
  retries: 2,
  maxRetryAfterMs: 20,
};

export async function startHttpBench(reply: Responder, options: HttpBenchOptions = {}) {
  /** `at` in milliseconds of the process's own clock. */
  const requests: { url: string; headers: IncomingHttpHeaders; at: number }[] = [];
  const server = await startLoopbackServer((request, response) => {
    requests.push({ url: request.url ?? '', headers: request.headers, at: performance.now() });
    return reply(request, response);
  });
  const reports: { request: string; status: number | null; duration_ms: number }[] = [];
  const http = createHttpClient({
    limits: { ...benchLimits, ...options.limits },
    signal: options.signal ?? new AbortController().signal,
    clock: () => options.now ?? new Date('2026-11-22T09:00:00.000Z'),
    onAnswer: report => reports.push(report),
  });
  const get = (path = '/', { jar, host }: { jar?: CookieJar; host?: string } = {}): Promise<HttpResponse> => {
    const url = new URL(path, server.url);
    if (host) url.hostname = host;
    return http.request({ method: 'GET', url, route: '/{path}', ...(jar && { jar }) });
  };
  return { ...server, http, get, requests, reports, [Symbol.asyncDispose]: server.close };
}

export type HttpBench = Awaited<ReturnType<typeof startHttpBench>>;

/** Answers every request with the fault. */
export function meet(fault: Fault): Responder {
  return (_request, response) => sendFault(response, fault);
}

/** Answers with each in turn, and then well. */
export function inTurn(...replies: Responder[]): Responder {
  return (request, response) => {
    const reply = replies.shift();
    return reply ? reply(request, response) : void response.end('good');
  };
}

/** The error of a promise that has to fail with one of ours. */
export async function failureOf(promise: Promise<unknown>): Promise<StatsError> {
  const [result] = await Promise.allSettled([promise]);
  assert.ok(result?.status === 'rejected' && result.reason instanceof StatsError, inspect(result));
  return result.reason;
}
