// How a run ended, written into state.json for the next one: a success, a failure with the wait that it means, or what became
// of a sign-in for its own sake.

import { asStatsError, type ErrorCode, type StatsError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { SecretVersions } from '../peloton/sign-in-secrets.ts';
import { type Ledger, openLedger, recentSignIns } from './ledger.ts';
import type { Run } from './run.ts';
import { type Wait, waitAfter } from './schedule.ts';
import { openState, type RunState, type State, type StateFile } from './state.ts';

export type RunRecord = { file: RunState; ledger: Ledger; startedAt: Date; clock: () => Date };

type Refused = State['refused'];

/** What a run that has the lease writes into state.json. */
export function openRecord(
  { closing, clock }: Run,
  { file: opened, force }: { file: StateFile; force: boolean },
): RunRecord {
  const file = openState(closing, opened);
  return { file, ledger: openLedger({ file, clock, force }), startedAt: clock(), clock };
}

/** Records how a run ended. A failure to do so is logged, and does not hide how the run ended. */
export async function tryToRecord(log: Log, record: () => Promise<void>): Promise<void> {
  try {
    await record();
  } catch (second) {
    const { code, message } = asStatsError(second);
    log('error', 'state.not-written', { code, message });
  }
}

/** True while no success has followed the last failure. */
export function isFailing({ last_failure: failure, last_success: success }: State): boolean {
  return failure !== null && (success === null || failure.at > success);
}

/** The recent sign-ins; the one that this run made, if it did, gets its outcome. */
function endedSignIns({ file, ledger, clock }: RunRecord, outcome: ErrorCode | 'signed-in'): State['sign_ins'] {
  const signIns = recentSignIns(file.state, clock());
  const last = signIns.at(-1);
  return ledger.hasSignedIn() && last ? [...signIns.slice(0, -1), { ...last, outcome }] : signIns;
}

/** The stricter of two refusals. */
function stricterOf(one: Refused, other: Refused): Refused {
  if (!one || !other) return one ?? other;
  const endOf = ({ until }: NonNullable<Refused>) => (until === null ? Number.POSITIVE_INFINITY : Date.parse(until));
  return { ...(endOf(one) > endOf(other) ? one : other), stops_sync: one.stops_sync || other.stops_sync };
}

/** The refusal of an earlier run. With other secrets it is over, whatever became of this run. */
function stillRefused({ refused }: State, tried: SecretVersions | undefined): Refused {
  if (!refused || !tried) return refused;
  const { username, password, session } = refused.versions;
  const isSame = username === tried.username && password === tried.password && session === tried.session;
  return isSame ? refused : null;
}

type Ending = {
  wait: Wait;
  /** The secrets as the run leaves them; undefined where they could not be read. */
  tried: SecretVersions | undefined;
  stopsSync: boolean;
};

/** The refusal that stands after a failure. */
function refusalAfter(state: State, { wait, tried, stopsSync }: Ending): Refused {
  const earlier = stillRefused(state, tried);
  if (!wait.untilSecretsChange || !tried) return earlier;
  const until = wait.nextAttempt?.toISOString() ?? null;
  return stricterOf(earlier, { versions: tried, until, stops_sync: stopsSync });
}

/** @throws StatsError `storage`, as all that record do. */
export async function recordSuccess(record: RunRecord, syncedAt: Date): Promise<void> {
  const { refused } = record.file.state;
  await record.file.save({
    last_success: syncedAt.toISOString(),
    next_attempt: null,
    refused: record.ledger.hasSignedIn() ? null : refused && { ...refused, stops_sync: false },
    sign_ins: endedSignIns(record, 'signed-in'),
  });
}

export async function recordFailure(
  record: RunRecord,
  error: StatsError,
  tried: SecretVersions | undefined,
): Promise<void> {
  const { state } = record.file;
  const failedAt = record.clock();
  const previous = isFailing(state) ? state.last_failure : null;
  const unavailableBefore = previous?.unavailable_in_row ?? 0;
  const unavailableInRow = unavailableBefore + (error.code === 'upstream-unavailable' ? 1 : 0);
  const wait = waitAfter({ error, startedAt: record.startedAt, failedAt }, Math.max(unavailableInRow, 1));
  await record.file.save({
    last_failure: {
      at: failedAt.toISOString(),
      since: previous?.code === error.code ? previous.since : failedAt.toISOString(),
      code: error.code,
      hint: error.hint,
      unavailable_in_row: unavailableInRow,
    },
    next_attempt: wait.untilSecretsChange ? null : (wait.nextAttempt?.toISOString() ?? null),
    refused: refusalAfter(state, { wait, tried, stopsSync: true }),
    sign_ins: endedSignIns(record, error.code),
  });
}

/** What became of a sign-in for its own sake. The syncs keep their waits. */
export async function recordSignIn(
  record: RunRecord,
  outcome: 'signed-in' | StatsError,
  tried: SecretVersions | undefined,
): Promise<void> {
  const { file, startedAt, clock } = record;
  if (outcome === 'signed-in') {
    await file.save({ refused: null, sign_ins: endedSignIns(record, outcome) });
    return;
  }
  const wait = waitAfter({ error: outcome, startedAt, failedAt: clock() }, 1);
  await file.save({
    refused: refusalAfter(file.state, { wait, tried, stopsSync: false }),
    sign_ins: endedSignIns(record, outcome.code),
  });
}
