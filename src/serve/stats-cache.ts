// This instance's cache of the blobs that the public routes answer from: the newest snapshot, the history, and some days.

import type { Storage, StoredBlob } from '../azure/storage.ts';
import { StatsError } from '../errors.ts';
import { once } from '../once.ts';
import { dayBlob, historyBlob, latestBlob } from '../stats/blobs.ts';
import { type History, parseHistory, toCsv } from '../stats/history.ts';
import { parseSnapshot, type Snapshot } from '../stats/snapshot.ts';
import { type BlobCache, type CachedBlob, createBlobCache } from './blob-cache.ts';
import { csvType, jsonType, lastModifiedOf, type Representation, represent } from './representation.ts';

export type StoredStats = { snapshot: Snapshot; representation: Representation };
export type StoredHistory = { history: History; representation: Representation; csv: () => Promise<Representation> };

/** Each is undefined where there is no such blob, and throws a StatsError `storage` where none can be had. */
export type StatsCache = {
  latest(): Promise<CachedBlob<StoredStats> | undefined>;
  history(): Promise<CachedBlob<StoredHistory> | undefined>;
  /** `date` is a local day, `YYYY-MM-DD`. */
  day(date: string): Promise<CachedBlob<StoredStats> | undefined>;
};

const maxDays = 64;

/** The blob's own bytes, as stored. */
function representBlob(blob: StoredBlob): Representation {
  return represent({ bytes: blob.bytes, contentType: jsonType, lastModified: lastModifiedOf(blob) });
}

/** Nothing is served that does not parse. */
function assertParsed<T>(name: string, value: T | undefined): T {
  if (!value) throw new StatsError('storage', `${name} is damaged; the next sync writes it anew.`);
  return value;
}

function parseStoredStats(name: string, blob: StoredBlob): StoredStats {
  return { snapshot: assertParsed(name, parseSnapshot(blob.bytes)), representation: representBlob(blob) };
}

function parseStoredHistory(name: string, blob: StoredBlob): StoredHistory {
  const history = assertParsed(name, parseHistory(blob.bytes));
  const csv = once(async () => {
    const bytes = Buffer.from(toCsv(history.points));
    return represent({ bytes, contentType: csvType, lastModified: lastModifiedOf(blob) });
  });
  return { history, representation: representBlob(blob), csv };
}

export function createStatsCache({
  storage,
  clock,
}: {
  storage: () => Promise<Storage>;
  clock: () => Date;
}): StatsCache {
  function cache<T>(name: string, parse: (name: string, blob: StoredBlob) => T, onChange = () => {}) {
    const read = async (ifNotEtag?: string) => (await storage()).public.read(name, ifNotEtag);
    return createBlobCache({ read, parse: blob => parse(name, blob), onChange, clock });
  }

  const days = new Map<string, BlobCache<StoredStats>>();
  function day(date: string) {
    const cached = days.get(date) ?? cache(dayBlob(date), parseStoredStats);
    days.delete(date);
    days.set(date, cached); // as the last, so that the first is the least recently used
    const [leastRecent] = days.keys();
    if (days.size > maxDays && leastRecent !== undefined) days.delete(leastRecent);
    return cached.get();
  }

  const history = cache(historyBlob, parseStoredHistory);
  // A sync writes the history before the snapshot: a reader of the new snapshot must not get the old history.
  const latest = cache(latestBlob, parseStoredStats, history.expire);
  return { latest: latest.get, history: history.get, day };
}
