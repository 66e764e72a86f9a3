// This instance's copies of what the public routes answer from: the newest snapshot, the series, and some days.

import type { Storage, StoredBlob } from '../azure/storage.ts';
import { StatsError } from '../errors.ts';
import { once } from '../once.ts';
import { dayBlob, historyBlob, latestBlob } from '../stats/blobs.ts';
import { type History, parseHistory, toCsv } from '../stats/history.ts';
import { parseSnapshot, type Snapshot } from '../stats/snapshot.ts';
import { type Copy, keepCopy } from './copy.ts';
import { csvType, jsonType, type Representation, represent } from './serve.ts';

/** When this code was built: a change of code can change an answer that no sync has changed. */
declare const BUILT_AT: string | undefined;
export const builtAt = typeof BUILT_AT === 'string' ? new Date(BUILT_AT) : new Date();

export type CopiesOptions = { storage: () => Promise<Storage>; clock: () => Date };

export type StoredStats = { snapshot: Snapshot; representation: Representation };
export type StoredSeries = { history: History; representation: Representation; csv: () => Promise<Representation> };

export type Copies = {
  latest(): Promise<Copy<StoredStats> | undefined>;
  series(): Promise<Copy<StoredSeries> | undefined>;
  day(date: string): Promise<Copy<StoredStats> | undefined>;
};

const daysKept = 64;

/** The later of the blob and the build. */
export function lastModifiedOf({ lastModified }: { lastModified: Date }): Date {
  return lastModified > builtAt ? lastModified : builtAt;
}

/** The stored bytes are sent as they are; they are read once a version, to be sure that they are what they should be. */
function deriveWith<T>(parse: (bytes: Buffer) => T | undefined, name: string) {
  return (blob: StoredBlob): { value: T; representation: Representation } => {
    const value = parse(blob.bytes);
    if (!value) throw new StatsError('storage', `${name} is damaged; the next sync writes it anew.`);
    const source = { bytes: blob.bytes, contentType: jsonType, lastModified: lastModifiedOf(blob) };
    return { value, representation: represent(source) };
  };
}

function deriveStats(name: string) {
  const derive = deriveWith(parseSnapshot, name);
  return (blob: StoredBlob): StoredStats => {
    const { value: snapshot, representation } = derive(blob);
    return { snapshot, representation };
  };
}

function deriveSeries(blob: StoredBlob): StoredSeries {
  const { value: history, representation } = deriveWith(parseHistory, historyBlob)(blob);
  const csv = once(async () => {
    const bytes = Buffer.from(toCsv(history.points));
    return represent({ bytes, contentType: csvType, lastModified: lastModifiedOf(blob) });
  });
  return { history, representation, csv };
}

export function createCopies({ storage, clock }: CopiesOptions): Copies {
  const keep = <T>(name: string, derive: (blob: StoredBlob) => T, onChange = () => {}) =>
    keepCopy({ read: async ifNotEtag => (await storage()).public.read(name, ifNotEtag), derive, onChange, clock });

  const days = new Map<string, Copies['latest']>();
  function day(date: string) {
    const name = dayBlob(date);
    const copy = days.get(date) ?? keep(name, deriveStats(name));
    days.delete(date);
    days.set(date, copy); // the newest last, so that the first is the one least asked for
    const [oldest] = days.keys();
    if (days.size > daysKept && oldest !== undefined) days.delete(oldest);
    return copy();
  }

  const series = keep(historyBlob, deriveSeries);
  // The series is written first: whoever sees another snapshot must not see the series of before.
  return { latest: keep(latestBlob, deriveStats(latestBlob), series.expire), series, day };
}
