// Peloton's list of workouts, a page at a time: every workout since the first, the one that was recorded last first. A row is
// read field by field, since most fields are absent on some kind of workout (docs/peloton.md).

import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { WorkoutMode } from '../config.ts';
import { memberOf } from '../stats/json.ts';
import { changed } from './judge.ts';
import { type Api, askApi } from './overview.ts';

/** What Peloton gives at most; a larger limit is cut in silence. */
export const pageLimit = 100;

export type Workout = {
  /** SHA-256 of Peloton's id, which is private. */
  id: string;
  /** False while the workout is under way. */
  isComplete: boolean;
  /** Milliseconds since 1970. An import was recorded when it was imported, which may be years after its start. */
  recordedAt: number;
  startedAt: number;
  /** Peloton's slug; empty where the row has none. */
  discipline: string;
  /** The length of the class, else from start to end, else 0. */
  seconds: number;
  /** 0 where no sensor measured the output. */
  joules: number;
  isImported: boolean;
  title: string | undefined;
  instructor: string | undefined;
  effortPoints: number | undefined;
  isPersonalRecord: boolean | undefined;
};

export type WorkoutPage = {
  workouts: Workout[];
  /** The number of rows as sent, those that cannot be read included. */
  size: number;
  /** How many workouts the whole list has, where Peloton says so. */
  total: number | null;
  isLast: boolean;
};

const daySeconds = 86_400;
/** A number that is not plausible counts as absent. */
const between = (least: number, most: number) => z.number().min(least).max(most).optional().catch(undefined);
const secondsOf = (date: string) => Date.parse(date) / 1000;
/** A clock that nobody has set begins in 1970, in 1980 or in 2000. */
const instant = between(secondsOf('2000-02-01'), secondsOf('9999-12-30'));
/** A recording that nobody has stopped may be days long. */
const longest = 7 * daySeconds;
const duration = between(0, longest);
/** A day and a night at over a kilowatt. */
const joules = between(0, 1e8);
const points = between(0, 1e5);
const words = z
  .string()
  .transform(text => text.trim().slice(0, 200) || undefined)
  .optional()
  .catch(undefined);
const flag = z.boolean().optional().catch(undefined);

const sentRow = z.object({
  id: z.string().min(1).max(200),
  status: words,
  fitness_discipline: words,
  created_at: instant,
  start_time: instant,
  end_time: instant,
  total_work: joules,
  is_total_work_personal_record: flag,
  title: words,
  name: words,
  is_peloton_originated_workout: flag,
  is_3p_fit_feed_workout: flag,
});

const sentRide = z.object({
  id: words,
  title: words,
  duration,
  fitness_discipline: words,
  instructor_id: words,
  instructor: z.object({ id: words, name: words }).optional().catch(undefined),
});

type Ride = z.infer<typeof sentRide> | undefined;

/** Every "Just Ride", "Just Run" and the like has the same class of zeros, which is none. */
const noId = /^0+$/;

function readInstructor({ id = '', instructor_id, instructor }: z.infer<typeof sentRide>): string | undefined {
  const person = instructor_id ?? instructor?.id;
  return person !== undefined && ![id, person].some(each => noId.test(each)) ? instructor?.name : undefined;
}

/** What another app has sent may name a place, so a text counts as Peloton's only where the row says so, or a class has it. */
function readTitle({ name, title, is_peloton_originated_workout: isOwn }: z.infer<typeof sentRow>, ride: Ride) {
  const ofClass = (ride?.id ?? ride?.instructor_id) && ride?.title;
  return ofClass || (isOwn && title) || name;
}

/** Seconds since 1970. A workout that begins more than a day after it was recorded has the time of a clock that is wrong. */
function startOf({ created_at: created, start_time: start }: z.infer<typeof sentRow>): number | undefined {
  const isAhead = start !== undefined && created !== undefined && start - created > daySeconds;
  return isAhead ? created : (start ?? created);
}

/** The row of a workout; undefined where it has no id or no start, without which nothing can be counted. */
export function readWorkout(entry: unknown): Workout | undefined {
  const { data: row } = sentRow.safeParse(entry);
  const startedAt = row && startOf(row);
  if (!row || startedAt === undefined) return undefined;
  const ride: Ride = sentRide.safeParse(memberOf(entry, 'ride')).data;
  const isImported =
    row.is_3p_fit_feed_workout === true ||
    row.is_peloton_originated_workout === false ||
    memberOf(entry, 'peloton_id') === '';
  const measured = (row.end_time ?? 0) - startedAt;
  return {
    id: createHash('sha256').update(row.id).digest('base64url').slice(0, 22),
    isComplete: row.status === 'COMPLETE',
    recordedAt: (row.created_at ?? startedAt) * 1000,
    startedAt: startedAt * 1000,
    discipline: row.fitness_discipline ?? ride?.fitness_discipline ?? '',
    seconds: ride?.duration || (duration.parse(measured) ?? 0),
    joules: row.total_work ?? 0,
    isImported,
    title: isImported ? undefined : readTitle(row, ride),
    instructor: ride && !isImported ? readInstructor(ride) : undefined,
    effortPoints: points.parse(memberOf(memberOf(entry, 'effort_zones'), 'total_effort_points')),
    isPersonalRecord: row.is_total_work_personal_record,
  };
}

const count = z.int().nonnegative().optional().catch(undefined);
const sentPage = z.object({
  data: z.custom<unknown[]>(Array.isArray),
  limit: count,
  total: count,
  page_count: count,
  show_next: flag,
});

/**
 * Everything beside `data` may be missing, and a smaller limit than was asked for makes every page shorter. Where the numbers of
 * the envelope disagree, the one that promises more is believed: a page too many costs a request, one too few costs years.
 */
function isLast({ data, limit = pageLimit, ...sent }: z.infer<typeof sentPage>, page: number): boolean {
  const rowsBefore = page * limit + data.length;
  const promises = [
    sent.show_next,
    sent.page_count === undefined ? undefined : page + 1 < sent.page_count,
    sent.total === undefined ? undefined : rowsBefore < sent.total,
  ].filter(promise => promise !== undefined);
  return !promises.includes(true) && (promises.length > 0 || data.length < limit);
}

const joins: Record<Exclude<WorkoutMode, 'off'>, string> = { days: 'ride', classes: 'ride,ride.instructor' };

export type WorkoutsRequest = Api & {
  userId: string;
  /** From 0. */
  page: number;
  mode: Exclude<WorkoutMode, 'off'>;
};

/**
 * Asks for one page, once: a list that cannot be had now is asked for at a later tick.
 * @throws StatsError, `upstream-changed` where no row of the page can be read.
 */
export async function fetchWorkouts({ userId, page, mode, ...api }: WorkoutsRequest): Promise<WorkoutPage> {
  const query = `joins=${joins[mode]}&limit=${pageLimit}&page=${page}&sort_by=-created`;
  const path = `/api/user/${encodeURIComponent(userId)}/workouts?${query}`;
  const { answer, body } = await askApi(api, path, '/api/user/{id}/workouts');
  const { data: sent } = sentPage.safeParse(body);
  if (!sent) throw changed(answer, 'answered without a list of workouts');
  const workouts = sent.data.map(readWorkout).filter(workout => workout !== undefined);
  if (workouts.length === 0 && sent.data.length > 0) throw changed(answer, 'answered with workouts of another form');
  return { workouts, size: sent.data.length, total: sent.total ?? null, isLast: isLast(sent, page) };
}
