// An HTTP client of the service and a loopback server for its tests. The server answers as the test says and records every
// request.

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

/** Small limits; only the time limit is long, so that a busy machine causes no failure. */
const benchLimits: HttpLimits = {
  timeoutMs: 10_000,
  maxBytes: 1000,
  retryDelayMs: 2,
  retries: 2,
  maxRetryAfterMs: 20,
};

/** Starts the server and creates the client. `await using` closes the server. */
export async function startHttpBench(reply: Responder, options: HttpBenchOptions = {}) {
  /** The requests of the client; `at` in milliseconds of `performance.now()`. */
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

/** Creates a responder that answers every request with the fault. */
export function meet(fault: Fault): Responder {
  return (_request, response) => sendFault(response, fault);
}

/** Creates a responder that uses each of the given ones once, in order, and then answers with 200. */
export function inTurn(...replies: Responder[]): Responder {
  return (request, response) => {
    const reply = replies.shift();
    return reply ? reply(request, response) : void response.end('good');
  };
}

/** Returns the StatsError that the promise must reject with. */
export async function failureOf(promise: Promise<unknown>): Promise<StatsError> {
  const [result] = await Promise.allSettled([promise]);
  assert.ok(result?.status === 'rejected' && result.reason instanceof StatsError, inspect(result));
  return result.reason;
}
