// The latest workouts with their classes, as they are stored and answered. Pure.

import { tryParseJson } from './json.ts';
import type { RecentWorkouts } from './schemas.ts';
import { isInstant, isNumber, isText, isWhole, listOf, objectOf, orUnset } from './snapshot.ts';
import { isDate } from './time.ts';

/** How many workouts are published. */
export const recentCount = 20;

const isFlag = (value: unknown) => typeof value === 'boolean';

/** Whether recentWorkoutsSchema takes a value. */
export const isRecentWorkouts = objectOf({
  schema_version: value => value === 1,
  as_of: isInstant,
  workouts: listOf(
    objectOf({
      date: isDate,
      discipline: orUnset(isText),
      title: orUnset(isText),
      duration_s: orUnset(isWhole),
      output_kj: orUnset(isWhole),
      effort_points: orUnset(value => isNumber(value) && (value as number) >= 0),
      instructor: orUnset(isText),
      is_personal_record: orUnset(isFlag),
      imported: isFlag,
    }),
  ),
}) as (value: unknown) => value is RecentWorkouts;

/** Stored workouts; undefined for bytes that are none. */
export function parseRecentWorkouts(bytes: Buffer): RecentWorkouts | undefined {
  const value = tryParseJson(bytes.toString('utf8'));
  return isRecentWorkouts(value) ? value : undefined;
}
