// What a clock that was wrong has dated: instants and days that are ahead of the present. Pure.

import { dayMs, hourMs } from './time.ts';

/**
 * True for an instant more than two days ahead, where no wait of the service is longer than one: it counts as none, wherever
 * it stands.
 */
export function isFromWrongClock(at: Date, now: Date): boolean {
  return at.getTime() - now.getTime() > 2 * dayMs;
}

/** A local day begins first where clocks are furthest ahead of UTC. */
const earliestZoneMs = 14 * hourMs;

/** The last local day, `YYYY-MM-DD`, that begins no more than two days ahead in some time zone. */
export function lastCountedDay(now: Date): string {
  return new Date(now.getTime() + 2 * dayMs + earliestZoneMs).toISOString().slice(0, 10);
}

/** True for a local day that begins more than two days ahead in every time zone: it counts as none. */
export function isDayFromWrongClock(date: string, now: Date): boolean {
  return date > lastCountedDay(now);
}

/**
 * True for an instant of the past that is dated ahead of the clock, by more than the clocks of two machines differ: one of
 * the clocks is wrong, and nobody can say which.
 */
export function isAhead(at: Date, now: Date): boolean {
  return at.getTime() - now.getTime() > hourMs;
}
