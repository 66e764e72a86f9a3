// The series in history.json: every sync completes it, and `npm run rebuild-history` makes it anew from the days. A blob that
// does not hold the snapshot of the day in its name is left out and named.

import type { BlobContainer, StoredBlob } from '../azure/storage.ts';
import type { Log } from '../log.ts';
import { dateOfDayBlob, dayBlob, daysPrefix, historyBlob } from '../stats/blobs.ts';
import { emptyHistory, type History, parseHistory, toPoint, withPoints } from '../stats/history.ts';
import type { Snapshot } from '../stats/snapshot.ts';
import { isDayFromWrongClock, isFromWrongClock } from '../stats/wrong-clock.ts';
import { readSnapshot, replaceBlob } from './public-blobs.ts';

const readAtOnce = 16;

/** The blobs of days that give the series no point. */
type LeftOutDays = {
  /** Blobs without a snapshot, or with that of another day. */
  damaged: string[];
  /** Snapshots that a wrong clock dated ahead. */
  ahead: string[];
};

export type RebuiltHistory = LeftOutDays & { history: History };

/** The prefix that the blob names of all days between two dates have in common. */
function prefixOfDays(first: string, last: string): string {
  let length = 0;
  while (length < first.length && first[length] === last[length]) length += 1;
  return daysPrefix + first.slice(0, length);
}

type CountsAsNone = (at: Date) => boolean;

/** The snapshots of some days, read in batches. */
async function readDays(container: BlobContainer, dates: readonly string[], countsAsNone: CountsAsNone) {
  const snapshots: Snapshot[] = [];
  const leftOut: LeftOutDays = { damaged: [], ahead: [] };
  for (let from = 0; from < dates.length; from += readAtOnce) {
    const batch = dates.slice(from, from + readAtOnce);
    const stored = await Promise.all(batch.map(date => readSnapshot(container, dayBlob(date))));
    for (const [index, date] of batch.entries()) {
      const snapshot = stored[index]?.snapshot;
      if (snapshot?.date !== date) leftOut.damaged.push(dayBlob(date));
      else if (countsAsNone(new Date(snapshot.synced_at))) leftOut.ahead.push(dayBlob(date));
      else snapshots.push(snapshot);
    }
  }
  return { snapshots, leftOut };
}

type Span = {
  /** The first and the last day to be read. */
  from: string;
  to: string;
  now: Date;
  /** Whether an instant counts as none. */
  countsAsNone: CountsAsNone;
};

/**
 * The series with the points of some of the days. Damaged days, and those that a wrong clock dated, are left out and named; a
 * blob that is not named like a day is ignored.
 */
async function addDayPoints(
  container: BlobContainer,
  history: History,
  { from, to, now, countsAsNone }: Span,
): Promise<RebuiltHistory> {
  const listed = (await container.list(prefixOfDays(from, to))).flatMap(name => dateOfDayBlob(name) ?? []);
  const ahead = listed.filter(date => isDayFromWrongClock(date, now));
  const dates = listed.filter(date => date >= from && date <= to && !ahead.includes(date));
  const { snapshots, leftOut } = await readDays(container, dates, countsAsNone);
  return {
    history: withPoints(history, snapshots.map(toPoint)),
    damaged: leftOut.damaged,
    ahead: [...ahead.map(dayBlob), ...leftOut.ahead].sort(),
  };
}

/**
 * Puts a series made anew from the days in the place of the stored one, which stays where there is no good day.
 * @throws StatsError `storage`.
 */
export async function replaceHistory(container: BlobContainer, now: Date): Promise<RebuiltHistory> {
  let rebuilt: RebuiltHistory = { history: emptyHistory, damaged: [], ahead: [] };
  const countsAsNone = (at: Date) => isFromWrongClock(at, now);
  const next = async () => {
    rebuilt = await addDayPoints(container, emptyHistory, { from: '', to: '9999-12-31', now, countsAsNone });
    return rebuilt.history.points.length > 0 ? rebuilt.history : undefined;
  };
  await replaceBlob({ container, name: historyBlob, next });
  return rebuilt;
}

/**
 * The series up to the day of a new snapshot. The days after its last point are added, and the last day is read again, since a
 * run that ended too early may have written the day and not its point. An empty series gets every day. The new day may lie
 * before the last point, since SYNC_TIME_ZONE can move west. Points that a wrong clock dated are dropped: those more than two
 * days ahead, and with `force` each of a later day that has no snapshot from before the new one.
 */
async function completeHistory(
  container: BlobContainer,
  history: History,
  { snapshot, force }: NewDay,
): Promise<RebuiltHistory> {
  const { date, synced_at } = snapshot;
  const now = new Date(synced_at);
  const real = history.points.filter(point => !isDayFromWrongClock(point.date, now));
  const last = real.at(-1)?.date ?? '';
  const kept = force ? real.filter(point => point.date <= date) : real;
  const countsAsNone = (at: Date) => (force ? at > now : isFromWrongClock(at, now));
  const [from, to] = date < last ? [date, last] : [last, date];
  const completed = await addDayPoints(container, withPoints(emptyHistory, kept), { from, to, now, countsAsNone });
  const dropped = history.points.filter(point => !real.includes(point)).map(point => dayBlob(point.date));
  return { ...completed, ahead: [...new Set([...completed.ahead, ...dropped])] };
}

const leftOutHint =
  'Damaged days: docs/operations.md, "Restore from history". A wrong clock dated those ahead: they may be deleted.';

export type NewDay = { snapshot: Snapshot; force: boolean; log: Log };

/**
 * Puts the new day into the series, and what earlier runs left undone; a damaged series is made anew.
 * @throws StatsError `storage`.
 */
export async function updateHistory(container: BlobContainer, newDay: NewDay): Promise<void> {
  let leftOut: LeftOutDays = { damaged: [], ahead: [] };
  const next = async (current: StoredBlob | undefined) => {
    const history = (current && parseHistory(current.bytes)) ?? emptyHistory;
    const completed = await completeHistory(container, history, newDay);
    leftOut = completed;
    return completed.history;
  };
  await replaceBlob({ container, name: historyBlob, next });
  const { damaged, ahead } = leftOut;
  if (damaged.length + ahead.length > 0) newDay.log('warn', 'history.left-out', { damaged, ahead, hint: leftOutHint });
}
