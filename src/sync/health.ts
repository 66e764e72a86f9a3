// The health of the service, computed from the records of the last runs: for a probe, and for the person who has to act. Pure.

import * as z from 'zod';
import type { ScheduleConfig } from '../config.ts';
import { type ErrorCode, errorTable, type StatsError } from '../errors.ts';
import { minuteMs } from '../stats/time.ts';
import { currentNotices, type Notice, noticeSchema } from './notices.ts';
import { isOutdated, latestScheduledInstant, nextScheduledInstant, nextTick, staleAfterMs } from './schedule.ts';
import { isFailing, type State } from './state.ts';

const instantOrNull = z.iso.datetime().nullable();
const codes = [...(Object.keys(errorTable) as ErrorCode[]), 'overdue', 'empty'] as const;

export const healthSchema = z
  .object({
    status: z.enum(['failing', 'stale', 'retrying', 'empty', 'ok']),
    problem: z.object({ code: z.enum(codes), hint: z.string(), since: z.iso.datetime() }).nullable(),
    notices: z.array(noticeSchema).meta({ description: 'They change no status.' }),
    last_success: instantOrNull,
    next_attempt: instantOrNull,
  })
  .meta({ id: 'Health' });

export type Health = z.infer<typeof healthSchema>;
type Problem = NonNullable<Health['problem']>;

const overdueHint =
  'No sync has run since it fell due: the timer is not running, or its runs fail before they can write down why. Call POST /api/sync, whose answer says which; restart the function app.';

/** A hint with what readers see while the problem lasts, which the error itself cannot know. */
function withReaders(hint: string, { lastSuccess, isAhead }: HealthFacts): string {
  if (isAhead) return `${hint} Readers see stats that a wrong clock dated ahead.`;
  return `${hint} ${lastSuccess ? 'Readers see the last good stats.' : 'There are no stats yet.'}`;
}

export type HealthFacts = {
  now: Date;
  schedule: ScheduleConfig;
  state: State;
  /** Undefined while there is no snapshot, or one that a wrong clock dated. */
  lastSuccess: Date | undefined;
  /** Whether there is a snapshot all the same: one that a wrong clock dated. */
  isAhead: boolean;
  /** When the process that asks started: it knows nothing of the ticks before. */
  startedAt: Date;
};

/** How long a tick may take to run a sync and record its outcome. */
const firstRunMs = 2 * minuteMs;

/** When the first sync comes, as far as is known: with the first tick since the start, or with the next one. */
function firstSync({ now, startedAt }: HealthFacts): { at: Date; isOver: boolean } {
  const first = nextTick(startedAt > now ? now : startedAt);
  const isOver = now.getTime() >= first.getTime() + firstRunMs;
  return { at: isOver ? nextTick(now) : first, isOver };
}

function isUntried({ state, lastSuccess }: HealthFacts): boolean {
  return lastSuccess === undefined && state.last_success === null && state.last_failure === null;
}

/** True where the sync is late, unless the service is too new for one. Where the snapshot is gone, the state's success counts. */
function isLate(facts: HealthFacts, scheduledAt: Date): boolean {
  const { now, schedule, state, lastSuccess } = facts;
  if (isUntried(facts) && !firstSync(facts).isOver) return false;
  const last = lastSuccess ?? (state.last_success === null ? undefined : new Date(state.last_success));
  return isOutdated(now, last, schedule) && now.getTime() - scheduledAt.getTime() > staleAfterMs;
}

/** The instant since which a sync is overdue: not one before the service was there. */
function overdueSince(facts: HealthFacts, scheduledAt: Date): Date {
  const { now, startedAt } = facts;
  return isUntried(facts) && startedAt > scheduledAt && startedAt <= now ? startedAt : scheduledAt;
}

function emptyProblem(facts: HealthFacts): Problem {
  const { now, startedAt, isAhead } = facts;
  const { at } = firstSync(facts);
  const when = `${at > now ? 'comes' : 'began'} with the tick at ${at.toISOString()}`;
  const untried = isUntried(facts)
    ? 'Nothing has been tried yet: the first sync'
    : 'The snapshot is gone: the next sync';
  const what = isAhead ? 'A wrong clock dated the stats ahead: the next sync replaces them, and' : untried;
  return { code: 'empty', hint: `${what} ${when}.`, since: (startedAt > now ? now : startedAt).toISOString() };
}

/** The instant of the next attempt; null where only an owner can end the wait. */
function nextAttempt({ next_attempt, refused }: State, { now, dueFrom }: { now: Date; dueFrom: Date }): string | null {
  const stop = refused?.stops_sync ? refused : null;
  if (stop?.until === null) return null;
  const waits = [next_attempt, stop?.until].flatMap(instant => (instant ? Date.parse(instant) : []));
  const at = new Date(Math.max(dueFrom.getTime(), ...waits));
  return (at > now ? at : nextTick(now)).toISOString();
}

export type HealthFault = {
  error: StatsError;
  now: Date;
  /** When the fault began, as far as is known. */
  since: Date;
  /** The last success and the notices, where they could be read all the same. */
  lastSuccess: Date | undefined;
  notices: readonly Notice[];
};

/** Settings, or a part of the store, that cannot be read: nothing else can be said, nor will a sync succeed. */
export function faultHealth({ error, now, since, lastSuccess, notices }: HealthFault): Health {
  return {
    status: 'failing',
    problem: { code: error.code, hint: `${error.message} ${error.hint}`, since: since.toISOString() },
    notices: currentNotices(notices, now),
    last_success: lastSuccess?.toISOString() ?? null,
    next_attempt: nextTick(now).toISOString(),
  };
}

/** The first status that holds, from the worst. */
export function evaluateHealth(facts: HealthFacts): Health {
  const { now, schedule, state, lastSuccess } = facts;
  const last_success = lastSuccess?.toISOString() ?? null;
  const scheduledAt = latestScheduledInstant(now, schedule);
  const dueFrom = isOutdated(now, lastSuccess, schedule) ? scheduledAt : nextScheduledInstant(now, schedule);
  const isStale = isLate(facts, scheduledAt);
  const common = {
    notices: currentNotices(state.notices, now),
    last_success,
    next_attempt: nextAttempt(state, { now, dueFrom }),
  };
  if (isFailing({ ...state, last_success: last_success ?? state.last_success }, now) && state.last_failure) {
    const { code, hint, since } = state.last_failure;
    const isGrave = code !== 'upstream-unavailable' || lastSuccess === undefined;
    const status = isGrave ? 'failing' : isStale ? 'stale' : 'retrying';
    return { status, problem: { code, hint: withReaders(hint, facts), since }, ...common };
  }
  if (isStale) {
    const hint = withReaders(overdueHint, facts);
    const since = overdueSince(facts, scheduledAt).toISOString();
    return { status: 'stale', problem: { code: 'overdue', hint, since }, ...common };
  }
  if (lastSuccess === undefined) return { status: 'empty', problem: emptyProblem(facts), ...common };
  return { status: 'ok', problem: null, ...common };
}

export function isHealthy({ status }: Health): boolean {
  return status === 'ok' || status === 'retrying';
}
