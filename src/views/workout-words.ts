// What a workout is called, and what else is known of it: the same words on page, card and element.

import type { RecentWorkout } from '../stats/schemas.ts';

/** The name of a discipline to its slug, as Peloton has it. */
export type NameOf = (slug: string | undefined) => string;

/** The names of a snapshot; a slug that it does not have stands for itself. */
export function namesOf(workouts: readonly { name: string; slug: string }[]): NameOf {
  const names = new Map(workouts.map(({ slug, name }) => [slug, name]));
  return slug => names.get(slug ?? '') || slug || 'Workout';
}

/** What a workout is called, and what else is known of it. */
export function describeWorkout(workout: RecentWorkout, nameOf: NameOf): { title: string; details: string[] } {
  const { title, discipline, instructor, is_personal_record, imported } = workout;
  const name = nameOf(discipline);
  const details = [title && name, instructor, imported && 'from another app', is_personal_record && 'personal record'];
  return {
    title: title || name,
    details: details.filter(detail => typeof detail === 'string' && detail !== '') as string[],
  };
}
