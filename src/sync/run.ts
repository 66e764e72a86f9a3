// One run: the lease that keeps it alone, the time it has, what it works with, and the failure it leaves for the next.
// Whatever signs in or syncs does so inside a run.

import type { Lease, Storage } from '../azure/storage.ts';
import type { Vault } from '../azure/vault.ts';
import type { Config } from '../config.ts';
import { asStatsError, StatsError } from '../errors.ts';
import { createHttpClient, type HttpClient, type HttpLimits } from '../http.ts';
import type { Log } from '../log.ts';
import { type Custody, createCustody } from '../peloton/session.ts';
import type { Checkpoint } from './checkpoint.ts';
import { openLedger, type RunLedger } from './ledger.ts';

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
  http: Partial<HttpLimits>;
  leaseSeconds: number;
  /** When the work is broken off. */
  workMs: number;
  /** When writing down why is broken off too. With the release of the lease, a run ends within 90 s. */
  endMs: number;
};

/** The parts of a run whose time has begun. */
export type TimedParts = RunParts & {
  /** Fires when the time for work is up, and ends the calls of `storage`. */
  workTime: AbortSignal;
  /** The store for what is still to be done then. */
  closingStorage: Storage;
};

/** What the work of a run is done with. */
export type Run = {
  checkpoint: Checkpoint;
  storage: Storage;
  /** Fires when the run may no longer write. */
  signal: AbortSignal;
  http: HttpClient;
  vault: Vault;
  ledger: RunLedger;
  custody: Custody;
};

export const runLimits: RunLimits = { http: {}, leaseSeconds: 60, workMs: 60_000, endMs: 85_000 };

/** How a run ended, for the next one. That this can fail too must not hide how it ended. */
export async function writeDown(log: Log, record: () => Promise<void>): Promise<void> {
  try {
    await record();
  } catch (second) {
    const { code, message } = asStatsError(second);
    log('error', 'state.not-written', { code, message });
  }
}

/** Gives the work its time, from the first look at the store on. */
export async function limitTime<T>(parts: RunParts, work: (parts: TimedParts) => Promise<T>): Promise<T> {
  const { workMs, endMs } = { ...runLimits, ...parts.limits };
  const startTimer = (ms: number) => {
    const up = new AbortController();
    const isUp = () => up.abort(new StatsError('upstream-unavailable', 'The run used up its time.'));
    return { signal: up.signal, timer: setTimeout(isUp, ms) };
  };
  const [toWork, toEnd] = [startTimer(workMs), startTimer(endMs)];
  const { storage } = parts;
  try {
    return await work({
      ...parts,
      storage: storage.within(toWork.signal),
      workTime: toWork.signal,
      closingStorage: storage.within(toEnd.signal),
    });
  } finally {
    clearTimeout(toWork.timer);
    clearTimeout(toEnd.timer);
  }
}

/** Holds the lease while `work` lasts. `busy` where another run has it. */
export async function holdLease<T>(
  { storage, log, limits }: Pick<RunParts, 'storage' | 'log' | 'limits'>,
  work: (lease: Lease) => Promise<T>,
): Promise<T | 'busy'> {
  const lease = await storage.acquireLease(limits?.leaseSeconds ?? runLimits.leaseSeconds);
  if (!lease) return 'busy';
  try {
    return await work(lease);
  } finally {
    await lease.release().catch(error => {
      log('warn', 'lease.not-released', { message: asStatsError(error).message });
    });
  }
}

export type RunPermit = {
  lease: Lease;
  checkpoint: Checkpoint;
  /** Makes a sign-in although the last one was refused. */
  force: boolean;
  /** A run that only signs in leaves the syncs their waits. */
  purpose: 'sync' | 'sign-in';
};

/** Does the work of a run that has the lease. What it throws is written down in state.json. */
export async function run<T>(
  parts: TimedParts,
  { lease, checkpoint, force, purpose }: RunPermit,
  work: (run: Run) => Promise<T>,
): Promise<T> {
  const { config, clock, log, openVault } = parts;
  const limits = { ...runLimits, ...parts.limits };
  const signal = AbortSignal.any([parts.workTime, lease.lost]);
  const storage = parts.storage.within(signal);

  const container = parts.closingStorage.within(lease.lost).private; // a lost state is another run's to write
  const ledger = openLedger({ container, file: checkpoint.file, startedAt: clock(), clock, force });
  const onAnswer = (answer: { request: string; status: number | null; duration_ms: number }) =>
    log('debug', 'peloton.answered', answer);
  const http = createHttpClient({ limits: limits.http, signal, clock, onAnswer });
  const vault = openVault(signal);
  const custody = createCustody({ http, peloton: config.peloton, vault, ledger, clock, log });
  try {
    return await work({ checkpoint, storage, signal, http, vault, ledger, custody });
  } catch (thrown) {
    await writeDown(log, async () => {
      lease.lost.throwIfAborted(); // the state is now another run's to write
      const error = asStatsError(thrown);
      if (purpose === 'sync') await ledger.recordFailure(error, custody.versions());
      else await ledger.recordSignIn(error, custody.versions());
    });
    throw thrown;
  }
}
