// The definitions of the public blobs, which JSON Schema and OpenAPI are generated from. They are no part of reading: snapshot.ts
// and history.ts check what is stored without a schema library, which a reader would wait for in a process that has just started.

import * as z from 'zod';
import { isCounts } from './history.ts';

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

/** The public snapshot, version 1. */
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

const countsMeta = {
  type: 'object',
  additionalProperties: { type: 'integer', exclusiveMinimum: 0 },
  description: 'Workouts so far by slug; zero counts are left out.',
} as const;

const pointSchema = z
  .object({
    date: isoDate,
    total_workouts: wholeNumber,
    // Not z.record, which drops a key named __proto__.
    counts: z.custom<Record<string, number>>(isCounts).meta(countsMeta),
  })
  .meta({ id: 'HistoryPoint' });

/** The history as it is stored and answered, oldest day first. */
export const historySchema = z
  .object({ schema_version: z.literal(1), points: z.array(pointSchema) })
  .meta({ id: 'History', description: 'One point a day: the state of the counts when that day was synced.' });

export type HistoryPoint = z.infer<typeof pointSchema>;
export type History = z.infer<typeof historySchema>;
