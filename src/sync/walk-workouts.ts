// The two walks through the list of workouts: through the newest pages with each sync, and once through the past. The list is
// ordered by when a workout was recorded, so new ones move the rest down while one walks, and deletions move it up. Pure.

import type { Workout, WorkoutPage } from '../peloton/workouts.ts';
import { recentCount } from '../stats/recent-workouts.ts';
import type { RecentWorkout } from '../stats/schemas.ts';
import { dayMs, localDate } from '../stats/time.ts';
import { isFromWrongClock } from '../stats/wrong-clock.ts';
import type { ActivityRows } from './activity-rows.ts';

/** The days before today that each walk makes anew: imports come late, and workouts are deleted. */
const daysAnew = 14;
/**
 * A workout of one of those days was recorded later than this. Peloton orders by the clock on the wall of each workout, which
 * may be off by a day, and one begins a minute or two after it is recorded.
 */
const recordedBeforeMs = (daysAnew + 3) * dayMs;
/** More than are published, so that there are others where some are deleted. */
const latestKept = 2 * recentCount;

/** Begins a walk through the newest pages. What an unfinished one has added stays marked, since older rows may be missing. */
export function beginNewest(kept: ActivityRows): void {
  kept.newest = { page: 0, total: null, seen: new Set(), added: kept.newest?.added ?? new Set() };
}

/** The page to read next; undefined where all is read. */
export function nextPage({ newest, past }: ActivityRows): number | undefined {
  return (newest ?? past)?.page;
}

function publicWorkout(workout: Workout, date: string): RecentWorkout {
  const { discipline, title, seconds, joules, effortPoints, instructor, isPersonalRecord, isImported } = workout;
  return {
    date,
    ...(discipline !== '' && { discipline }),
    ...(title !== undefined && { title }),
    ...(seconds > 0 && { duration_s: Math.round(seconds) }),
    ...(joules > 0 && { output_kj: Math.round(joules / 1000) }),
    ...(effortPoints !== undefined && { effort_points: effortPoints }),
    ...(instructor !== undefined && { instructor }),
    ...(isPersonalRecord !== undefined && { is_personal_record: isPersonalRecord }),
    imported: isImported,
  };
}

function keepWorkouts(kept: ActivityRows, workouts: readonly Workout[], now: Date): void {
  for (const workout of workouts) {
    const { id, isComplete, startedAt, discipline, seconds, joules, isImported } = workout;
    kept.newest?.seen.add(id);
    if (!isComplete) kept.rows.delete(id);
    const start = new Date(startedAt);
    if (!isComplete || isFromWrongClock(start, now)) continue;
    const date = localDate(start, kept.time_zone);
    if (!kept.rows.has(id)) kept.newest?.added.add(id);
    kept.rows.set(id, { date, discipline, seconds, joules, isImported });
    kept.latest = [
      ...kept.latest.filter(other => other.id !== id),
      { id, started_at: startedAt, workout: publicWorkout(workout, date) },
    ];
  }
}

function keepLatest(kept: ActivityRows): void {
  kept.latest = kept.latest
    .filter(({ id }) => kept.rows.has(id))
    .sort((a, b) => b.started_at - a.started_at)
    .slice(0, latestKept);
}

/** Ends a walk that has met every workout of the last days: one that it has not met is deleted. */
function endNewest(kept: ActivityRows, now: Date): void {
  const since = localDate(new Date(now.getTime() - daysAnew * dayMs), kept.time_zone);
  for (const [id, { date }] of kept.rows) {
    if (date >= since && !kept.newest?.seen.has(id)) kept.rows.delete(id);
  }
  kept.newest = null;
}

function goOn(walk: { page: number; total: number | null }, { total, size }: WorkoutPage): void {
  const fell = walk.total === null || total === null ? 0 : walk.total - total;
  // A deletion has moved rows up, perhaps from this page to one that is read already.
  if (fell > 0) walk.page = Math.max(0, walk.page - Math.ceil(fell / Math.max(size, 1)));
  else walk.page += 1;
  walk.total = total;
}

/**
 * True for a page that reaches what an earlier walk has read: with the older part of the list nothing can have happened. The page's
 * last workout is asked too, since one that a wrong clock recorded may stand anywhere.
 */
function reachesKnown({ rows, newest }: ActivityRows, { workouts }: WorkoutPage, now: Date): boolean {
  const isOld = ({ recordedAt }: Workout) => recordedAt < now.getTime() - recordedBeforeMs;
  const isKnown = ({ id }: Workout) => rows.has(id) && !newest?.added.has(id);
  return workouts.slice(-1).some(isOld) && workouts.some(workout => isOld(workout) && isKnown(workout));
}

/** Ends the walks that a page brings to their end: that through the newest pages goes over into that through the past. */
function endWalks(kept: ActivityRows, { isWhole, isLast }: Record<'isWhole' | 'isLast', boolean>, now: Date): void {
  const { newest, past } = kept;
  if (newest && past && past.page <= newest.page) {
    kept.past = { page: newest.page, total: newest.total };
    if (!isWhole) kept.newest = null;
  }
  if (newest && isWhole) endNewest(kept, now);
  if (past && isLast) {
    kept.past = null;
    kept.past_read_at = now.toISOString();
  }
}

/** Adds the page that `nextPage` named. */
export function addPage(kept: ActivityRows, page: WorkoutPage, now: Date): void {
  const walk = kept.newest ?? kept.past;
  if (!walk) throw new TypeError('There is no page to add.');
  const { page: number } = walk;
  if (kept.newest && number === 0) kept.as_of = now.toISOString();
  const isWhole = page.isLast || reachesKnown(kept, page, now);
  keepWorkouts(kept, page.workouts, now);
  goOn(walk, page);
  if (walk.page > number) endWalks(kept, { isWhole, isLast: page.isLast }, now);
  keepLatest(kept);
}
