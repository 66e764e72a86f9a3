// GET /api/user/{id}/overview as Peloton sends it, in its shapes, worked out from the member's workouts.
// `v1` has a flat list of achievements and no daily streak; `v2` counts achievements; no version adds two newer keys.

import { dayMs } from '../../src/stats/time.ts';
import { listAchievements } from './achievements.ts';
import { disciplines, type StartedMember } from './members.ts';
import { listRecords } from './personal-records.ts';
import { countStreaks } from './streaks.ts';
import { endedBy, listWorkouts, type Workout } from './workout-history.ts';

export type OverviewShape = 'v1' | 'v2' | 'unversioned';
/** The unversioned shape. */
export type UnversionedOverview = ReturnType<typeof drawUnversioned>;

/** The unversioned overview as of each of some instants, the last of them last. Much faster than one by one. */
export function drawOverviews(member: StartedMember, instants: readonly Date[]): UnversionedOverview[] {
  const workouts = listWorkouts(member, instants.at(-1) ?? new Date(0));
  let parts = drawParts([]);
  return instants.map(now => {
    const ended = endedBy(workouts, now);
    // A later instant only ever adds workouts: as many as before are the same as before.
    if (ended.length !== parts.workouts.length) parts = drawParts(ended);
    return assemble(member, parts, now);
  });
}

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

/** What follows from the workouts alone, whenever it is asked for. */
function drawParts(workouts: readonly Workout[]) {
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

/** By count, largest first; a discipline that was never done counts zero, under another icon. */
export function countWorkouts(workouts: readonly Workout[]) {
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

function countAchievements(workouts: readonly Workout[]) {
  const achievements = listAchievements(workouts).map(({ count, ...template }) => ({
    count,
    template: { ...template, animated_image_url: null, kinetic_token_background: null },
  }));
  return { total_count: achievements.reduce((sum, { count }) => sum + count, 0), achievements };
}
