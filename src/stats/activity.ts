// The activity: what was done on each local day, counted from the rows of Peloton's list of workouts. Pure.
// A discipline is any text that Peloton sends, `__proto__` included: tallies are only ever read and built entry by entry.

import { type Cell, writeCsv } from './csv.ts';
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

/**
 * The days as CSV: the workouts of each discipline, a-z, after the columns of the day. An unknown output is an empty cell. One row
 * of cells serves all lines, since nine cells of ten are zero and a reader of ten years waits for them.
 */
export function toActivityCsv(days: readonly ActivityDay[]): string {
  const slugs = new Set<string>();
  for (const { by } of days) for (const slug in by) slugs.add(slug);
  const header = ['date', 'workouts', 'minutes', 'output_kj', ...[...slugs].sort(compareText)];
  const places = new Map(header.slice(4).map((slug, index) => [slug, 4 + index]));
  const cells: Cell[] = [...header];
  let text = writeCsv(header, []);
  for (const { date, workouts, minutes, output_kj = '', by } of days) {
    cells.fill(0);
    cells[0] = date;
    cells[1] = workouts;
    cells[2] = minutes;
    cells[3] = output_kj;
    for (const slug in by) cells[places.get(slug) ?? 0] = by[slug]?.workouts ?? 0;
    text += `${cells.join()}\r\n`;
  }
  return text;
}
