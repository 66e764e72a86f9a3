// The days of a span as a grid of weeks, one column a week with Monday on top, which page, card and element draw.

import { addMonths, type Days, type Done, type Span } from './days.ts';
import { addDays, startOfWeek } from './increments.ts';

export type DayKind = 'level-0' | 'level-1' | 'level-2' | 'level-3' | 'level-4' | 'unknown' | 'before' | 'after';
export type GridDay = { date: string; kind: DayKind; done: Done | undefined };

/** What is drawn of a day. A day before the first, or one that may not have been read yet, has the kind `before`. */
function classify(date: string, { first, last, done, others }: Days): GridDay {
  const ofDay = done.get(date);
  if (ofDay !== undefined || (others === 'rest' && date >= first && date <= last)) {
    const level = Math.min(4, Math.max(0, ofDay?.workouts ?? 0)) as 0 | 1 | 2 | 3 | 4;
    return { date, kind: `level-${level}`, done: ofDay ?? { workouts: 0 } };
  }
  const kind = date > last ? 'after' : date < first || others === 'unread' ? 'before' : 'unknown';
  return { date, kind, done: undefined };
}

/** Whole weeks; a day of theirs that is out of the span has the kind `after`, which is not drawn. */
export function gridOf(days: Days, { from, to }: Span): GridDay[][] {
  const weeks: GridDay[][] = [];
  for (let monday = startOfWeek(from); monday <= to; monday = addDays(monday, 7)) {
    const dates = Array.from({ length: 7 }, (_, index) => addDays(monday, index));
    weeks.push(
      dates.map(date =>
        date < from || date > to ? { date, kind: 'after' as const, done: undefined } : classify(date, days),
      ),
    );
  }
  return weeks;
}

/** The columns that a month begins in, so that the name of the month fits above. */
export function monthColumns(weeks: readonly GridDay[][]): { date: string; column: number }[] {
  return weeks.flatMap((week, column) => {
    const first = week.find(({ date, kind }) => date.endsWith('-01') && kind !== 'after');
    return first === undefined || column > weeks.length - 2 ? [] : { date: first.date, column };
  });
}

export type YearSpan = Span & { name: string };

/** The last twelve months, then each calendar year, newest first; one span alone where the days are of no more months. */
export function yearSpans({ first, last }: Days): YearSpan[] {
  const recent = `${addMonths(last.slice(0, 7), -11)}-01`;
  const newest = { name: 'Last 12 months', from: recent > first ? recent : first, to: last };
  if (first >= recent) return [newest];
  const [from, to] = [Number(first.slice(0, 4)), Number(last.slice(0, 4))];
  const years = Array.from({ length: to - from + 1 }, (_, index) => spanOfYear({ first, last }, String(to - index)));
  return [newest, ...years.filter(span => span !== undefined)];
}

/** The known days of a calendar year; undefined where there are none. */
export function spanOfYear({ first, last }: Pick<Days, 'first' | 'last'>, year: string): YearSpan | undefined {
  const [begin, end] = [`${year}-01-01`, `${year}-12-31`];
  if (end < first || begin > last) return undefined;
  return { name: year, from: begin > first ? begin : first, to: end < last ? end : last };
}
