// A series, one entry a day: all of it or the entries from one day to another, as JSON or CSV. What is asked for is made once for a
// version of the series, and a bounded number of ranges is kept.

import { isDate } from '../stats/time.ts';
import { createRecentCache } from './blob-cache.ts';
import type { Request } from './reply.ts';
import { csvType, jsonType, type Representation, represent } from './representation.ts';

/** The values of the query parameter `format`. */
export const seriesFormats = ['json', 'csv'] as const;

/** Two local days, both included, and a format. */
export type SeriesQuery = { from: string; to: string; format: (typeof seriesFormats)[number] };

const earliest = '0000-01-01';
const latest = '9999-12-31';

/** The query of a request, or the faults of its parameters in a sentence. */
export function readSeriesQuery({ query }: Request): SeriesQuery | string {
  // A repeated parameter is no day and no format, as when the host has joined it with commas.
  const given = (name: string, unset: string) => (query.has(name) ? query.getAll(name).join() : unset);
  const [from, to] = [given('from', earliest), given('to', latest)];
  const format = seriesFormats.find(each => each === given('format', 'json'));
  const rule = 'must be a day of the calendar, written YYYY-MM-DD';
  const faults = [
    !isDate(from) && `from ${rule}`,
    !isDate(to) && `to ${rule}`,
    !format && 'format must be json or csv',
  ].filter(Boolean);
  if (faults.length > 0 || !format) return `${faults.join('; ')}.`;
  return from > to ? 'from must not be after to.' : { from, to, format };
}

export type SeriesSource<Entry> = {
  /** Oldest first. */
  entries: readonly Entry[];
  /** All of it as JSON. */
  whole: Representation;
  /** The JSON of some of the entries. */
  toJson(entries: readonly Entry[]): object;
  toCsv(entries: readonly Entry[]): string;
};

/** The index of the first entry for which it is so, as it is for all after it; the length where there is none. */
function firstIndex<Entry>(entries: readonly Entry[], isSo: (entry: Entry) => boolean): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isSo(entries[middle] as Entry)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The ranges that are kept, besides the whole as JSON: ten years take a megabyte each. */
const maxRanges = 12;

/** The representations of one version of a series. Ranges with the same entries share one, however they are written. */
export function createDaySeries<Entry extends { date: string }>(source: SeriesSource<Entry>) {
  const { entries, whole, toJson, toCsv } = source;
  const { lastModified } = whole;
  const kept = createRecentCache<Representation>(maxRanges);
  return ({ from, to, format }: SeriesQuery): Representation => {
    const start = firstIndex(entries, ({ date }) => date >= from);
    const end = firstIndex(entries, ({ date }) => date > to);
    const isEmpty = end <= start;
    if (format === 'json' && !isEmpty && end - start === entries.length) return whole;
    return kept.get(isEmpty ? `${format} none` : `${format} ${start} ${end}`, () => {
      const part = isEmpty ? [] : entries.slice(start, end);
      const [text, contentType] = format === 'csv' ? [toCsv(part), csvType] : [JSON.stringify(toJson(part)), jsonType];
      return represent({ bytes: Buffer.from(text), contentType, lastModified });
    });
  };
}

export type DaySeries = ReturnType<typeof createDaySeries>;
