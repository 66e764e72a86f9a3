// What the benchmarks ask: a store with a snapshot in it, behind a counter of its requests, and everything else of the
// sandbox. The sync that fills it is the unbundled app's own.

import { BlobServiceClient } from '@azure/storage-blob';
import { disciplines } from '../sandbox/members/members.ts';
import { startSandbox } from '../sandbox/sandbox.ts';
import { type Context, createApp } from '../src/app.ts';
import type { Activity, History } from '../src/stats/schemas.ts';
import { startFaultProxy } from '../test/fault-proxy.ts';

const quiet: Context = { debug: () => {}, info: () => {}, warn: () => {}, error: console.error };

export async function startService() {
  const sandbox = await startSandbox();
  const { azurite } = sandbox;
  const store = await startFaultProxy({ target: azurite.url });
  const settings = {
    ...sandbox.settings,
    STORAGE_CONNECTION_STRING: azurite.connectionString.replace(new URL(azurite.url).origin, store.url),
    PUBLIC_URL: 'https://stats.example',
  };
  await createApp(settings).sync({}, quiet);
  return {
    sandbox,
    settings,
    /** Requests to the store since the last time this was asked. */
    countStoreCalls: () => store.requests.splice(0).length,
    close: async () => {
      await store.close();
      await sandbox.close();
    },
  };
}

export type Service = Awaited<ReturnType<typeof startService>>;

const dayMs = 86_400_000;

/** A series of so many days in which somebody trains about every day, with all of Peloton's disciplines. */
export function createHistory(days: number): History {
  const counts = new Map<string, number>();
  const points = Array.from({ length: days }, (_, index) => {
    const slug = disciplines[(index * index + (index >> 3)) % disciplines.length]?.slug ?? '';
    counts.set(slug, (counts.get(slug) ?? 0) + 1);
    const date = new Date(Date.UTC(2016, 10, 22) + index * dayMs).toISOString().slice(0, 10);
    return { date, total_workouts: index + 1, counts: Object.fromEntries(counts) };
  });
  return { schema_version: 1, points };
}

/** The days of somebody who trains about every day, one workout or two, with all of Peloton's disciplines. */
export function createActivity(count: number): Activity {
  const tally = (index: number) => ({
    workouts: 1,
    minutes: 20 + (index % 40),
    ...(index % 3 > 0 && { output_kj: 100 + (index % 400) }),
  });
  const days = Array.from({ length: count }, (_, index) => {
    const slugs = [index * index + (index >> 3), index >> 1].map(
      each => disciplines[each % disciplines.length]?.slug ?? '',
    );
    const by = Object.fromEntries(slugs.slice(0, 1 + (index % 2)).map(slug => [slug, tally(index)]));
    const date = new Date(Date.UTC(2016, 10, 22) + index * dayMs).toISOString().slice(0, 10);
    return { date, ...tally(index), by };
  });
  const as_of = '2026-11-22T07:00:03.004Z';
  return { schema_version: 1, time_zone: 'UTC', as_of, complete_since: days[0]?.date ?? null, days };
}

/** The settings of a service with the same snapshot and another blob of this name. */
export async function copyWith({ sandbox, settings }: Service, name: string, value: object) {
  const blobs = BlobServiceClient.fromConnectionString(sandbox.azurite.connectionString);
  const [from, to] = ['stats', 'long-stats'].map(container => blobs.getContainerClient(container));
  if (!from || !to) throw new TypeError('Two names give two clients.');
  await to.createIfNotExists();
  const latest = await from.getBlobClient('latest.json').downloadToBuffer();
  await to.getBlockBlobClient('latest.json').upload(latest, latest.length);
  const series = Buffer.from(JSON.stringify(value));
  await to.getBlockBlobClient(name).upload(series, series.length);
  return { settings: { ...settings, STATS_CONTAINER: 'long-stats' }, bytes: series.length };
}
