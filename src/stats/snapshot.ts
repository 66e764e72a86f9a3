// The public snapshot: its definition, its type, and reading it back from the store. Pure.

import * as z from 'zod';
import { tryParseJson } from './json.ts';

export const wholeNumber = z.int().nonnegative();
export const httpsUrl = z.url({ protocol: /^https$/ });
export const isoDate = z.iso.date();

export const workoutSchema = z
  .object({
    name: z.string(),
    slug: z.string().meta({ description: "Peloton's code name: never changes. Key on this." }),
    count: wholeNumber,
    icon_url: httpsUrl.optional(),
  })
  .meta({ id: 'WorkoutCount' });

export const recordSchema = z
  .object({
    name: z.string(),
    slug: z.string(),
    value: z.union([z.number(), z.string()]).meta({ description: 'As Peloton shows it.' }),
    raw_value: z.number().optional(),
    unit: z.string().optional(),
    unit_slug: z.string().optional(),
    workout_date: isoDate.optional(),
  })
  .meta({ id: 'PersonalRecord' });

export const recordGroupSchema = z
  .object({ name: z.string(), slug: z.string(), records: z.array(recordSchema) })
  .meta({ id: 'PersonalRecords' });

const streaksSchema = z
  .object({
    current_weekly: wholeNumber.optional(),
    best_weekly: wholeNumber.optional().meta({ description: 'Never below current_weekly.' }),
    start_date_of_current_weekly: wholeNumber
      .optional()
      .meta({ description: 'Seconds since 1970: 00:00 UTC of the local day in time_zone.' }),
    current_daily: wholeNumber.optional(),
  })
  .meta({ id: 'Streaks' });

export const achievementSchema = z
  .object({
    name: z.string(),
    slug: z.string(),
    description: z.string().optional(),
    image_url: httpsUrl.optional(),
    count: wholeNumber.optional(),
  })
  .meta({ id: 'Achievement' });

/** The public snapshot, version 1. JSON Schema and OpenAPI are generated from this definition. */
export const snapshotSchema = z
  .object({
    schema_version: z.literal(1),
    synced_at: z.iso
      .datetime({ precision: 3 })
      .meta({ description: 'The instant at which Peloton was asked, in UTC.' }),
    date: isoDate.meta({ description: 'The local day of synced_at in time_zone.' }),
    time_zone: z.string().meta({ description: 'IANA zone.' }),
    workout_counts: z.object({ total_workouts: wholeNumber, workouts: z.array(workoutSchema) }),
    personal_records: z.array(recordGroupSchema).optional(),
    streaks: streaksSchema.optional(),
    achievements: z.array(achievementSchema).optional(),
  })
  .meta({ id: 'Snapshot', description: "One member's Peloton statistics on one day." });

export type Snapshot = z.infer<typeof snapshotSchema>;

export type Workout = z.infer<typeof workoutSchema>;
export type Streaks = z.infer<typeof streaksSchema>;
export type Achievement = z.infer<typeof achievementSchema>;
export type RecordGroup = z.infer<typeof recordGroupSchema>;

/** The order of two texts by code unit, which is the same on every machine. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** True where there were counts and all of them are gone: more likely a fault of Peloton's than the truth. */
export function hasLostAllCounts(before: Snapshot, after: Snapshot): boolean {
  const has = ({ workout_counts }: Snapshot) => workout_counts.workouts.some(({ count }) => count > 0);
  return has(before) && !has(after);
}

/** A stored snapshot; undefined for bytes that are no snapshot. */
export function parseSnapshot(bytes: Buffer): Snapshot | undefined {
  return snapshotSchema.safeParse(tryParseJson(bytes.toString('utf8'))).data;
}
