// The way back: bytes that are ready → an HTTP answer. Conditional requests, codings, caching and CORS are the same for
// every public route, so they are decided here and nowhere else.

import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { errorTable, type StatsError } from './errors.ts';

/** What a handler reads of a request; Azure's HttpRequest is one. */
export type Request = {
  readonly method: string;
  readonly headers: { get(name: string): string | null };
  readonly query: { get(name: string): string | null };
  readonly params: Record<string, string>;
};

/** What a handler answers; Azure's HttpResponseInit takes it. */
export type Reply = { status: number; headers: Record<string, string>; body?: Uint8Array };

const everyAnswer = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'ETag, Last-Modified',
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'cross-origin',
};

export const jsonType = 'application/json; charset=utf-8';

/** For pages and JSON; a card lives shorter, since image proxies keep what they are told. */
export const publicCaching = 'public, max-age=300, stale-while-revalidate=3600, stale-if-error=604800';

const codings = ['br', 'gzip', 'identity'] as const;
type Coding = (typeof codings)[number];
type Variant = { etag: string; ok: Record<string, string>; notModified: Record<string, string>; body: Uint8Array };

export type Representation = {
  lastModified: Date;
  /** The bytes in a coding with their headers; made on first use and kept. */
  in(coding: Coding): Promise<Variant>;
};

export type RepresentationSource = {
  bytes: Uint8Array;
  contentType: string;
  lastModified: Date;
  cacheControl?: string;
  headers?: Record<string, string>;
  /** `low` for what is sent once and not kept. */
  effort?: 'low' | 'high';
};

const brotli = promisify(brotliCompress);
const quality = constants.BROTLI_PARAM_QUALITY;

const compress: Record<Coding, (bytes: Uint8Array, effort: 'low' | 'high') => Promise<Uint8Array>> = {
  br: (bytes, effort) => brotli(bytes, { params: { [quality]: effort === 'low' ? 4 : 11 } }),
  gzip: (bytes, effort) => promisify(gzip)(bytes, { level: effort === 'low' ? 5 : 9 }),
  identity: async bytes => bytes,
};

const etagSuffix: Record<Coding, string> = { br: '-br', gzip: '-gz', identity: '' };

/** A version of a resource, ready to be sent as often as it is asked for. */
export function represent(source: RepresentationSource): Representation {
  const { bytes, contentType, lastModified, cacheControl = publicCaching, headers, effort = 'high' } = source;
  const digest = createHash('sha256').update(bytes).digest('base64url').slice(0, 27);

  async function make(coding: Coding): Promise<Variant> {
    const etag = `"${digest}${etagSuffix[coding]}"`;
    const notModified = {
      ...everyAnswer,
      ...headers,
      'Cache-Control': cacheControl,
      ETag: etag,
      'Last-Modified': lastModified.toUTCString(),
      Vary: 'Accept-Encoding',
    };
    const ok = {
      ...notModified,
      'Content-Type': contentType,
      ...(coding !== 'identity' && { 'Content-Encoding': coding }),
    };
    return { etag, ok, notModified, body: await compress[coding](bytes, effort) };
  }

  const variants = new Map<Coding, Promise<Variant>>();
  return {
    lastModified,
    in(coding) {
      let variant = variants.get(coding);
      if (!variant) {
        variant = make(coding);
        variants.set(coding, variant);
      }
      return variant;
    },
  };
}

/** The best coding that an Accept-Encoding header allows (RFC 9110 §12.5.3); undefined where it allows none of ours. */
export function chooseCoding(header: string | null): Coding | undefined {
  if (header === null || header === '') return 'identity';
  const weights = new Map<string, number>();
  for (const item of header.slice(0, 1_000).toLowerCase().split(',')) {
    const [name = '', ...parameters] = item.split(';').map(part => part.trim());
    const quality = parameters.find(parameter => parameter.startsWith('q='));
    const weight = quality === undefined ? 1 : Number(quality.slice(2));
    if (name) weights.set(name === 'x-gzip' ? 'gzip' : name, Number.isNaN(weight) ? 0 : weight);
  }
  const weigh = (coding: Coding) =>
    weights.get(coding) ?? (coding === 'identity' ? (weights.get('*') ?? 0.001) : (weights.get('*') ?? 0));
  const [best] = codings.filter(coding => weigh(coding) > 0).sort((a, b) => weigh(b) - weigh(a));
  return best;
}

function isNotModified({ headers }: Request, etag: string, lastModified: Date): boolean {
  const ifNoneMatch = headers.get('if-none-match');
  if (ifNoneMatch !== null) {
    return ifNoneMatch.split(',').some(item => {
      const tag = item.trim();
      return tag === '*' || tag === etag || tag === `W/${etag}`;
    });
  }
  const since = Date.parse(headers.get('if-modified-since') ?? '');
  return !Number.isNaN(since) && Math.floor(lastModified.getTime() / 1000) <= Math.floor(since / 1000);
}

/** Answers GET and HEAD from a representation. */
export async function respond(request: Request, representation: Representation): Promise<Reply> {
  const coding = chooseCoding(request.headers.get('accept-encoding'));
  if (!coding) {
    const detail = 'The Accept-Encoding header must leave one of br, gzip and identity.';
    return problem({ status: 406, title: 'No coding is left', detail, code: 'not-acceptable' });
  }
  const { etag, ok, notModified, body } = await representation.in(coding);
  if (isNotModified(request, etag, representation.lastModified)) return { status: 304, headers: notModified };
  return request.method === 'HEAD' ? { status: 200, headers: ok } : { status: 200, headers: ok, body };
}

/** The answer to an OPTIONS that is not a preflight; those the host answers by itself. */
export function answerOptions(): Reply {
  return {
    status: 204,
    headers: { ...everyAnswer, Allow: 'GET, HEAD, OPTIONS', 'Cache-Control': 'public, max-age=300' },
  };
}

/** RFC 9457. The code says whose turn it is. */
export type Problem = { type: string; title: string; status: number; detail: string; code: string };

export type ProblemSource = Omit<Problem, 'type'> & { headers?: Record<string, string> };

/** An error of ours as problem+json, cached for a few seconds at most. */
export function problem({ status, title, detail, code, headers }: ProblemSource): Reply {
  const body: Problem = { type: 'about:blank', title, status, detail, code };
  return {
    status,
    headers: {
      ...everyAnswer,
      'Content-Type': 'application/problem+json',
      'Cache-Control': status < 500 ? 'public, max-age=5' : 'no-store',
      ...headers,
    },
    body: Buffer.from(JSON.stringify(body)),
  };
}

/** A failure of the service as a problem: its code, its message, and what to do. */
export function failureProblem(error: StatsError, status: number = errorTable[error.code].httpStatus): Reply {
  const { code, message, hint } = error;
  const detail = message === hint ? hint : `${message} ${hint}`;
  return problem({ status, title: errorTable[code].title, detail, code, headers: { 'Retry-After': '60' } });
}

/** JSON that nobody may keep: health, and the outcome of a sync. */
export function uncachedJson(status: number, value: object): Reply {
  return {
    status,
    headers: { ...everyAnswer, 'Content-Type': 'application/json', 'Cache-Control': 'no-store' },
    body: Buffer.from(JSON.stringify(value)),
  };
}
