// The bad answers that a client may get instead of a good one, from a plain error status to an answer that never ends.
// An endless answer stops when its client goes away, so that no test leaves a timer behind.

import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';

export type Fault =
  /** A complete answer with this status. A body that is not a string is sent as JSON; without one there is no type either. */
  | { status: number; body?: unknown; contentType?: string; headers?: Record<string, string> }
  /** 200 and not one byte of body. */
  | 'empty'
  /** 200 and the page that a bot check sends in place of the answer. */
  | 'html'
  /** A complete answer whose JSON stops in the middle. */
  | 'truncated'
  /** The connection breaks before the announced length has come. */
  | 'cut'
  /** A few kB of gzip that decode to 16 MiB of JSON. */
  | 'gzip-bomb'
  /** Good JSON of at least this many bytes, streamed without a Content-Length. */
  | { bodyBytes: number }
  /** One byte of white space every `dripMs` milliseconds, for ever. */
  | { dripMs: number }
  /** No answer, ever. */
  | 'hang'
  /** The connection is reset without an answer. */
  | 'reset';

export const challengePage =
  '<!DOCTYPE html><html><head><title>Just a moment...</title></head><body><h1>Checking your browser</h1></body></html>';

const json = { 'content-type': 'application/json' };
const half = '{"id":"0123456789abcdef","workout_counts":{"total_workouts":41';

/** Answers with the fault. Resolves when everything is sent, or for an endless answer when the client has gone. */
export async function sendFault(response: ServerResponse, fault: Fault): Promise<void> {
  if (typeof fault === 'string') sendNamed[fault](response);
  else if ('status' in fault) sendStatus(response, fault);
  else if ('bodyBytes' in fault) await stream(response, paddedJson(fault.bodyBytes));
  else await stream(response, drip(fault.dripMs));
}

const sendNamed: Record<Extract<Fault, string>, (response: ServerResponse) => void> = {
  empty: response => response.writeHead(200, json).end(),
  html: response => response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(challengePage),
  truncated: response => response.writeHead(200, json).end(half),
  cut: response => {
    response.writeHead(200, { ...json, 'content-length': half.length * 100 });
    response.write(half, () => response.destroy());
  },
  'gzip-bomb': response => response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(bomb()),
  hang: () => {},
  reset: response => response.socket?.resetAndDestroy(),
};

function sendStatus(response: ServerResponse, fault: Extract<Fault, { status: number }>): void {
  const { status, body, headers } = fault;
  if (body === undefined) {
    response.writeHead(status, { ...(fault.contentType && { 'content-type': fault.contentType }), ...headers }).end();
    return;
  }
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const contentType = fault.contentType ?? (text === body ? 'text/plain' : 'application/json');
  response.writeHead(status, { 'content-type': contentType, ...headers }).end(text);
}

async function stream(response: ServerResponse, chunks: Iterable<string> | AsyncIterable<string>): Promise<void> {
  response.writeHead(200, json);
  await pipeline(Readable.from(chunks), response);
}

function* paddedJson(bytes: number): Generator<string> {
  const chunk = ' '.repeat(65_536);
  yield '{';
  for (let sent = 0; sent < bytes; sent += chunk.length) yield chunk;
  yield '}';
}

async function* drip(everyMs: number): AsyncGenerator<string> {
  for (;;) {
    yield ' ';
    await new Promise(resolve => setTimeout(resolve, everyMs));
  }
}

let compressed: Buffer | undefined;

function bomb(): Buffer {
  compressed ??= gzipSync(Buffer.concat([Buffer.from('{'), Buffer.alloc(16 << 20, ' '), Buffer.from('}')]), {
    level: 1,
  });
  return compressed;
}
