// The wait for an app that is starting: one time for all that is read of it, so that a deployment which never gets there is told soon.

import { setTimeout as pause } from 'node:timers/promises';

export type Patience = {
  /** By `performance.now()`. */
  giveUpAt: number;
  pauseMs: number;
  /** Called once for each thing that is waited for. */
  onWait: (what: string) => void;
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

/** Reads until what is read is good or the time is over, and gives what was read last. */
export async function readPatiently<T>(
  { giveUpAt, pauseMs, onWait }: Patience,
  { what, read, isGood }: { what: string; read: () => Promise<T>; isGood: (value: T) => boolean },
): Promise<T> {
  for (let tries = 0; ; tries++) {
    const value = await read();
    if (isGood(value) || performance.now() >= giveUpAt) return value;
    if (tries === 0) onWait(what);
    await pause(pauseMs);
  }
}
