// One run: what it works with, the time it has, the lease that makes it the only one, and its end. Nothing that a run began
// outlives it: its end aborts the calls under way, waits for them, and only then releases the lease.

import { setTimeout as wait } from 'node:timers/promises';
import type { Lease, LeaseClocks } from '../azure/lease.ts';
import type { BlobContainer, Containers, Storage } from '../azure/storage.ts';
import type { Vault } from '../azure/vault.ts';
import type { Config } from '../config.ts';
import { asStatsError } from '../errors.ts';
import { createHttpClient, type HttpClient, type HttpLimits, type HttpOptions } from '../http.ts';
import type { Log } from '../log.ts';
import type { SessionVault } from '../peloton/session-store.ts';
import { type Calls, timeIsUp, track, waitForCalls, watchContainer, watchHttp, watchVault } from './calls.ts';

export type RunLimits = {
  http: Partial<HttpLimits>;
  leaseSeconds: number;
  /** When the work is aborted. */
  workMs: number;
  /** When recording the outcome is aborted too. With the release of the lease, a run ends within 90 s. */
  endMs: number;
  /** The pause before each page of the list of workouts but the first of a run. */
  pageWaitMs: number;
};

export const runLimits: RunLimits = { http: {}, leaseSeconds: 60, workMs: 60_000, endMs: 85_000, pageWaitMs: 1_000 };

export type RunOptions = {
  config: Config;
  storage: Storage;
  openVault: (signal: AbortSignal) => Vault;
  clock: () => Date;
  log: Log;
  limits?: Partial<RunLimits> | undefined;
  leaseClocks?: LeaseClocks | undefined;
};

export type Run = {
  config: Config;
  clock: () => Date;
  log: Log;
  storage: Containers;
  vault: SessionVault;
  /** For Peloton: every answer is logged. */
  http: HttpClient;
  /** For build hooks and the public URL: the callers log the answers themselves. */
  siteHttp: HttpClient;
  /** The private container, for what is still to be written when the time for work is up. */
  closing: BlobContainer;
  /** True while there is time for another page of a list, and for writing down what the page holds. */
  hasTime(): boolean;
  /** Pauses before the next page of a list; the end of the time for work ends the pause. */
  pausePage(): Promise<void>;
  /** False where another run has the lease. A run without it only reads. */
  takeLease(): Promise<boolean>;
  /** Aborts the work under way, and waits until none is. */
  stopWork(): Promise<void>;
  /** Stops the work and releases the lease. */
  end(): Promise<void>;
};

/** A signal that fires when the time is up, with the failure of the peer that the run is waiting for, or when it is aborted. */
function startTimer(ms: number, calls: Calls) {
  const controller = new AbortController();
  return { controller, signal: controller.signal, timer: setTimeout(() => controller.abort(timeIsUp(calls)), ms) };
}

type Timer = ReturnType<typeof startTimer>;

/** The clients of a run: those of the work end with the time for work, those that record the outcome with the run. */
function openClients(
  { config: _, ...options }: RunOptions,
  { work, closing, calls }: Record<'work' | 'closing', Timer> & { calls: Calls },
) {
  const { openVault, clock, log } = options;
  const storage = options.storage.within(work.signal);
  const onAnswer: HttpOptions['onAnswer'] = answer => log('debug', 'peloton.answered', answer);
  const httpOptions = { limits: options.limits?.http ?? {}, signal: work.signal, clock };
  return {
    storage: { public: watchContainer(calls, storage.public), private: watchContainer(calls, storage.private) },
    closing: watchContainer(calls, options.storage.within(closing.signal).private),
    vault: watchVault(calls, { work: openVault(work.signal), closing: openVault(closing.signal) }),
    http: watchHttp(calls, 'peloton', createHttpClient({ ...httpOptions, onAnswer })),
    siteHttp: watchHttp(calls, 'site', createHttpClient(httpOptions)),
  };
}

async function releaseLease(lease: Lease, log: Log): Promise<void> {
  try {
    await lease.release();
  } catch (error) {
    log('warn', 'lease.not-released', { message: asStatsError(error).message });
  }
}

/** What one page may take: a pause, a request, the writes. */
const pageMs = 20_000;

/** Starts the time of a run, which lasts until its `end`. Makes no request by itself. */
export function startRun(options: RunOptions): Run {
  const { config, clock, log } = options;
  const limits = { ...runLimits, ...options.limits };
  const pageBy = performance.now() + limits.workMs - Math.min(pageMs, limits.workMs / 3);
  let lease: Lease | undefined;
  const calls: Calls = {
    underWay: new Map(),
    assertMayWrite() {
      if (!lease) throw new TypeError('A run writes under its lease alone.');
      if (!lease.isHeld()) throw lease.lost.reason;
    },
  };
  const [work, closing] = [startTimer(limits.workMs, calls), startTimer(limits.endMs, calls)];
  async function stopWork(): Promise<void> {
    work.controller.abort();
    await waitForCalls(calls);
  }
  return {
    config,
    clock,
    log,
    ...openClients(options, { work, closing, calls }),
    hasTime: () => performance.now() < pageBy && !work.signal.aborted,
    pausePage: () => wait(limits.pageWaitMs, undefined, { signal: work.signal }).catch(() => {}),
    async takeLease() {
      const { acquireLease } = options.storage.within(work.signal);
      lease = await track(calls, 'storage', acquireLease(limits.leaseSeconds, options.leaseClocks));
      const { lost } = lease ?? {};
      lost?.addEventListener('abort', () => work.controller.abort(lost.reason));
      return lease !== undefined;
    },
    stopWork,
    async end() {
      await stopWork();
      for (const { timer } of [work, closing]) clearTimeout(timer);
      if (lease) await releaseLease(lease, log);
    },
  };
}
