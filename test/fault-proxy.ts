// A proxy that puts faults in front of a server that we did not write (Azurite). Headers and body pass unchanged, Host
// included, so that the signature of a client stays valid. A target in this process gets the request object itself,
// without a second hop; rules that read bodies are then not allowed.

import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { createFaults, type FaultRule, type Faults } from '../sandbox/faults.ts';
import {
  type Handler,
  type LoopbackOptions,
  type LoopbackServer,
  readBody,
  startLoopbackServer,
} from '../sandbox/loopback-server.ts';

const bodyLimitBytes = 64 << 20;

export type ProxiedRequest = { method: string; path: string; query: string };

export type FaultProxy = LoopbackServer & {
  faults: Faults;
  /** Every request in the order of arrival, faults included. */
  requests: ProxiedRequest[];
};

/** Starts a proxy. `target` is an origin (`http://host:port`) or a handler. An error of the target cuts the connection. */
export async function startFaultProxy(
  options: LoopbackOptions & { target: string | Handler; faults?: readonly FaultRule[] },
): Promise<FaultProxy> {
  const faults = createFaults(options.faults);
  const requests: ProxiedRequest[] = [];
  const answer = faults.wrap(typeof options.target === 'string' ? forwardTo(options.target) : options.target);
  const server = await startLoopbackServer((request, response) => {
    const [path = '', query = ''] = (request.url ?? '').split(/\?(.*)/s);
    requests.push({ method: request.method ?? '', path, query });
    return answer(request, response);
  }, options);
  return { ...server, faults, requests };
}

function forwardTo(origin: string): Handler {
  const target = new URL(origin);
  return (request, response) => forward(target, request, response);
}

async function forward(target: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request, bodyLimitBytes);
  try {
    const answer = await ask(target, request, body);
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage, answer.rawHeaders);
    await pipeline(answer, response);
  } catch {
    // The connection to the target broke, so the client's connection breaks too.
    response.destroy();
  }
}

function ask(target: URL, { method, url, rawHeaders }: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = target;
    httpRequest({ hostname, port, method, path: url, headers: rawHeaders }, resolve).on('error', reject).end(body);
  });
}
