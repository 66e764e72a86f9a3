// One tick: decides whether a sync is due, runs it, records its outcome, and calls the build hooks that are pending.
// A tick that is not due reads two blobs, writes nothing and asks nothing of Peloton.

import { asStatsError, StatsError, stackOf } from '../errors.ts';
import { type Log, syncFailed, syncSucceeded, timed } from '../log.ts';
import { createSessionStore } from '../peloton/session-store.ts';
import { isSameVersions, readSignInSecrets, type SecretVersions, versionsOf } from '../peloton/sign-in-secrets.ts';
import { dayBlob } from '../stats/blobs.ts';
import type { Snapshot } from '../stats/snapshot.ts';
import { localDate } from '../stats/time.ts';
import { type Checkpoint, readCheckpoint } from './checkpoint.ts';
import { callHooks, digestStats, type HookRound, hasPendingHook } from './hooks.ts';
import { openRecord, type RunRecord, recordFailure, recordHooks, recordSuccess, tryToRecord } from './outcome.ts';
import { readSnapshot } from './public-blobs.ts';
import type { Run } from './run.ts';
import { decideDue } from './schedule.ts';
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

function isHookPending({ clock }: Run, { file, latest }: Checkpoint): boolean {
  return hasPendingHook(file.state.hooks, latest?.snapshot, clock());
}

/** The newest snapshot; where that is gone or damaged, the one of the day of the last success. */
async function readLastPublished({ config, storage }: Run, { file, latest }: Checkpoint) {
  const { last_success: at } = file.state;
  if (latest?.snapshot || at === null) return latest?.snapshot;
  const date = localDate(new Date(at), config.schedule.timeZone);
  return (await readSnapshot(storage.public, dayBlob(date)))?.snapshot;
}

/** The sync with its outcome written down. */
async function syncAndRecord(
  run: Run,
  checkpoint: Checkpoint,
  { record, force }: { record: RunRecord; force: boolean },
) {
  const { http, config, log, clock } = run;
  const store = createSessionStore(run);
  const session = { http, peloton: config.peloton, store, ledger: record.ledger, clock, log };
  try {
    const before = await readLastPublished(run, checkpoint);
    const { snapshot, leftOut } = await sync(run, { session, latest: checkpoint.latest?.snapshot, before, force });
    // The snapshot is public and holds the instant of its sync: a state that cannot be written does not make this a failure.
    await tryToRecord(log, () => recordSuccess(record, { store, snapshot, leftOut, before }));
    return { snapshot, hasChanged: !before || digestStats(before) !== digestStats(snapshot) };
  } catch (thrown) {
    await run.stopWork();
    await tryToRecord(log, () => recordFailure(record, asStatsError(thrown), store));
    throw thrown;
  }
}

async function tellHooks(run: Run, record: RunRecord, news: { snapshot: Snapshot; hasChanged: boolean }) {
  const { siteHttp: http, vault, clock, log } = run;
  const round: HookRound = {
    ...news,
    known: record.file.state.hooks,
    save: (hooks, findings) => recordHooks(record, hooks, findings),
  };
  await callHooks({ http, vault, clock, log }, round);
}

async function attempt(run: Run, force: boolean): Promise<TickOutcome> {
  const first = await readCheckpoint(run);
  if (!force && !isHookPending(run, first) && !(await isDue(run, first))) return { outcome: 'not-due' };
  if (!(await run.takeLease())) return { outcome: 'busy' };
  const checkpoint = await readCheckpoint(run); // another run may have ended since the first
  const record = openRecord(run, { file: checkpoint.file, force });
  if (force || (await isDue(run, checkpoint))) {
    const news = await syncAndRecord(run, checkpoint, { record, force });
    await tellHooks(run, record, news);
    const { date, synced_at } = news.snapshot;
    return { outcome: 'synced', date, synced_at };
  }
  const snapshot = checkpoint.latest?.snapshot;
  if (snapshot && isHookPending(run, checkpoint)) await tellHooks(run, record, { snapshot, hasChanged: false });
  return { outcome: 'not-due' };
}

async function attemptAndEnd(run: Run, force: boolean): Promise<TickOutcome> {
  try {
    return await attempt(run, force);
  } finally {
    await run.end();
  }
}

export type TickRequest = { log: Log; force: boolean };

/**
 * Syncs where a sync is due. `force` overrides the due rule, the waits, the loss check and what is dated ahead of the clock;
 * not the lease, and not the cap on sign-ins.
 * @param open starts the run; what it throws ends the tick like any other failure.
 * @throws StatsError, after the event `sync.failed`.
 */
export async function tick(open: () => Promise<Run>, { log, force }: TickRequest): Promise<TickOutcome> {
  const startedAt = performance.now();
  const duration = () => ({ duration_ms: Math.round(performance.now() - startedAt) });
  try {
    const result = await attemptAndEnd(await open(), force);
    if (result.outcome === 'synced') log('info', syncSucceeded, { ...result, ...duration() });
    return result;
  } catch (thrown) {
    const error = asStatsError(thrown);
    const { code, hint, message } = error;
    if (!(thrown instanceof StatsError)) log('error', 'defect', { stack: stackOf(thrown) });
    log('error', syncFailed, { code, hint, message, ...duration() });
    throw error;
  }
}
