// Overview → public snapshot, by allow-list: a field that is not written down here is not published. A malformed
// workout_counts refuses the overview; any other malformed part is left out and named.

import * as z from 'zod';
import { StatsError } from '../errors.ts';
import { isObject, memberOf } from './json.ts';
import type { Achievement, RecordGroup, Snapshot, Streaks, Workout } from './schemas.ts';
import { compareWorkouts, uniteSlugs } from './snapshot.ts';
import { localDate } from './time.ts';

/** The place in the overview of a part that was left out, `personal_records[].records[]`: never a value. */
export type LeftOut = string;

// The `sent…` schemas are the parts of Peloton's overview that are used, where null stands for absent.
const orNull = <T extends z.ZodType>(schema: T) => z.union([schema, z.null().transform(() => undefined)]).optional();
const wholeNumber = z.int().nonnegative();
const named = { name: z.string(), slug: z.string() };
// The URL as browsers write it, since a sent one may hold spaces and line breaks that URL parsers let pass.
const httpsUrl = z.url({ protocol: /^https$/ });
const sentUrl = z
  .unknown()
  .transform(value => (httpsUrl.safeParse(value).success ? URL.parse(`${value}`)?.href : undefined))
  .optional();
const sentWorkout = z.object({ ...named, count: wholeNumber, icon_url: sentUrl });
const sentCounts = z.object({
  workout_counts: z.object({ total_workouts: wholeNumber, workouts: z.custom<unknown[]>(Array.isArray) }),
});
// A time without its zone, whose time of day is nobody's business.
const sentTime = z.string().transform(text => text.slice(0, 10));
const sentRecord = z.object({
  ...named,
  value: z.union([z.number(), z.string()]),
  raw_value: orNull(z.number()),
  unit: orNull(z.string()),
  unit_slug: orNull(z.string()),
  workout_date: orNull(sentTime.pipe(z.iso.date())),
});
const sentRecordGroup = z.object({ ...named, records: z.array(z.unknown()) });
const sentAchievement = z.object({ ...named, description: orNull(z.string()), image_url: sentUrl });
const sentCount = orNull(wholeNumber);

/** An object without its unset members, so that "absent" means absent. */
function withoutUnset<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}

/** A check before Zod's own, whose list of issues for a million malformed entries would take minutes. */
function isNamed(value: unknown): boolean {
  return typeof memberOf(value, 'name') === 'string' && typeof memberOf(value, 'slug') === 'string';
}

/** The entries that `read` takes. The others are left out; so is the whole where it is no list. */
function readList<T>(
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
  const sorted = workouts.map(readWorkout).sort(compareWorkouts);
  // A workout may count in two disciplines, but none of them can have more than there are in all.
  if (total_workouts < (sorted[0]?.count ?? 0)) throw notAsExpected(['workout_counts', 'total_workouts']);
  return { total_workouts, workouts: sorted };
}

function readRecords(body: unknown, leftOut: LeftOut[]): RecordGroup[] | undefined {
  const place = 'personal_records';
  return readList(memberOf(body, place), {
    place,
    leftOut,
    read: entry => {
      const group = isNamed(entry) ? sentRecordGroup.safeParse(entry) : undefined;
      if (!group?.success) return undefined;
      const { name, slug, records } = group.data;
      const readRecord = (record: unknown) => {
        const parsed = isNamed(record) ? sentRecord.safeParse(record) : undefined;
        return parsed?.success ? withoutUnset(parsed.data) : undefined;
      };
      return {
        name,
        slug,
        records: readList(records, { place: `${place}[].records`, leftOut, read: readRecord }) ?? [],
      };
    },
  });
}

/** An instant of the years that an ISO date can write with four digits, wherever on earth. */
const sentInstant = wholeNumber.max(Date.parse('9999-12-30T00:00:00Z') / 1000);

/** Seconds since 1970 of the local day that an instant falls on, at 00:00 UTC: what a reader shows in UTC is that day. */
function floorToLocalDay(seconds: number, timeZone: string): number {
  const day = Date.parse(localDate(new Date(seconds * 1000), timeZone)) / 1000;
  return Math.max(0, day); // the first instants of 1970 are of 1969 west of Greenwich
}

type PartRequest = { timeZone: string; leftOut: LeftOut[] };

function readStreaks(body: unknown, { timeZone, leftOut }: PartRequest): Streaks | undefined {
  const sent = memberOf(body, 'streaks');
  if (sent === undefined) return undefined;
  if (!isObject(sent)) {
    leftOut.push('streaks');
    return undefined;
  }
  const readNumber = (key: keyof Streaks, schema = wholeNumber): number | undefined => {
    const value = memberOf(sent, key);
    const parsed = schema.safeParse(value);
    if (value !== undefined && !parsed.success) leftOut.push(`streaks.${key}`);
    return parsed.data;
  };
  const current_weekly = readNumber('current_weekly');
  const best_weekly = readNumber('best_weekly');
  const startedAt = readNumber('start_date_of_current_weekly', sentInstant);
  return withoutUnset({
    current_weekly,
    // Peloton sends a best that lags behind the current streak.
    best_weekly: best_weekly === undefined ? undefined : Math.max(best_weekly, current_weekly ?? 0),
    start_date_of_current_weekly: startedAt === undefined ? undefined : floorToLocalDay(startedAt, timeZone),
    current_daily: readNumber('current_daily'),
  });
}

/** Achievements from either shape: a flat list (version 1), or templates with a count each (version 2, and unversioned). */
function readAchievements(body: unknown, leftOut: LeftOut[]): Achievement[] | undefined {
  const counts = memberOf(body, 'achievement_counts');
  const counted = memberOf(counts, 'achievements');
  const flat = memberOf(body, 'achievements');
  const isFilled = (list: unknown) => Array.isArray(list) && list.length > 0;
  const isCounted =
    flat === undefined ? counts !== undefined : Array.isArray(counted) && (isFilled(counted) || !isFilled(flat));
  return readList(isCounted ? (counted ?? null) : flat, {
    place: isCounted ? 'achievement_counts.achievements' : 'achievements',
    leftOut,
    read: entry => {
      const template = memberOf(entry, 'template') ?? entry;
      if (!isNamed(template)) return undefined;
      const parsed = sentAchievement.safeParse(template);
      const count = sentCount.safeParse(memberOf(entry, 'count'));
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
  /** The local day of that instant, `YYYY-MM-DD`. */
  date: string;
  timeZone: string;
};

/**
 * The public snapshot of an overview, with every slug once, and the parts that were malformed and are left out.
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
    streaks: readStreaks(body, { timeZone, leftOut }),
    achievements: readAchievements(body, leftOut),
  });
  return { snapshot: uniteSlugs(snapshot), leftOut: [...new Set(leftOut)] };
}
