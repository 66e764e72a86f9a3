// The stats in one sentence, for screen readers and link previews.

import type { Snapshot } from '../stats/snapshot.ts';
import { fitText } from './fit-text.ts';
import { formatCount, formatDate, formatNumber } from './format.ts';

const maxDisciplines = 20;

/** `412 workouts as of Nov 22, 2026, current streak 31 weeks, best streak 31 weeks, Cycling 231, …`: plain text, not escaped. */
export function describeSnapshot({ workout_counts, streaks, date }: Snapshot): string {
  const current = streaks?.current_weekly;
  const best = streaks?.best_weekly;
  const parts = [
    `${formatCount(workout_counts.total_workouts, 'workout')} as of ${formatDate(date)}`,
    current !== undefined && `current streak ${formatCount(current, 'week')}`,
    best !== undefined && `best streak ${formatCount(best, 'week')}`,
    ...workout_counts.workouts
      .filter(({ count }) => count > 0)
      .slice(0, maxDisciplines)
      .map(({ name, count }) => `${fitText(name, 30)} ${formatNumber(count)}`),
  ];
  return `${parts.filter(Boolean).join(', ')}.`;
}
