// The request that a route takes and the reply that it gives, with the headers that every reply of a public route has.

import type { Log } from '../log.ts';

/** The parts of a request that a handler reads; Azure's HttpRequest has all of them. */
export type Request = {
  readonly method: string;
  readonly headers: { get(name: string): string | null };
  readonly query: Pick<URLSearchParams, 'get' | 'getAll' | 'has'>;
  readonly params: Record<string, string>;
};

/** An HTTP response as Azure's HttpResponseInit takes it. The same object may be sent to many readers. */
export type Reply = { status: number; headers: Readonly<Record<string, string>>; body?: Uint8Array };

export type RouteHandler = (request: Request, log: Log) => Promise<Reply>;

/** CORS for every origin, and two headers that keep a browser from guessing. */
export const commonHeaders = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'ETag, Last-Modified',
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'cross-origin',
};

const methods = 'GET, HEAD, OPTIONS';

/**
 * The reply to OPTIONS, whole enough for a preflight: a host that answers preflights itself, as Azure's does where CORS is set, lets
 * none through. The headers are named beside the star, since older browsers do not know it, and it never stands for Authorization.
 */
export const optionsReply: Reply = {
  status: 204,
  headers: {
    ...commonHeaders,
    Allow: methods,
    'Access-Control-Allow-Methods': methods,
    'Access-Control-Allow-Headers':
      '*, Accept, Authorization, Cache-Control, Content-Type, If-Modified-Since, If-None-Match, Pragma, X-Requested-With',
    'Access-Control-Max-Age': '86400',
    'Cache-Control': 'public, max-age=300',
  },
};

/** JSON that no cache may store: health, and the outcome of a sync. */
export function uncachedJson(status: number, value: object): Reply {
  return {
    status,
    headers: { ...commonHeaders, 'Content-Type': 'application/json', 'Cache-Control': 'no-store' },
    body: Buffer.from(JSON.stringify(value)),
  };
}
