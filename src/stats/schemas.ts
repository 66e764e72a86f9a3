// The definitions of the public blobs: what is read from the store is checked by them, and JSON Schema and OpenAPI publish them.

import { byName, described, leaf, listOf, named, object, optional, orNull, type TypeOf } from './define-schema.ts';
import { isDate } from './time.ts';

const maximum = Number.MAX_SAFE_INTEGER;
const isWhole = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;

const one = leaf<1>({ type: 'number', const: 1 }, value => value === 1);
const text = leaf<string>({ type: 'string' }, value => typeof value === 'string');
const flag = leaf<boolean>({ type: 'boolean' }, value => typeof value === 'boolean');
const number = leaf<number>({ type: 'number' }, Number.isFinite);
const whole = leaf<number>({ type: 'integer', minimum: 0, maximum }, isWhole);
const positive = leaf<number>(
  { type: 'integer', exclusiveMinimum: 0, maximum },
  value => Number.isSafeInteger(value) && (value as number) > 0,
);
const date = leaf<string>({ type: 'string', format: 'date' }, isDate);
/** With milliseconds, in UTC. */
const instant = leaf<string>({ type: 'string', format: 'date-time' }, value => {
  if (typeof value !== 'string') return false;
  return isDate(value.slice(0, 10)) && /^T([01]\d|2[0-3])(:[0-5]\d){2}\.\d{3}Z$/.test(value.slice(10));
});
const httpsUrl = leaf<string>(
  { type: 'string', format: 'uri' },
  value => typeof value === 'string' && URL.parse(value)?.protocol === 'https:',
);

const workout = object({
  name: text,
  slug: described(text, "Peloton's code name: never changes. Key on this."),
  count: whole,
  icon_url: optional(httpsUrl),
});

const record = object({
  name: text,
  slug: text,
  value: leaf<number | string>(
    { type: ['number', 'string'], description: 'As Peloton shows it.' },
    value => text.is(value) || number.is(value),
  ),
  raw_value: optional(number),
  unit: optional(text),
  unit_slug: optional(text),
  workout_date: optional(date),
});

const recordGroup = object({ name: text, slug: text, records: listOf(named('PersonalRecord', record)) });

const streaks = object({
  current_weekly: optional(whole),
  best_weekly: optional(described(whole, 'Never below current_weekly.')),
  start_date_of_current_weekly: optional(
    described(whole, 'Seconds since 1970: 00:00 UTC of the local day in time_zone.'),
  ),
  current_daily: optional(whole),
});

const achievement = object({
  name: text,
  slug: text,
  description: optional(text),
  image_url: optional(httpsUrl),
  count: optional(whole),
});

/** The public snapshot, version 1. */
export const snapshotSchema = named(
  'Snapshot',
  described(
    object({
      schema_version: one,
      synced_at: described(instant, 'The instant at which Peloton was asked, in UTC.'),
      date: described(date, 'The local day of synced_at in time_zone.'),
      time_zone: described(text, 'IANA zone.'),
      workout_counts: object({ total_workouts: whole, workouts: listOf(named('WorkoutCount', workout)) }),
      personal_records: optional(listOf(named('PersonalRecords', recordGroup))),
      streaks: optional(named('Streaks', streaks)),
      achievements: optional(listOf(named('Achievement', achievement))),
    }),
    "One member's Peloton statistics on one day.",
  ),
);

export type Snapshot = TypeOf<typeof snapshotSchema>;
export type Workout = TypeOf<typeof workout>;
export type Streaks = TypeOf<typeof streaks>;
export type Achievement = TypeOf<typeof achievement>;
export type RecordGroup = TypeOf<typeof recordGroup>;

const point = object({
  date,
  total_workouts: whole,
  counts: described(byName(positive), 'Workouts so far by slug; zero counts are left out.'),
});

/** The history as it is stored and answered, oldest day first. */
export const historySchema = named(
  'History',
  described(
    object({ schema_version: one, points: listOf(named('HistoryPoint', point)) }),
    'One point a day: the state of the counts when that day was synced.',
  ),
);

export type HistoryPoint = TypeOf<typeof point>;
export type History = TypeOf<typeof historySchema>;

const tallyMembers = {
  workouts: positive,
  minutes: whole,
  output_kj: optional(described(whole, 'Absent where no sensor measured it.')),
};
const tally = named(
  'ActivityTally',
  described(object(tallyMembers), 'How many workouts, for how long, and with how much output.'),
);

const activityDay = object({
  date: described(date, 'The local day on which the workouts began.'),
  ...tallyMembers,
  by: described(byName(tally), "The same of each discipline, by Peloton's slug."),
});

const asOf = described(instant, 'When the newest workouts were read.');

/** The activity as it is stored and answered, oldest day first; a day without a workout has no entry. */
export const activitySchema = named(
  'Activity',
  described(
    object({
      schema_version: one,
      time_zone: described(text, 'IANA zone of the days.'),
      as_of: asOf,
      complete_since: described(orNull(date), 'The day of the first workout; null while the past is still being read.'),
      days: listOf(named('ActivityDay', activityDay)),
    }),
    'What was done on each day.',
  ),
);

export type Tally = TypeOf<typeof tally>;
export type ActivityDay = TypeOf<typeof activityDay>;
export type Activity = TypeOf<typeof activitySchema>;

/** One of the latest workouts with its class: what is not listed here is not published. */
export const recentWorkoutSchema = named(
  'RecentWorkout',
  object({
    date: described(date, 'The local day of its start.'),
    discipline: optional(described(text, "Peloton's slug.")),
    title: optional(described(text, 'Of the class. An imported workout has none.')),
    duration_s: optional(whole),
    output_kj: optional(whole),
    effort_points: optional(leaf<number>({ type: 'number', minimum: 0 }, value => number.is(value) && value >= 0)),
    instructor: optional(text),
    is_personal_record: optional(flag),
    imported: described(flag, 'Whether another app recorded it.'),
  }),
);

export const recentWorkoutsSchema = named(
  'RecentWorkouts',
  described(
    object({ schema_version: one, as_of: asOf, workouts: listOf(recentWorkoutSchema) }),
    'The latest workouts, the newest start first.',
  ),
);

export type RecentWorkout = TypeOf<typeof recentWorkoutSchema>;
export type RecentWorkouts = TypeOf<typeof recentWorkoutsSchema>;
