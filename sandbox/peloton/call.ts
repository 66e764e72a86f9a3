// Requests to the double of Peloton and their answers as plain data, so that every route is a function from one to the
// other.

import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { readBody } from '../loopback-server.ts';

export type Call = {
  method: string;
  /** Host name without the port. */
  host: string;
  path: string;
  /** Path and query as the client sent them. */
  target: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  cookies: ReadonlyMap<string, string>;
  body: string;
};

export type PelotonAnswer = {
  status: number;
  headers?: Record<string, string>;
  /** Complete `Set-Cookie` values. */
  cookies?: string[];
  /** A string is sent as HTML unless `headers` has another content type; any other value is sent as JSON. */
  body?: unknown;
  /** Runs when the client has been sent the answer, and not when a fault took its place. */
  onDelivered?: () => void;
};

export type PelotonRoute = (call: Call) => PelotonAnswer;

/** Reads a request with its whole body. */
export async function readCall(request: IncomingMessage): Promise<Call> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  return {
    method: request.method ?? 'GET',
    host: (request.headers.host ?? '').replace(/:\d+$/, ''),
    path: url.pathname,
    target: request.url ?? '/',
    query: url.searchParams,
    headers: request.headers,
    cookies: new Map((request.headers.cookie ?? '').split('; ').map(pair => splitAt(pair, '='))),
    body: (await readBody(request)).toString(),
  };
}

/** The fields of a body that is a JSON object or a form by its content type; undefined for any other body. */
export function readFields({ headers, body }: Call): Record<string, unknown> | undefined {
  const [type] = (headers['content-type'] ?? '').split(';');
  if (type === 'application/x-www-form-urlencoded') return Object.fromEntries(new URLSearchParams(body));
  if (type !== 'application/json') return undefined;
  try {
    const fields: unknown = JSON.parse(body);
    return typeof fields === 'object' && fields !== null ? { ...fields } : undefined;
  } catch {
    return undefined;
  }
}

/** Sends an answer, in gzip where the client accepts it. */
export function sendAnswer(call: Call, answer: PelotonAnswer, response: ServerResponse): void {
  const isText = typeof answer.body === 'string';
  const text = isText ? String(answer.body) : answer.body === undefined ? '' : JSON.stringify(answer.body);
  const headers: Record<string, string | string[]> = {
    'content-type': isText ? 'text/html; charset=utf-8' : 'application/json',
    'cache-control': 'no-store',
    vary: 'Accept-Encoding',
    ...answer.headers,
  };
  if (answer.cookies) headers['set-cookie'] = answer.cookies;
  const zips = text !== '' && /\bgzip\b/.test(String(call.headers['accept-encoding'] ?? ''));
  if (zips) headers['content-encoding'] = 'gzip';
  response.writeHead(answer.status, headers).end(zips ? gzipSync(text) : text);
}

function splitAt(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
