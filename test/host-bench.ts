// The real local host for a test: the registered functions over doubles and a real Azurite, asked over HTTP as any client
// asks. A process can host one app once, so each test file starts one at most; clocks are real.

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
  /** In front of the store. */
  store: FaultProxy;
  /** Everything that the app and the host had to say. */
  log: LogEntry[];
  container(name: 'public' | 'private'): ContainerClient;
  /** One request as it is given: nothing is added, decoded or followed. `path` with its leading slash. */
  call(path: string, options?: HttpCall): Promise<HttpAnswer>;
  /** POST /api/sync with the key. */
  sync(query?: string): Promise<HttpAnswer>;
};

const offsetHours = 12 - new Date().getUTCHours();
/** Where the clock is past noon by less than an hour: no test meets midnight, and no sync falls due in one. */
const noonZone = `Etc/GMT${offsetHours > 0 ? '-' : '+'}${Math.abs(offsetHours)}`;
/** The local day of the service under test. */
export const today = new Date(Date.now() + offsetHours * hourMs).toISOString().slice(0, 10);

const repository = resolve(import.meta.dirname, '..');

const parts: { close(): Promise<void> }[] = [];
// At import, so that it belongs to the whole file and not to the test that happens to run.
after(async () => {
  for (const part of parts) await part.close();
});

/** Sends one request to a server on this machine, with a connection of its own. */
export function callHttp(url: string, { method = 'GET', headers = {} }: HttpCall = {}): Promise<HttpAnswer> {
  const { hostname, port } = new URL(url);
  const path = url.slice(url.indexOf(port) + port.length); // as written: URL would tidy it up
  return new Promise((done, failed) => {
    const sent = httpRequest({ hostname, port, path, method, headers, agent: false }, async response => {
      const chunks: Buffer[] = await response.toArray();
      done({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
    });
    sent.on('error', failed).end();
  });
}

/** `root` is the folder of the app, by default the unbuilt one. All of it ends with the test file. */
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
