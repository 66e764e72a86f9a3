// The badge as shields.io's endpoint badge wants it. An unknown metric gets a badge too, which does not repeat it.

import type { Activity } from '../stats/schemas.ts';
import type { Snapshot } from '../stats/snapshot.ts';
import type { PlaceholderMessage } from './card.ts';
import { daysOfActivity, sumDays, type Training } from './days.ts';
import { fitText } from './fit-text.ts';
import { formatCount, formatNumber } from './format.ts';
import { palettes } from './theme.ts';

/** The format of https://shields.io/badges/endpoint-badge. */
export type Badge = { schemaVersion: 1; label: string; message: string; color: string; isError?: true };

/** The metrics that the list of workouts says. */
export const activityMetrics = ['minutes', 'this-year'];

function renderActivity(metric: string, training: Training | undefined): Badge {
  if (!training) return renderBad('not published');
  const { activity } = training;
  const isMinutes = metric === 'minutes';
  const sum = activity && sumKnown(activity, isMinutes);
  const label = isMinutes ? 'Peloton minutes' : 'Peloton this year';
  if (!sum) return renderBad('reading the history');
  return renderGood(label, isMinutes ? formatNumber(sum.minutes ?? 0) : formatCount(sum.workouts, 'workout'));
}

/** The sum of all days, or of this year; undefined while not all of these have been read. */
function sumKnown(activity: Activity, isAll: boolean) {
  const days = daysOfActivity(activity);
  if (!days) return activity.complete_since === null ? undefined : { workouts: 0, minutes: 0 };
  const from = isAll ? days.first : `${days.last.slice(0, 4)}-01-01`;
  const isKnown = days.others === 'rest' || (!isAll && days.first < from);
  return isKnown ? sumDays(days, { from, to: days.last }) : undefined;
}

/** `training` is undefined where the owner does not publish the list of workouts. */
export type BadgeOptions = { snapshot: Snapshot; metric: string | null | undefined; training?: Training | undefined };

/** `metric` is `total` (also for none), `streak`, one of `activityMetrics` or the slug of a discipline. */
export function renderBadge({ snapshot, training, metric: asked }: BadgeOptions): Badge {
  const { workout_counts, streaks } = snapshot;
  const metric = asked || 'total';
  if (activityMetrics.includes(metric)) return renderActivity(metric, training);
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
