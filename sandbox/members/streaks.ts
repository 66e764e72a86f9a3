// Counts streaks of days and weeks with a workout as Peloton does: a streak that a workout of today could continue still
// counts.

import { type SampleWorkout, weekOf } from './workout-history.ts';

export type Streak = { first: number; length: number };

/** The unbroken runs in a list of ascending numbers (days or weeks). Repeated numbers count once. */
export function findStreaks(numbers: readonly number[]): Streak[] {
  const streaks: Streak[] = [];
  for (const number of numbers) {
    const last = streaks.at(-1);
    const end = last && last.first + last.length;
    if (last && number === end) last.length += 1;
    else if (end === undefined || number > end) streaks.push({ first: number, length: 1 });
  }
  return streaks;
}

/** The streaks of an overview. `lagWeeks` leaves the newest weeks out of the best streak, which may then be below the current one. */
export function countStreaks(workouts: readonly SampleWorkout[], today: number, lagWeeks: number) {
  const weeks = workouts.map(({ day }) => weekOf(day));
  const thisWeek = weekOf(today);
  const weekly = currentStreak(findStreaks(weeks), thisWeek);
  const daily = currentStreak(findStreaks(workouts.map(({ day }) => day)), today);
  const settled = findStreaks(weeks.filter(week => week <= thisWeek - lagWeeks));
  const startOf = (index: number) => Math.floor((workouts[index]?.startsAt.getTime() ?? 0) / 1000);
  return {
    current_weekly: weekly?.length ?? 0,
    best_weekly: Math.max(0, ...settled.map(({ length }) => length)),
    start_date_of_current_weekly: weekly ? startOf(weeks.indexOf(weekly.first)) : null,
    current_daily: daily?.length ?? 0,
    start_date_of_current_daily: daily ? startOf(workouts.findIndex(({ day }) => day === daily.first)) : null,
  };
}

function currentStreak(streaks: readonly Streak[], now: number): Streak | undefined {
  const last = streaks.at(-1);
  return last && last.first + last.length >= now ? last : undefined;
}
