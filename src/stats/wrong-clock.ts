// Wrong clocks: instants and days that are dated ahead of the present. Pure.

import { dayMs, hourMs } from './time.ts';

/**
 * True for an instant more than two days ahead, which a wrong clock has written, since no wait of the service is longer than a
 * day. Wherever such an instant stands, it counts as none.
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
