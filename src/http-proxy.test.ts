// Whether Node goes by a proxy is decided by the environment of its process, so each case is a process of its own.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { startLoopbackServer } from '../sandbox/loopback-server.ts';

const program = `
  const { createHttpClient } = await import(${JSON.stringify(new URL('http.ts', import.meta.url))});
  const http = createHttpClient({ clock: () => new Date() });
  for (const url of process.argv.slice(1)) {
    const answer = http.request({ method: 'GET', url: new URL(url), route: '/' });
    console.log(await answer.then(({ status, text }) => status + ' ' + text, error => error.message));
  }
`;

/** What a process with this environment gets for each URL. */
async function request(env: Record<string, string>, urls: string[]): Promise<string[]> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, ...urls], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return (await text(child.stdout)).trimEnd().split('\n');
}

/** A proxy that lets nobody through, and remembers the first line of each request. */
async function startProxy(t: TestContext) {
  const asked: string[] = [];
  const server = createServer(socket => {
    socket.once('data', data => {
      asked.push(data.toString().split('\r\n', 1)[0] ?? '');
      socket.end('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
    });
  }).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { asked, env: { HTTP_PROXY: url, HTTPS_PROXY: url } };
}

test('a proxy hears of nothing that is for this machine, not even where NO_PROXY does not say so', async t => {
  const { asked, env } = await startProxy(t);
  await using server = await startLoopbackServer((_, response) => void response.end('from here'));
  const urls = [server.url, server.url.replace('127.0.0.1', 'localhost')];
  for (const use of [{}, { NODE_USE_ENV_PROXY: '1' }]) {
    assert.deepEqual(await request({ ...env, ...use }, urls), ['200 from here', '200 from here']);
  }
  assert.deepEqual(asked, []);
});

const isKnown = process.allowedNodeEnvironmentFlags.has('--use-env-proxy');
test('everybody else is asked through HTTPS_PROXY with NODE_USE_ENV_PROXY=1', { skip: !isKnown }, async t => {
  const { asked, env } = await startProxy(t);
  const own = { ...env, NODE_USE_ENV_PROXY: '1', NO_PROXY: '127.0.0.1,localhost' };
  const [message] = await request(own, ['https://peloton.invalid/']);
  assert.match(message ?? '', /^GET peloton\.invalid\/ failed on the way \(ERR_PROXY_TUNNEL\)/);
  assert.deepEqual(asked, ['CONNECT peloton.invalid:443 HTTP/1.1']);
});
