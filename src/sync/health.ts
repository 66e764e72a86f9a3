// How the service is, from what the last runs wrote down: for a probe, and for the person it names. Pure.

import * as z from 'zod';
import type { ScheduleConfig } from '../config.ts';
import { type ErrorCode, errorTable, type StatsError } from '../errors.ts';
import { isFailing } from './outcome.ts';
import { isOutdated, latestScheduledInstant, nextScheduledInstant, nextTick, staleAfterMs } from './schedule.ts';
import type { State } from './state.ts';

const instant = z.iso.datetime().nullable();
const codes = [...(Object.keys(errorTable) as ErrorCode[]), 'overdue'] as const;

export const healthSchema = z
  .object({
    status: z.enum(['failing', 'stale', 'retrying', 'empty', 'ok']),
    problem: z.object({ code: z.enum(codes), hint: z.string(), since: z.iso.datetime() }).nullable(),
    last_success: instant,
    next_attempt: instant,
  })
  .meta({ id: 'Health' });

export type Health = z.infer<typeof healthSchema>;
type Problem = NonNullable<Health['problem']>;

const overdueHint =
  'No sync has run since it fell due: the timer is not running, or its runs fail before they can write down why. Call POST /api/sync, whose answer says which; restart the function app.';

/** What readers see while a problem lasts. The hint of an error cannot know it. */
function withReaders(hint: string, lastSuccess: Date | undefined): string {
  return `${hint} ${lastSuccess ? 'Readers see the last good stats.' : 'There are no stats yet.'}`;
}

export type HealthFacts = {
  now: Date;
  schedule: ScheduleConfig;
  state: State;
  /** Undefined while there is no snapshot. */
  lastSuccess: Date | undefined;
};

/** When the next sync may run, from when it is owed on; null where only an owner can end the wait. */
function nextAttempt(
  { next_attempt, refused }: State,
  { now, owedFrom }: { now: Date; owedFrom: Date },
): string | null {
  const stop = refused?.stops_sync ? refused : null;
  if (stop?.until === null) return null;
  const waits = [next_attempt, stop?.until].flatMap(instant => (instant ? Date.parse(instant) : []));
  const at = new Date(Math.max(owedFrom.getTime(), ...waits));
  return (at > now ? at : nextTick(now)).toISOString();
}

/** Settings, or a part of the store, that cannot be read: nothing else can be said, nor will a sync succeed. */
export function faultHealth(fault: StatsError, now: Date, lastSuccess: Date | undefined): Health {
  return {
    status: 'failing',
    problem: { code: fault.code, hint: `${fault.message} ${fault.hint}`, since: now.toISOString() },
    last_success: lastSuccess?.toISOString() ?? null,
    next_attempt: nextTick(now).toISOString(),
  };
}

/** The first status that holds, from the worst. */
export function evaluateHealth({ now, schedule, state, lastSuccess }: HealthFacts): Health {
  const last_success = lastSuccess?.toISOString() ?? null;
  const scheduledAt = latestScheduledInstant(now, schedule);
  const isDue = isOutdated(now, lastSuccess, schedule);
  const isStale = isDue && now.getTime() - scheduledAt.getTime() > staleAfterMs;
  const owedFrom = isDue ? scheduledAt : nextScheduledInstant(now, schedule);
  const next_attempt = nextAttempt(state, { now, owedFrom });

  if (isFailing({ ...state, last_success: last_success ?? state.last_success }) && state.last_failure) {
    const { code, hint, since } = state.last_failure;
    const isGrave = code !== 'upstream-unavailable' || lastSuccess === undefined;
    const status = isGrave ? 'failing' : isStale ? 'stale' : 'retrying';
    const problem: Problem = { code, hint: withReaders(hint, lastSuccess), since };
    return { status, problem, last_success, next_attempt };
  }
  if (isStale) {
    const problem: Problem = {
      code: 'overdue',
      hint: withReaders(overdueHint, lastSuccess),
      since: scheduledAt.toISOString(),
    };
    return { status: 'stale', problem, last_success, next_attempt };
  }
  return { status: lastSuccess === undefined ? 'empty' : 'ok', problem: null, last_success, next_attempt };
}

export function isHealthy({ status }: Health): boolean {
  return status === 'ok' || status === 'retrying';
}
