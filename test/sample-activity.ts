// The list of workouts of one of the sandbox's members, as an activity and as the latest workouts with their classes: for the
// tests of the views, the same in every run.

import { findMember } from '../sandbox/members/members.ts';
import { listWorkouts, type SampleWorkout } from '../sandbox/members/workout-history.ts';
import { type ActivityRow, toDays } from '../src/stats/activity.ts';
import type { Activity, RecentWorkout } from '../src/stats/schemas.ts';
import { addDays } from '../src/views/increments.ts';

const asOf = '2026-11-22T08:00:06.004Z';

/** The member trains often enough for some 6,000 workouts in ten years. */
function sampleWorkouts(days: number): SampleWorkout[] {
  const since = addDays('2026-11-22', 1 - days);
  return listWorkouts({ ...findMember('all', new Date('2026-11-22')), again: 0.65, since }, new Date(asOf));
}

function dateOf({ startsAt }: SampleWorkout): string {
  return startsAt.toISOString().slice(0, 10);
}

function toRow(workout: SampleWorkout): ActivityRow {
  const { discipline, minutes, outputJoules = 0 } = workout;
  return {
    date: dateOf(workout),
    discipline: discipline.slug,
    seconds: minutes * 60,
    joules: outputJoules,
    isImported: false,
  };
}

export type SampleActivityOptions = {
  days: number;
  /** The newest workouts that have been read: the past is then still being read. */
  read?: number;
  /** How many workouts there are, the oldest first. */
  count?: number;
};

/** The days of a member who began that many days ago. */
export function sampleActivity({ days, read, count }: SampleActivityOptions): Activity {
  const rows = sampleWorkouts(days).slice(0, count).map(toRow);
  const listed = toDays(read === undefined ? rows : rows.slice(-read));
  const since = listed[0]?.date ?? '2026-11-22';
  return {
    schema_version: 1,
    time_zone: 'UTC',
    as_of: asOf,
    complete_since: read === undefined ? since : null,
    days: listed,
  };
}

/** The newest workouts, every fifth of them imported. */
export function sampleRecentWorkouts(count = 20): RecentWorkout[] {
  const workouts = sampleWorkouts(400).slice(-count).reverse();
  return workouts.map((workout, index): RecentWorkout => {
    const { discipline, minutes, outputJoules } = workout;
    const common = {
      date: dateOf(workout),
      discipline: discipline.slug,
      duration_s: minutes * 60,
      ...(outputJoules && { output_kj: Math.round(outputJoules / 1000) }),
    };
    if (index % 5 === 3) return { ...common, imported: true };
    const title = `${minutes} min ${discipline.noun}`;
    return {
      ...common,
      title,
      instructor: `Instructor ${(index % 3) + 1}`,
      is_personal_record: index === 2,
      imported: false,
    };
  });
}
