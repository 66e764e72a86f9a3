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
  const same = workout_counts.workouts.filter(({ slug }) => slug === metric);
  const [workout] = same;
  if (workout === undefined) return renderBad('unknown metric');
  const count = same.reduce((sum, entry) => sum + entry.count, 0); // as the history counts a slug that is sent twice
  return renderGood(`Peloton ${fitText(workout.name, 20)}`.trimEnd(), formatNumber(count));
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
