// The schedule: the instant at which the daily sync falls due, and when a failed sync is tried again. Pure.
// The scheduled instant of a local date is its first instant with local time ≥ SYNC_TIME: in a skipped hour the end of
// the gap, in a repeated one the first.

import type { ScheduleConfig } from '../config.ts';
import type { ErrorCode, StatsError } from '../errors.ts';
import { dayMs, hourMs, minuteMs, offsetAt, wallClock } from '../stats/time.ts';
import { isAhead, isFromWrongClock } from '../stats/wrong-clock.ts';

/** The instant of the one change of the zone's offset within a span. */
function findTransition(before: number, after: number, timeZone: string): number {
  const offset = offsetAt(before, timeZone);
  let [low, high] = [before, after];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle, timeZone) === offset) low = middle;
    else high = middle;
  }
  return high;
}

/** The scheduled instant of the local date that begins at `midnight` on the wall; undefined where the date lacks one. */
function scheduledInstant(midnight: number, { hour, minute, timeZone }: ScheduleConfig): number | undefined {
  const wall = midnight + hour * hourMs + minute * minuteMs;
  const candidates = [wall - dayMs, wall + dayMs].map(at => wall - offsetAt(at, timeZone)).sort((a, b) => a - b);
  const exact = candidates.find(at => wallClock(at, timeZone) === wall);
  if (exact !== undefined) return exact;
  const [earlier = wall, later = wall] = candidates;
  const endOfGap = findTransition(earlier, later, timeZone);
  return wallClock(endOfGap, timeZone) < midnight + dayMs ? endOfGap : undefined;
}

function midnightBefore(wall: number): number {
  return Math.floor(wall / dayMs) * dayMs;
}

/** The newest scheduled instant that is not after `now`. */
export function latestScheduledInstant(now: Date, schedule: ScheduleConfig): Date {
  const today = midnightBefore(wallClock(now.getTime(), schedule.timeZone));
  // From tomorrow, which has begun already where the clock was turned back over midnight.
  for (let midnight = today + dayMs; ; midnight -= dayMs) {
    const at = scheduledInstant(midnight, schedule);
    if (at !== undefined && at <= now.getTime()) return new Date(at);
  }
}

/** The first scheduled instant after `now`. */
export function nextScheduledInstant(now: Date, schedule: ScheduleConfig): Date {
  const today = midnightBefore(wallClock(now.getTime(), schedule.timeZone));
  for (let midnight = today; ; midnight += dayMs) {
    const at = scheduledInstant(midnight, schedule);
    if (at !== undefined && at > now.getTime()) return new Date(at);
  }
}

/** The timer's next tick: it runs every quarter of an hour. */
export function nextTick(now: Date): Date {
  return new Date((Math.floor(now.getTime() / (15 * minuteMs)) + 1) * 15 * minuteMs);
}

/** How long after its scheduled instant a missing sync makes the stats stale. */
export const staleAfterMs = 3 * hourMs;

/** True for the end of a wait that is not over. A wait whose end a wrong clock dated counts as over. */
export function isStillToCome(at: Date, now: Date): boolean {
  return now < at && !isFromWrongClock(at, now);
}

/**
 * True where the stats have to be synced: no snapshot exists, or the last success is older than the latest scheduled instant.
 * So too where the last success is dated ahead of the clock, since days would be lost in silence while it lies ahead: the run
 * that begins puts new stats in its place where it may, and else fails with the owner's next step.
 */
export function isOutdated(now: Date, lastSuccess: Date | undefined, schedule: ScheduleConfig): boolean {
  if (lastSuccess === undefined || isAhead(lastSuccess, now)) return true;
  return lastSuccess < latestScheduledInstant(now, schedule);
}

/** The wait after a failure: until an instant, until a secret changes, or none (`null`: every tick tries). */
export type Wait = { nextAttempt: Date | null; untilSecretsChange: boolean };

type FailedRun = {
  error: Pick<StatsError, 'code' | 'retryAfterMs' | 'credentialsJudged' | 'noSignInBefore'>;
  startedAt: Date;
  failedAt: Date;
};

const waitOf: Record<ErrorCode, (failure: FailedRun, failuresInRow: number) => Date | null> = {
  config: () => null,
  vault: () => null,
  storage: () => null,
  'sign-in-refused': () => null,
  'account-refused': ({ startedAt }) => new Date(startedAt.getTime() + 4 * hourMs),
  'upstream-changed': ({ startedAt }) => new Date(startedAt.getTime() + 4 * hourMs),
  internal: ({ startedAt }) => new Date(startedAt.getTime() + 4 * hourMs),
  // Counted from the start of the run, less a minute, so that a tick is never just too early.
  'upstream-unavailable': ({ startedAt }, failuresInRow) =>
    new Date(startedAt.getTime() + Math.min(15 * minuteMs * 2 ** (failuresInRow - 1), 4 * hourMs) - minuteMs),
};

/**
 * When a failed sync is tried again.
 * @param failuresInRow how many runs have failed with `upstream-unavailable` without a success, this one included.
 */
export function waitAfter(failure: FailedRun, failuresInRow: number): Wait {
  const { error, startedAt, failedAt } = failure;
  if (error.noSignInBefore) return { nextAttempt: error.noSignInBefore, untilSecretsChange: true };
  if (error.credentialsJudged) {
    const isKnown = error.code === 'sign-in-refused';
    return { nextAttempt: isKnown ? null : new Date(startedAt.getTime() + dayMs), untilSecretsChange: true };
  }
  const own = waitOf[error.code](failure, failuresInRow);
  const asked = error.retryAfterMs === undefined ? undefined : new Date(failedAt.getTime() + error.retryAfterMs);
  const later = own && asked && asked > own ? asked : (own ?? asked ?? null);
  return { nextAttempt: later, untilSecretsChange: false };
}

export type DueQuestion = {
  now: Date;
  schedule: ScheduleConfig;
  /** Undefined while no snapshot exists. */
  lastSuccess: Date | undefined;
  nextAttempt: Date | null;
  /** A refused sign-in: until that instant (null: without an end) a run begins only where a secret has changed. */
  refused: { until: Date | null } | null;
};

/** The due rule: whether a tick may begin a run, or may only where a secret has changed since a refused sign-in. */
export function decideDue({ now, schedule, lastSuccess, nextAttempt, refused }: DueQuestion) {
  if (!isOutdated(now, lastSuccess, schedule)) return 'not-due';
  if (nextAttempt && isStillToCome(nextAttempt, now)) return 'not-due';
  if (refused && (refused.until === null || isStillToCome(refused.until, now))) return 'due-if-a-secret-changed';
  return 'due';
}
