// The wait for an app that is starting: one time for all that is read of it, so that a deployment which never gets there is told soon.

import { setTimeout as pause } from 'node:timers/promises';

export type Patience = {
  /** By `performance.now()`. */
  giveUpAt: number;
  pauseMs: number;
  /** Called once for each thing that is waited for, with the longest time that may take. */
  onWait: (what: string, seconds: number) => void;
};

/** By default the three minutes that a fresh app may take. */
export function createPatience({
  startMs = 180_000,
  pauseMs = 5_000,
  onWait = () => {},
}: {
  startMs?: number;
  pauseMs?: number;
  onWait?: Patience['onWait'];
}): Patience {
  return { giveUpAt: performance.now() + startMs, pauseMs, onWait };
}

type Reading<T> = { what: string; read: () => Promise<T>; isGood: (value: T) => boolean; longestMs?: number };

/** Reads until what is read is good or the time is over, and gives what was read last. */
export async function readPatiently<T>(patience: Patience, reading: Reading<T>): Promise<T> {
  const { what, read, isGood, longestMs = Number.POSITIVE_INFINITY } = reading;
  const startedAt = performance.now();
  const giveUpAt = Math.min(patience.giveUpAt, startedAt + longestMs);
  for (let tries = 0; ; tries++) {
    const value = await read();
    if (isGood(value) || performance.now() >= giveUpAt) return value;
    if (tries === 0) patience.onWait(what, Math.ceil((giveUpAt - startedAt) / 1000));
    await pause(patience.pauseMs);
  }
}
