// The badge as shields.io's endpoint badge wants it. An unknown metric gets a badge too, which does not repeat it.

import type { Snapshot } from '../stats/snapshot.ts';
import type { PlaceholderMessage } from './card.ts';
import { fitText } from './fit-text.ts';
import { formatCount, formatNumber } from './format.ts';
import { palettes } from './theme.ts';

/** The format of https://shields.io/badges/endpoint-badge. */
export type Badge = { schemaVersion: 1; label: string; message: string; color: string; isError?: true };

/** `metric` is `total` (also for none), `streak` or the slug of a discipline. */
export function renderBadge(options: { snapshot: Snapshot; metric: string | null | undefined }): Badge {
  const { workout_counts, streaks } = options.snapshot;
  const metric = options.metric || 'total';
  if (metric === 'total') return renderGood('Peloton workouts', formatNumber(workout_counts.total_workouts));
  if (metric === 'streak') {
    const weeks = streaks?.current_weekly;
    return weeks === undefined
      ? renderBad('no streak known')
      : renderGood('Peloton streak', formatCount(weeks, 'week'));
  }
  const workout = workout_counts.workouts.find(({ slug }) => slug === metric);
  if (workout === undefined) return renderBad('unknown metric');
  return renderGood(`Peloton ${fitText(workout.name, 20)}`.trimEnd(), formatNumber(workout.count));
}

/** The badge while there are no stats. */
export function renderBadgePlaceholder(options: { message: PlaceholderMessage }): Badge {
  return { schemaVersion: 1, label: 'Peloton', message: options.message, color: 'lightgrey' };
}

function renderGood(label: string, message: string): Badge {
  return { schemaVersion: 1, label, message, color: palettes.light.accent };
}

function renderBad(message: string): Badge {
  return { schemaVersion: 1, label: 'Peloton', message, color: 'lightgrey', isError: true };
}
