// Losses: the counts and parts that earlier snapshots had and a new one lacks. They are named by places and numbers alone, never
// by a value that Peloton sent.

import * as z from 'zod';
import { toPoint } from './history.ts';
import type { Snapshot } from './snapshot.ts';
import { dayMs } from './time.ts';

/**
 * How many disciplines have fewer workouts than before, or are gone, and by how much the total changed. Numbers alone:
 * a slug comes from outside.
 */
export function countsThatFell(before: Snapshot, after: Snapshot): { disciplines: number; totalChange: number } {
  const counts = new Map(Object.entries(toPoint(after).counts));
  const fell = Object.entries(toPoint(before).counts).filter(([slug, count]) => (counts.get(slug) ?? 0) < count);
  return {
    disciplines: fell.length,
    totalChange: after.workout_counts.total_workouts - before.workout_counts.total_workouts,
  };
}

/** The first value of a field in a list: undefined where no entry has one, and null for an empty list, which proves nothing. */
function someOf<T>(list: readonly T[] | undefined, field: (entry: T) => unknown): unknown {
  return list?.length === 0 ? null : list?.map(field).find(value => value !== undefined);
}

/**
 * The parts that a reader would miss, each with its value in a snapshot. Parts that come and go by nature are not among them,
 * such as the start of a streak; nor is workout_counts, without which there is no snapshot.
 */
const partTable: Record<string, (snapshot: Snapshot) => unknown> = {
  'workout_counts.workouts[].icon_url': ({ workout_counts }) => someOf(workout_counts.workouts, each => each.icon_url),
  personal_records: ({ personal_records }) => personal_records,
  'personal_records[].records': ({ personal_records: groups }) =>
    groups?.length === 0 ? null : groups?.flatMap(({ records }) => records),
  streaks: ({ streaks }) => streaks,
  'streaks.current_weekly': ({ streaks }) => streaks?.current_weekly,
  'streaks.best_weekly': ({ streaks }) => streaks?.best_weekly,
  'streaks.current_daily': ({ streaks }) => streaks?.current_daily,
  achievements: ({ achievements }) => achievements,
  'achievements[].count': ({ achievements }) => someOf(achievements, ({ count }) => count),
};

export const lostPartSchema = z.object({
  /** A key of the table above. */
  part: z.string(),
  since: z.iso.datetime(),
});

export type LostPart = z.infer<typeof lostPartSchema>;

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

export type Comparison = {
  /** The snapshot that readers saw before; undefined before the first. */
  before: Snapshot | undefined;
  snapshot: Snapshot;
  /** The places of the overview that were malformed: a list that is empty for that has lost its entries. */
  leftOut: readonly string[];
  /** The losses that earlier runs found. */
  known: readonly LostPart[];
};

/** How long an absent part counts as lost; after that it is a part that this account does not have. */
const missedMs = 30 * dayMs;

/**
 * The parts that used to come and are absent, the oldest first. A loss ends when the part comes again, or after 30 days: an
 * account may have lost it for good, and a notice that nobody can end is soon read by nobody.
 */
export function findLostParts({ before, snapshot, leftOut, known }: Comparison): LostPart[] {
  const now = Date.parse(snapshot.synced_at);
  const lost = Object.entries(partTable).flatMap(([part, valueIn]): LostPart[] => {
    const value = valueIn(snapshot);
    const isEmptied = isEmptyList(value) && leftOut.some(place => place.endsWith(`${part}[]`));
    if (value !== undefined && !isEmptied) return [];
    const earlier = known.find(loss => loss.part === part);
    if (earlier) return now - Date.parse(earlier.since) < missedMs ? [earlier] : [];
    const valueBefore = before && valueIn(before);
    const usedToCome = valueBefore !== undefined && valueBefore !== null && !isEmptyList(valueBefore);
    return usedToCome ? [{ part, since: snapshot.synced_at }] : [];
  });
  return lost.sort((a, b) => Date.parse(a.since) - Date.parse(b.since));
}

/** The hint of the notice: a part that is gone as a whole is named once, without the parts inside it. */
export function describeLostParts(lost: readonly LostPart[]): string {
  const isInside = (part: string, outer: string) => part.startsWith(`${outer}.`) || part.startsWith(`${outer}[`);
  const parts = lost.map(({ part }) => part);
  const names = parts.filter(part => !parts.some(outer => isInside(part, outer))).join(', ');
  return `Peloton's overview used to come with ${names} and does not any more, so readers see the stats without. Look whether it comes back within a few days; if not, upgrade: git pull, npm ci, azd up (docs/operations.md#upgrade). If there is nothing newer, report it.`;
}
