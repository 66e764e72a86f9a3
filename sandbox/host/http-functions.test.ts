import assert from 'node:assert/strict';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { makeTemporaryApp, type TemporaryApp } from '../../test/temporary-app.ts';
import { type LocalHost, startLocalHost } from '../local-host.ts';
import type { LogEntry } from './rpc.ts';

const functions = `
import { app } from '@azure/functions';

app.http('echo', {
  route: 'echo/{id:int?}',
  handler: async request => {
    const bytes = [...new Uint8Array(await request.arrayBuffer())];
    const { method, url, params } = request;
    return { jsonBody: { method, url, params, bytes, query: [...request.query], headers: [...request.headers] } };
  },
});
app.http('a-first', { route: 'over/{x}', handler: () => ({ body: 'a' }) });
app.http('b-second', { route: 'over/lap', handler: () => ({ body: 'b' }) });
app.http('rest', { route: 'rest/{*rest}', methods: ['PUT'], handler: request => ({ jsonBody: request.params }) });
app.http('default-route', { methods: ['GET'], handler: () => ({}) });
app.http('locked', { authLevel: 'function', methods: ['POST'], handler: () => ({ body: 'in' }) });
app.http('guarded', { authLevel: 'admin', methods: ['POST'], handler: () => ({ body: 'in' }) });
app.http('throws', { handler: () => { throw new Error('a secret reason'); } });
app.http('nothing', { handler: async () => undefined });
app.http('unchanged', { handler: () => ({ status: 304, headers: { ETag: '"1"' } }) });
app.http('broken-cookie', { handler: () => ({ cookies: [{ name: 'a', value: 'b', path: '/\\n' }] }) });
app.http('bytes', {
  methods: ['GET', 'HEAD', 'OPTIONS'],
  handler: () => ({
    status: 203,
    headers: { 'X-Custom': 'function', 'Content-Type': 'image/x', ETag: '"1"' },
    cookies: [{ name: 'c', value: 'd e', maxAge: 5, sameSite: 'Lax', httpOnly: true }, { name: 'f', value: '' }],
    body: new Uint8Array([0, 255, 10]),
  }),
});
`;

type Echo = {
  method: string;
  url: string;
  params: object;
  bytes: number[];
  query: object;
  headers: [string, string][];
};
type RawAnswer = { status: number | undefined; headers: IncomingHttpHeaders; body: string };

describe('the HTTP functions of the local host', () => {
  const entries: LogEntry[] = [];
  let app: TemporaryApp;
  let host: LocalHost;
  before(async () => {
    app = await makeTemporaryApp({ 'functions/all.ts': functions });
    host = await startLocalHost({ root: app.root, functionKey: 'the-key', log: entry => entries.push(entry) });
  });
  after(async () => {
    await host.close();
    await app.remove();
  });

  const call = (path: string, init?: RequestInit) => fetch(host.url + path, init);
  const echo = async (path: string, init?: RequestInit) => (await call(path, init)).json() as Promise<Echo>;

  /** A request by node:http, for paths, headers and methods that fetch changes, hides or forbids. */
  function callRaw(path: string, method: string, headers: Record<string, string> = {}): Promise<RawAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>();
    const request = httpRequest(host.url, { path, method, headers }, response => {
      const chunks: Buffer[] = [];
      response.on('data', chunk => chunks.push(chunk));
      response.on('end', () => {
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString() });
      });
    });
    request.on('error', reject).end();
    return promise;
  }

  it('hand a request over whole', async () => {
    const { method, url, params, bytes, query, headers } = await echo('/api/echo/12?a=1&b=&a=%C3%A92&__proto__=x', {
      method: 'POST',
      headers: { 'X-Thing': 'Some Value' },
      body: new Uint8Array([0, 200, 65]),
    });
    assert.equal(method, 'POST');
    assert.equal(url, `${host.url}/api/echo/12?a=1&b=&a=%C3%A92&__proto__=x`);
    assert.deepEqual(params, { id: '12' });
    assert.deepEqual(bytes, [0, 200, 65]);
    const expected = { a: '1,é2', b: '' };
    assert.deepEqual(query, [...Object.entries(expected), ['__proto__', 'x']]);
    assert.equal(new Map(headers).get('x-thing'), 'Some Value');
  });

  it('get no body where none was announced, and no parameter where none was sent', async () => {
    const { params, bytes } = await echo('/api/echo');
    assert.deepEqual([params, bytes], [{}, []]);
  });

  it('are answered for as they said: status, headers, cookies, bytes, and nothing more', async () => {
    const response = await call('/api/bytes');
    assert.equal(response.status, 203);
    assert.deepEqual([...new Uint8Array(await response.arrayBuffer())], [0, 255, 10]);
    assert.deepEqual(response.headers.getSetCookie(), ['c=d%20e; max-age=5; httponly; samesite=Lax', 'f=']);
    const headers = Object.fromEntries(response.headers);
    for (const name of ['set-cookie', 'date', 'connection', 'keep-alive']) delete headers[name];
    const expected = { 'content-type': 'image/x', etag: '"1"', 'transfer-encoding': 'chunked', 'x-custom': 'function' };
    assert.deepEqual(headers, expected);
  });

  it('get the custom headers of host.json where they set none', async () => {
    assert.equal((await call('/api/echo')).headers.get('x-custom'), 'host');
  });

  it('answer HEAD without a body where they list it, else with 404', async () => {
    const { status, headers, body } = await callRaw('/api/bytes', 'HEAD');
    assert.deepEqual([status, headers['content-length'], headers.etag, body], [203, undefined, '"1"', '']);
    assert.equal(headers['transfer-encoding'], undefined);
    assert.equal((await callRaw('/api/echo', 'HEAD')).status, 404);
  });

  it('send 304 and 204 without a length', async () => {
    const unchanged = await callRaw('/api/unchanged', 'GET');
    assert.deepEqual([unchanged.status, unchanged.headers['content-length'], unchanged.body], [304, undefined, '']);
    const nothing = await callRaw('/api/nothing', 'GET');
    assert.deepEqual([nothing.status, nothing.headers['content-length']], [204, undefined]);
  });

  it('win a route by the alphabet', async () => {
    assert.equal(await (await call('/api/over/lap')).text(), 'a');
  });

  it('may have a catch-all route, or none and then their name', async () => {
    assert.deepEqual(await (await call('/api/rest/a/b', { method: 'PUT' })).json(), { rest: 'a/b' });
    assert.equal((await call('/api/default-route')).status, 200);
  });

  it('are not reached by an unknown route or a wrong method: 404 with nothing in it', async () => {
    for (const path of ['/api/unknown', '/echo', '/api/locked', '/api/echo/x', '/', '/admin']) {
      const response = await call(path);
      assert.deepEqual([response.status, await response.text()], [404, ''], path);
    }
  });

  it('let nobody in without the key they ask for', async () => {
    const post = async (path: string, key?: string) => {
      const response = await call(path, { method: 'POST', ...(key && { headers: { 'x-functions-key': key } }) });
      return `${response.status} ${await response.text()}`;
    };
    assert.equal(await post('/api/locked'), '401 ');
    assert.equal(await post('/api/locked', 'wrong'), '401 ');
    assert.equal(await post('/api/locked?code='), '401 ');
    assert.equal(await post('/api/locked', 'the-key'), '200 in');
    assert.equal(await post('/api/locked?code=the-key'), '200 in');
    assert.equal(await post('/api/locked', host.masterKey), '200 in');
    assert.equal(await post('/api/guarded', 'the-key'), '401 ');
    assert.equal(await post('/api/guarded', host.masterKey), '200 in');
  });

  it('never see a preflight, but do see other OPTIONS', async () => {
    const origin = 'https://example.com';
    const asked = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-functions-key' };
    const preflight = await callRaw('/api/locked', 'OPTIONS', { origin, ...asked });
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers['access-control-allow-origin'], '*');
    assert.equal(preflight.headers['access-control-allow-methods'], 'POST');
    assert.equal(preflight.headers['access-control-allow-headers'], 'x-functions-key');
    assert.equal((await callRaw('/api/bytes', 'OPTIONS', { origin })).status, 203);
    assert.equal((await callRaw('/api/echo', 'OPTIONS', { origin })).status, 404);
  });

  it('become an empty 500 when they throw, and the log alone says why', async () => {
    const response = await call('/api/throws');
    assert.deepEqual([response.status, await response.text()], [500, '']);
    const entry = entries.findLast(each => each.functionName === 'throws');
    assert.equal(entry?.level, 'error');
    assert.match(entry?.message ?? '', /a secret reason/);
  });

  it('become an empty 500 when HTTP cannot carry what they return', async () => {
    const response = await call('/api/broken-cookie');
    assert.deepEqual([response.status, await response.text()], [500, '']);
    assert.match(entries.at(-1)?.message ?? '', /could not be sent/);
  });

  it('are found by the path that its escapes and dots stand for, and see that one', async () => {
    for (const path of ['/api/%65cho/12?a=%2E', '/api/../api/echo/./12?a=%2E', '/%2e%2e/api/echo/12?a=%2E']) {
      const { status, body } = await callRaw(path, 'GET');
      assert.equal(status, 200, path);
      assert.equal((JSON.parse(body) as Echo).url, `${host.url}/api/echo/12?a=%2E`);
    }
    assert.equal((await callRaw('/api/echo/%00', 'GET')).status, 400);
  });

  it('get a broken escape as it was sent, and a slash that is escaped as no slash', async () => {
    const paramsOf = async (path: string) => JSON.parse((await callRaw(path, 'PUT')).body);
    assert.deepEqual(await paramsOf('/api/rest/%zz'), { rest: '%zz' });
    assert.deepEqual(await paramsOf('/api/rest/a%2Fb%20c'), { rest: 'a%2Fb c' });
  });

  it('are not asked with a request line of over 8 kB: 414', async () => {
    assert.equal((await callRaw(`/api/echo?a=${'x'.repeat(8_000)}`, 'GET')).status, 200);
    const tooLong = await callRaw(`/api/echo?a=${'x'.repeat(9_000)}`, 'GET');
    assert.deepEqual([tooLong.status, tooLong.body], [414, '']);
  });

  it('are not called under a name that is none of this machine', async () => {
    assert.equal((await callRaw('/api/echo', 'GET', { host: 'a b' })).status, 421);
  });
});
