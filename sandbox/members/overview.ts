// Makes the body of GET /api/user/{id}/overview from a member's workouts, in the three shapes that Peloton sends: `v1` has
// a flat list of achievements and no daily streak, `v2` counts achievements, and `unversioned` is v2 with two newer keys.

import { dayMs } from '../../src/stats/time.ts';
import { listAchievements } from './achievements.ts';
import { disciplines, type StartedMember } from './members.ts';
import { listRecords } from './personal-records.ts';
import { countStreaks } from './streaks.ts';
import { endedBy, listWorkouts, type SampleWorkout } from './workout-history.ts';

export type OverviewShape = 'v1' | 'v2' | 'unversioned';
export type UnversionedOverview = ReturnType<typeof drawUnversioned>;

/** The unversioned overviews at several instants in ascending order. Much faster than one call for each. */
export function drawOverviews(member: StartedMember, instants: readonly Date[]): UnversionedOverview[] {
  const workouts = listWorkouts(member, instants.at(-1) ?? new Date(0));
  let parts = drawParts([]);
  return instants.map(now => {
    const ended = endedBy(workouts, now);
    // A later instant only adds workouts, so the same number of workouts means the same workouts.
    if (ended.length !== parts.workouts.length) parts = drawParts(ended);
    return assemble(member, parts, now);
  });
}

/** Makes the overview at an instant, in one of the shapes. */
export function drawOverview(member: StartedMember, now: Date, shape: OverviewShape): Record<string, unknown> {
  const overview = drawUnversioned(member, now);
  if (shape === 'unversioned') return overview;
  const { id, workout_counts, personal_records, streaks, achievement_counts } = overview;
  if (shape === 'v2') return { id, workout_counts, personal_records, streaks, achievement_counts };
  const { current_daily: _days, start_date_of_current_daily: _since, ...weekly } = streaks;
  const achievements = achievement_counts.achievements.map(({ template }) => ({
    ...template,
    small_image_url: `${template.image_url}-small`,
    large_image_url: `${template.image_url}-large`,
  }));
  return { id, workout_counts, personal_records, streaks: weekly, achievements };
}

function drawUnversioned(member: StartedMember, now: Date) {
  return assemble(member, drawParts(listWorkouts(member, now)), now);
}

/** The parts of an overview that follow from the workouts alone, at any instant. */
function drawParts(workouts: readonly SampleWorkout[]) {
  return {
    workouts,
    counts: countWorkouts(workouts),
    records: listRecords(workouts),
    achievements: countAchievements(workouts),
  };
}

function assemble(member: StartedMember, parts: ReturnType<typeof drawParts>, now: Date) {
  const { workouts, counts, records, achievements } = parts;
  return {
    id: member.id,
    workout_counts: counts,
    first_party_or_partner_3p_workout_counts: counts,
    user_has_imported_non_partner_3p_workout: false,
    personal_records: records,
    streaks: countStreaks(workouts, Math.floor(now.getTime() / dayMs), member.bestStreakLagWeeks),
    achievement_counts: achievements,
  };
}

/** The counts, largest first. A discipline that was never done counts zero and has another icon. */
export function countWorkouts(workouts: readonly SampleWorkout[]) {
  const done = Map.groupBy(workouts, ({ discipline }) => discipline.slug);
  const entries = disciplines.map(({ slug, name }) => {
    const count = done.get(slug)?.length ?? 0;
    return { name, slug, count, icon_url: locateIcon(slug, count), workout_name: name };
  });
  return { total_workouts: workouts.length, workouts: entries.sort((a, b) => b.count - a.count) };
}

function locateIcon(slug: string, count: number): string {
  const file = `${count === 0 ? 'zero' : 'nonzero'}-${slug}2.png`;
  return `https://s3.amazonaws.com/static-cdn.pelotoncycle.com/workout-count-icons/${file}`;
}

function countAchievements(workouts: readonly SampleWorkout[]) {
  const achievements = listAchievements(workouts).map(({ count, ...template }) => ({
    count,
    template: { ...template, animated_image_url: null, kinetic_token_background: null },
  }));
  return { total_count: achievements.reduce((sum, { count }) => sum + count, 0), achievements };
}
