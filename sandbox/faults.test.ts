import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { test } from 'node:test';
import { startFaultProxy } from '../test/fault-proxy.ts';
import { createFaults, type FaultRule } from './faults.ts';
import { readBody, startLoopbackServer } from './loopback-server.ts';

/** A server that records the requests that reach it, with faults in front. */
async function startCounter(...rules: FaultRule[]) {
  const faults = createFaults(rules);
  const reached: string[] = [];
  const server = await startLoopbackServer(
    faults.wrap(async (request, response) => {
      reached.push(`${request.method} ${request.url} ${await readBody(request)}`);
      response.end('good');
    }),
  );
  return { ...server, faults, reached };
}

const anything = () => true;

test('a rule fires as often as it says, after the requests it lets pass, and counts both', async () => {
  await using server = await startCounter();
  const rule = server.faults.add({
    match: { method: 'GET', path: /^\/a$/ },
    fault: { status: 503 },
    skip: 1,
    times: 2,
  });
  const statuses: number[] = [];
  for (const path of ['/a?x=1', '/b', '/a', '/a', '/a']) statuses.push((await fetch(server.url + path)).status);
  assert.deepEqual(statuses, [200, 200, 503, 503, 200]);
  assert.deepEqual([rule.seen, rule.fired], [3, 2]);
  assert.deepEqual(server.reached, ['GET /a?x=1 ', 'GET /b ', 'GET /a ']);
});

test('the first fitting rule wins, and a removed one is gone', async () => {
  await using server = await startCounter();
  const first = server.faults.add({ match: anything, fault: { status: 500 } });
  server.faults.add({ match: anything, fault: { status: 429, headers: { 'retry-after': '7' } } });
  assert.equal((await fetch(server.url)).status, 500);
  first.remove();
  assert.equal((await fetch(server.url)).headers.get('retry-after'), '7');
  server.faults.clear();
  assert.equal(await (await fetch(server.url)).text(), 'good');
  assert.deepEqual(server.faults.active, []);
});

test('a rule can read query and body, and the handler still gets the body', async () => {
  await using server = await startCounter(
    { match: { query: /comp=lease/ }, fault: { status: 409, body: { code: 'LeaseAlreadyPresent' } } },
    { match: { method: 'POST', body: /grant_type=refresh_token/ }, fault: { status: 403 }, times: 1 },
  );
  const lease = await fetch(`${server.url}/box?comp=lease`);
  assert.deepEqual([lease.status, await lease.json()], [409, { code: 'LeaseAlreadyPresent' }]);
  const post = (body: string) => fetch(server.url, { method: 'POST', body });
  assert.equal((await post('grant_type=authorization_code')).status, 200);
  assert.equal((await post('grant_type=refresh_token')).status, 403);
  assert.deepEqual(server.reached, ['POST / grant_type=authorization_code']);
});

test('a fault after the handler hides an answer whose effect has happened', async () => {
  await using server = await startCounter({ match: anything, fault: 'reset', when: 'after', times: 1 });
  await assert.rejects(fetch(server.url, { method: 'POST', body: 'spend' }));
  assert.deepEqual(server.reached, ['POST / spend']);
  assert.equal(await (await fetch(server.url)).text(), 'good');
});

test('answers that are whole but useless arrive as described', async () => {
  await using server = await startCounter();
  const meet = async (fault: FaultRule['fault']) => {
    server.faults.add({ match: anything, fault, times: 1 });
    return fetch(server.url);
  };
  assert.equal(await (await meet('empty')).text(), '');
  const page = await meet('html');
  assert.equal(page.status, 200);
  assert.match(await page.text(), /^<!DOCTYPE html>/);
  await assert.rejects((await meet('truncated')).json(), SyntaxError);
  const large = await (await meet({ bodyBytes: 9 << 20 })).text();
  assert.ok(large.length >= 9 << 20);
  assert.deepEqual(JSON.parse(large), {});
});

test('the gzip bomb is small on the wire and over 8 MiB decoded', async () => {
  await using server = await startCounter({ match: anything, fault: 'gzip-bomb' });
  const wireBytes = await new Promise<number>((resolve, reject) => {
    httpRequest(server.url, response => {
      let bytes = 0;
      response.on('data', chunk => (bytes += chunk.length)).on('end', () => resolve(bytes));
    })
      .on('error', reject)
      .end();
  });
  assert.ok(wireBytes < 200_000, `${wireBytes} bytes`);
  assert.ok((await (await fetch(server.url)).arrayBuffer()).byteLength > 8 << 20);
});

test('answers that never come whole leave the client to its own time limit', async () => {
  await using server = await startCounter();
  const add = (fault: FaultRule['fault']) => server.faults.add({ match: anything, fault, times: 1 });
  add('cut');
  await assert.rejects((await fetch(server.url)).text());
  add('reset');
  await assert.rejects(fetch(server.url));
  add('hang');
  await assert.rejects(fetch(server.url, { signal: AbortSignal.timeout(30) }), { name: 'TimeoutError' });
  add({ dripMs: 1 });
  const dripping = await fetch(server.url, { signal: AbortSignal.timeout(60) });
  assert.equal(dripping.status, 200);
  await assert.rejects(dripping.text(), { name: 'TimeoutError' });
});

test('the proxy passes head, body and answer as they came, Host included', async () => {
  await using target = await startLoopbackServer(async (request, response) => {
    const body = await readBody(request);
    response.writeHead(
      201,
      'Made',
      [
        ['X-Twice', '1'],
        ['X-Twice', '2'],
        ['ETag', '"v1"'],
      ].flat(),
    );
    response.end(JSON.stringify({ head: request.rawHeaders, url: request.url, body: body.toString('base64') }));
  });
  await using proxy = await startFaultProxy({ target: target.url });
  const headers = [
    'Host',
    'localhost:10000',
    'x-ms-Date',
    'Sun',
    'Authorization',
    'SharedKey a:b+/=',
    'Content-Length',
    '3',
  ];
  const answer = await new Promise<{ status: string; raw: string[]; text: string }>((resolve, reject) => {
    const sent = httpRequest(
      { port: proxy.port, host: '127.0.0.1', method: 'PUT', path: '/a%20b?x=%2F', headers },
      response => {
        let text = '';
        response
          .on('data', chunk => (text += chunk))
          .on('end', () =>
            resolve({ status: `${response.statusCode} ${response.statusMessage}`, raw: response.rawHeaders, text }),
          );
      },
    );
    sent.on('error', reject).end(Buffer.from([0, 255, 10]));
  });
  assert.equal(answer.status, '201 Made');
  assert.deepEqual(answer.raw.slice(0, 6), ['X-Twice', '1', 'X-Twice', '2', 'ETag', '"v1"']);
  const seen = JSON.parse(answer.text);
  assert.deepEqual(seen.head.slice(0, headers.length), headers);
  assert.deepEqual([seen.url, seen.body], ['/a%20b?x=%2F', 'AP8K']);
});

test('the proxy spoils what its rules say and breaks the connection when the target is gone', async () => {
  await using target = await startCounter();
  await using proxy = await startFaultProxy({
    target: target.url,
    faults: [{ match: { path: /^\/x/ }, fault: { status: 412 } }],
  });
  assert.equal((await fetch(`${proxy.url}/x`)).status, 412);
  assert.equal(await (await fetch(`${proxy.url}/y`, { method: 'POST', body: 'b' })).text(), 'good');
  const rule = proxy.faults.add({ match: anything, fault: 'empty', when: 'after' });
  assert.equal(await (await fetch(`${proxy.url}/z`)).text(), '');
  assert.deepEqual([rule.fired, target.reached], [1, ['POST /y b', 'GET /z ']]);
  proxy.faults.clear();
  await target.close();
  await assert.rejects(fetch(proxy.url));
});
