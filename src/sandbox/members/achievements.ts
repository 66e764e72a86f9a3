// Badges, worked out from the workouts: each kind is a table of thresholds. Names are invented, the shape is Peloton's.

import { createHash } from 'node:crypto';
import { disciplines } from './members.ts';
import { findRuns } from './streaks.ts';
import { type Workout, weekOf } from './workout-history.ts';

export type Achievement = {
  id: string;
  name: string;
  slug: string;
  description: string;
  image_url: string;
  count: number;
};
type Badge = { name: string; slug: string; description: string; count: number };

const steps = [
  1, 10, 25, 50, 75, 100, 125, 150, 175, 200, 250, 300, 350, 400, 450, 500, 600, 700, 800, 900, 1000, 1250, 1500,
];
const totals = [1, 100, 250, 500, 750, 1000, 1500, 2000, 2500, 3000, 3500, 4000];
const weeks = [2, 3, 4, 6, 8, 10, 13, 16, 20, 26, 39, 52, 78, 104];
const activeDays = [5, 10, 15, 20, 25];
const months = 'January February March April May June July August September October November December'.split(' ');
const feasts: readonly [date: string, name: string][] = [
  ['01-01', 'First of the Year'],
  ['02-14', 'Heart Day'],
  ['02-29', 'Leap Day'],
  ['03-14', 'Round and Round'],
  ['04-22', 'Good Earth'],
  ['05-01', 'May Day'],
  ['06-21', 'Solstice'],
  ['09-22', 'Equinox'],
  ['10-31', 'Spooky Sweat'],
  ['12-31', 'Last Push'],
];
const dayShapes: readonly [name: string, description: string, fits: (workouts: readonly Workout[]) => boolean][] = [
  ['Double Up', 'Two workouts on one day.', workouts => workouts.length >= 2],
  ['Triple Up', 'Three workouts on one day.', workouts => workouts.length >= 3],
  ['Early Bird', 'A workout before seven in the morning.', ([first]) => (first?.startsAt.getUTCHours() ?? 12) < 7],
  [
    'Night Owl',
    'A workout after eight in the evening.',
    workouts => (workouts.at(-1)?.startsAt.getUTCHours() ?? 12) >= 20,
  ],
  ['Full Hour', 'Sixty minutes in one day.', workouts => workouts.reduce((sum, { minutes }) => sum + minutes, 0) >= 60],
];

/** Those that were earned at least once. */
export function listAchievements(workouts: readonly Workout[]): Achievement[] {
  const days = Map.groupBy(workouts, ({ day }) => day);
  const dates = [...days.values()].map(([first]) => first?.startsAt.toISOString().slice(0, 10) ?? '');
  return [...listMilestones(workouts), ...listStreakBadges(workouts), ...listDateBadges(dates), ...listDayBadges(days)]
    .filter(({ count }) => count > 0)
    .map(badge => ({ id: hexId(badge.slug), ...badge, image_url: drawnAt(badge.slug) }));
}

/** 32 hex digits that belong to a text. */
export function hexId(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

function drawnAt(slug: string): string {
  return `https://s3.amazonaws.com/peloton-achievement-images-prod/${hexId(`image of ${slug}`)}`;
}

function listMilestones(workouts: readonly Workout[]): Badge[] {
  const reached = (have: number, goal: number) => (have >= goal ? 1 : 0);
  const all = totals.map(goal => ({
    ...{ name: `${goal} in All`, slug: `total_${goal}`, description: `Awarded for workout number ${goal}.` },
    count: reached(workouts.length, goal),
  }));
  const each = disciplines.flatMap(({ slug, noun }) => {
    const have = workouts.filter(({ discipline }) => discipline.slug === slug).length;
    return steps.map(goal => ({
      ...{ name: `${goal} ${noun}s`, slug: `${slug}_${goal}`, description: `Awarded for ${noun} number ${goal}.` },
      count: reached(have, goal),
    }));
  });
  return [...all, ...each];
}

function listStreakBadges(workouts: readonly Workout[]): Badge[] {
  const runs = findRuns(workouts.map(({ day }) => weekOf(day)));
  return weeks.map(goal => ({
    name: `${goal} Week Streak`,
    slug: `weekly_streak_${goal}`,
    description: `Awarded for ${goal} active weeks in a row.`,
    count: runs.filter(({ length }) => length >= goal).length,
  }));
}

function listDateBadges(dates: readonly string[]): Badge[] {
  const monthly = months.flatMap((month, index) => {
    const number = String(index + 1).padStart(2, '0');
    const years = Map.groupBy(
      dates.filter(date => date.slice(5, 7) === number),
      date => date.slice(0, 4),
    );
    return activeDays.map(goal => ({
      ...{ name: `${goal} Days of ${month}`, slug: `${month.toLowerCase()}_${goal}_days` },
      description: `Awarded for ${goal} active days in one ${month}.`,
      count: [...years.values()].filter(active => active.length >= goal).length,
    }));
  });
  const festive = feasts.map(([date, name]) => ({
    ...{ name, slug: name.toLowerCase().replaceAll(' ', '_'), description: `Awarded for a workout on a ${date}.` },
    count: dates.filter(active => active.endsWith(date)).length,
  }));
  return [...monthly, ...festive];
}

function listDayBadges(days: ReadonlyMap<number, readonly Workout[]>): Badge[] {
  return dayShapes.map(([name, description, fits]) => ({
    ...{ name, slug: name.toLowerCase().replaceAll(' ', '_'), description },
    count: [...days.values()].filter(fits).length,
  }));
}
