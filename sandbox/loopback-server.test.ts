import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { test } from 'node:test';
import { readBody, startLoopbackServer } from './loopback-server.ts';

test('takes the preferred port, and another only where that is allowed', async () => {
  await using first = await startLoopbackServer((_, response) => void response.end());
  await assert.rejects(
    startLoopbackServer(() => {}, { port: first.port }),
    { code: 'EADDRINUSE' },
  );
  await using second = await startLoopbackServer((_, response) => void response.end(), {
    port: first.port,
    orAnyPort: true,
  });
  assert.notEqual(second.port, first.port);
  assert.equal((await fetch(second.url)).status, 200);
});

test('close ends requests that are still open', async () => {
  let reached = () => {};
  const arrival = new Promise<void>(resolve => (reached = resolve));
  await using server = await startLoopbackServer(() => reached());
  const pending = assert.rejects(fetch(server.url));
  await arrival;
  await server.close();
  await pending;
  await server.close();
});

test('refuses connections until it is opened again on the same port', async () => {
  await using server = await startLoopbackServer((_, response) => void response.end('here'));
  assert.equal(await (await fetch(server.url)).text(), 'here');
  await server.refuse();
  await assert.rejects(
    fetch(server.url),
    error => (error as { cause: { code: string } }).cause.code === 'ECONNREFUSED',
  );
  await server.reopen();
  assert.equal(await (await fetch(server.url)).text(), 'here');
});

test('a client that resolves localhost to ::1 first reaches it all the same', async () => {
  await using server = await startLoopbackServer((request, response) => void response.end(request.headers.host));
  const addresses = [
    { address: '::1', family: 6 },
    { address: '127.0.0.1', family: 4 },
  ];
  const text = await new Promise<string>((resolve, reject) => {
    httpRequest(
      `http://localhost:${server.port}/`,
      { lookup: (_name, _options, done) => done(null, addresses), agent: false },
      response => response.on('data', chunk => resolve(String(chunk))),
    )
      .on('error', reject)
      .end();
  });
  assert.equal(text, `localhost:${server.port}`);
});

test('a body may be read twice, and one over the limit is answered with 413', async () => {
  await using server = await startLoopbackServer(async (request, response) => {
    const first = await readBody(request, 10);
    response.end(Buffer.concat([first, await readBody(request, 10)]));
  });
  const send = (body: string) => fetch(server.url, { method: 'POST', body });
  assert.equal(await (await send('abc')).text(), 'abcabc');
  assert.equal((await send('x'.repeat(11))).status, 413);
});

test('a handler that throws is a 500 with its message', async context => {
  const logged = context.mock.method(console, 'error', () => {});
  await using server = await startLoopbackServer(() => {
    throw new Error('the double is broken');
  });
  const answer = await fetch(server.url);
  assert.deepEqual([answer.status, await answer.text()], [500, 'the double is broken']);
  assert.equal(logged.mock.callCount(), 1);
});

test('answers to the names of this machine alone, whatever name led here', async () => {
  await using server = await startLoopbackServer((_, response) => void response.end('a secret'));
  const ask = (host: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const request = httpRequest(server.url, { headers: { host } }, answer => {
        answer.resume();
        resolve(answer.statusCode);
      });
      request.on('error', reject).end();
    });
  for (const host of ['127.0.0.1', `localhost:${server.port}`, '[::1]:1']) assert.equal(await ask(host), 200, host);
  for (const host of [
    'evil.example',
    `evil.example:${server.port}`,
    '127.0.0.1.evil.example',
    'localhost.evil.example',
  ])
    assert.equal(await ask(host), 421, host);
});
