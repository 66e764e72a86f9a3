// What was done on each day, as every view reads it: from the workouts themselves where the list of them is published, else
// from what one snapshot added to the one before.

import type { HistoryPoint } from '../stats/history.ts';
import type { Activity, ActivityDay, RecentWorkouts } from '../stats/schemas.ts';
import { localDate } from '../stats/time.ts';
import { addDays, countDays, countedDay, type Gap, readIncrements, type SpanDay } from './increments.ts';

/** What was done in some time; minutes and output are known from the list of workouts alone. */
export type Done = { workouts: number; minutes?: number | undefined; output_kj?: number | undefined };

export type Days = {
  /** The first and the last day that are known. */
  first: string;
  last: string;
  done: ReadonlyMap<string, Done>;
  /** What a day without an entry is: one without a workout, one that is not known, or one that may not have been read yet. */
  others: 'rest' | 'unknown' | 'unread';
  gaps: readonly Gap[];
  /** All workouts before the first day; undefined while the past is being read. */
  before: number | undefined;
};

/** What is published of the list of workouts; each part is undefined before it has been read. */
export type Training = { activity: Activity | undefined; workouts: RecentWorkouts | undefined };

const longestPause = 14;

/**
 * The days back to a pause of more than two weeks. While the past is being read, a day before it may stand alone: an import that was
 * recorded lately and is years old.
 */
function withoutStrays(days: readonly ActivityDay[]): readonly ActivityDay[] {
  const after = days.findLastIndex(({ date }, index) => {
    const next = days[index + 1];
    return next !== undefined && countDays(date, next.date) > longestPause;
  });
  return days.slice(after + 1);
}

/** The days of an activity, as far back as they are sure to be whole; undefined where it has none. */
export function daysOfActivity({ days: all, complete_since: since, as_of, time_zone }: Activity): Days | undefined {
  const days = since === null ? withoutStrays(all) : all;
  const [oldest, newest] = [days[0]?.date, days.at(-1)?.date];
  if (oldest === undefined || newest === undefined) return undefined;
  const readOn = localDate(new Date(as_of), time_zone);
  return {
    first: since !== null && since < oldest ? since : oldest,
    last: readOn > newest ? readOn : newest,
    done: new Map(days.map(day => [day.date, day])),
    others: since === null ? 'unread' : 'rest',
    gaps: [],
    before: since === null ? undefined : 0,
  };
}

/** The days between the snapshots of a history; undefined for fewer than two. */
export function daysOfHistory(history: readonly HistoryPoint[], spanDay: SpanDay): Days | undefined {
  const [first, last] = [history[0], history.at(-1)];
  if (first === undefined || last === undefined || history.length < 2) return undefined;
  const { days, gaps } = readIncrements(history, spanDay);
  return {
    first: addDays(countedDay(first, spanDay), 1),
    last: countedDay(last, spanDay),
    done: new Map([...days].map(([date, workouts]) => [date, { workouts }])),
    others: 'unknown',
    gaps,
    before: first.total_workouts,
  };
}

/** Some whole days, the first and the last included. */
export type Span = { from: string; to: string };

/** The sum of some days. A sum that is known for several days only counts where the last of them does. */
export function sumDays({ done, gaps }: Days, { from, to }: Span): Done {
  const sum: Done = { workouts: 0 };
  const add = ({ workouts, minutes, output_kj }: Done) => {
    sum.workouts += workouts;
    if (minutes !== undefined) sum.minutes = (sum.minutes ?? 0) + minutes;
    if (output_kj !== undefined) sum.output_kj = (sum.output_kj ?? 0) + output_kj;
  };
  for (const [date, day] of done) if (date >= from && date <= to) add(day);
  for (const gap of gaps) if (gap.to >= from && gap.to <= to) add(gap);
  return sum;
}

/** `YYYY-MM` with its sum, which is undefined where nothing of the month is known. */
export type Month = { month: string; done: Done | undefined };

/** Each calendar month from the first day to the last, oldest first. */
export function sumMonths(days: Days): Month[] {
  const known = new Set([...days.done.keys(), ...days.gaps.map(({ to }) => to)].map(date => date.slice(0, 7)));
  const months: Month[] = [];
  for (let month = days.first.slice(0, 7); month <= days.last.slice(0, 7); month = addMonths(month, 1)) {
    const isKnown = days.others !== 'unknown' || known.has(month);
    months.push({ month, done: isKnown ? sumDays(days, { from: `${month}-01`, to: `${month}-31` }) : undefined });
  }
  return months;
}

/** The month `YYYY-MM` that many months later. */
export function addMonths(month: string, count: number): string {
  const [year = 0, ofYear = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, ofYear - 1 + count)).toISOString().slice(0, 7);
}

export type TotalPoint = Pick<HistoryPoint, 'date' | 'total_workouts'>;

/** A point for each day of a span, with all workouts of the span so far. */
export function accumulate({ done }: Days, { from, to }: Span): TotalPoint[] {
  const points: TotalPoint[] = [];
  let total_workouts = 0;
  for (let date = from; date <= to; date = addDays(date, 1)) {
    total_workouts += done.get(date)?.workouts ?? 0;
    points.push({ date, total_workouts });
  }
  return points;
}

/** The same of the last days, or of fewer as far as they are known, from zero on the day before. */
export function accumulateLast(days: Days, count: number): TotalPoint[] {
  const start = addDays(days.last, 1 - count);
  const from = start > days.first ? start : days.first;
  return [{ date: addDays(from, -1), total_workouts: 0 }, ...accumulate(days, { from, to: days.last })];
}

/** The workouts of each discipline, by slug, in the days since `from`. */
export function countDisciplines(days: readonly ActivityDay[], from: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { date, by } of days) {
    if (date < from) continue;
    for (const [slug, { workouts }] of Object.entries(by)) counts.set(slug, (counts.get(slug) ?? 0) + workouts);
  }
  return counts;
}
