// A whole service for a test: the app in this process over doubles and a real Azurite, with a clock that the test holds.
// Each bench has an Azurite of its own: that costs a millisecond, and one with the blobs of many is slow.

import { text } from 'node:stream/consumers';
import { after } from 'node:test';
import { BlobServiceClient, type ContainerClient, isRestError } from '@azure/storage-blob';
import { startAzurite } from '../sandbox/azurite.ts';
import { type PelotonDouble, type PelotonOptions, startPelotonDouble } from '../sandbox/peloton.ts';
import { startVaultDouble, type VaultDouble } from '../sandbox/vault.ts';
import { type AppLimits, type AppOptions, type Context, createApp } from '../src/app.ts';
import type { Reply, Request } from '../src/serve/reply.ts';
import type { Health } from '../src/sync/health.ts';
import type { State } from '../src/sync/state.ts';
import type { TickOutcome } from '../src/sync/tick.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';

export type BenchOptions = {
  /** The instant at which the test begins. */
  at?: string;
  settings?: Record<string, string>;
  peloton?: Omit<PelotonOptions, 'clock'>;
  /** The vault's secrets; by default the double's own credentials. */
  secrets?: Record<string, string>;
  limits?: AppLimits;
  /** Puts a switchboard of faults in front of the store; by a hop of its own, a request can outlive its client. */
  storeFaults?: boolean | 'by-hop';
};

type App = ReturnType<typeof createApp>;

export type Bench = {
  /** Before the end of the test file, which closes all of them. */
  close(): Promise<void>;
  peloton: PelotonDouble;
  vault: VaultDouble;
  /** In front of the store, where it was asked for. */
  store: FaultProxy | undefined;
  settings: Record<string, string>;
  /** The wall clock. To set it is what an owner does to a clock that was wrong: no time passes. */
  now: Date;
  /** Lets time pass, on the wall clock and on the monotonic one. */
  passTime(milliseconds: number): void;
  /** Every line that the app logged, since the beginning. */
  lines: string[];
  /** The same lines, parsed. */
  events(name?: string): Record<string, unknown>[];
  app: App;
  /** A second instance of the app over the same settings: another host. */
  startApp(options?: AppOptions): App;
  /** What the timer does, on this instance or on another; rejects where it does. */
  tick(app?: App): Promise<void>;
  /** Lets nobody wait for a run that will not come back. Harmless where there is no lease. */
  breakLease(): Promise<void>;
  syncNow(query?: Record<string, string>): Promise<{ status: number; body: Record<string, unknown> & TickOutcome }>;
  get(handler: 'stats' | 'health', headers?: Record<string, string>): Promise<{ reply: Reply; json: unknown }>;
  health(): Promise<Record<string, unknown> & Pick<Health, 'status' | 'problem' | 'notices'>>;
  container(name: 'public' | 'private'): ContainerClient;
  blob(name: string): Promise<string | undefined>;
  privateBlob(name: string): Promise<string | undefined>;
  state(): Promise<State>;
};

/** Short enough for a test, with the same rules as the real ones. */
export const fastLimits: AppLimits = {
  http: { timeoutMs: 1_000, retryDelayMs: 2, retries: 2, maxRetryAfterMs: 20 },
  storage: { retryDelayMs: 2, maxRetryDelayMs: 5 },
  vault: { retryDelayMs: 2, maxRetryDelayMs: 5 },
  workMs: 10_000,
  pageWaitMs: 0,
};

const publicName = 'bench';

const closers: (() => Promise<unknown>)[] = [];
// At import, so that it belongs to the whole file and not to the test that happens to run.
after(() => Promise.all(closers.map(close => close())));

export function fakeRequest(
  options: {
    method?: string;
    headers?: Record<string, string>;
    query?: Record<string, string>;
    params?: Record<string, string>;
  } = {},
): Request {
  return {
    method: options.method ?? 'GET',
    headers: new Headers(options.headers),
    query: new URLSearchParams(options.query),
    params: options.params ?? {},
  };
}

function parseBody(reply: Reply): unknown {
  const text = Buffer.from(reply.body ?? []).toString();
  return text.startsWith('{') ? JSON.parse(text) : text;
}

async function readBlob(container: ContainerClient, name: string): Promise<string | undefined> {
  try {
    const { readableStreamBody } = await container.getBlobClient(name).download();
    return readableStreamBody && (await text(readableStreamBody));
  } catch (error) {
    if (isRestError(error) && error.statusCode === 404) return undefined;
    throw error;
  }
}

async function breakLease(container: ContainerClient): Promise<void> {
  try {
    await container.getBlobLeaseClient().breakLease(0);
  } catch (error) {
    // No container, or no lease.
    if (!isRestError(error) || (error.statusCode !== 404 && error.statusCode !== 409)) throw error;
  }
}

type BlobAccess = Pick<Bench, 'container' | 'blob' | 'privateBlob' | 'state'>;

function openBlobs(connectionString: string): BlobAccess {
  const blobs = BlobServiceClient.fromConnectionString(connectionString);
  const container = (name: 'public' | 'private') =>
    blobs.getContainerClient(name === 'public' ? publicName : `${publicName}-private`);
  return {
    container,
    blob: name => readBlob(container('public'), name),
    privateBlob: name => readBlob(container('private'), name),
    async state() {
      return JSON.parse((await readBlob(container('private'), 'state.json')) ?? '{}');
    },
  };
}

/** Starts the doubles and the store of a service, whose settings name them. */
async function startDoubles({ storeFaults, secrets, settings, ...options }: BenchOptions, clock: () => Date) {
  const azurite = await startAzurite();
  const target = storeFaults === 'by-hop' ? azurite.url : azurite.handle;
  const store = storeFaults ? await startFaultProxy({ target }) : undefined;
  const peloton = await startPelotonDouble({ ...options.peloton, clock });
  const { username, password } = peloton.credentials;
  const credentials = { 'peloton-username': username, 'peloton-password': password };
  const vault = await startVaultDouble({ clock, secrets: secrets ?? credentials });
  const close = async () => {
    await Promise.all([store?.close(), azurite.close(), peloton.close(), vault.close()]);
  };
  closers.push(close);
  const { connectionString, url } = azurite;
  const ownSettings = {
    KEY_VAULT_URL: vault.url,
    STORAGE_CONNECTION_STRING: store ? connectionString.replace(new URL(url).origin, store.url) : connectionString,
    STATS_CONTAINER: publicName,
    PELOTON_API_URL: peloton.apiUrl,
    PELOTON_AUTH_URL: peloton.authUrl,
  };
  return { close, peloton, vault, store, settings: { ...ownSettings, ...settings }, ...openBlobs(connectionString) };
}

/** Calls the handlers of an app as its host does. */
function drive(app: App, context: Context): Pick<Bench, 'tick' | 'syncNow' | 'get' | 'health'> {
  return {
    tick: (on = app) => on.sync({}, context),
    async syncNow(query = {}) {
      const reply = await app.syncNow(fakeRequest({ method: 'POST', query }), context);
      return { status: reply.status, body: parseBody(reply) as Record<string, unknown> & TickOutcome };
    },
    async get(handler, headers = {}) {
      const reply = await app[handler](fakeRequest({ headers }), context);
      return { reply, json: parseBody(reply) };
    },
    async health() {
      return parseBody(await app.health(fakeRequest(), context)) as Awaited<ReturnType<Bench['health']>>;
    },
  };
}

export async function startBench(options: BenchOptions = {}): Promise<Bench> {
  let now = new Date(options.at ?? '2026-11-22T09:00:00.000Z');
  let elapsedMs = 0;
  const clock = () => now;
  const monotonicMs = () => elapsedMs;
  const doubles = await startDoubles(options, clock);
  const lines: string[] = [];
  const write = (line: string) => lines.push(line);
  const context: Context = { debug: write, info: write, warn: write, error: write };
  const limits = { ...fastLimits, ...options.limits };
  const startApp = (given: AppOptions = {}) => createApp(doubles.settings, { clock, monotonicMs, limits, ...given });
  const app = startApp();
  return {
    ...doubles,
    ...drive(app, context),
    lines,
    app,
    startApp,
    get now() {
      return now;
    },
    set now(at) {
      now = at;
    },
    passTime: milliseconds => {
      now = new Date(now.getTime() + milliseconds);
      elapsedMs += milliseconds;
    },
    events: name => lines.map(line => JSON.parse(line)).filter(({ event }) => name === undefined || event === name),
    breakLease: () => breakLease(doubles.container('private')),
  };
}
