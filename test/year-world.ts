// The servers of a simulated year: the doubles, a store with faults in front, a site with a build hook, and two instances of
// the real app. All use one clock, which the simulation moves.

import { BlobServiceClient } from '@azure/storage-blob';
import { startAzurite } from '../sandbox/azurite.ts';
import { startPelotonDouble } from '../sandbox/peloton.ts';
import { startVaultDouble } from '../sandbox/vault.ts';
import { createApp } from '../src/app.ts';
import { startFaultProxy } from './fault-proxy.ts';
import type { Servers, Time } from './outages.ts';
import { type SiteHook, startSiteHook } from './site-hook.ts';

export type Host = ReturnType<typeof createApp>;

export type YearWorld = {
  /** The clock of all servers, in milliseconds since 1970, and by how much the clock of the instances is ahead of it. */
  time: Time;
  servers: Servers;
  hook: SiteHook;
  /** Two instances of the app. */
  hosts: readonly [Host, Host];
  /** Reads the local dates that have a snapshot in the store, and those in the series. */
  readDays(): Promise<{ stored: string[]; inSeries: string[] }>;
  close(): Promise<unknown>;
};

export type YearStart = { at: number; syncTime: string; timeZone: string };

/** Starts the servers and the two instances. */
export async function startYearWorld({ at, syncTime, timeZone }: YearStart): Promise<YearWorld> {
  const time: Time = { now: at, aheadMs: 0 };
  const clock = () => new Date(time.now);
  const ownClock = () => new Date(time.now + time.aheadMs);
  const azurite = await startAzurite();
  const store = await startFaultProxy({ target: azurite.handle });
  const peloton = await startPelotonDouble({ clock, member: 'newcomer' });
  const { username, password } = peloton.credentials;
  const hook = await startSiteHook(time);
  const secrets = {
    'peloton-username': username,
    'peloton-password': password,
    'build-hooks': JSON.stringify([{ url: hook.url }]),
  };
  const vault = await startVaultDouble({ clock, secrets });
  const settings = {
    KEY_VAULT_URL: vault.url,
    STORAGE_CONNECTION_STRING: azurite.connectionString.replace(new URL(azurite.url).origin, store.url),
    PELOTON_API_URL: peloton.apiUrl,
    PELOTON_AUTH_URL: peloton.authUrl,
    SYNC_TIME: syncTime,
    SYNC_TIME_ZONE: timeZone,
  };
  const limits = {
    http: { timeoutMs: 500, retryDelayMs: 2, maxRetryAfterMs: 20 },
    // Real time passes in a slow vault and a slow store alone; a good run takes milliseconds.
    ...{ workMs: 1_500, pageWaitMs: 0, vault: { callTimeoutMs: 1_000 } },
  };
  const startHost = () => createApp(settings, { clock: ownClock, limits });
  const blobs = BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient('stats');
  return {
    time,
    servers: { peloton, vault, store, time },
    hook,
    hosts: [startHost(), startHost()],
    async readDays() {
      const days = await Array.fromAsync(blobs.listBlobsFlat({ prefix: 'history/' }));
      const series = await blobs.getBlobClient('history.json').downloadToBuffer();
      const { points } = JSON.parse(series.toString()) as { points: { date: string }[] };
      return { stored: days.map(({ name }) => name.slice(8, 18)), inSeries: points.map(({ date }) => date) };
    },
    close: () => Promise.all([azurite, store, peloton, vault, hook].map(server => server.close())),
  };
}
