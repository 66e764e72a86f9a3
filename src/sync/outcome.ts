// The outcome of a run, written into state.json for the next run: a success, a failure with the wait that follows from it, or
// the result of a sign-in for its own sake.

import { isDeepStrictEqual } from 'node:util';
import { asStatsError, type ErrorCode, type StatsError } from '../errors.ts';
import { type Log, noticeBegun } from '../log.ts';
import { knownVersions, type SessionStore } from '../peloton/session-store.ts';
import { isSameVersions, type SecretVersions } from '../peloton/sign-in-secrets.ts';
import { isUnreadable, unreadableHint } from '../peloton/stored-session.ts';
import { describeLostParts, findLostParts, type LostPart } from '../stats/losses.ts';
import type { Snapshot } from '../stats/snapshot.ts';
import { type Ledger, openLedger, recentSignIns, withOutcome } from './ledger.ts';
import { type Findings, updateNotices } from './notices.ts';
import type { Run } from './run.ts';
import { type Wait, waitAfter } from './schedule.ts';
import { type HookState, isFailing, openState, type RunState, type State, type StateFile } from './state.ts';

export type RunRecord = { file: RunState; ledger: Ledger; startedAt: Date; clock: () => Date; log: Log };

type Refused = State['refused'];

/** Opens state.json for a run that has the lease. */
export function openRecord(
  { closing, clock, log }: Run,
  { file: opened, force }: { file: StateFile; force: boolean },
): RunRecord {
  const file = openState(closing, opened);
  return { file, ledger: openLedger({ file, clock, force }), startedAt: clock(), clock, log };
}

/**
 * Saves changes together with the notices that follow from the run's findings, and then logs the notices that begin: once each,
 * since later runs read them in the state.
 */
async function saveWithNotices({ file, clock, log }: RunRecord, changes: Partial<State>, findings: Findings) {
  const { notices, begun } = updateNotices(file.state.notices, findings, clock());
  await file.save({ ...changes, notices });
  for (const { code, hint } of begun) log('warn', noticeBegun, { code, hint });
}

/**
 * Saves the states of the hooks, where any of them has changed.
 * @throws StatsError `storage`.
 */
export async function recordHooks(record: RunRecord, hooks: HookState[], findings: Findings): Promise<void> {
  const { state } = record.file;
  const { notices } = updateNotices(state.notices, findings, record.clock());
  const isNew = !isDeepStrictEqual([hooks, notices], [state.hooks, state.notices]);
  if (isNew) await saveWithNotices(record, { hooks }, findings);
}

/**
 * Saves where the reading of the list of workouts stands.
 * @throws StatsError `storage`.
 */
export async function recordReading(record: RunRecord, workouts: State['workouts'], findings: Findings): Promise<void> {
  await saveWithNotices(record, { workouts }, findings);
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

/** The recent sign-ins; the one that this run made gets its outcome, where it has none yet. */
function endedSignIns({ file, ledger, clock }: RunRecord, outcome: ErrorCode | 'signed-in'): State['sign_ins'] {
  const signIns = recentSignIns(file.state, clock());
  return ledger.isSignInPending() ? withOutcome(signIns, outcome) : signIns;
}

/** The stricter of two refusals. */
function stricterOf(one: Refused, other: Refused): Refused {
  if (!one || !other) return one ?? other;
  const endOf = ({ until }: NonNullable<Refused>) => (until === null ? Number.POSITIVE_INFINITY : Date.parse(until));
  return { ...(endOf(one) > endOf(other) ? one : other), stops_sync: one.stops_sync || other.stops_sync };
}

/** The refusal of an earlier run. With other secrets it is over, whatever became of this run. */
function stillRefused({ refused }: State, tried: SecretVersions | undefined): Refused {
  return !refused || !tried || isSameVersions(refused.versions, tried) ? refused : null;
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

/** The notice of a session that cannot be read, by the secrets as the run leaves them; no finding where it read none. */
function findUnreadableSession({ secrets }: SessionStore): Findings {
  if (!secrets) return {};
  return { 'session-unreadable': isUnreadable(secrets.session) ? { hint: unreadableHint } : null };
}

function judgeLostParts(lost: readonly LostPart[]): Findings {
  const [oldest] = lost;
  return { 'parts-lost': oldest ? { hint: describeLostParts(lost), since: oldest.since } : null };
}

export type Success = {
  store: SessionStore;
  snapshot: Snapshot;
  /** Places of the overview that were malformed. */
  leftOut: readonly string[];
  /** The snapshot that readers saw before. */
  before: Snapshot | undefined;
};

/** @throws StatsError `storage`, as all functions that record. */
export async function recordSuccess(record: RunRecord, { store, ...parts }: Success): Promise<void> {
  const { refused, last_failure: failure, lost_parts: known, workouts } = record.file.state;
  const lost = findLostParts({ ...parts, known });
  const changes: Partial<State> = {
    last_success: parts.snapshot.synced_at,
    last_failure: failure && { ...failure, is_over: true },
    next_attempt: null,
    refused: record.ledger.hasSignedIn() ? null : refused && { ...refused, stops_sync: false },
    sign_ins: endedSignIns(record, 'signed-in'),
    lost_parts: lost,
    workouts: { past_read_at: null, failing_after: null, ...workouts, is_pending: true },
  };
  await saveWithNotices(record, changes, { ...findUnreadableSession(store), ...judgeLostParts(lost) });
}

export async function recordFailure(record: RunRecord, error: StatsError, store: SessionStore): Promise<void> {
  const { state } = record.file;
  const tried = knownVersions(store);
  const failedAt = record.clock();
  const previous = isFailing(state, failedAt) ? state.last_failure : null;
  const unavailableBefore = previous?.unavailable_in_row ?? 0;
  const unavailableInRow = unavailableBefore + (error.code === 'upstream-unavailable' ? 1 : 0);
  const wait = waitAfter({ error, startedAt: record.startedAt, failedAt }, Math.max(unavailableInRow, 1));
  const changes: Partial<State> = {
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
  };
  await saveWithNotices(record, changes, findUnreadableSession(store));
}

/**
 * Records a sign-in that a person made in a browser: what a refused sign-in had stopped goes on, and nothing is waited for but an
 * outage.
 */
export async function recordBrowserSignIn(record: RunRecord, store: SessionStore): Promise<void> {
  const { last_failure: failure, next_attempt } = record.file.state;
  const isOutage = failure?.code === 'upstream-unavailable';
  const changes = { refused: null, next_attempt: isOutage ? next_attempt : null };
  await saveWithNotices(record, changes, findUnreadableSession(store));
}

/** Records the result of a sign-in for its own sake. The waits of the syncs stay. */
export async function recordSignIn(
  record: RunRecord,
  outcome: 'signed-in' | StatsError,
  store: SessionStore,
): Promise<void> {
  const { file, startedAt, clock } = record;
  if (outcome === 'signed-in') {
    await saveWithNotices(
      record,
      { refused: null, sign_ins: endedSignIns(record, outcome) },
      findUnreadableSession(store),
    );
    return;
  }
  const wait = waitAfter({ error: outcome, startedAt, failedAt: clock() }, 1);
  const changes: Partial<State> = {
    refused: refusalAfter(file.state, { wait, tried: knownVersions(store), stopsSync: false }),
    sign_ins: endedSignIns(record, outcome.code),
  };
  await saveWithNotices(record, changes, findUnreadableSession(store));
}
