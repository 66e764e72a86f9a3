// The activity: what was done on each local day, counted from the rows of Peloton's list of workouts. Pure.
// A discipline is any text that Peloton sends, `__proto__` included: tallies are only ever read and built entry by entry.

import { writeCsv } from './csv.ts';
import { parseStored } from './define-schema.ts';
import { type Activity, type ActivityDay, activitySchema, type Tally } from './schemas.ts';
import { compareText } from './snapshot.ts';

/** One workout, as far as it is counted. */
export type ActivityRow = {
  /** The local day of its start. */
  date: string;
  /** Peloton's slug; empty where the row had none, and then no tally of a discipline counts the workout. */
  discipline: string;
  seconds: number;
  /** 0 where no sensor measured the output. */
  joules: number;
  isImported: boolean;
};

type Sum = { workouts: number; seconds: number; joules: number };

function add(sum: Sum, { seconds, joules }: ActivityRow): void {
  sum.workouts += 1;
  sum.seconds += seconds;
  sum.joules += joules;
}

/** Rounded once, so that ten workouts of half a minute are five minutes. */
function toTally({ workouts, seconds, joules }: Sum): Tally {
  const minutes = Math.round(seconds / 60);
  return { workouts, minutes, ...(joules > 0 && { output_kj: Math.round(joules / 1000) }) };
}

const nothing = (): Sum => ({ workouts: 0, seconds: 0, joules: 0 });

function toDay(date: string, rows: readonly ActivityRow[]): ActivityDay {
  const whole = nothing();
  const sums = new Map<string, Sum>();
  for (const row of rows) {
    add(whole, row);
    if (row.discipline === '') continue;
    const sum = sums.get(row.discipline) ?? nothing();
    sums.set(row.discipline, sum);
    add(sum, row);
  }
  const by = [...sums].sort(([a], [b]) => compareText(a, b)).map(([slug, sum]) => [slug, toTally(sum)]);
  return { date, ...toTally(whole), by: Object.fromEntries(by) };
}

/** The days of some rows, oldest first. */
export function toDays(rows: Iterable<ActivityRow>): ActivityDay[] {
  const byDate = Map.groupBy(rows, ({ date }) => date);
  return [...byDate].sort(([a], [b]) => compareText(a, b)).map(([date, ofDay]) => toDay(date, ofDay));
}

/** A stored activity; undefined for bytes that are none. */
export const parseActivity = (bytes: Buffer): Activity | undefined => parseStored(activitySchema, bytes);

/** The slugs of a day, a-z, as they are stored but for those that look like numbers, which JSON moves to the front. */
function inOrder(by: ActivityDay['by']): string[] {
  const slugs = Object.keys(by);
  return slugs.length > 1 ? slugs.sort(compareText) : slugs;
}

/**
 * The days as CSV: the workouts of each discipline, a-z, after the columns of the day. An unknown output is an empty cell. Lines are
 * put together from runs of zeros, since most cells are zero and a reader of ten years waits for them.
 */
export function toActivityCsv(days: readonly ActivityDay[]): string {
  const slugs = new Set<string>();
  for (const { by } of days) for (const slug in by) slugs.add(slug);
  const columns = [...slugs].sort(compareText);
  const places = new Map(columns.map((slug, place) => [slug, place]));
  const zeros = Array.from({ length: columns.length + 1 }, (_, count) => ',0'.repeat(count));
  let text = writeCsv(['date', 'workouts', 'minutes', 'output_kj', ...columns], []);
  for (const { date, workouts, minutes, output_kj = '', by } of days) {
    text += `${date},${workouts},${minutes},${output_kj}`;
    let next = 0;
    for (const slug of inOrder(by)) {
      const place = places.get(slug) ?? 0;
      text += `${zeros[place - next]},${by[slug]?.workouts}`;
      next = place + 1;
    }
    text += `${zeros[columns.length - next]}\r\n`;
  }
  return text;
}
