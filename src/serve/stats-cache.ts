// This instance's cache of the blobs that the public routes answer from: the newest snapshot, the series, the latest workouts,
// and some days.

import type { BlobContainer, Storage, StoredBlob } from '../azure/storage.ts';
import { StatsError } from '../errors.ts';
import { once } from '../once.ts';
import { parseActivity, toActivityCsv } from '../stats/activity.ts';
import { activityBlob, dayBlob, daysPrefix, historyBlob, latestBlob, workoutsBlob } from '../stats/blobs.ts';
import { type History, parseHistory, toCsv } from '../stats/history.ts';
import { parseRecentWorkouts } from '../stats/recent-workouts.ts';
import type { Activity, ActivityDay, HistoryPoint, RecentWorkouts } from '../stats/schemas.ts';
import { readStoredSnapshot, type Snapshot } from '../stats/snapshot.ts';
import { lastCountedDay } from '../stats/wrong-clock.ts';
import { absentMs, type BlobCache, type CachedBlob, createBlobCache, createRecentCache } from './blob-cache.ts';
import { createDaySeries, type DaySeries } from './day-series.ts';
import { jsonType, lastModifiedOf, type Representation, represent } from './representation.ts';

export type StoredStats = { snapshot: Snapshot; representation: Representation };
export type StoredHistory = { history: History; represent: DaySeries };
export type StoredActivity = { activity: Activity; represent: DaySeries };
export type StoredWorkouts = { workouts: RecentWorkouts; representation: Representation };

/** Each is undefined where there is no such blob, and throws a StatsError `storage` where none can be had. */
export type StatsCache = {
  latest(): Promise<CachedBlob<StoredStats> | undefined>;
  history(): Promise<CachedBlob<StoredHistory> | undefined>;
  activity(): Promise<CachedBlob<StoredActivity> | undefined>;
  workouts(): Promise<CachedBlob<StoredWorkouts> | undefined>;
  /** `date` is a local day, `YYYY-MM-DD`. */
  day(date: string): Promise<CachedBlob<StoredStats> | undefined>;
  /** Makes the next reader of each ask the store again: this instance has written to it. */
  expire(): void;
};

type StoredSnapshot = NonNullable<ReturnType<typeof readStoredSnapshot>>;

const maxDays = 64;

/** The bytes, with the date of the blob. */
function representBlob(blob: StoredBlob): Representation {
  return represent({ bytes: blob.bytes, contentType: jsonType, lastModified: lastModifiedOf(blob) });
}

/** Nothing is served that does not parse. */
function assertParsed<T>(name: string, value: T | undefined, hint: string): T {
  if (!value) throw new StatsError('storage', `${name} is damaged.`, { hint });
  return value;
}

const nextSync = 'The next sync makes it anew.';
const restore =
  'Put a good version back (docs/operations.md, "Restore from history"), then run npm run rebuild-history. The day of today is made anew by npm run sync -- --force.';

/** The snapshot as its bytes say it, or anew where a slug was there twice. */
function representSnapshot(blob: StoredBlob, { snapshot, isAsStored }: StoredSnapshot): StoredStats {
  const bytes = isAsStored ? blob.bytes : Buffer.from(JSON.stringify(snapshot));
  return { snapshot, representation: representBlob({ ...blob, bytes }) };
}

function parseLatest(blob: StoredBlob): StoredStats {
  return representSnapshot(blob, assertParsed(latestBlob, readStoredSnapshot(blob.bytes), nextSync));
}

/** The snapshot of another day is as bad as none. */
function parseDay(date: string, blob: StoredBlob): StoredStats {
  const stored = readStoredSnapshot(blob.bytes);
  return representSnapshot(
    blob,
    assertParsed(dayBlob(date), stored?.snapshot.date === date ? stored : undefined, restore),
  );
}

type StoredSeries<Entry> = { entries: readonly Entry[]; now: Date; toJson: (entries: readonly Entry[]) => object };

/** A series without the entries that a wrong clock dated: no reader and no view sees them. */
function withoutWrongDays<Entry extends { date: string }>(
  blob: StoredBlob,
  { entries, now, toJson }: StoredSeries<Entry>,
) {
  const lastDay = lastCountedDay(now);
  const counted = entries.filter(({ date }) => date <= lastDay);
  const isWhole = counted.length === entries.length;
  const bytes = isWhole ? blob.bytes : Buffer.from(JSON.stringify(toJson(counted)));
  return { entries: counted, whole: representBlob({ ...blob, bytes }), toJson };
}

function parseStoredHistory(blob: StoredBlob, now: Date): StoredHistory {
  const history = assertParsed(historyBlob, parseHistory(blob.bytes), nextSync);
  const toJson = (points: readonly HistoryPoint[]) => ({ ...history, points });
  const source = withoutWrongDays(blob, { entries: history.points, now, toJson });
  return { history: { ...history, points: source.entries }, represent: createDaySeries({ ...source, toCsv }) };
}

function parseStoredActivity(blob: StoredBlob, now: Date): StoredActivity {
  const activity = assertParsed(activityBlob, parseActivity(blob.bytes), nextSync);
  const toJson = (days: readonly ActivityDay[]) => ({ ...activity, days });
  const source = withoutWrongDays(blob, { entries: activity.days, now, toJson });
  const represent = createDaySeries({ ...source, toCsv: toActivityCsv });
  return { activity: { ...activity, days: source.entries }, represent };
}

function parseStoredWorkouts(blob: StoredBlob): StoredWorkouts {
  const workouts = assertParsed(workoutsBlob, parseRecentWorkouts(blob.bytes), nextSync);
  return { workouts, representation: representBlob(blob) };
}

/** The way to the public blobs, closed for a while once a call has failed: nobody waits for the store twice. */
function createGate(storage: () => Promise<Storage>, monotonicMs: () => number) {
  let away: { error: unknown; until: number } | undefined;
  return {
    async pass<T>(call: (container: BlobContainer) => Promise<T>): Promise<T> {
      if (away && monotonicMs() < away.until) throw away.error;
      try {
        return await call((await storage()).public);
      } catch (error) {
        away = { error, until: monotonicMs() + absentMs };
        throw error;
      }
    },
    open() {
      away = undefined;
    },
  };
}

export type StatsCacheOptions = { storage: () => Promise<Storage>; clock: () => Date; monotonicMs: () => number };

export function createStatsCache({ storage, clock, monotonicMs }: StatsCacheOptions): StatsCache {
  const reading = createGate(storage, monotonicMs);
  const listing = createGate(storage, monotonicMs); // of its own: an account may be let read and not list
  function cache<T>(name: string, parse: (blob: StoredBlob) => T, onChange = () => {}) {
    const read = (ifNotEtag?: string) => reading.pass(container => container.read(name, ifNotEtag));
    return createBlobCache({ read, parse, onChange, monotonicMs });
  }

  const history = cache(historyBlob, blob => ({
    ...parseStoredHistory(blob, clock()),
    storedDays: once(async () => new Set(await listing.pass(container => container.list(daysPrefix)))),
  }));
  // A sync writes the history before the snapshot: a reader of the new snapshot must not get the old history.
  const latest = cache(latestBlob, parseLatest, history.expire);

  async function readSeries() {
    try {
      return await history.get();
    } catch (error) {
      if (error instanceof StatsError) return 'unreadable';
      throw error;
    }
  }

  /**
   * Whether there can be a blob of the day. As far as the series reaches, a day that was has a point, or is a damaged blob that was
   * left out: the blobs are listed once for each version of the series. A later day may have been written by a run that ended before
   * it came to the series. Where the series cannot be read, the day's own blob tells.
   */
  async function mayExist(date: string): Promise<boolean> {
    const series = await readSeries();
    if (!series) return (await latest.get()) !== undefined;
    if (series === 'unreadable') return true;
    const { history, storedDays } = series.value;
    const { points } = history;
    if (date > (points.at(-1)?.date ?? '') || points.some(point => point.date === date)) return true;
    return (await storedDays()).has(dayBlob(date));
  }

  const days = createRecentCache<BlobCache<StoredStats>>(maxDays);
  const day = async (date: string) => {
    if (!days.has(date) && !(await mayExist(date))) return undefined;
    return await days.get(date, () => cache(dayBlob(date), blob => parseDay(date, blob))).get();
  };
  const activity = cache(activityBlob, blob => parseStoredActivity(blob, clock()));
  const workouts = cache(workoutsBlob, parseStoredWorkouts);
  const expire = () => {
    for (const gate of [reading, listing]) gate.open();
    for (const each of [latest, history, activity, workouts, ...days.all()]) each.expire();
  };
  return { latest: latest.get, history: history.get, activity: activity.get, workouts: workouts.get, day, expire };
}
