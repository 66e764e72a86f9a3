// The definitions of the public blobs, which JSON Schema and OpenAPI are generated from. They are no part of reading: snapshot.ts
// and history.ts check what is stored without a schema library, which a reader would wait for in a process that has just started.

import * as z from 'zod';
import { isTallies } from './activity.ts';
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

export const tallySchema = z
  .object({
    workouts: z.int().positive(),
    minutes: wholeNumber,
    output_kj: wholeNumber.optional().meta({ description: 'Absent where no sensor measured it.' }),
  })
  .meta({ id: 'ActivityTally', description: 'How many workouts, for how long, and with how much output.' });

const talliesMeta = {
  type: 'object',
  additionalProperties: { $ref: '#/$defs/ActivityTally' },
  description: "The same of each discipline, by Peloton's slug.",
} as const;

const activityDaySchema = z
  .object({
    date: isoDate.meta({ description: 'The local day on which the workouts began.' }),
    ...tallySchema.shape,
    by: z.custom<Record<string, Tally>>(isTallies).meta(talliesMeta),
  })
  .meta({ id: 'ActivityDay' });

const asOf = z.iso.datetime({ precision: 3 }).meta({ description: 'When the newest workouts were read.' });

/** The activity as it is stored and answered, oldest day first; a day without a workout has no entry. */
export const activitySchema = z
  .object({
    schema_version: z.literal(1),
    time_zone: z.string().meta({ description: 'IANA zone of the days.' }),
    as_of: asOf,
    complete_since: isoDate
      .nullable()
      .meta({ description: 'The day of the first workout; null while the past is still being read.' }),
    days: z.array(activityDaySchema),
  })
  .meta({ id: 'Activity', description: 'What was done on each day.' });

export type Tally = z.infer<typeof tallySchema>;
export type ActivityDay = z.infer<typeof activityDaySchema>;
export type Activity = z.infer<typeof activitySchema>;

/** One of the latest workouts with its class: what is not listed here is not published. */
export const recentWorkoutSchema = z
  .object({
    date: isoDate.meta({ description: 'The local day of its start.' }),
    discipline: z.string().optional().meta({ description: "Peloton's slug." }),
    title: z.string().optional().meta({ description: 'Of the class. An imported workout has none.' }),
    duration_s: wholeNumber.optional(),
    output_kj: wholeNumber.optional(),
    effort_points: z.number().nonnegative().optional(),
    instructor: z.string().optional(),
    is_personal_record: z.boolean().optional(),
    imported: z.boolean().meta({ description: 'Whether another app recorded it.' }),
  })
  .meta({ id: 'RecentWorkout' });

export const recentWorkoutsSchema = z
  .object({ schema_version: z.literal(1), as_of: asOf, workouts: z.array(recentWorkoutSchema) })
  .meta({ id: 'RecentWorkouts', description: 'The latest workouts, the newest start first.' });

export type RecentWorkout = z.infer<typeof recentWorkoutSchema>;
export type RecentWorkouts = z.infer<typeof recentWorkoutsSchema>;
