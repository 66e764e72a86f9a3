// One run: the lease that keeps it alone, the time it has, what it works with, and the failure it leaves for the next.
// Whatever signs in or syncs does so inside a run.

import type { Config } from './config.ts';
import { asStatsError, StatsError } from './errors.ts';
import { createDoor, type Door, type DoorLimits } from './http.ts';
import { openLedger, type RunLedger } from './ledger.ts';
import type { Log } from './log.ts';
import type { Seen } from './look.ts';
import { type Custody, createCustody } from './peloton/session.ts';
import type { Lease, Storage } from './storage.ts';
import type { Vault } from './vault.ts';

export type RunParts = {
  config: Config;
  storage: Storage;
  /** The vault for one run, which ends with the signal. */
  openVault: (signal: AbortSignal) => Vault;
  clock: () => Date;
  log: Log;
  limits?: Partial<RunLimits>;
};

export type RunLimits = {
  door: Partial<DoorLimits>;
  leaseSeconds: number;
  /** When the work is broken off; the rest of 90 s is for writing down why. */
  workMs: number;
};

/** What the work of a run is done with. */
export type Run = {
  seen: Seen;
  /** Fires when the run may no longer write. */
  signal: AbortSignal;
  door: Door;
  vault: Vault;
  ledger: RunLedger;
  custody: Custody;
};

const defaultLimits: RunLimits = { door: {}, leaseSeconds: 60, workMs: 70_000 };

/** Why a run failed, for the next one. That this can fail too must not hide the first reason. */
async function writeDown(log: Log, record: () => Promise<void>): Promise<void> {
  try {
    await record();
  } catch (second) {
    const { code, message } = asStatsError(second);
    log('error', 'state.not-written', { code, message });
  }
}

/** Holds the lease while `work` lasts. `busy` where another run has it. */
export async function holdLease<T>(
  { storage, log, limits }: Pick<RunParts, 'storage' | 'log' | 'limits'>,
  work: (lease: Lease) => Promise<T>,
): Promise<T | 'busy'> {
  const lease = await storage.acquireLease(limits?.leaseSeconds ?? defaultLimits.leaseSeconds);
  if (!lease) return 'busy';
  try {
    return await work(lease);
  } finally {
    await lease.release().catch(error => {
      log('warn', 'lease.not-released', { message: asStatsError(error).message });
    });
  }
}

/** Does the work of a run that has the lease. What it throws is written down in state.json. */
export async function run<T>(
  parts: RunParts,
  { lease, seen }: { lease: Lease; seen: Seen },
  work: (run: Run) => Promise<T>,
): Promise<T> {
  const { config, storage, clock, log, openVault } = parts;
  const limits = { ...defaultLimits, ...parts.limits };
  const outOfTime = new AbortController();
  const timeUp = () => outOfTime.abort(new StatsError('upstream-unavailable', 'The run used up its time.'));
  const timer = setTimeout(timeUp, limits.workMs);
  const signal = AbortSignal.any([outOfTime.signal, lease.lost]);

  const ledger = openLedger({ container: storage.private, file: seen.file, startedAt: clock(), clock });
  const onAnswer = (answer: { request: string; status: number | null; duration_ms: number }) =>
    log('debug', 'peloton.answered', answer);
  const door = createDoor({ limits: limits.door, signal, clock, onAnswer });
  const vault = openVault(signal);
  const custody = createCustody({ door, peloton: config.peloton, vault, ledger, clock, log });
  try {
    return await work({ seen, signal, door, vault, ledger, custody });
  } catch (thrown) {
    await writeDown(log, () => ledger.recordFailure(asStatsError(thrown), custody.versions()));
    throw thrown;
  } finally {
    clearTimeout(timer);
  }
}
