// The sections of the page about what was done when: from the list of workouts where it is published, else from the snapshots.
// While the past is being read they say how far back it is known.

import type { HistoryPoint } from '../stats/history.ts';
import type { Snapshot } from '../stats/snapshot.ts';
import { accumulate, type Days, daysOfActivity, daysOfHistory, type Training } from './days.ts';
import { type RecentCounts, recentOfActivity, recentOfHistory } from './disciplines-table.ts';
import { formatDate, formatNumber } from './format.ts';
import { renderHeatMap } from './heat-map.ts';
import type { SpanDay } from './increments.ts';
import { renderLatestWorkouts } from './latest-workouts.ts';
import { type Markup, markup } from './markup.ts';
import { renderMonths } from './month-bars.ts';
import { renderTrend } from './trend.ts';
import { namesOf } from './workout-words.ts';
import { renderYearAgainstYear } from './year-against-year.ts';

export type TrainingOptions = {
  snapshot: Snapshot;
  history: readonly HistoryPoint[];
  spanDay: SpanDay;
  /** Undefined where the owner does not publish the list of workouts. */
  training: Training | undefined;
};

export type Section = { id: string; title: string; content: Markup };

/** The sections, and what each discipline has had lately. */
export type TrainingView = { sections: Section[]; recent: RecentCounts | undefined };

/** Draws what was done when, from the list of workouts as soon as a page of it has been read. */
export function viewTraining({ snapshot, history, spanDay, training }: TrainingOptions): TrainingView {
  const { activity, workouts } = training ?? {};
  const listed = activity && daysOfActivity(activity);
  const recent = activity && listed ? recentOfActivity(activity, listed) : recentOfHistory(history);
  if (activity && !listed && activity.complete_since !== null) return { sections: [], recent }; // none yet, and that is all
  const latest = renderLatestWorkouts(workouts?.workouts ?? [], namesOf(snapshot.workout_counts.workouts));
  const sections = [
    ...(listed ? viewListed(listed, snapshot) : viewSnapshots(history, spanDay, training !== undefined)),
    ...(latest ? [{ id: 'latest', title: 'Latest workouts', content: latest }] : []),
  ];
  return { sections, recent };
}

function viewListed(days: Days, { workout_counts }: Snapshot): Section[] {
  const isRead = days.others === 'rest';
  const points = accumulate(days, { from: days.first, to: days.last });
  const all = points.at(-1)?.total_workouts ?? 0;
  const differs = isRead && all !== workout_counts.total_workouts;
  const note = markup`<p class="note">The list of workouts has ${formatNumber(all)}, those of other apps included; Peloton counts ${formatNumber(workout_counts.total_workouts)}.</p>`;
  const reading = markup`<p class="note">Reading your history, back to ${formatDate(days.first)} so far.</p>`;
  return [
    { id: 'days', title: 'Day by day', content: markup`${renderHeatMap(days)}${!isRead && reading}` },
    { id: 'year', title: 'This year', content: renderYearAgainstYear(days) },
    { id: 'months', title: 'Month by month', content: renderMonths(days) },
    ...viewTrend(
      all > 1 ? renderTrend(points, 0) : undefined,
      isRead ? 'Since the first workout' : `Since ${formatDate(days.first)}`,
      differs && note,
    ),
  ];
}

function viewTrend(line: Markup | undefined, title: string, note: Markup | false = false): Section[] {
  return line ? [{ id: 'trend', title, content: markup`${line}${note}` }] : [];
}

function viewSnapshots(history: readonly HistoryPoint[], spanDay: SpanDay, isReading: boolean): Section[] {
  const days = daysOfHistory(history, spanDay);
  if (days === undefined) {
    const text = isReading ? 'Reading your history.' : 'The days show from the second sync on.';
    return [{ id: 'days', title: 'Day by day', content: markup`<p class="note">${text}</p>` }];
  }
  const of = `A day has what ${spanDay === 'same-day' ? 'its own snapshot' : 'the next snapshot'} added.`;
  const note = markup`<p class="note">${of}</p>`;
  return [
    { id: 'days', title: 'Day by day', content: markup`${renderHeatMap(days)}${note}` },
    { id: 'months', title: 'Month by month', content: renderMonths(days) },
    ...viewTrend(renderTrend(history), 'All workouts'),
  ];
}
