import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { CookieJar } from 'tough-cookie';
import { readBody } from '../sandbox/loopback-server.ts';
import { failureOf, meet, type Responder, startHttpBench } from '../test/http-bench.ts';
import { StatsError } from './errors.ts';
import { httpLimits } from './http.ts';

const soon = { timeoutMs: 150 };

const unavailable = (message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof StatsError, inspect(error));
  assert.equal(error.code, 'upstream-unavailable');
  assert.match(error.message, message);
  return true;
};

test('any status is an answer, with what a caller judges by', async () => {
  const headers = { location: '/next?x=1', 'retry-after': '7' };
  await using server = await startHttpBench(meet({ status: 503, body: { a: 1 }, headers }));
  const answer = await server.get('/somewhere');
  assert.deepEqual(answer, {
    label: `GET 127.0.0.1:${server.port}/{path}`,
    url: new URL('/somewhere', server.url),
    status: 503,
    location: '/next?x=1',
    retryAfterMs: 7_000,
    text: '{"a":1}',
  });
  assert.equal(server.requests.length, 1);
});

for (const [name, reply] of Object.entries<Responder>({
  'never answers': meet('hang'),
  'sends its head and then nothing': (_request, response) => void response.writeHead(200).write('{'),
  'sends a byte now and then': meet({ dripMs: 20 }),
  'sends packed bytes now and then': (_request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' });
    response.write(gzipSync('x'.repeat(100)).subarray(0, 20));
  },
})) {
  test(`a server that ${name} is given up when its time is over, and the connection is closed`, async () => {
    let closed: Promise<unknown> | undefined;
    await using server = await startHttpBench(
      (request, response) => {
        closed = new Promise(resolve => response.once('close', resolve));
        return reply(request, response);
      },
      { limits: soon },
    );
    const startedAt = performance.now();
    await assert.rejects(server.get(), unavailable(/gave no whole answer in the time it had\.$/));
    const tookMs = performance.now() - startedAt;
    assert.ok(tookMs >= soon.timeoutMs - 2 && tookMs < soon.timeoutMs + 1_000, `${tookMs} ms`);
    await closed;
    assert.deepEqual(
      server.reports.map(({ status }) => status),
      [null],
    );
  });
}

test('an answer may be as large as the limit and no larger, as it is after decoding', async () => {
  const packed = { 'content-encoding': 'gzip' };
  await using server = await startHttpBench((request, response) => {
    const size = Number(request.url?.slice(2));
    const text = 'a'.repeat(size);
    if (request.headers.accept?.includes('plain')) response.end(text);
    else response.writeHead(200, packed).end(gzipSync(text));
  });
  assert.equal((await server.get('/?1000')).text.length, 1000);
  await assert.rejects(server.get('/?1001'), unavailable(/answered with more than 1000 bytes\.$/));
});

test('a gzip bomb is given up at the limit, long before its time is over', async () => {
  await using server = await startHttpBench(meet('gzip-bomb'));
  await assert.rejects(server.get(), unavailable(/answered with more than 1000 bytes\.$/));
});

test('of a body without end not much more is taken than the limit', async () => {
  let sentBytes = 0;
  function* chunks() {
    for (const chunk = Buffer.alloc(65_536, ' '); ; sentBytes += chunk.length) yield chunk;
  }
  const endless: Responder = (_request, response) => pipeline(Readable.from(chunks()), response);
  await using server = await startHttpBench(endless, { limits: { maxBytes: 100_000 } });
  await assert.rejects(server.get(), unavailable(/answered with more than 100000 bytes\.$/));
  assert.ok(sentBytes < 20_000_000, `${sentBytes} bytes`);
});

test('without other limits an answer of 8 MB is taken and a larger one is not', async () => {
  assert.equal(httpLimits.maxBytes, 8 * 1024 * 1024);
  await using server = await startHttpBench(meet({ bodyBytes: 9_000_000 }), { limits: httpLimits });
  await assert.rejects(server.get(), unavailable(/more than 8388608 bytes/));
});

test('a redirect is an answer and is not followed, even where its target makes no sense', async () => {
  for (const location of ['/next', 'http://127.0.0.1:1/elsewhere', 'http://[', '//']) {
    await using server = await startHttpBench(meet({ status: 302, headers: { location } }));
    const answer = await server.get();
    assert.deepEqual([answer.status, answer.location], [302, location]);
    assert.equal(server.requests.length, 1);
  }
});

test('a credential is sent to its own origin and refused for any other, before anything is sent', async () => {
  await using server = await startHttpBench((_request, response) => void response.end('good'));
  const send = (url: string, origin: string) =>
    server.http.request({
      method: 'GET',
      url: new URL(url),
      route: '/me',
      credential: { origin, headers: { Authorization: 'Bearer secret-token' } },
    });
  await send(`${server.url}/me`, server.url);
  assert.equal(server.requests[0]?.headers.authorization, 'Bearer secret-token');
  const elsewhere = [`http://localhost:${server.port}`, 'https://127.0.0.1', `http://127.0.0.1:${server.port + 1}`];
  for (const origin of elsewhere) {
    await assert.rejects(send(`${server.url}/me`, origin), (error: unknown) => {
      assert.ok(error instanceof TypeError, 'a defect of ours, not a failure of theirs');
      assert.doesNotMatch(inspect(error), /secret-token/);
      return true;
    });
  }
  assert.equal(server.requests.length, 1);
});

test('cookies go back to the host and the path that set them, and a malformed one is ignored', async () => {
  const cookies = [
    'everywhere=1; Path=/',
    '_csrf=2; Path=/usernamepassword/login',
    'foreign=3; Domain=example.com',
    'gone=4; Max-Age=0',
    '=;;=',
    '',
  ];
  await using server = await startHttpBench(
    (_request, response) => void response.writeHead(403, { 'set-cookie': cookies }).end('refused'),
  );
  const jar = new CookieJar();
  await server.get('/login', { jar });
  await server.get('/other', { jar });
  await server.get('/usernamepassword/login?x', { jar });
  await server.get('/login', { jar, host: 'localhost' });
  await server.get('/login');
  assert.deepEqual(
    server.requests.map(({ headers }) => headers.cookie),
    [undefined, 'everywhere=1', '_csrf=2; everywhere=1', undefined, undefined],
  );
});

test('no error says more than the method, the host, the route and what kind of fault it was', async () => {
  const secrets = ['secret-path', 'secret=query', 'secret-body', 'secret-token', 'secret-header', 'secret-cookie'];
  const broken: Responder = (_request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip', 'x-header': 'secret-header' }).end('secret-body');
  };
  const faults: [string, Responder][] = [
    ['gave no whole answer in the time it had', meet('hang')],
    ['answered with more than 1000 bytes', meet('gzip-bomb')],
    ['failed on the way (ECONNRESET)', meet('reset')],
    ['failed on the way (ECONNRESET)', meet('cut')],
    ['failed on the way (Z_DATA_ERROR)', broken],
  ];
  for (const [what, reply] of faults) {
    await using server = await startHttpBench(reply, { limits: soon });
    const jar = new CookieJar();
    await jar.setCookie('session=secret-cookie', server.url);
    const error = await failureOf(
      server.http.request({
        method: 'POST',
        url: new URL('/secret-path?secret=query', server.url),
        route: '/{path}',
        body: 'secret-body',
        headers: { 'X-Header': 'secret-header' },
        credential: { origin: server.url, headers: { Authorization: 'Bearer secret-token' } },
        jar,
      }),
    );
    assert.equal(error.message, `POST 127.0.0.1:${server.port}/{path} ${what}.`);
    assert.ok(error.cause === undefined || /^[A-Z_]+$/.test((error.cause as Error).message));
    const whole = inspect(error, { depth: 10, showHidden: true }) + JSON.stringify(server.reports);
    for (const secret of secrets) assert.ok(!whole.includes(secret), `${what}: ${secret}`);
    assert.match(JSON.stringify(server.reports), /^\[\{"request":"POST [^"]+","status":null,"duration_ms":\d+\}\]$/);
  }
});

test('a refused connection is a fault on the way', async () => {
  const server = await startHttpBench(meet('empty'));
  await server.close();
  await assert.rejects(server.get(), unavailable(/\/\{path\} failed on the way \(ECONNREFUSED\)\.$/));
});

test('every request is reported once, with its route and its status', async () => {
  await using server = await startHttpBench((request, response) => {
    response.writeHead(request.method === 'POST' ? 404 : 200).end();
  });
  await server.get();
  await server.http.request({ method: 'POST', url: new URL('/p', server.url), route: '/p' });
  assert.deepEqual(
    server.reports.map(({ request, status }) => [request.replace(/:\d+/, ''), status]),
    [
      ['GET 127.0.0.1/{path}', 200],
      ['POST 127.0.0.1/p', 404],
    ],
  );
});

test('a body goes out as it was given, with a name and a language on every request', async () => {
  const bodies: string[] = [];
  await using server = await startHttpBench(async (request, response) => {
    bodies.push((await readBody(request)).toString());
    response.end();
  });
  const url = new URL('/p', server.url);
  await server.http.request({ method: 'POST', url, route: '/p', body: '{"ö":1}', headers: { Accept: '*/*' } });
  assert.deepEqual(bodies, ['{"ö":1}']);
  const { headers } = server.requests[0] ?? {};
  assert.deepEqual([headers?.['user-agent'], headers?.accept], ['peloton-stats', '*/*']);
  assert.match(headers?.['accept-language'] ?? '', /^en/);
});

test('after the time for it a body is not sent, and its end is a failure like any other', async () => {
  await using server = await startHttpBench(meet({ status: 200 }), { signal: AbortSignal.abort() });
  const url = new URL('/p', server.url);
  const { code } = await failureOf(server.http.request({ method: 'POST', url, route: '/p', body: '{}' }));
  assert.equal(code, 'upstream-unavailable');
  assert.equal(server.requests.length, 0);
});
