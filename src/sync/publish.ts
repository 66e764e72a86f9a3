// The blobs a sync writes, in the order that keeps a crash harmless: raw, day, series, latest.
// Day, series and latest are replaced only by something newer, and only as the version that was read.

import type { BlobContainer, BlobContent, Containers, StoredBlob } from '../azure/storage.ts';
import { StatsError, waitForAll } from '../errors.ts';
import { dayBlob, daysPrefix, historyBlob, latestBlob, rawBlob } from '../stats/blobs.ts';
import { emptyHistory, type History, type HistoryPoint, parseHistory, toPoint, withPoints } from '../stats/history.ts';
import { parseSnapshot, type Snapshot } from '../stats/snapshot.ts';
import { isFromWrongClock } from './schedule.ts';

const contentType = 'application/json; charset=utf-8';
const cacheControl = 'public, max-age=300';
const readAtOnce = 16;

/** Public JSON as it is stored. */
export function publicContent(bytes: Buffer): BlobContent {
  return { bytes, contentType, cacheControl };
}

/** A public snapshot as it is stored; `snapshot` is undefined for bytes that are none, which anything may replace. */
export type StoredSnapshot = { blob: StoredBlob; snapshot: Snapshot | undefined };

export async function readSnapshot(container: BlobContainer, name: string): Promise<StoredSnapshot | undefined> {
  const blob = await container.read(name);
  return blob === undefined || blob === 'unchanged' ? undefined : { blob, snapshot: parseSnapshot(blob.bytes) };
}

type Replacement = {
  container: BlobContainer;
  name: string;
  next: (current: StoredBlob | undefined) => Promise<object | undefined>;
};

/** Writes what `next` makes of the present blob, and asks it again when somebody else was faster. */
async function replace({ container, name, next }: Replacement): Promise<void> {
  for (let tries = 0; tries < 3; tries++) {
    const current = await container.read(name);
    if (current === 'unchanged') throw new TypeError('An unconditional read gives the blob.');
    const value = await next(current);
    if (value === undefined) return;
    const condition = current ? { etag: current.etag } : 'absent';
    if ((await container.write(name, publicContent(Buffer.from(JSON.stringify(value))), condition)) !== 'conflict')
      return;
  }
  throw new StatsError('storage', `${name} is being changed by someone else.`);
}

/** False where something as new is there already. */
async function replaceOlder(container: BlobContainer, name: string, snapshot: Snapshot): Promise<boolean> {
  let isNewer = true;
  const next = async (current: StoredBlob | undefined) => {
    const stored = current && parseSnapshot(current.bytes);
    const [at, storedAt] = [new Date(snapshot.synced_at), stored && new Date(stored.synced_at)];
    isNewer = !storedAt || storedAt < at || isFromWrongClock(storedAt, at);
    return isNewer ? snapshot : undefined;
  };
  await replace({ container, name, next });
  return isNewer;
}

export type RebuiltHistory = { history: History; damaged: string[] };

/** What the names of all days between two dates begin with. */
function prefixOfDays(first: string, last: string): string {
  let length = 0;
  while (length < first.length && first[length] === last[length]) length += 1;
  return daysPrefix + first.slice(0, length);
}

/**
 * The series with the points of the days up to a newest one: those after its last point, and that again, which a run that
 * ended too early may have left behind its day. An empty series gets every day. Damaged days are left out and named.
 * The newest day may lie before the last point: SYNC_TIME_ZONE can move west.
 */
async function completeHistory(container: BlobContainer, history: History, newest = ''): Promise<RebuiltHistory> {
  const last = history.points.at(-1)?.date ?? '';
  const from = newest !== '' && newest < last ? newest : last;
  const listed = await container.list(prefixOfDays(from, last > newest ? last : newest));
  const names = listed.filter(name => name >= `${daysPrefix}${from}`);
  const damaged: string[] = [];
  const points: HistoryPoint[] = [];
  for (let from = 0; from < names.length; from += readAtOnce) {
    const batch = names.slice(from, from + readAtOnce);
    const stored = await Promise.all(batch.map(name => readSnapshot(container, name)));
    points.push(...stored.flatMap(day => (day?.snapshot ? [toPoint(day.snapshot)] : [])));
    damaged.push(...batch.filter((_, index) => !stored[index]?.snapshot));
  }
  return { history: withPoints(history, points), damaged };
}

/**
 * Puts a series made anew from the days in the place of the stored one, which stays where there is no good day.
 * @throws StatsError `storage`.
 */
export async function replaceHistory(container: BlobContainer): Promise<RebuiltHistory> {
  let rebuilt: RebuiltHistory = { history: emptyHistory, damaged: [] };
  const next = async () => {
    rebuilt = await completeHistory(container, emptyHistory);
    return rebuilt.history.points.length > 0 ? rebuilt.history : undefined;
  };
  await replace({ container, name: historyBlob, next });
  return rebuilt;
}

/** Puts the new day into the series, and what earlier runs left undone; a damaged series is made anew. */
async function updateHistory(container: BlobContainer, date: string): Promise<void> {
  const next = async (current: StoredBlob | undefined) => {
    const history = (current && parseHistory(current.bytes)) ?? emptyHistory;
    return (await completeHistory(container, history, date)).history;
  };
  await replace({ container, name: historyBlob, next });
}

/**
 * Nothing is asked of Peloton that could not be published.
 * @throws StatsError `storage` where a blob of that day's sync takes no write.
 */
export async function proveStoreWritable({ public: open, private: closed }: Containers, date: string): Promise<void> {
  await waitForAll([
    closed.proveWritable(rawBlob(date)),
    ...[dayBlob(date), historyBlob, latestBlob].map(name => open.proveWritable(name)),
  ]);
}

export type Publication = {
  storage: Containers;
  snapshot: Snapshot;
  /** The overview as Peloton sent it: private. */
  raw: string;
};

/**
 * Makes a snapshot public. A run that ends in between leaves `latest.json` as it was, and the next run completes the rest.
 * @throws StatsError `storage`.
 */
export async function publish({ storage, snapshot, raw }: Publication): Promise<void> {
  const { date } = snapshot;
  await storage.private.write(rawBlob(date), { bytes: Buffer.from(raw), contentType }, 'any');
  const isNewest = await replaceOlder(storage.public, dayBlob(date), snapshot);
  if (isNewest) await updateHistory(storage.public, date);
  await replaceOlder(storage.public, latestBlob, snapshot);
}
