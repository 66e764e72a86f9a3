// The HTTP client for Peloton and for build hooks. No redirect is followed, a credential is sent to its own origin alone, time
// and size are bounded, and an error holds a method, a host and a route template, nothing else. A proxy is Node's business
// (NODE_USE_ENV_PROXY), but nothing that is meant for this machine goes to one.

import http from 'node:http';
import https from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import fetch, { AbortError as FetchAborted, FetchError } from 'node-fetch';
import type { CookieJar } from 'tough-cookie';
import { isLoopback } from './config.ts';
import { StatsError } from './errors.ts';

export type HttpLimits = {
  /** For one request with its whole answer. */
  timeoutMs: number;
  /** For one answer, decoded. */
  maxBytes: number;
  /** Waits before the second, third, … try of a step that may be repeated; each is stretched by up to double at random. */
  retryDelayMs: number;
  retries: number;
  /** A longer Retry-After ends the run instead of being waited for. */
  maxRetryAfterMs: number;
};

export const httpLimits: HttpLimits = {
  timeoutMs: 10_000,
  maxBytes: 8 * 1024 * 1024,
  retryDelayMs: 500,
  retries: 2,
  maxRetryAfterMs: 5_000,
};

export type HttpRequest = {
  method: 'GET' | 'POST';
  url: URL;
  /** The path as it may be shown: `/api/user/{id}/overview`. */
  route: string;
  headers?: Record<string, string>;
  body?: string;
  /** How many times the usual time the request may take; 1 by default. */
  patience?: number;
  /** Headers that prove who we are; refused for any other origin. */
  credential?: { origin: string; headers: Record<string, string> };
  /** Takes and gives cookies, by host and path. */
  jar?: CookieJar;
};

export type HttpResponse = {
  /** `GET host/route`, for errors and logs. */
  label: string;
  url: URL;
  status: number;
  location: string | undefined;
  retryAfterMs: number | undefined;
  text: string;
};

export type HttpClient = {
  /** @throws StatsError `upstream-unavailable` when no complete answer came. Any status is an answer. */
  request(request: HttpRequest): Promise<HttpResponse>;
  /** Repeats a step that may be sent again, while it fails with `upstream-unavailable`. */
  retry<T>(step: () => Promise<T>): Promise<T>;
};

/** 24 hours. A server that asks for a longer wait is asked again after a day. */
const longestRetryAfterMs = 86_400_000;

/** An HTTP date in any of its three forms, or NaN. Date.parse alone sees a date in nearly anything, `-5` included. */
function parseHttpDate(text: string): number {
  if (!/^[A-Z][a-z]+,? [\w -]+ \d\d:\d\d:\d\d( GMT| \d{4})$/.test(text)) return Number.NaN;
  return Date.parse(text.endsWith('GMT') ? text : `${text} GMT`); // the oldest form means GMT without saying so
}

/** Milliseconds until the instant that a Retry-After header names (RFC 9110: seconds or a date), at most a day. */
export function parseRetryAfter(value: string | null, now: Date): number | undefined {
  if (value === null) return undefined;
  const text = value.trim();
  const waitMs = /^\d+$/.test(text) ? Number(text) * 1000 : parseHttpDate(text) - now.getTime();
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(waitMs, 0), longestRetryAfterMs);
}

/** A failure of the network as an error of ours, without the URL that a FetchError repeats in its message. */
function wireFault(error: unknown, label: string, limits: HttpLimits): StatsError {
  if (error instanceof TypeError) throw error; // a defect of ours: not the wire's fault
  const unavailable = (what: string, cause?: Error) =>
    new StatsError('upstream-unavailable', `${label} ${what}.`, { cause });
  if (error instanceof FetchAborted) return unavailable('gave no whole answer in the time it had');
  if (error instanceof FetchError && error.type === 'max-size') {
    return unavailable(`answered with more than ${limits.maxBytes} bytes`);
  }
  const code = (error as NodeJS.ErrnoException).code ?? (error instanceof Error ? error.name : 'unknown');
  return unavailable(`failed on the way (${code})`, new Error(code));
}

export type HttpOptions = {
  limits?: Partial<HttpLimits>;
  /** Ends every request and every wait; with its reason, where that is a StatsError. Without it each request has its own time. */
  signal?: AbortSignal;
  clock: () => Date;
  /** Called after every request, with its label and the status of a complete answer. */
  onAnswer?: (answer: { request: string; status: number | null; duration_ms: number }) => void;
};

type Bounds = { limits: HttpLimits; patience?: number | undefined; signal: AbortSignal; clock: () => Date };

/**
 * Does the work of one request with a signal that fires when its time is up, or with the outer signal; never after the request
 * is over, when node-fetch would destroy streams whose errors nobody hears.
 */
async function withinTime<T>(
  { limits, patience = 1, signal }: Bounds,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const abort = () => controller.abort();
  const timer = setTimeout(abort, limits.timeoutMs * patience);
  signal.addEventListener('abort', abort);
  if (signal.aborted) abort();
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}

// As Node's global agents are, which may go by HTTP_PROXY: these never do.
const agentOptions = { keepAlive: true, scheduling: 'lifo', timeout: 5_000 } as const;
const directAgents = { http: new http.Agent(agentOptions), https: new https.Agent(agentOptions) };

/** The agent for a URL of this machine; undefined leaves the choice to Node. */
function agentFor(url: URL): http.Agent | undefined {
  if (!isLoopback(url)) return undefined;
  return url.protocol === 'https:' ? directAgents.https : directAgents.http;
}

type Delivery = { request: HttpRequest; label: string; bounds: Bounds; signal: AbortSignal };

async function send({ request, label, bounds, signal }: Delivery): Promise<HttpResponse> {
  const { url, method, jar, credential, body } = request;
  const { limits, clock } = bounds;
  if (credential && credential.origin !== url.origin) {
    throw new TypeError(`${label}: this credential belongs to ${credential.origin}`);
  }
  const cookie = jar ? await jar.getCookieString(url.href) : '';
  // node-fetch would destroy the body of a request that it never sends, with an error that nobody hears: the process would end.
  if (signal.aborted) throw new FetchAborted('The time was up.');
  const response = await fetch(url, {
    method,
    headers: {
      'User-Agent': 'peloton-stats',
      'Accept-Language': 'en-US,en;q=0.9',
      ...request.headers,
      ...credential?.headers,
      ...(cookie && { Cookie: cookie }),
    },
    ...(body !== undefined && { body }),
    redirect: 'manual',
    agent: agentFor(url),
    size: limits.maxBytes,
    signal,
  });
  const text = await response.text();
  for (const line of response.headers.raw()['set-cookie'] ?? []) {
    await jar?.setCookie(line, url.href, { ignoreError: true });
  }
  return {
    label,
    url,
    status: response.status,
    location: response.headers.get('location') ?? undefined,
    retryAfterMs: parseRetryAfter(response.headers.get('retry-after'), clock()),
    text,
  };
}

/** Milliseconds until the next try, or undefined when the step is not to be repeated. */
function waitBeforeRetry(error: unknown, retriesDone: number, limits: HttpLimits): number | undefined {
  if (!(error instanceof StatsError) || error.code !== 'upstream-unavailable') return undefined;
  if (retriesDone >= limits.retries || (error.retryAfterMs ?? 0) > limits.maxRetryAfterMs) return undefined;
  return Math.max(error.retryAfterMs ?? 0, limits.retryDelayMs * 2 ** retriesDone * (1 + Math.random()));
}

async function retry<T>(step: () => Promise<T>, { limits, signal }: Bounds): Promise<T> {
  for (let retriesDone = 0; ; retriesDone++) {
    try {
      return await step();
    } catch (error) {
      const waitMs = waitBeforeRetry(error, retriesDone, limits);
      if (waitMs === undefined) throw error;
      await pause(waitMs, undefined, { signal }).catch(() => {
        throw signal.reason instanceof StatsError ? signal.reason : error;
      });
    }
  }
}

export function createHttpClient({ limits: given, signal: runSignal, clock, onAnswer }: HttpOptions): HttpClient {
  const limits = { ...httpLimits, ...given };
  const signal = runSignal ?? new AbortController().signal;
  const bounds = { limits, signal, clock };
  return {
    async request(request) {
      const label = `${request.method} ${request.url.host}${request.route}`;
      const startedAt = performance.now();
      const report = (status: number | null) =>
        onAnswer?.({ request: label, status, duration_ms: Math.round(performance.now() - startedAt) });
      try {
        const response = await withinTime({ ...bounds, patience: request.patience }, signal =>
          send({ request, label, bounds, signal }),
        );
        report(response.status);
        return response;
      } catch (error) {
        report(null);
        if (signal.reason instanceof StatsError) throw signal.reason;
        throw wireFault(error, label, limits);
      }
    },
    retry: step => retry(step, bounds),
  };
}
