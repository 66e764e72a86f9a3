// GET /api/user/{id}/overview as Peloton sends it, in its shapes, worked out from the member's workouts.
// `v1` has a flat list of achievements and no daily streak; `v2` counts achievements; no version at all adds two newer keys.

import { listAchievements } from './achievements.ts';
import { disciplines, type StartedMember } from './members.ts';
import { listRecords } from './personal-records.ts';
import { countStreaks } from './streaks.ts';
import { dayMs, listWorkouts, type Workout } from './workout-history.ts';

export type OverviewShape = 'v1' | 'v2' | 'unversioned';

/** As of the end of a day, `YYYY-MM-DD`. */
export function overviewOn(member: StartedMember, date: string, shape: OverviewShape = 'unversioned') {
  return drawOverview(member, new Date(Date.parse(date) + dayMs - 1), shape);
}

export function drawOverview(member: StartedMember, now: Date, shape: OverviewShape): Record<string, unknown> {
  const workouts = listWorkouts(member, now);
  const streaks = countStreaks(workouts, Math.floor(now.getTime() / dayMs), member.bestStreakLagWeeks);
  const counts = countWorkouts(workouts);
  const parts = { id: member.id, workout_counts: counts, personal_records: listRecords(workouts) };
  if (shape === 'v1') {
    const { current_daily: _days, start_date_of_current_daily: _since, ...weekly } = streaks;
    return { ...parts, streaks: weekly, achievements: listFlat(workouts) };
  }
  const imports = {
    first_party_or_partner_3p_workout_counts: counts,
    user_has_imported_non_partner_3p_workout: false,
  };
  return {
    ...parts,
    ...(shape === 'unversioned' && imports),
    streaks,
    achievement_counts: countAchievements(workouts),
  };
}

/** By count, largest first; a discipline that was never done counts zero, under another icon. */
export function countWorkouts(workouts: readonly Workout[]) {
  const entries = disciplines.map(({ slug, name }) => {
    const count = workouts.filter(({ discipline }) => discipline.slug === slug).length;
    return { name, slug, count, icon_url: locateIcon(slug, count), workout_name: name };
  });
  return { total_workouts: workouts.length, workouts: entries.sort((a, b) => b.count - a.count) };
}

function locateIcon(slug: string, count: number): string {
  const file = `${count === 0 ? 'zero' : 'nonzero'}-${slug}2.png`;
  return `https://s3.amazonaws.com/static-cdn.pelotoncycle.com/workout-count-icons/${file}`;
}

function countAchievements(workouts: readonly Workout[]) {
  const achievements = listAchievements(workouts).map(({ count, ...template }) => ({
    count,
    template: { ...template, animated_image_url: null, kinetic_token_background: null },
  }));
  return { total_count: achievements.reduce((sum, { count }) => sum + count, 0), achievements };
}

function listFlat(workouts: readonly Workout[]) {
  return listAchievements(workouts).map(({ count: _count, ...template }) => ({
    ...template,
    small_image_url: `${template.image_url}-small`,
    large_image_url: `${template.image_url}-large`,
    ...{ animated_image_url: null, kinetic_token_background: null },
  }));
}
