// One server of a comparison, in a process of its own: `bare` answers ready bytes, `handler` asks the built app's handler
// of the stats, `host` is the local host over the built app. Bare and handler write to node:http in the same two calls.
// Says its port, and on every message the CPU that the process has used.

import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createWorker, loadApp } from '../sandbox/host/functions-core.ts';
import { startLocalHost } from '../sandbox/local-host.ts';
import type { Context, HttpHandler } from '../src/app.ts';
import type { Reply } from '../src/serve/reply.ts';

const dist = resolve(import.meta.dirname, '../dist');
const context: Context = { debug: () => {}, info: () => {}, warn: () => {}, error: console.error };

async function loadHandler(): Promise<HttpHandler> {
  const worker = createWorker(() => {});
  await loadApp(worker, dist, async () => {
    await import(pathToFileURL(`${dist}/main.mjs`).href);
  });
  const stats = worker.functions.get('stats');
  if (!stats) throw new Error('The built app has no function "stats".');
  return stats.callback as HttpHandler;
}

const noQuery = new URLSearchParams();
const noParams = {};

async function listenWithHandler(): Promise<RequestListener> {
  const handler = await loadHandler();
  return async ({ method = 'GET', headers }, response) => {
    const get = (name: string) => (headers[name] as string | undefined) ?? null;
    const reply = await handler({ method, headers: { get }, query: noQuery, params: noParams }, context);
    response.writeHead(reply.status, reply.headers);
    response.end(reply.body);
  };
}

/** The same answers, made once: plain, in brotli, and 304. */
async function listenBare(): Promise<RequestListener> {
  const handler = await loadHandler();
  const ask = (given: Record<string, string>): Promise<Reply> =>
    handler({ method: 'GET', headers: new Headers(given), query: noQuery, params: noParams }, context);
  const plain = await ask({});
  const replies: Record<string, Reply> = {
    '/api/stats': plain,
    '/brotli': await ask({ 'accept-encoding': 'br' }),
    '/not-modified': await ask({ 'if-none-match': plain.headers.ETag ?? '' }),
  };
  return ({ url = '' }, response) => {
    const reply = replies[url] ?? plain;
    response.writeHead(reply.status, reply.headers);
    response.end(reply.body);
  };
}

async function start(kind: string | undefined): Promise<number> {
  if (kind === 'host') return (await startLocalHost({ root: dist, log: () => {} })).port;
  const server = createServer(kind === 'bare' ? await listenBare() : await listenWithHandler());
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  return (server.address() as AddressInfo).port;
}

const port = await start(process.argv[2]);
process.on('message', () => process.send?.({ cpu: process.cpuUsage() }));
process.on('disconnect', () => process.exit());
process.send?.({ port });
