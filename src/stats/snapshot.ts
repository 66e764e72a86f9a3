// The public snapshot: reading it back from the store, and comparing two of them. Pure.

import { isObject, tryParseJson } from './json.ts';
import type { Snapshot } from './schemas.ts';
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

/** A stored snapshot; undefined for bytes that are no snapshot. */
export function parseSnapshot(bytes: Buffer): Snapshot | undefined {
  const value = tryParseJson(bytes.toString('utf8'));
  return isSnapshot(value) ? value : undefined;
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
