// The public snapshot: reading it back from the store, every slug once, and comparing two of them. Pure.

import { parseStored } from './define-schema.ts';
import { type RecordGroup, type Snapshot, snapshotSchema, type Workout } from './schemas.ts';

export type { Achievement, RecordGroup, Snapshot, Streaks, Workout } from './schemas.ts';

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
  const stored = parseStored(snapshotSchema, bytes);
  if (!stored) return undefined;
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
