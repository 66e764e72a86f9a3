// The history: one point a local day, made of that day's snapshot, so that it can be rebuilt from the days. Pure.
// A slug is any text that Peloton sends, `__proto__` included: counts are only ever read and built entry by entry.

import { type Cell, writeCsv } from './csv.ts';
import { parseStored } from './define-schema.ts';
import { type History, type HistoryPoint, historySchema } from './schemas.ts';
import { compareText, type Snapshot } from './snapshot.ts';

export type { History, HistoryPoint } from './schemas.ts';

export const emptyHistory: History = { schema_version: 1, points: [] };

export function toPoint({ date, workout_counts }: Snapshot): HistoryPoint {
  const { total_workouts, workouts } = workout_counts;
  const done = workouts.filter(({ count }) => count > 0).map(({ slug, count }) => [slug, count]);
  return { date, total_workouts, counts: Object.fromEntries(done) };
}

/** The history with points added; each replaces an earlier point of its day. */
export function withPoints(history: History, points: readonly HistoryPoint[]): History {
  const byDate = new Map([...history.points, ...points].map(point => [point.date, point]));
  return { schema_version: 1, points: [...byDate.values()].sort((a, b) => compareText(a.date, b.date)) };
}

/** A stored history; undefined for bytes that are no history. */
export const parseHistory = (bytes: Buffer): History | undefined => parseStored(historySchema, bytes);

function makeCsv(points: readonly HistoryPoint[], slugs: readonly string[]): string {
  const places = new Map(slugs.map((slug, index) => [slug, index + 2]));
  const blank: readonly Cell[] = ['', 0, ...slugs.map(() => 0)];
  const others = new Set<string>();
  const fill = (row: Cell[], counts: HistoryPoint['counts']) => {
    for (const slug in counts) {
      const place = places.get(slug);
      if (place === undefined) others.add(slug);
      else row[place] = counts[slug] ?? 0;
    }
  };
  const rows = points.map(({ date, total_workouts, counts }) => {
    const row = blank.slice();
    row[0] = date;
    row[1] = total_workouts;
    fill(row, counts);
    return row;
  });
  if (others.size > 0) return makeCsv(points, [...slugs, ...others].sort(compareText));
  return writeCsv(['date', 'total_workouts', ...slugs], rows);
}

/**
 * The points as CSV: `date,total_workouts`, then a column for every slug, a-z; a missing count is 0. For the sake
 * of an instance that has just started, the counts are read once: the columns are the slugs of the last day, which has all
 * of them as long as counts only grow. Where an earlier day has another slug, the rows are made once more.
 */
export function toCsv(points: readonly HistoryPoint[]): string {
  return makeCsv(points, Object.keys(points.at(-1)?.counts ?? {}).sort(compareText));
}
