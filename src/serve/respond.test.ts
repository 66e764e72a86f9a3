import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import type { Reply, Request } from './reply.ts';
import { represent } from './representation.ts';
import { chooseCoding, respond } from './respond.ts';

const bytes = Buffer.from(JSON.stringify({ text: 'Ride. '.repeat(200) }));
const lastModified = new Date('2026-11-21T21:00:04.123Z');
const modifiedAt = 'Sat, 21 Nov 2026 21:00:04 GMT';
const stats = represent({ bytes, contentType: 'application/json', lastModified });

function ask(headers: Record<string, string> = {}, method = 'GET'): Promise<Reply> {
  const request: Request = { method, headers: new Headers(headers), query: new URLSearchParams(), params: {} };
  return respond(request, stats);
}

async function tagFor(coding: string): Promise<string> {
  return (await ask({ 'accept-encoding': coding })).headers.ETag ?? '';
}

test('each coding has its own strong tag and the same content', async () => {
  const decoders = { br: brotliDecompressSync, gzip: gunzipSync, identity: (body: Uint8Array) => body };
  const tags = new Set<string>();
  for (const [coding, decode] of Object.entries(decoders)) {
    const { status, headers, body = Buffer.of() } = await ask({ 'accept-encoding': coding });
    assert.equal(status, 200);
    assert.deepEqual(Buffer.from(decode(body)), bytes);
    assert.equal(headers['Content-Encoding'], coding === 'identity' ? undefined : coding);
    assert.match(headers.ETag ?? '', /^"[\w-]+"$/);
    tags.add(headers.ETag ?? '');
  }
  assert.equal(tags.size, 3);
  const other = represent({ bytes: Buffer.from('{}'), contentType: 'application/json', lastModified });
  assert.ok(!tags.has(other.in('identity').etag), 'another content has another tag');
  assert.ok(tags.has(represent({ bytes, contentType: 'text/html', lastModified: new Date(0) }).in('br').etag));
});

test('a body is compressed once, for all who wait', async () => {
  const replies = await Promise.all(Array.from({ length: 20 }, () => ask({ 'accept-encoding': 'br' })));
  assert.equal(new Set(replies.map(({ body }) => body)).size, 1);
});

test('a 304 repeats what caches need, and holds for every way to name what the reader has', async () => {
  const tag = await tagFor('identity');
  const same = [tag, `W/${tag}`, '*', ' * ', `"other", ${tag}`, `W/"a,b",W/${tag},"c"`, `,, ${tag} ,`];
  for (const value of same) {
    const { status, headers, body } = await ask({ 'if-none-match': value });
    assert.deepEqual([status, body], [304, undefined], value);
    const { 'Content-Type': _type, ...caching } = (await ask()).headers;
    assert.deepEqual(headers, caching, 'all but what describes a body');
  }
  const others = ['"other"', tag.slice(1, -1), '', '"*"', '"a,*,b"', `"a,W/*,${tag.slice(1)}`, '*, "a"'];
  for (const value of [...others, await tagFor('br'), await tagFor('gzip')]) {
    assert.equal((await ask({ 'if-none-match': value })).status, 200, value);
  }
  assert.equal((await ask({ 'if-none-match': await tagFor('br'), 'accept-encoding': 'br' })).status, 304);
});

test('If-None-Match beats If-Modified-Since, which is a date of HTTP', async () => {
  assert.equal((await ask({ 'if-modified-since': modifiedAt })).status, 304, 'the second is what a reader was told');
  assert.equal((await ask({ 'if-modified-since': 'Sat, 21 Nov 2026 21:00:05 GMT' })).status, 304);
  assert.equal((await ask({ 'if-modified-since': 'Sat, 21 Nov 2026 21:00:03 GMT' })).status, 200);
  assert.equal((await ask({ 'if-modified-since': modifiedAt, 'if-none-match': '"other"' })).status, 200);
  assert.equal((await ask({ 'if-modified-since': 'Saturday, 21-Nov-26 21:00:04 GMT' })).status, 304);
  assert.equal((await ask({ 'if-modified-since': 'Sat Nov 21 21:00:03 2026' })).status, 200);
  const long = { 'if-modified-since': 'Thu, 01 Jan 1970 00:00:00 GMT', 'if-none-match': await tagFor('identity') };
  assert.equal((await ask(long)).status, 304);
  for (const date of ['2099-01-01', '4102444800', 'tomorrow', 'Thu, 01 Jan 2099 00:00:00 +0000']) {
    assert.equal((await ask({ 'if-modified-since': date })).status, 200, date);
  }
});

test('HEAD is a GET without its body', async () => {
  for (const headers of [{}, { 'accept-encoding': 'br' }, { 'if-none-match': '*' }]) {
    const { body: _, ...head } = await ask(headers);
    assert.deepEqual(await ask(headers, 'HEAD'), head);
  }
});

test('a coding is chosen by its weight, then by what is smaller', () => {
  const rows: [header: string | null, coding: string][] = [
    [null, 'identity'],
    ['', 'identity'],
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip;q=1.0, identity; q=0.5, *;q=0', 'gzip'],
    ['br;q=0.9,gzip', 'gzip'],
    ['*', 'br'],
    ['*;q=0.1, identity', 'identity'],
    ['identity;q=0, *;q=0.2', 'br'],
    ['X-GZIP', 'gzip'],
    ['br ; q=0 , gzip ; q=0.001', 'gzip'],
    ['deflate', 'identity'],
    ['identity;q=0', 'identity'],
    ['*;q=0', 'identity'],
    ['br;q=yes', 'identity'],
  ];
  for (const [header, coding] of rows) assert.equal(chooseCoding(header), coding, `${header}`);
});

test('whatever Accept-Encoding says, what is chosen is not forbidden', () => {
  const name = fc.constantFrom('br', 'gzip', 'identity', '*', 'zstd', '__proto__', '');
  const weight = fc.constantFrom(
    '',
    ';q=0',
    ';q=0.000',
    ';q=1',
    ';q=0.5',
    ';Q=0.3',
    ';q=',
    ';q=nan',
    ';q=-1',
    ';q=1e9',
    ';x=1',
  );
  const header = fc.oneof(
    fc
      .array(
        fc.tuple(name, weight).map(parts => parts.join('')),
        { maxLength: 6 },
      )
      .map(items => items.join(',')),
    fc.string({ maxLength: 3_000, unit: 'binary-ascii' }),
  );
  fc.assert(
    fc.property(header, text => {
      const coding = chooseCoding(text);
      if (coding === 'identity') return; // also what is left where all is forbidden
      const last = text
        .toLowerCase()
        .split(',')
        .findLast(item => item.split(';')[0]?.trim() === coding);
      assert.ok(!last || !/;q=(0(\.0*)?|-1|nan|)$/.test(last), `${coding} of ${text}`);
    }),
    { numRuns: 3_000 },
  );
});
