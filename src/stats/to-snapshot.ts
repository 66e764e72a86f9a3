// Overview → public snapshot, by allow-list: a field that is not written down here is not published.
// Only workout_counts decides whether an overview is good; anything else that is malformed is left out and said in `drift`.

import * as z from 'zod';
import { StatsError } from '../errors.ts';

const wholeNumber = z.int().nonnegative();
const httpsUrl = z.url({ protocol: /^https$/ });
const localDate = z.iso.date();

const workoutSchema = z
  .object({
    name: z.string(),
    slug: z.string().meta({ description: "Peloton's code name: never changes. Key on this." }),
    count: wholeNumber,
    icon_url: httpsUrl.optional(),
  })
  .meta({ id: 'WorkoutCount' });

const recordSchema = z
  .object({
    name: z.string(),
    slug: z.string(),
    value: z.union([z.number(), z.string()]).meta({ description: 'As Peloton shows it.' }),
    raw_value: z.number().optional(),
    unit: z.string().optional(),
    unit_slug: z.string().optional(),
    workout_date: localDate.optional(),
  })
  .meta({ id: 'PersonalRecord' });

const recordGroupSchema = z
  .object({ name: z.string(), slug: z.string(), records: z.array(recordSchema) })
  .meta({ id: 'PersonalRecords' });

const streaksSchema = z
  .object({
    current_weekly: wholeNumber.optional(),
    best_weekly: wholeNumber.optional().meta({ description: 'Never below current_weekly.' }),
    start_date_of_current_weekly: wholeNumber.optional().meta({ description: 'Seconds since 1970, floored to a day.' }),
    current_daily: wholeNumber.optional(),
  })
  .meta({ id: 'Streaks' });

const achievementSchema = z
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
    date: localDate.meta({ description: 'The local day of synced_at in time_zone.' }),
    time_zone: z.string().meta({ description: 'IANA zone.' }),
    workout_counts: z.object({ total_workouts: wholeNumber, workouts: z.array(workoutSchema) }),
    personal_records: z.array(recordGroupSchema).optional(),
    streaks: streaksSchema.optional(),
    achievements: z.array(achievementSchema).optional(),
  })
  .meta({ id: 'Snapshot', description: "One member's Peloton statistics on one day." });

export type Snapshot = z.infer<typeof snapshotSchema>;

/** A part of an overview that was left out, by its place in the schema: never a value. */
export type LeftOut = string;

type Workout = z.infer<typeof workoutSchema>;
type Streaks = z.infer<typeof streaksSchema>;
type Achievement = z.infer<typeof achievementSchema>;
type RecordGroup = z.infer<typeof recordGroupSchema>;

// What Peloton sends, as far as it is used. Null stands for absent everywhere.
const absent = z.null().transform(() => undefined);
// Written as browsers write it: what is sent may hold spaces and line breaks that URL parsers let pass.
const sentUrl = z
  .unknown()
  .transform(value => (httpsUrl.safeParse(value).success ? URL.parse(`${value}`)?.href : undefined));
const sentWorkout = z.object({
  name: z.string(),
  slug: z.string(),
  count: wholeNumber,
  icon_url: sentUrl.optional(),
});
const sentCounts = z.object({
  workout_counts: z.object({ total_workouts: wholeNumber, workouts: z.custom<unknown[]>(Array.isArray) }),
});
const sentRecord = z.object({
  name: z.string(),
  slug: z.string(),
  value: z.union([z.number(), z.string()]),
  raw_value: z.union([z.number(), absent]).optional(),
  unit: z.union([z.string(), absent]).optional(),
  unit_slug: z.union([z.string(), absent]).optional(),
  // No zone is sent, and the time of day is nobody's business.
  workout_date: z
    .union([
      z
        .string()
        .transform(text => text.slice(0, 10))
        .pipe(localDate),
      absent,
    ])
    .optional(),
});
const sentRecordGroup = z.object({ name: z.string(), slug: z.string(), records: z.array(z.unknown()) });
const sentAchievement = z.object({
  name: z.string(),
  slug: z.string(),
  description: z.union([z.string(), absent]).optional(),
  image_url: sentUrl.optional(),
});
const sentCount = z.union([wholeNumber, absent]).optional();

/** An object without its unset members, so that "absent" means absent. */
function withoutUnset<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}

function member(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string, unknown>)[key] ?? undefined;
}

/** An entry that is worth a closer look: zod's account of a million others would take minutes. */
function isNamed(value: unknown): boolean {
  return typeof member(value, 'name') === 'string' && typeof member(value, 'slug') === 'string';
}

/** A list of which every malformed entry is left out; undefined, and said, where it is no list. */
function listOf<T>(
  value: unknown,
  { place, leftOut, read }: { place: string; leftOut: LeftOut[]; read: (entry: unknown) => T | undefined },
): T[] | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) {
    leftOut.push(place);
    return undefined;
  }
  const entries = value.map(read).filter(entry => entry !== undefined);
  if (entries.length < value.length) leftOut.push(`${place}[]`);
  return entries;
}

/** By code unit: the same order on every machine. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function notAsExpected(place: readonly PropertyKey[]): StatsError {
  const at = place.filter(step => typeof step === 'string').join('.') || 'the whole';
  return new StatsError('upstream-changed', `The overview is not as expected at ${at}.`);
}

function readWorkout(entry: unknown): Workout {
  const place = ['workout_counts', 'workouts'];
  if (!isNamed(entry)) throw notAsExpected(place);
  const { data, error } = sentWorkout.safeParse(entry);
  if (error) throw notAsExpected([...place, ...(error.issues[0]?.path ?? [])]);
  return withoutUnset(data);
}

function readWorkouts(body: unknown): Snapshot['workout_counts'] {
  const { data, error } = sentCounts.safeParse(body);
  if (error) throw notAsExpected(error.issues[0]?.path ?? []);
  const { total_workouts, workouts } = data.workout_counts;
  const sorted = workouts.map(readWorkout).sort((a, b) => b.count - a.count || compareText(a.name, b.name));
  return { total_workouts, workouts: sorted };
}

function readRecords(body: unknown, leftOut: LeftOut[]): RecordGroup[] | undefined {
  const place = 'personal_records';
  return listOf(member(body, place), {
    place,
    leftOut,
    read: entry => {
      const group = isNamed(entry) ? sentRecordGroup.safeParse(entry) : undefined;
      if (!group?.success) return undefined;
      const { name, slug, records } = group.data;
      const read = (record: unknown) => {
        const parsed = isNamed(record) ? sentRecord.safeParse(record) : undefined;
        return parsed?.success ? withoutUnset(parsed.data) : undefined;
      };
      return { name, slug, records: listOf(records, { place: `${place}[].records`, leftOut, read }) ?? [] };
    },
  });
}

function readStreaks(body: unknown, leftOut: LeftOut[]): Streaks | undefined {
  const sent = member(body, 'streaks');
  if (sent === undefined) return undefined;
  if (typeof sent !== 'object' || Array.isArray(sent)) {
    leftOut.push('streaks');
    return undefined;
  }
  const read = (key: keyof Streaks): number | undefined => {
    const value = member(sent, key);
    const parsed = wholeNumber.safeParse(value);
    if (value !== undefined && !parsed.success) leftOut.push(`streaks.${key}`);
    return parsed.data;
  };
  const current_weekly = read('current_weekly');
  const best_weekly = read('best_weekly');
  const startedAt = read('start_date_of_current_weekly');
  return withoutUnset({
    current_weekly,
    // Peloton sends a best that lags behind the current streak.
    best_weekly: best_weekly === undefined ? undefined : Math.max(best_weekly, current_weekly ?? 0),
    start_date_of_current_weekly: startedAt === undefined ? undefined : startedAt - (startedAt % 86_400),
    current_daily: read('current_daily'),
  });
}

/** Both shapes: a flat list (version 1), and templates with a count each (version 2, and no version at all). */
function readAchievements(body: unknown, leftOut: LeftOut[]): Achievement[] | undefined {
  const counts = member(body, 'achievement_counts');
  const counted = member(counts, 'achievements');
  const flat = member(body, 'achievements');
  const isFilled = (list: unknown) => Array.isArray(list) && list.length > 0;
  const isCounted =
    flat === undefined ? counts !== undefined : Array.isArray(counted) && (isFilled(counted) || !isFilled(flat));
  return listOf(isCounted ? (counted ?? null) : flat, {
    place: isCounted ? 'achievement_counts.achievements' : 'achievements',
    leftOut,
    read: entry => {
      const template = member(entry, 'template') ?? entry;
      if (!isNamed(template)) return undefined;
      const parsed = sentAchievement.safeParse(template);
      const count = sentCount.safeParse(member(entry, 'count'));
      if (!parsed.success || !count.success) return undefined;
      return withoutUnset({ ...parsed.data, count: count.data });
    },
  });
}

export type SnapshotRequest = {
  /** The parsed overview. */
  body: unknown;
  /** When Peloton was asked. */
  syncedAt: Date;
  /** The local day of that instant. */
  date: string;
  timeZone: string;
};

/**
 * The public snapshot of an overview, and what of it was malformed and is left out.
 * @throws StatsError `upstream-changed` where workout_counts is not as expected.
 */
export function toSnapshot({ body, syncedAt, date, timeZone }: SnapshotRequest) {
  const leftOut: LeftOut[] = [];
  const snapshot: Snapshot = withoutUnset({
    schema_version: 1 as const,
    synced_at: syncedAt.toISOString(),
    date,
    time_zone: timeZone,
    workout_counts: readWorkouts(body),
    personal_records: readRecords(body, leftOut),
    streaks: readStreaks(body, leftOut),
    achievements: readAchievements(body, leftOut),
  });
  return { snapshot, leftOut: [...new Set(leftOut)] };
}

/** True where there were counts and all of them are gone: an answer that is not believed. */
export function hasLostAllCounts(before: Snapshot, after: Snapshot): boolean {
  const has = ({ workout_counts }: Snapshot) => workout_counts.workouts.some(({ count }) => count > 0);
  return has(before) && !has(after);
}

/** A stored snapshot; undefined for bytes that are none. */
export function parseSnapshot(bytes: Buffer): Snapshot | undefined {
  try {
    return snapshotSchema.safeParse(JSON.parse(bytes.toString('utf8'))).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
