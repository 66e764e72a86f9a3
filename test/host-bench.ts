// Starts the local host for tests that ask over HTTP: the registered functions, with doubles of Peloton and Key Vault and
// a real Azurite. A process can host one app once, so a test file can start one bench. Clocks are real.

import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { resolve } from 'node:path';
import { after } from 'node:test';
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import { type Azurite, startAzurite } from '../sandbox/azurite.ts';
import type { LogEntry } from '../sandbox/host/rpc.ts';
import { type LocalHost, startLocalHost } from '../sandbox/local-host.ts';
import { type PelotonDouble, startPelotonDouble } from '../sandbox/peloton.ts';
import { startVaultDouble, type VaultDouble } from '../sandbox/vault.ts';
import { hourMs } from '../src/stats/time.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';

export type HttpAnswer = { status: number; headers: IncomingHttpHeaders; body: Buffer };
export type HttpCall = { method?: string; headers?: Record<string, string> };

export type HostBench = {
  host: LocalHost;
  peloton: PelotonDouble;
  vault: VaultDouble;
  /** The proxy in front of the store, with its faults. */
  store: FaultProxy;
  /** Every log entry of the app and the host. */
  log: LogEntry[];
  container(name: 'public' | 'private'): ContainerClient;
  /** Sends one request exactly as given; no redirect is followed and no body is decoded. `path` begins with a slash. */
  call(path: string, options?: HttpCall): Promise<HttpAnswer>;
  /** Sends POST /api/sync with the key. */
  sync(query?: string): Promise<HttpAnswer>;
};

const offsetHours = 12 - new Date().getUTCHours();
/** A time zone in which it is between 12 and 13 h, so that no test runs over midnight and no sync becomes due in one. */
const noonZone = `Etc/GMT${offsetHours > 0 ? '-' : '+'}${Math.abs(offsetHours)}`;
/** The local day of the service under test. */
export const today = new Date(Date.now() + offsetHours * hourMs).toISOString().slice(0, 10);

const repository = resolve(import.meta.dirname, '..');

const parts: { close(): Promise<void> }[] = [];
// Registered at import, so that the hook belongs to the test file and not to one of its tests.
after(async () => {
  for (const part of parts) await part.close();
});

/** Sends one request to a server on this machine, with a connection of its own. */
export function callHttp(url: string, { method = 'GET', headers = {} }: HttpCall = {}): Promise<HttpAnswer> {
  const { hostname, port } = new URL(url);
  const path = url.slice(url.indexOf(port) + port.length); // as written, since URL normalizes paths
  return new Promise((done, failed) => {
    const sent = httpRequest({ hostname, port, path, method, headers, agent: false }, async response => {
      const chunks: Buffer[] = await response.toArray();
      done({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
    });
    sent.on('error', failed).end();
  });
}

/** Starts a bench, which is closed at the end of the test file. `root` is the app's folder, by default the unbuilt one. */
export async function startHostBench(
  options: { root?: string; settings?: Record<string, string> } = {},
): Promise<HostBench> {
  const azurite: Azurite = await startAzurite();
  const store = await startFaultProxy({ target: azurite.handle });
  const peloton = await startPelotonDouble();
  const { username, password } = peloton.credentials;
  const vault = await startVaultDouble({ secrets: { 'peloton-username': username, 'peloton-password': password } });
  const log: LogEntry[] = [];
  const host = await startLocalHost({
    root: options.root ?? repository,
    log: entry => log.push(entry),
    settings: {
      KEY_VAULT_URL: vault.url,
      STORAGE_CONNECTION_STRING: azurite.connectionString.replace(new URL(azurite.url).origin, store.url),
      STORAGE_ACCOUNT_URL: undefined,
      IDENTITY_ENDPOINT: undefined,
      SYNC_TIME: '12:00',
      SYNC_TIME_ZONE: noonZone,
      PELOTON_API_URL: peloton.apiUrl,
      PELOTON_AUTH_URL: peloton.authUrl,
      ...options.settings,
    },
  });
  parts.push(host, vault, peloton, store, azurite);
  const blobs = BlobServiceClient.fromConnectionString(azurite.connectionString);
  const call = (path: string, given?: HttpCall) => callHttp(`${host.url}${path}`, given);
  return {
    host,
    peloton,
    vault,
    store,
    log,
    container: name => blobs.getContainerClient(name === 'public' ? 'stats' : 'stats-private'),
    call,
    sync: (query = '') =>
      call(`/api/sync${query}`, { method: 'POST', headers: { 'x-functions-key': host.functionKey } }),
  };
}
