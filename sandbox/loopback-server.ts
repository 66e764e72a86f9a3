// An HTTP server that only this machine can reach; every double of the sandbox uses one. The server listens on 127.0.0.1
// alone, so that a client which asks `localhost` may first be refused on ::1 and has to try again.

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Answers one request. A rejection is answered with 500, or with the `status` of the error. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** A running server. `await using` closes the server at the end of the block. */
export type LoopbackServer = AsyncDisposable & {
  /** `http://127.0.0.1:PORT`, without a trailing slash. */
  url: string;
  port: number;
  /** Stops listening and cuts every connection, so that clients are refused. */
  refuse(): Promise<void>;
  /** Listens again on the same port after `refuse`. */
  reopen(): Promise<void>;
  /** Stops the server and cuts every connection. */
  close(): Promise<void>;
};

export type LoopbackOptions = {
  /** 0, the default, takes any free port. */
  port?: number;
  /** Takes any free port where `port` is in use, instead of failing with EADDRINUSE. */
  orAnyPort?: boolean;
};

/** Starts a server with one handler. Rejects with EADDRINUSE where the port is in use and no other is allowed. */
export async function startLoopbackServer(handler: Handler, options: LoopbackOptions = {}): Promise<LoopbackServer> {
  const server = createServer((request, response) => answer(handler, request, response));
  // Longer than any client keeps an idle connection, so that no connection is closed while a client uses it again.
  server.keepAliveTimeout = 60_000;
  const port = await listen(server, options);
  const stop = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    refuse: stop,
    reopen: async () => {
      if (!server.listening) await listen(server, { port });
    },
    close: stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function listen(server: Server, { port = 0, orAnyPort = false }: LoopbackOptions): Promise<number> {
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch (error) {
    if (!orAnyPort || !(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    return listen(server, { port: 0 });
  }
  return (server.address() as AddressInfo).port;
}

/** Checks the Host header: a web page whose own host name leads to this machine must not read the passwords here. */
function isForThisMachine({ headers: { host = '' } }: IncomingMessage): boolean {
  return /^(127(\.\d{1,3}){3}|localhost|\[::1\])(:\d+)?$/.test(host);
}

async function answer(handler: Handler, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (!isForThisMachine(request)) {
    response.writeHead(421, { 'content-type': 'text/plain' }).end('This server answers to loopback names alone.');
    return;
  }
  try {
    await handler(request, response);
  } catch (error) {
    // The client has gone away: nobody is left to answer, and this is no defect.
    if (response.destroyed) return;
    const status = error instanceof Error && 'status' in error ? Number(error.status) : 500;
    if (status === 500) console.error(error);
    if (!response.headersSent) response.writeHead(status, { 'content-type': 'text/plain' });
    response.end(error instanceof Error ? error.message : String(error));
  }
}

const bodies = new WeakMap<IncomingMessage, Promise<Buffer>>();

/** Reads the whole body of a request; a second call gives the same body. Rejects over the limit, with `status` 413. */
export async function readBody(request: IncomingMessage, limitBytes = 1 << 20): Promise<Buffer> {
  const reading = bodies.get(request) ?? collect(request, limitBytes);
  bodies.set(request, reading);
  const body = await reading;
  if (body.length > limitBytes) throw tooLarge(limitBytes);
  return body;
}

async function collect(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    // The rest over the limit is read and dropped: a client whose body is not read gets no answer.
    if (length <= limitBytes) chunks.push(chunk);
  }
  if (length > limitBytes) throw tooLarge(limitBytes);
  return Buffer.concat(chunks);
}

function tooLarge(limitBytes: number): Error {
  return Object.assign(new Error(`The body is over ${limitBytes} bytes.`), { status: 413 });
}
