// Request + representation → reply: which content coding, and whether the reader has these bytes already (RFC 9110). The rules
// are the same for every public route.

import { parseHttpDate } from './http-date.ts';
import type { Reply, Request } from './reply.ts';
import { type Coding, codings, type Representation } from './representation.ts';

/**
 * The best coding that an Accept-Encoding header allows (RFC 9110 §12.5.3). A header that allows none of ours counts as
 * absent, which the RFC permits: a picture in the wrong coding is better than none.
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

/** Browsers and proxies send a handful of short headers: each is parsed once. */
const parsedHeaders = new Map<string | null, Coding>();
const maxParsedHeaders = 100;

function lookUpCoding(header: string | null): Coding {
  const known = parsedHeaders.get(header);
  if (known) return known;
  const coding = chooseCoding(header);
  if (parsedHeaders.size < maxParsedHeaders && (header === null || header.length < 100))
    parsedHeaders.set(header, coding);
  return coding;
}

/** If-None-Match, or in its absence If-Modified-Since (RFC 9110 §13.2.2). */
function isNotModified({ headers }: Request, etag: string, lastModified: Date | undefined): boolean {
  const ifNoneMatch = headers.get('if-none-match');
  if (ifNoneMatch === etag) return true; // the only form that browsers send
  if (ifNoneMatch !== null) {
    // Not split at commas: a tag may hold commas and stars itself.
    const tags = ifNoneMatch.match(/(W\/)?"[^"]*"/g) ?? [];
    return ifNoneMatch.trim() === '*' || tags.some(tag => tag === etag || tag === `W/${etag}`);
  }
  const since = headers.get('if-modified-since');
  if (since === null || lastModified === undefined) return false;
  return Math.floor(lastModified.getTime() / 1000) * 1000 <= parseHttpDate(since, new Date());
}

/** The reply to a GET or HEAD. */
export async function respond(request: Request, representation: Representation): Promise<Reply> {
  const coding = lookUpCoding(request.headers.get('accept-encoding'));
  const { etag, full, head, notModified } = representation.in(coding);
  if (isNotModified(request, etag, representation.lastModified)) return notModified;
  return request.method === 'HEAD' ? head : await full();
}
