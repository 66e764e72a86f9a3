// The way back: bytes that are ready → an HTTP answer. Conditional requests, codings, caching and CORS are the same for
// every public route, so they are decided here and nowhere else.

import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { type BrotliOptions, brotliCompress, constants, gzip } from 'node:zlib';
import { errorTable, type StatsError } from '../errors.ts';
import { once } from '../once.ts';

/** What a handler reads of a request; Azure's HttpRequest is one. */
export type Request = {
  readonly method: string;
  readonly headers: { get(name: string): string | null };
  readonly query: { get(name: string): string | null };
  readonly params: Record<string, string>;
};

/** What a handler answers; Azure's HttpResponseInit takes it. The same one may be answered to many. */
export type Reply = { status: number; headers: Readonly<Record<string, string>>; body?: Uint8Array };

const everyAnswer = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'ETag, Last-Modified',
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'cross-origin',
};

export const jsonType = 'application/json; charset=utf-8';
export const csvType = 'text/csv; charset=utf-8';

/** For pages and JSON; a card lives shorter, since image proxies keep what they are told. */
export const publicCaching = 'public, max-age=300, stale-while-revalidate=3600, stale-if-error=604800';

const codings = ['br', 'gzip', 'identity'] as const;
type Coding = (typeof codings)[number];
/** What is answered in one coding: nothing of it is made anew for a request, and no body where none is sent. */
type Variant = { etag: string; full: () => Promise<Reply>; head: Reply; notModified: Reply };

export type Representation = {
  lastModified: Date;
  /** The answers in a coding; made on first use and kept. */
  in(coding: Coding): Variant;
};

export type RepresentationSource = {
  bytes: Uint8Array;
  contentType: string;
  lastModified: Date;
  cacheControl?: string;
  headers?: Record<string, string>;
};

const toBrotli = promisify(brotliCompress);
const toGzip = promisify(gzip);
const longBytes = 64 * 1024;

/**
 * Not the best there is, which makes a tenth less of it and takes ten times as long while the first reader waits. A long
 * series is so regular that even the fast way and a window of 64 KB leave one part in forty.
 */
function brotliOptions({ length }: Uint8Array): BrotliOptions {
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_LGWIN } = constants;
  return { params: { [BROTLI_PARAM_QUALITY]: length > longBytes ? 2 : 5, [BROTLI_PARAM_LGWIN]: 16 } };
}

const compress: Record<Coding, (bytes: Uint8Array) => Promise<Uint8Array>> = {
  br: bytes => toBrotli(bytes, brotliOptions(bytes)),
  gzip: bytes => toGzip(bytes, { level: 6 }),
  identity: async bytes => bytes,
};

const etagSuffix: Record<Coding, string> = { br: '-br', gzip: '-gz', identity: '' };

/** A version of a resource, ready to be sent as often as it is asked for. */
export function represent(source: RepresentationSource): Representation {
  const { bytes, contentType, lastModified, cacheControl = publicCaching, headers } = source;
  let digest: string | undefined; // of a long series only parts may be asked for

  function make(coding: Coding): Variant {
    digest ??= createHash('sha256').update(bytes).digest('base64url').slice(0, 27);
    const etag = `"${digest}${etagSuffix[coding]}"`;
    const cachingHeaders = {
      ...everyAnswer,
      ...headers,
      'Cache-Control': cacheControl,
      ETag: etag,
      'Last-Modified': lastModified.toUTCString(),
      Vary: 'Accept-Encoding',
    };
    const okHeaders = {
      ...cachingHeaders,
      'Content-Type': contentType,
      ...(coding !== 'identity' && { 'Content-Encoding': coding }),
    };
    return {
      etag,
      full: once(async () => ({ status: 200, headers: okHeaders, body: await compress[coding](bytes) })),
      head: { status: 200, headers: okHeaders },
      notModified: { status: 304, headers: cachingHeaders },
    };
  }

  const variants = new Map<Coding, Variant>();
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

/**
 * The best coding that an Accept-Encoding header allows (RFC 9110 §12.5.3). One that allows none of ours is answered as if
 * it were not there, which the RFC permits: a picture in the wrong coding is better than none.
 */
export function chooseCoding(header: string | null): Coding {
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
  return best ?? 'identity';
}

/** What browsers and proxies send is a handful of short headers: each is read once. */
const choices = new Map<string | null, Coding>();
const choicesKept = 100;

function rememberCoding(header: string | null): Coding {
  const known = choices.get(header);
  if (known) return known;
  const choice = chooseCoding(header);
  if (choices.size < choicesKept && (header === null || header.length < 100)) choices.set(header, choice);
  return choice;
}

/** The one form of a date that senders may use; what is in no form counts as absent. */
const httpDate = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;

function isNotModified({ headers }: Request, etag: string, lastModified: Date): boolean {
  const ifNoneMatch = headers.get('if-none-match');
  if (ifNoneMatch === etag) return true; // what browsers send
  if (ifNoneMatch !== null) {
    // A tag may hold commas and stars itself.
    const tags = ifNoneMatch.match(/(W\/)?"[^"]*"/g) ?? [];
    return ifNoneMatch.trim() === '*' || tags.some(tag => tag === etag || tag === `W/${etag}`);
  }
  const since = headers.get('if-modified-since');
  if (since === null || !httpDate.test(since)) return false;
  return Math.floor(lastModified.getTime() / 1000) * 1000 <= Date.parse(since);
}

/** Answers GET and HEAD from a representation. */
export async function respond(request: Request, representation: Representation): Promise<Reply> {
  const coding = rememberCoding(request.headers.get('accept-encoding'));
  const { etag, full, head, notModified } = representation.in(coding);
  if (isNotModified(request, etag, representation.lastModified)) return notModified;
  return request.method === 'HEAD' ? head : await full();
}

/** The answer to an OPTIONS that is not a preflight; those the host answers by itself. */
export function answerOptions(): Reply {
  return {
    status: 204,
    headers: { ...everyAnswer, Allow: 'GET, HEAD, OPTIONS', 'Cache-Control': 'public, max-age=300' },
  };
}

/** RFC 9457. The code says whose turn it is. */
export type ProblemDetails = { type: string; title: string; status: number; detail: string; code: string };

export type ProblemSource = Omit<ProblemDetails, 'type'> & { headers?: Record<string, string> };

/** An error of ours as problem+json, cached for a few seconds at most. */
export function problem({ status, title, detail, code, headers }: ProblemSource): Reply {
  const body: ProblemDetails = { type: 'about:blank', title, status, detail, code };
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

/** For a reader who may have more luck in a minute; a failed sync is told nothing of the kind. */
export const retryAfter = { 'Retry-After': '60' };

/** A failure of the service as a problem: its code, its message, and what to do. */
export function failureProblem({ code, message, hint }: StatsError, headers: Record<string, string> = {}): Reply {
  const { httpStatus: status, title } = errorTable[code];
  const detail = message === hint ? hint : `${message} ${hint}`;
  return problem({ status, title, detail, code, headers });
}

/** JSON that nobody may keep: health, and the outcome of a sync. */
export function uncachedJson(status: number, value: object): Reply {
  return {
    status,
    headers: { ...everyAnswer, 'Content-Type': 'application/json', 'Cache-Control': 'no-store' },
    body: Buffer.from(JSON.stringify(value)),
  };
}
