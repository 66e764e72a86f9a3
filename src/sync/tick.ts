// One tick: whether a sync is due, the sync, and the hooks that are owed the news of it.
// A tick that is not due reads two blobs, writes nothing and asks nothing of Peloton.

import { asStatsError, StatsError, stackOf } from '../errors.ts';
import { type Log, syncFailed, syncSucceeded, timed } from '../log.ts';
import { readSignInSecrets, type SecretVersions, versionsOf } from '../peloton/sign-in-secrets.ts';
import { dayBlob } from '../stats/blobs.ts';
import type { Snapshot } from '../stats/snapshot.ts';
import { localDate } from '../stats/time.ts';
import { type Checkpoint, readCheckpoint } from './checkpoint.ts';
import { callHooks, digestStats, hasPendingHook } from './hooks.ts';
import { readSnapshot } from './publish.ts';
import { holdLease, limitTime, type Run, type RunParts, run, type TimedParts, writeDown } from './run.ts';
import { decideDue } from './schedule.ts';
import { sync } from './sync.ts';

export type TickOutcome =
  | { outcome: 'synced'; date: string; synced_at: string }
  | { outcome: 'not-due' }
  | { outcome: 'busy' };

async function hasSecretChanged({ openVault, log, workTime }: TimedParts, tried: SecretVersions): Promise<boolean> {
  const vault = openVault(workTime);
  const now = versionsOf(await timed(log, 'vault.read', () => readSignInSecrets(vault)));
  return now.username !== tried.username || now.password !== tried.password || now.session !== tried.session;
}

async function isDue(parts: TimedParts, { file: { state }, lastSuccess }: Checkpoint): Promise<boolean> {
  const toDate = (text: string | null) => (text === null ? null : new Date(text));
  const decision = decideDue({
    now: parts.clock(),
    schedule: parts.config.schedule,
    lastSuccess,
    nextAttempt: toDate(state.next_attempt),
    refused: state.refused?.stops_sync ? { until: toDate(state.refused.until) } : null,
  });
  if (decision !== 'due-if-a-secret-changed') return decision === 'due';
  return state.refused === null || (await hasSecretChanged(parts, state.refused.versions));
}

function isHookPending({ clock }: RunParts, { file, latest }: Checkpoint): boolean {
  return hasPendingHook(file.state.hooks, latest?.snapshot, clock());
}

/** The newest snapshot; where that is gone or damaged, the one of the day of the last success. */
async function readLastGood({ config }: RunParts, { checkpoint, storage }: Run): Promise<Snapshot | undefined> {
  const { last_success: at } = checkpoint.file.state;
  if (checkpoint.latest?.snapshot || at === null) return checkpoint.latest?.snapshot;
  const date = localDate(new Date(at), config.schedule.timeZone);
  return (await readSnapshot(storage.public, dayBlob(date)))?.snapshot;
}

/** The sync, and then whoever waits for its news. */
async function syncAndTell(parts: RunParts, force: boolean, run: Run): Promise<Snapshot> {
  const before = await readLastGood(parts, run);
  const { custody, http, storage, signal } = run;
  const snapshot = await sync({ ...parts, custody, http, storage, signal, before, force });
  // The snapshot is out, and says itself when it was made: a state that cannot be written makes that no failure.
  await writeDown(parts.log, () => run.ledger.recordSuccess(new Date(snapshot.synced_at)));
  const hasChanged = !before || digestStats(before) !== digestStats(snapshot);
  await tellHooks(parts, run, { snapshot, hasChanged });
  return snapshot;
}

async function tellHooks(
  { clock, log }: RunParts,
  { checkpoint, http, vault, ledger }: Run,
  news: { snapshot: Snapshot; hasChanged: boolean },
): Promise<void> {
  const known = checkpoint.file.state.hooks;
  await callHooks({ http, vault, clock, log }, { ...news, known, save: ledger.recordHooks });
}

async function attempt(parts: TimedParts, force: boolean): Promise<TickOutcome> {
  const first = await readCheckpoint(parts.storage, parts.log);
  if (!force && !isHookPending(parts, first) && !(await isDue(parts, first))) return { outcome: 'not-due' };
  const outcome = await holdLease(parts, async (lease): Promise<TickOutcome> => {
    const checkpoint = await readCheckpoint(parts.storage, parts.log); // another run may have ended since the first look
    if (force || (await isDue(parts, checkpoint))) {
      const { date, synced_at } = await run(parts, { lease, checkpoint, force, purpose: 'sync' }, run =>
        syncAndTell(parts, force, run),
      );
      return { outcome: 'synced', date, synced_at };
    }
    const snapshot = checkpoint.latest?.snapshot;
    if (snapshot && isHookPending(parts, checkpoint)) {
      await run(parts, { lease, checkpoint, force, purpose: 'sync' }, run =>
        tellHooks(parts, run, { snapshot, hasChanged: false }),
      );
    }
    return { outcome: 'not-due' };
  });
  return outcome === 'busy' ? { outcome } : outcome;
}

export type TickRequest = { log: Log; force: boolean };

/**
 * Syncs where a sync is due. `force` overrides the due rule, the waits and the loss check; not the lease, and not the cap
 * on sign-ins.
 * @param open makes the parts; what it throws ends the tick like any other failure.
 * @throws StatsError, after the event `sync.failed`.
 */
export async function tick(open: () => Promise<RunParts>, { log, force }: TickRequest): Promise<TickOutcome> {
  const startedAt = performance.now();
  const duration = () => ({ duration_ms: Math.round(performance.now() - startedAt) });
  try {
    const result = await limitTime(await open(), parts => attempt(parts, force));
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
