// Starts Azurite, Microsoft's emulator of Blob Storage, inside this process, so that a killed process leaves nothing
// behind. Azurite publishes no types. Its telemetry and its SQL store are not even installed (`overrides` in package.json):
// half of the packages, a third of the room and most of the time that loading Azurite takes.

import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import type { RequestListener, Server } from 'node:http';
import Module, { createRequire } from 'node:module';
import { join } from 'node:path';
import { createFaults, type Faults } from './faults.ts';
import type { Handler, LoopbackOptions } from './loopback-server.ts';

export type Azurite = {
  /** The blob endpoint of the account, without a trailing slash. */
  url: string;
  /** The value for STORAGE_CONNECTION_STRING. Every Azurite has the same key, so the key protects nothing. */
  connectionString: string;
  /** Answers a request that came to another server of this process, which may have faults of its own. */
  handle: Handler;
  /** What goes wrong at this server itself. Rules that read bodies are not allowed. */
  faults: Faults;
  /** Ends the server. A second call does nothing. */
  close(): Promise<void>;
};

export type AzuriteOptions = LoopbackOptions & {
  /**
   * The folder for the blobs; without it they are kept in memory. A kill may lose the writes of the last seconds.
   */
  dataDir?: string;
};

type BlobServer = {
  httpServer: Server;
  start(): Promise<void>;
  close(): Promise<void>;
  afterClose(): Promise<void>;
  getHttpServerAddress(): string;
};

type AzuriteModules = {
  createServer(settings: Record<string, unknown>): BlobServer;
  createMemoryStore(): object;
  account: { name: string; key: string };
};

const requireOfAzurite = createRequire(createRequire(import.meta.url).resolve('azurite/package.json'));

let loaded: AzuriteModules | undefined;

/** Starts one more blob server; servers share no blobs. */
export async function startAzurite({ port = 0, orAnyPort = false, dataDir }: AzuriteOptions = {}): Promise<Azurite> {
  loaded ??= loadAzurite();
  const { createServer, createMemoryStore, account } = loaded;
  if (dataDir) await mkdir(dataDir, { recursive: true });
  const server = createServer({
    port,
    skipApiVersionCheck: true,
    enableAccessLog: false,
    ...(dataDir ? keepIn(dataDir) : { isMemoryPersistence: true, memoryStore: createMemoryStore() }),
  });
  try {
    await server.start();
  } catch (error) {
    // Azurite refuses close() for a server that could not listen, although stores are open and a garbage collector runs.
    await server.afterClose();
    if (!orAnyPort || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    return startAzurite({ ...(dataDir && { dataDir }) });
  }
  const url = `${server.getHttpServerAddress()}/${account.name}`;
  const { handle, faults } = wrapInFaults(server.httpServer);
  return {
    url,
    connectionString: `DefaultEndpointsProtocol=http;AccountName=${account.name};AccountKey=${account.key};BlobEndpoint=${url};`,
    handle,
    faults,
    close: () => closeServer(server),
  };
}

/** Puts rules in front of a server that listens. Its own handler stays reachable without them. */
function wrapInFaults(httpServer: Server): Pick<Azurite, 'handle' | 'faults'> {
  const [handle] = httpServer.listeners('request') as [RequestListener];
  const faults = createFaults();
  const answer = faults.wrap(handle);
  httpServer.removeAllListeners('request');
  httpServer.on('request', (request, response) => {
    Promise.resolve(answer(request, response)).catch(() => response.destroy()); // its client has gone away
  });
  return { handle, faults };
}

function loadAzurite(): AzuriteModules {
  keepCompiledRoutes();
  const { default: Server } = requireOfAzurite('./dist/src/blob/BlobServer.js');
  const { default: Configuration } = requireOfAzurite('./dist/src/blob/BlobConfiguration.js');
  const { MemoryExtentChunkStore } = requireOfAzurite('./dist/src/common/persistence/MemoryExtentStore.js');
  const { EMULATOR_ACCOUNT_NAME, EMULATOR_ACCOUNT_KEY_STR } = requireOfAzurite('./dist/src/blob/utils/constants.js');
  return {
    createServer: settings => new Server(Object.assign(new Configuration(), settings)),
    createMemoryStore: () => new MemoryExtentChunkStore(),
    account: { name: EMULATOR_ACCOUNT_NAME, key: EMULATOR_ACCOUNT_KEY_STR },
  };
}

/** Keeps each compiled route: Azurite would compile the templates of its 70 routes anew for each request. */
function keepCompiledRoutes(): void {
  const compile: (template: string) => object = requireOfAzurite('uri-templates');
  const compiled = new Map<string, object>();
  replaceModule('uri-templates', (template: string) => {
    const route = compiled.get(template) ?? compile(template);
    compiled.set(template, route);
    return route;
  });
}

/** Makes Azurite's require() of a package give `exports` instead. */
function replaceModule(name: string, exports: unknown): void {
  const path = requireOfAzurite.resolve(name);
  const module = new Module(path);
  requireOfAzurite.cache[path] = Object.assign(module, { exports, loaded: true });
}

function keepIn(dataDir: string): Record<string, unknown> {
  return {
    metadataDBPath: join(dataDir, 'blobs.json'),
    extentDBPath: join(dataDir, 'extents.json'),
    persistencePathArray: [{ locationId: 'Default', locationPath: join(dataDir, 'extents'), maxConcurrency: 50 }],
  };
}

async function closeServer(server: BlobServer): Promise<void> {
  if (!server.httpServer.listening) return;
  const closed = once(server.httpServer, 'close');
  await server.close();
  server.httpServer.closeAllConnections();
  await closed;
}
