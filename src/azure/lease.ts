// The lease of a container, which keeps two runs apart. While a run works its lease is renewed four times in its length.

import { type BlobLeaseClient, RestError } from '@azure/storage-blob';
import { reasonOf, StatsError } from '../errors.ts';

/** Two clocks in milliseconds: the wall's may be set, and the monotonic one stands still while a machine sleeps. */
export type LeaseClocks = { wallMs(): number; monotonicMs(): number };

/** The right to be the only run. */
export type Lease = {
  /** False as soon as another run might have the lease, by a comparison of times: a timer may be late. */
  isHeld(): boolean;
  /** Fires with a StatsError `storage` when the lease is found to be lost. */
  lost: AbortSignal;
  /** @throws StatsError `storage`; the lease then ends by itself. */
  release(): Promise<void>;
};

export const processClocks: LeaseClocks = { wallMs: () => Date.now(), monotonicMs: () => performance.now() };

/** How long giving a lease back may take. */
export const releaseTimeoutMs = 4_000;

type Times = { wallMs: number; monotonicMs: number };

type Holding = {
  client: BlobLeaseClient;
  containerName: string;
  /** 15 to 60. */
  seconds: number;
  clocks: LeaseClocks;
  /** When the last renewal that worked was asked for. */
  renewedAt: Times;
  countdown: NodeJS.Timeout | undefined;
  lost: AbortController;
  released: AbortController;
  /** The renewals under way. */
  renewing: Promise<void>;
};

function readTimes({ clocks }: Pick<Holding, 'clocks'>): Times {
  return { wallMs: clocks.wallMs(), monotonicMs: clocks.monotonicMs() };
}

/** A lease that was not renewed for two thirds of its length is not relied on. */
function safeMs({ seconds }: Holding): number {
  return seconds * 667;
}

function lose({ lost }: Holding): void {
  lost.abort(new StatsError('storage', 'Blob Storage did not renew the lease of this run.'));
}

function countDown(holding: Holding, askedAt: Times): void {
  holding.renewedAt = askedAt;
  clearTimeout(holding.countdown);
  const leftMs = askedAt.monotonicMs + safeMs(holding) - readTimes(holding).monotonicMs;
  holding.countdown = setTimeout(lose, leftMs, holding).unref();
}

async function renew(holding: Holding): Promise<void> {
  const { client, seconds, released } = holding;
  const askedAt = readTimes(holding);
  try {
    await client.renewLease({ abortSignal: AbortSignal.any([released.signal, AbortSignal.timeout(seconds * 250)]) });
    if (!released.signal.aborted) countDown(holding, askedAt);
  } catch (error) {
    // Any other failure may pass: the countdown goes on.
    if (error instanceof RestError && (error.statusCode === 409 || error.statusCode === 412)) lose(holding);
  }
}

function isHeld(holding: Holding): boolean {
  const now = readTimes(holding);
  const { wallMs, monotonicMs } = holding.renewedAt;
  const passedMs = Math.max(now.wallMs - wallMs, now.monotonicMs - monotonicMs);
  if (passedMs >= safeMs(holding)) lose(holding);
  return !holding.lost.signal.aborted;
}

async function release(holding: Holding, beat: NodeJS.Timeout): Promise<void> {
  clearInterval(beat);
  holding.released.abort();
  await holding.renewing;
  clearTimeout(holding.countdown);
  try {
    await holding.client.releaseLease({ abortSignal: AbortSignal.timeout(releaseTimeoutMs) });
  } catch (error) {
    const reason = reasonOf(error, error instanceof RestError ? error : {});
    const message = `Blob Storage did not release the lease of ${holding.containerName} (${reason}).`;
    throw new StatsError('storage', message, { cause: new Error(reason) });
  }
}

export type LeaseRequest = Pick<Holding, 'client' | 'containerName' | 'seconds' | 'clocks'>;

/**
 * Acquires a lease and holds it.
 * @param acquire asks for the lease of `client` and throws where there is none to be had.
 */
export async function holdLease(request: LeaseRequest, acquire: () => Promise<unknown>): Promise<Lease> {
  const holding: Holding = {
    ...request,
    renewedAt: readTimes(request),
    countdown: undefined,
    lost: new AbortController(),
    released: new AbortController(),
    renewing: Promise.resolve(),
  };
  await acquire();
  countDown(holding, holding.renewedAt);
  const startRenewal = () => {
    holding.renewing = Promise.all([holding.renewing, renew(holding)]).then(() => {});
  };
  const beat = setInterval(startRenewal, request.seconds * 250).unref();
  return { isHeld: () => isHeld(holding), lost: holding.lost.signal, release: () => release(holding, beat) };
}
