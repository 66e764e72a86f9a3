// The stats in one sentence, for screen readers and link previews.

import type { Snapshot } from '../stats/snapshot.ts';
import { fitText } from './fit-text.ts';
import { english, type Formats } from './format.ts';
import type { Part } from './options.ts';

const maxDisciplines = 20;

/** `412 workouts as of Nov 22, 2026, current streak 31 weeks, best streak 31 weeks, Cycling 231, …`: plain text, not escaped. */
export function describeSnapshot(
  { workout_counts, streaks, date }: Snapshot,
  { formatCount, formatDate, formatNumber }: Formats = english,
  hide: readonly Part[] = [],
): string {
  const [total, streak, disciplines, day] = (['total', 'streaks', 'disciplines', 'date'] as const).map(
    part => !hide.includes(part),
  );
  const current = streak ? streaks?.current_weekly : undefined;
  const best = streak ? streaks?.best_weekly : undefined;
  const asOf = day && `as of ${formatDate(date)}`;
  const sentence = [
    [total && formatCount(workout_counts.total_workouts, 'workout'), asOf].filter(Boolean).join(' '),
    current !== undefined && `current streak ${formatCount(current, 'week')}`,
    best !== undefined && `best streak ${formatCount(best, 'week')}`,
    ...(disciplines ? workout_counts.workouts : [])
      .filter(({ count }) => count > 0)
      .slice(0, maxDisciplines)
      .map(({ name, count }) => `${fitText(name, 30)} ${formatNumber(count)}`),
  ];
  return `${sentence.filter(Boolean).join(', ')}.`;
}
