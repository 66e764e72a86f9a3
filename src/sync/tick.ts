// One tick: decides whether a sync is due, runs it, records its outcome, calls the build hooks that are pending, and reads the
// list of workouts on. A tick that has none of these to do reads two blobs, writes nothing and asks nothing of Peloton.

import { asStatsError, StatsError, stackOf } from '../errors.ts';
import { type Log, syncFailed, syncSucceeded, timed } from '../log.ts';
import { isSameVersions, readSignInSecrets, type SecretVersions, versionsOf } from '../peloton/sign-in-secrets.ts';
import { dayBlob } from '../stats/blobs.ts';
import type { Snapshot } from '../stats/snapshot.ts';
import { localDate } from '../stats/time.ts';
import { type Checkpoint, readCheckpoint } from './checkpoint.ts';
import { callHooks, digestStats, type HookRound, hasPendingHook, type News } from './hooks.ts';
import { openRecord, type RunRecord, recordFailure, recordHooks, recordSuccess, tryToRecord } from './outcome.ts';
import { readSnapshot } from './public-blobs.ts';
import { pagesPerTick, readWorkouts } from './read-workouts.ts';
import type { Run } from './run.ts';
import { decideDue } from './schedule.ts';
import { openAccount, sessionParts } from './session-parts.ts';
import { isFailing, type State } from './state.ts';
import { sync } from './sync.ts';

export type TickOutcome =
  | { outcome: 'synced'; date: string; synced_at: string }
  | { outcome: 'not-due' }
  | { outcome: 'busy' };

async function hasSecretChanged({ vault, log }: Run, tried: SecretVersions): Promise<boolean> {
  const secrets = await timed(log, 'vault.read', () => readSignInSecrets(vault));
  return !isSameVersions(versionsOf(secrets), tried);
}

async function isDue(run: Run, { file: { state }, lastSuccess }: Checkpoint): Promise<boolean> {
  const toDate = (text: string | null) => (text === null ? null : new Date(text));
  const decision = decideDue({
    now: run.clock(),
    schedule: run.config.schedule,
    lastSuccess,
    nextAttempt: toDate(state.next_attempt),
    refused: state.refused?.stops_sync ? { until: toDate(state.refused.until) } : null,
  });
  if (decision !== 'due-if-a-secret-changed') return decision === 'due';
  return state.refused === null || (await hasSecretChanged(run, state.refused.versions));
}

/** The newest stats and the end of the past, of which hooks hear. */
function newsOf(snapshot: Snapshot, { workouts }: State): News {
  return { snapshot, pastReadAt: workouts?.past_read_at ?? null };
}

function isHookPending({ clock }: Run, snapshot: Snapshot | undefined, state: State): boolean {
  return snapshot !== undefined && hasPendingHook(state.hooks, newsOf(snapshot, state), clock());
}

/** Whether the list of workouts is to be read on. While syncs fail it is left alone, as Peloton is. */
function isListPending({ clock }: Run, { workouts, ...state }: State): boolean {
  return workouts?.is_pending === true && !isFailing({ ...state, workouts }, clock());
}

/** The newest snapshot; where that is gone or damaged, the one of the day of the last success. */
async function readLastPublished({ config, storage }: Run, { file, latest }: Checkpoint) {
  const { last_success: at } = file.state;
  if (latest?.snapshot || at === null) return latest?.snapshot;
  const date = localDate(new Date(at), config.schedule.timeZone);
  return (await readSnapshot(storage.public, dayBlob(date)))?.snapshot;
}

/** The newest stats, and whether this sync has changed them. */
type Stats = { snapshot: Snapshot; hasChanged: boolean };

/** The sync with its outcome written down. */
async function syncAndRecord(
  run: Run,
  checkpoint: Checkpoint,
  { record, force }: { record: RunRecord; force: boolean },
) {
  const { log } = run;
  const session = sessionParts(run, record);
  const { store } = session;
  try {
    const before = await readLastPublished(run, checkpoint);
    const { snapshot, leftOut, account } = await sync(run, {
      session,
      latest: checkpoint.latest?.snapshot,
      before,
      force,
    });
    // The snapshot is public and holds the instant of its sync: a state that cannot be written does not make this a failure.
    await tryToRecord(log, () => recordSuccess(record, { store, snapshot, leftOut, before }));
    return { snapshot, account, hasChanged: !before || digestStats(before) !== digestStats(snapshot) };
  } catch (thrown) {
    await run.stopWork();
    await tryToRecord(log, () => recordFailure(record, asStatsError(thrown), store));
    throw thrown;
  }
}

async function tellHooks(run: Run, record: RunRecord, { snapshot, hasChanged }: Stats) {
  const { siteHttp: http, vault, clock, log } = run;
  const { state } = record.file;
  const round: HookRound = {
    ...newsOf(snapshot, state),
    hasChanged,
    known: state.hooks,
    save: (hooks, findings) => recordHooks(record, hooks, findings),
  };
  await callHooks({ http, vault, clock, log }, round);
}

async function tellPendingHooks(run: Run, record: RunRecord, snapshot: Snapshot): Promise<void> {
  if (isHookPending(run, snapshot, record.file.state)) await tellHooks(run, record, { snapshot, hasChanged: false });
}

/** What a run does that needs no sync: it tells the hooks that are pending, and a timer's run reads the list of workouts on. */
async function goOn(run: Run, record: RunRecord, { snapshot, isTimer }: { snapshot: Snapshot; isTimer: boolean }) {
  await tellPendingHooks(run, record, snapshot);
  if (!isTimer || !isListPending(run, record.file.state)) return;
  const counted = snapshot.workout_counts.total_workouts;
  await readWorkouts(run, record, { account: () => openAccount(run, record), maxPages: pagesPerTick, counted });
  await tellPendingHooks(run, record, snapshot); // of a past that is complete now
}

type Attempt = {
  force: boolean;
  /** Whether the timer has called: its run may take the time that it has, a caller waits for the answer. */
  isTimer: boolean;
  onSynced: (outcome: TickOutcome) => void;
};

/** The sync, and all that follows a good one. */
async function syncAndTell(
  run: Run,
  record: RunRecord,
  { checkpoint, ...attempt }: Attempt & { checkpoint: Checkpoint },
) {
  const { account, ...stats } = await syncAndRecord(run, checkpoint, { record, force: attempt.force });
  await tellHooks(run, record, stats);
  const { date, synced_at, workout_counts } = stats.snapshot;
  const outcome: TickOutcome = { outcome: 'synced', date, synced_at };
  attempt.onSynced(outcome);
  const maxPages = attempt.isTimer ? pagesPerTick : 1;
  await readWorkouts(run, record, { account: async () => account, maxPages, counted: workout_counts.total_workouts });
  return outcome;
}

async function attempt(run: Run, options: Attempt): Promise<TickOutcome> {
  const { force, isTimer } = options;
  const first = await readCheckpoint(run);
  const { state } = first.file;
  const isPending = isHookPending(run, first.latest?.snapshot, state) || (isTimer && isListPending(run, state));
  if (!force && !isPending && !(await isDue(run, first))) return { outcome: 'not-due' };
  if (!(await run.takeLease())) return { outcome: 'busy' };
  const checkpoint = await readCheckpoint(run); // another run may have ended since the first
  const record = openRecord(run, { file: checkpoint.file, force });
  if (force || (await isDue(run, checkpoint))) return await syncAndTell(run, record, { ...options, checkpoint });
  const snapshot = checkpoint.latest?.snapshot;
  if (snapshot) await goOn(run, record, { snapshot, isTimer });
  return { outcome: 'not-due' };
}

async function attemptAndEnd(run: Run, options: Attempt): Promise<TickOutcome> {
  try {
    return await attempt(run, options);
  } finally {
    await run.end();
  }
}

export type TickRequest = { log: Log; force: boolean; isTimer?: boolean };

/**
 * Syncs where a sync is due. `force` overrides the due rule, the waits, the loss check and what is dated ahead of the clock;
 * not the lease, and not the cap on sign-ins.
 * @param open starts the run; what it throws ends the tick like any other failure.
 * @throws StatsError, after the event `sync.failed`.
 */
export async function tick(
  open: () => Promise<Run>,
  { log, force, isTimer = false }: TickRequest,
): Promise<TickOutcome> {
  const startedAt = performance.now();
  const duration = () => ({ duration_ms: Math.round(performance.now() - startedAt) });
  const onSynced = (outcome: TickOutcome) => log('info', syncSucceeded, { ...outcome, ...duration() });
  try {
    return await attemptAndEnd(await open(), { force, isTimer, onSynced });
  } catch (thrown) {
    const error = asStatsError(thrown);
    const { code, hint, message } = error;
    if (!(thrown instanceof StatsError)) log('error', 'defect', { stack: stackOf(thrown) });
    log('error', syncFailed, { code, hint, message, ...duration() });
    throw error;
  }
}
