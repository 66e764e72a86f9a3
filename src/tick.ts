// One tick: whether a sync is due, the lease that keeps it alone, the time it has, and what the next tick must know.
// A tick that is not due reads two blobs, writes nothing and asks nothing of Peloton.

import type { Config } from './config.ts';
import { asStatsError, StatsError, stackOf } from './errors.ts';
import { callHooks, digestStats, hasOwedHook } from './hooks.ts';
import { createDoor, type DoorLimits } from './http.ts';
import { openLedger } from './ledger.ts';
import { type Log, syncFailed, syncSucceeded, timed } from './log.ts';
import { look, type Seen } from './look.ts';
import { createCustody } from './peloton/session.ts';
import { decideDue } from './schedule.ts';
import type { Snapshot } from './snapshot.ts';
import type { SecretVersions } from './state.ts';
import type { Lease, Storage } from './storage.ts';
import { sync } from './sync.ts';
import type { Vault } from './vault.ts';

export type TickParts = {
  config: Config;
  storage: Storage;
  /** The vault for one run, which ends with the signal. */
  openVault: (signal: AbortSignal) => Vault;
  clock: () => Date;
  log: Log;
  limits?: Partial<TickLimits>;
};

export type TickLimits = {
  door: Partial<DoorLimits>;
  leaseSeconds: number;
  /** When the work is broken off; the rest of 90 s is for writing down why. */
  workMs: number;
};

export type TickOutcome =
  | { outcome: 'synced'; date: string; synced_at: string }
  | { outcome: 'not-due' }
  | { outcome: 'busy' };

const defaultLimits: TickLimits = { door: {}, leaseSeconds: 60, workMs: 70_000 };

async function readVersions(vault: Vault): Promise<SecretVersions> {
  const version = async (name: string) => (await vault.read(name))?.version ?? null;
  const [username, password, session] = await Promise.all([
    version('peloton-username'),
    version('peloton-password'),
    version('peloton-session'),
  ]);
  return { username, password, session };
}

async function hasSecretChanged({ openVault, log }: TickParts, tried: SecretVersions): Promise<boolean> {
  const now = await timed(log, 'vault.read', () => readVersions(openVault(AbortSignal.timeout(30_000))));
  return now.username !== tried.username || now.password !== tried.password || now.session !== tried.session;
}

async function isDue(parts: TickParts, { file: { state }, lastSuccess }: Seen): Promise<boolean> {
  const toDate = (text: string | null) => (text === null ? null : new Date(text));
  const decision = decideDue({
    now: parts.clock(),
    schedule: parts.config.schedule,
    lastSuccess,
    nextAttempt: toDate(state.next_attempt),
    refused: state.refused && { until: toDate(state.refused.until) },
  });
  if (decision !== 'due-if-a-secret-changed') return decision === 'due';
  return state.refused === null || (await hasSecretChanged(parts, state.refused.versions));
}

/** Why a run failed, for the next one. That this can fail too must not hide the first reason. */
async function writeDown(log: Log, record: () => Promise<void>): Promise<void> {
  try {
    await record();
  } catch (second) {
    const { code, message } = asStatsError(second);
    log('error', 'state.not-written', { code, message });
  }
}

type Run = { lease: Lease; force: boolean; limits: TickLimits };

async function runUnderLease(parts: TickParts, { lease, force, limits }: Run): Promise<Snapshot | undefined> {
  const { config, storage, clock, log, openVault } = parts;
  const startedAt = clock();
  const seen = await look(storage, log); // another run may have ended since the first look
  const before = seen.latest?.snapshot;
  const { hooks } = seen.file.state;
  const isSyncDue = force || (await isDue(parts, seen));
  if (!isSyncDue && !hasOwedHook(hooks, before, startedAt)) return undefined;

  const outOfTime = new AbortController();
  const timeUp = () => outOfTime.abort(new StatsError('upstream-unavailable', 'The run used up its time.'));
  const timer = setTimeout(timeUp, limits.workMs);
  const signal = AbortSignal.any([outOfTime.signal, lease.lost]);

  const ledger = openLedger({ container: storage.private, file: seen.file, startedAt, clock });
  const onAnswer = (answer: { request: string; status: number | null; duration_ms: number }) =>
    log('debug', 'peloton.answered', answer);
  const door = createDoor({ limits: limits.door, signal, clock, onAnswer });
  const vault = openVault(signal);
  const custody = createCustody({ door, peloton: config.peloton, vault, ledger, clock, log });
  const tellHooks = (snapshot: Snapshot, hasChanged: boolean) =>
    callHooks({ door, vault, clock, log }, { snapshot, hasChanged, known: hooks, save: ledger.recordHooks });
  try {
    if (!isSyncDue) {
      if (before) await tellHooks(before, true);
      return undefined;
    }
    const snapshot = await sync({ config, custody, door, storage, clock, log, signal, before, force });
    await ledger.recordSuccess(new Date(snapshot.synced_at));
    await tellHooks(snapshot, !before || digestStats(before) !== digestStats(snapshot));
    return snapshot;
  } catch (thrown) {
    await writeDown(log, () => ledger.recordFailure(asStatsError(thrown), custody.versions()));
    throw thrown;
  } finally {
    clearTimeout(timer);
  }
}

async function attempt(parts: TickParts, force: boolean): Promise<TickOutcome> {
  const limits = { ...defaultLimits, ...parts.limits };
  const seen = await look(parts.storage, parts.log);
  const isHookOwed = hasOwedHook(seen.file.state.hooks, seen.latest?.snapshot, parts.clock());
  if (!force && !isHookOwed && !(await isDue(parts, seen))) return { outcome: 'not-due' };
  const lease = await parts.storage.acquireLease(limits.leaseSeconds);
  if (!lease) return { outcome: 'busy' };
  try {
    const snapshot = await runUnderLease(parts, { lease, force, limits });
    if (!snapshot) return { outcome: 'not-due' };
    return { outcome: 'synced', date: snapshot.date, synced_at: snapshot.synced_at };
  } finally {
    await lease.release().catch(error => {
      parts.log('warn', 'lease.not-released', { message: asStatsError(error).message });
    });
  }
}

export type TickRequest = { log: Log; force: boolean };

/**
 * Syncs where a sync is due. `force` overrides the due rule, the waits and the loss check; not the lease, and not the cap
 * on sign-ins.
 * @param open makes the parts; what it throws ends the tick like any other failure.
 * @throws StatsError, after the event `sync.failed`.
 */
export async function tick(open: () => Promise<TickParts>, { log, force }: TickRequest): Promise<TickOutcome> {
  const startedAt = performance.now();
  const duration = () => ({ duration_ms: Math.round(performance.now() - startedAt) });
  try {
    const result = await attempt(await open(), force);
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
