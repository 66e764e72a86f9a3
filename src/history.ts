// The series: one point a local day, made of that day's snapshot. Derivable from the days at any time. Pure.
// Slugs are whatever Peloton sends, `__proto__` included: counts are only ever read and built entry by entry.

import * as z from 'zod';
import { compareText, type Snapshot } from './snapshot.ts';

function isCounts(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every(count => Number.isSafeInteger(count) && count > 0);
}

const countsMeta = {
  type: 'object',
  additionalProperties: { type: 'integer', exclusiveMinimum: 0 },
  description: 'Workouts so far by slug; zero counts are left out.',
} as const;

const pointSchema = z
  .object({
    date: z.iso.date(),
    total_workouts: z.int().nonnegative(),
    // Not z.record, which drops a key named __proto__.
    counts: z.custom<Record<string, number>>(isCounts).meta(countsMeta),
  })
  .meta({ id: 'HistoryPoint' });

/** The series as it is stored and answered, oldest day first. */
export const historySchema = z
  .object({ schema_version: z.literal(1), points: z.array(pointSchema) })
  .meta({ id: 'History', description: 'One point a day: the state of the counts when that day was synced.' });

export type HistoryPoint = z.infer<typeof pointSchema>;
export type History = z.infer<typeof historySchema>;

export const emptyHistory: History = { schema_version: 1, points: [] };

export function toPoint({ date, workout_counts }: Snapshot): HistoryPoint {
  const { total_workouts, workouts } = workout_counts;
  const counts = new Map<string, number>();
  for (const { slug, count } of workouts) if (count > 0) counts.set(slug, (counts.get(slug) ?? 0) + count);
  return { date, total_workouts, counts: Object.fromEntries(counts) };
}

/** The series with a day's point added, or put in the place of that day's earlier one. */
export function withPoint(history: History, point: HistoryPoint): History {
  const others = history.points.filter(({ date }) => date !== point.date);
  const points = [...others, point].sort((a, b) => compareText(a.date, b.date));
  return { schema_version: 1, points };
}

/** A stored series; undefined for bytes that are none. */
export function parseHistory(bytes: Buffer): History | undefined {
  try {
    return historySchema.safeParse(JSON.parse(bytes.toString('utf8'))).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** RFC 4180: `date,total_workouts`, then a column for every slug, a-z; a count that is not there is 0. */
export function toCsv(points: readonly HistoryPoint[]): string {
  const counts = points.map(point => new Map(Object.entries(point.counts)));
  const slugs = [...new Set(counts.flatMap(count => [...count.keys()]))].sort(compareText);
  const header = ['date', 'total_workouts', ...slugs].map(csvField);
  const rows = points.map(({ date, total_workouts }, index) => [
    date,
    total_workouts,
    ...slugs.map(slug => counts[index]?.get(slug) ?? 0),
  ]);
  return [header, ...rows].map(row => `${row.join(',')}\r\n`).join('');
}
