// One version of a resource, ready to be sent: its bytes in each content coding, each with the headers of a 200 and a 304.
// Everything is computed on first use and then shared by all readers, so that a request costs next to nothing.

import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { type BrotliOptions, brotliCompress, constants, gzip } from 'node:zlib';
import { once } from '../once.ts';
import { commonHeaders, type Reply } from './reply.ts';

/** When this code was built, put in by scripts/build.ts; unbuilt code counts as built when it is loaded. */
declare const BUILT_AT: string | undefined;
export const builtAt = typeof BUILT_AT === 'string' ? new Date(BUILT_AT) : new Date();

/** The Last-Modified of an answer made of blobs: the latest of them, or the build, since a new build may answer differently. */
export function lastModifiedOf(...blobs: { lastModified: Date }[]): Date {
  return new Date(Math.max(...[builtAt, ...blobs.map(({ lastModified }) => lastModified)].map(Number)));
}

/**
 * The Last-Modified of an answer that lacks what could not be read. It is before that of every whole answer, which may come back
 * without any blob having changed, and proves nothing.
 */
const lastModifiedUnknown = new Date(builtAt.getTime() - 1_000);

export const jsonType = 'application/json; charset=utf-8';
export const htmlType = 'text/html; charset=utf-8';
export const csvType = 'text/csv; charset=utf-8';

/** The Cache-Control of JSON and pages. */
export const publicCaching = 'public, max-age=300, stale-while-revalidate=3600, stale-if-error=604800';

/** The content codings this service has, the preferred one first. */
export const codings = ['br', 'gzip', 'identity'] as const;
export type Coding = (typeof codings)[number];

/** The replies in one coding. `full` compresses on its first call; `head` and `notModified` have no body. */
type Variant = { etag: string; full: () => Promise<Reply>; head: Reply; notModified: Reply };

export type Representation = {
  /** Undefined where no date can tell that a reader has these bytes. */
  lastModified: Date | undefined;
  /** The same variant for the same coding, however often it is asked for. */
  in(coding: Coding): Variant;
};

export type RepresentationSource = {
  bytes: Uint8Array;
  contentType: string;
  /** Undefined for what may be replaced without a later date: a placeholder, or a view that lacks a part. */
  lastModified: Date | undefined;
  /** By default `publicCaching`. */
  cacheControl?: string;
  headers?: Record<string, string>;
};

const toBrotli = promisify(brotliCompress);
const toGzip = promisify(gzip);
const longBytes = 64 * 1024;

/**
 * Quality 5 and not 11: the best would save a tenth of the bytes and take ten times as long while the first reader waits.
 * A long history is so regular that even quality 2 with a window of 64 KB leaves one part in forty; a page of ten years is not.
 */
function brotliOptions({ length }: Uint8Array, contentType: string): BrotliOptions {
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_LGWIN } = constants;
  return {
    params: {
      [BROTLI_PARAM_QUALITY]: length > longBytes && contentType !== htmlType ? 2 : 5,
      [BROTLI_PARAM_LGWIN]: 16,
    },
  };
}

const compress: Record<Coding, (bytes: Uint8Array, contentType: string) => Promise<Uint8Array>> = {
  br: (bytes, contentType) => toBrotli(bytes, brotliOptions(bytes, contentType)),
  gzip: bytes => toGzip(bytes, { level: 6 }),
  identity: async bytes => bytes,
};

/** A strong ETag names the bytes that are sent, so that each coding has another one (RFC 9110 §8.8.3.3). */
const etagSuffix: Record<Coding, string> = { br: '-br', gzip: '-gz', identity: '' };

function createVariant(coding: Coding, digest: string, source: RepresentationSource): Variant {
  const { bytes, contentType, lastModified = lastModifiedUnknown, cacheControl = publicCaching, headers } = source;
  const etag = `"${digest}${etagSuffix[coding]}"`;
  const cachingHeaders = {
    ...commonHeaders,
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
    full: once(async () => ({ status: 200, headers: okHeaders, body: await compress[coding](bytes, contentType) })),
    head: { status: 200, headers: okHeaders },
    notModified: { status: 304, headers: cachingHeaders },
  };
}

/** The bytes as a representation. Its ETags are a digest of them: the same content has the same tag on every instance. */
export function represent(source: RepresentationSource): Representation {
  const variants = new Map<Coding, Variant>();
  let digest: string | undefined; // not at once: a long history may only be asked for in parts
  return {
    lastModified: source.lastModified,
    in(coding) {
      digest ??= createHash('sha256').update(source.bytes).digest('base64url').slice(0, 27);
      const variant = variants.get(coding) ?? createVariant(coding, digest, source);
      variants.set(coding, variant);
      return variant;
    },
  };
}
