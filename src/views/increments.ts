// The workouts of each day, from cumulative totals. The span between two snapshots belongs to the day that holds more of it: with a
// sync in the morning the difference between the snapshots of the 4th and the 5th belongs to the 4th, with one in the evening to
// the 5th. Of the days in a gap only the sum is known.

import type { HistoryPoint } from '../stats/history.ts';
import { dayMs } from '../stats/time.ts';

/** Days without a snapshot of their own: from and to are the first and the last unknown day, both counted. */
export type Gap = { from: string; to: string; workouts: number };

export type Increments = {
  /** Workouts of each known day. Below zero where Peloton took workouts back. */
  days: Map<string, number>;
  gaps: Gap[];
};

/** The day that the span before a snapshot belongs to. */
export type SpanDay = 'day-before' | 'same-day';

/**
 * The day that holds more of a span, which ends with the tick of the timer at which the sync falls due. After 23:45 that is the one
 * of midnight, and the snapshot is of the day that has just begun.
 */
export function spanDayOf({ hour, minute }: { hour: number; minute: number }): SpanDay {
  return hour < 12 || (hour === 23 && minute > 45) ? 'day-before' : 'same-day';
}

/** The last day that a snapshot counts. */
export function countedDay({ date }: HistoryPoint, spanDay: SpanDay): string {
  return spanDay === 'same-day' ? date : addDays(date, -1);
}

/** The increments of a history, whose points are in order, oldest first. */
export function readIncrements(history: readonly HistoryPoint[], spanDay: SpanDay): Increments {
  const days = new Map<string, number>();
  const gaps: Gap[] = [];
  for (const [previous, point] of pairs(history)) {
    const workouts = point.total_workouts - previous.total_workouts;
    const [from, to] = [addDays(countedDay(previous, spanDay), 1), countedDay(point, spanDay)];
    if (from === to) days.set(to, workouts);
    else gaps.push({ from, to, workouts });
  }
  return { days, gaps };
}

/** Each item with the one after it: [a, b], [b, c], … */
export function pairs<T>(items: readonly T[]): [T, T][] {
  return items.slice(1).map((item, index) => [items[index] as T, item]);
}

/** The point to compare the last one with: the newest that is at least `days` older, else the first. Undefined below two points. */
export function findEarlier<Point extends { date: string }>(
  history: readonly Point[],
  days: number,
): Point | undefined {
  const last = history.at(-1);
  if (last === undefined || history.length < 2) return undefined;
  const start = addDays(last.date, -days);
  return history.findLast(point => point.date <= start) ?? history[0];
}

/** Whether the first point is at least `days` older than the last. */
export function reachesBack(history: readonly { date: string }[], days: number): boolean {
  const [first, last] = [history[0], history.at(-1)];
  return first !== undefined && last !== undefined && first.date <= addDays(last.date, -days);
}

/** The local day `days` days later; dates are `YYYY-MM-DD`. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(date) + days * dayMs).toISOString().slice(0, 10);
}

/** How many days lie between two local days: 1 for neighbours. */
export function countDays(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / dayMs);
}

/** The Monday of a day's week. */
export function startOfWeek(date: string): string {
  return addDays(date, -((new Date(date).getUTCDay() + 6) % 7));
}
