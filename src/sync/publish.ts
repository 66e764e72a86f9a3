// The blobs a sync writes, in the order that keeps a crash harmless: raw, day, series, latest.
// Day, series and latest are replaced only by something newer, and only as the version that was read.

import type { BlobContainer, Containers, StoredBlob } from '../azure/storage.ts';
import { StatsError, waitForAll } from '../errors.ts';
import type { Log } from '../log.ts';
import { dayBlob, historyBlob, latestBlob, rawBlob } from '../stats/blobs.ts';
import { parseSnapshot, type Snapshot } from '../stats/snapshot.ts';
import { isFromWrongClock } from '../stats/wrong-clock.ts';
import { readSnapshot, replaceBlob } from './public-blobs.ts';
import { updateHistory } from './series.ts';

const aheadHint =
  'A clock was wrong, then or now. POST /api/sync?force=true, or npm run sync -- --force, puts new stats in its place; without that it is replaced once the clock has passed that instant.';

/** The failure of a run that finds a stored snapshot dated after its own: one of the two clocks is wrong. */
function aheadError(name: string, { synced_at }: Snapshot): StatsError {
  return new StatsError('storage', `${name} is dated ahead of the clock (${synced_at}).`, { hint: aheadHint });
}

/** True for a stored snapshot that is dated ahead and must not be replaced; dated more than two days ahead, it counts as none. */
function keepsPlace({ synced_at }: Snapshot, now: Date): boolean {
  const at = new Date(synced_at);
  return at > now && !isFromWrongClock(at, now);
}

type Newest = {
  snapshot: Snapshot;
  /** Writes over what is dated ahead of the clock too; not over what somebody else writes meanwhile. */
  force: boolean;
};

/**
 * False where stats of the same instant are there already.
 * @throws StatsError `storage` where something newer is there.
 */
async function replaceOlder(container: BlobContainer, name: string, { snapshot, force }: Newest): Promise<boolean> {
  let readings = 0;
  let isOlder = true;
  const next = async (current: StoredBlob | undefined) => {
    readings += 1;
    const stored = current && parseSnapshot(current.bytes);
    const isForced = force && readings === 1;
    if (stored && !isForced && keepsPlace(stored, new Date(snapshot.synced_at))) throw aheadError(name, stored);
    isOlder = stored?.synced_at !== snapshot.synced_at;
    return isOlder ? snapshot : undefined;
  };
  await replaceBlob({ container, name, next });
  return isOlder;
}

/**
 * Proves that the store would take the writes of a day's sync, before Peloton is asked.
 * @throws StatsError `storage` where a blob of that day's sync takes no write.
 */
export async function proveStoreWritable({ public: open, private: closed }: Containers, date: string): Promise<void> {
  await waitForAll([
    closed.proveWritable(rawBlob(date)),
    ...[dayBlob(date), historyBlob, latestBlob].map(name => open.proveWritable(name)),
  ]);
}

export type Place = { container: BlobContainer; latest: Snapshot | undefined; date: string; now: Date };

/**
 * Asserts that no stored snapshot would stop the new one, before Peloton is asked. A forced run skips this.
 * @throws StatsError `storage` where the newest snapshot, or that of the day, is dated ahead of the clock.
 */
export async function assertPlaceFree({ container, latest, date, now }: Place): Promise<void> {
  if (latest && keepsPlace(latest, now)) throw aheadError(latestBlob, latest);
  const day = (await readSnapshot(container, dayBlob(date)))?.snapshot;
  if (day && keepsPlace(day, now)) throw aheadError(dayBlob(date), day);
}

export type Publication = Newest & {
  storage: Containers;
  /** The overview as Peloton sent it: private. */
  raw: string;
  log: Log;
};

/**
 * Makes a snapshot public. A run that ends in between leaves `latest.json` as it was, and the next run completes the rest.
 * @throws StatsError `storage`, also where something newer keeps its place: what is not published is no success.
 */
export async function publish(publication: Publication): Promise<void> {
  const { storage, snapshot, raw } = publication;
  const rawContent = { bytes: Buffer.from(raw), contentType: 'application/json; charset=utf-8' };
  await storage.private.write(rawBlob(snapshot.date), rawContent, 'any');
  const isNew = await replaceOlder(storage.public, dayBlob(snapshot.date), publication);
  if (isNew) await updateHistory(storage.public, publication);
  await replaceOlder(storage.public, latestBlob, publication);
}
