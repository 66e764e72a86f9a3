// The public snapshot: reading it back from the store, every slug once, and comparing two of them. Pure.

import { isObject, tryParseJson } from './json.ts';
import type { RecordGroup, Snapshot, Workout } from './schemas.ts';
import { isDate } from './time.ts';

export type { Achievement, RecordGroup, Snapshot, Streaks, Workout } from './schemas.ts';

type Check = (value: unknown) => boolean;

export const isText: Check = value => typeof value === 'string';
export const isNumber: Check = value => Number.isFinite(value);
export const isWhole: Check = value => Number.isSafeInteger(value) && (value as number) >= 0;
const isHttpsUrl: Check = value => typeof value === 'string' && URL.parse(value)?.protocol === 'https:';
export const isInstant: Check = value =>
  typeof value === 'string' &&
  isDate(value.slice(0, 10)) &&
  /^T([01]\d|2[0-3])(:[0-5]\d){2}\.\d{3}Z$/.test(value.slice(10));

export const orUnset =
  (check: Check): Check =>
  value =>
    value === undefined || check(value);
export const listOf =
  (check: Check): Check =>
  value =>
    Array.isArray(value) && value.every(check);
export function objectOf(members: Record<string, Check>): Check {
  const checks = Object.entries(members);
  return value => isObject(value) && checks.every(([name, check]) => check(value[name]));
}

const isRecord = objectOf({
  name: isText,
  slug: isText,
  value: value => isText(value) || isNumber(value),
  raw_value: orUnset(isNumber),
  unit: orUnset(isText),
  unit_slug: orUnset(isText),
  workout_date: orUnset(isDate),
});

/** Whether snapshotSchema takes a value. */
export const isSnapshot = objectOf({
  schema_version: value => value === 1,
  synced_at: isInstant,
  date: isDate,
  time_zone: isText,
  workout_counts: objectOf({
    total_workouts: isWhole,
    workouts: listOf(objectOf({ name: isText, slug: isText, count: isWhole, icon_url: orUnset(isHttpsUrl) })),
  }),
  personal_records: orUnset(listOf(objectOf({ name: isText, slug: isText, records: listOf(isRecord) }))),
  streaks: orUnset(
    objectOf({
      current_weekly: orUnset(isWhole),
      best_weekly: orUnset(isWhole),
      start_date_of_current_weekly: orUnset(isWhole),
      current_daily: orUnset(isWhole),
    }),
  ),
  achievements: orUnset(
    listOf(
      objectOf({
        name: isText,
        slug: isText,
        description: orUnset(isText),
        image_url: orUnset(isHttpsUrl),
        count: orUnset(isWhole),
      }),
    ),
  ),
}) as (value: unknown) => value is Snapshot;

/** Entries of one slug become one entry, the first, with what `add` takes over from the others. */
function uniteEntries<T extends { slug: string }>(entries: readonly T[], add: (kept: T, other: T) => T): T[] {
  const bySlug = new Map<string, T>();
  for (const entry of entries) {
    const kept = bySlug.get(entry.slug);
    bySlug.set(entry.slug, kept ? add(kept, entry) : entry);
  }
  return [...bySlug.values()];
}

const hasTwice = (entries: readonly { slug: string }[] = []) =>
  new Set(entries.map(({ slug }) => slug)).size < entries.length;

/** Largest count first, then by name. */
export function compareWorkouts(a: Workout, b: Workout): number {
  return b.count - a.count || compareText(a.name, b.name);
}

/** An entry with the count of another added, as far as a number can hold both. */
function addCount<T extends { count?: number | undefined }>(kept: T, { count }: T): T {
  return count === undefined ? kept : { ...kept, count: Math.min((kept.count ?? 0) + count, Number.MAX_SAFE_INTEGER) };
}

/** A group with the records of another, but for those of a slug that it has already. */
function addRecords(kept: RecordGroup, { records }: RecordGroup): RecordGroup {
  const slugs = new Set(kept.records.map(({ slug }) => slug));
  return { ...kept, records: [...kept.records, ...records.filter(({ slug }) => !slugs.has(slug))] };
}

/**
 * The snapshot in which every discipline and every achievement is there once, by its slug: counts are added up, records joined, and
 * of anything else the first stays. The very same snapshot where no slug is there twice.
 */
export function uniteSlugs(snapshot: Snapshot): Snapshot {
  const { workout_counts, personal_records, achievements } = snapshot;
  const { total_workouts, workouts } = workout_counts;
  if (![workouts, personal_records, achievements].some(hasTwice)) return snapshot;
  return {
    ...snapshot,
    workout_counts: { total_workouts, workouts: uniteEntries(workouts, addCount).sort(compareWorkouts) },
    ...(personal_records && { personal_records: uniteEntries(personal_records, addRecords) }),
    ...(achievements && { achievements: uniteEntries(achievements, addCount) }),
  };
}

/** A stored snapshot, and whether its bytes can be served as they are; undefined for bytes that are no snapshot. */
export function readStoredSnapshot(bytes: Buffer): { snapshot: Snapshot; isAsStored: boolean } | undefined {
  const stored = tryParseJson(bytes.toString('utf8'));
  if (!isSnapshot(stored)) return undefined;
  const snapshot = uniteSlugs(stored); // earlier versions stored a slug as often as it was sent
  return { snapshot, isAsStored: snapshot === stored };
}

/** A stored snapshot, with every slug once; undefined for bytes that are no snapshot. */
export function parseSnapshot(bytes: Buffer): Snapshot | undefined {
  return readStoredSnapshot(bytes)?.snapshot;
}

/** The order of two texts by code unit, which is the same on every machine. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** True where there were counts and all of them are gone: more likely a fault of Peloton's than the truth. */
export function hasLostAllCounts(before: Snapshot, after: Snapshot): boolean {
  const has = ({ workout_counts }: Snapshot) => workout_counts.workouts.some(({ count }) => count > 0);
  return has(before) && !has(after);
}
