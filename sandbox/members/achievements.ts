// Works out a member's achievements (badges) from the workouts. Each kind is a table of thresholds. The names are
// invented, the shape is Peloton's.

import { createHash } from 'node:crypto';
import { disciplines } from './members.ts';
import { findStreaks } from './streaks.ts';
import { dateOfDay, type SampleWorkout, weekOf } from './workout-history.ts';

export type SampleAchievement = {
  id: string;
  name: string;
  slug: string;
  description: string;
  image_url: string;
  count: number;
};
type Badge = readonly [name: string, description: string, count: number];

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
const dayShapes: readonly [name: string, description: string, fits: (workouts: readonly SampleWorkout[]) => boolean][] =
  [
    ['Double Up', 'Two workouts on one day.', workouts => workouts.length >= 2],
    ['Triple Up', 'Three workouts on one day.', workouts => workouts.length >= 3],
    ['Early Bird', 'A workout before seven in the morning.', ([first]) => (first?.startsAt.getUTCHours() ?? 12) < 7],
    [
      'Night Owl',
      'A workout after eight in the evening.',
      workouts => (workouts.at(-1)?.startsAt.getUTCHours() ?? 12) >= 20,
    ],
    [
      'Full Hour',
      'Sixty minutes in one day.',
      workouts => workouts.reduce((sum, { minutes }) => sum + minutes, 0) >= 60,
    ],
  ];

/** The achievements that were earned at least once. */
export function listAchievements(workouts: readonly SampleWorkout[]): SampleAchievement[] {
  const days = Map.groupBy(workouts, ({ day }) => day);
  const dates = [...days.keys()].map(dateOfDay);
  const badges = [...listMilestones(workouts), ...listStreaks(workouts), ...listMonths(dates), ...listFeasts(dates)];
  return [...badges, ...listDays(days)].filter(([, , count]) => count > 0).map(drawAchievement);
}

const hexIds = new Map<string, string>();

/** 32 hex digits for a text. Results are cached, since a year of overviews asks for the same ids every day. */
export function hexId(text: string): string {
  const id = hexIds.get(text) ?? createHash('md5').update(text).digest('hex');
  hexIds.set(text, id);
  return id;
}

function drawAchievement([name, description, count]: Badge): SampleAchievement {
  const slug = name.toLowerCase().replaceAll(' ', '_');
  const image_url = `https://s3.amazonaws.com/peloton-achievement-images-prod/${hexId(`image of ${slug}`)}`;
  return { id: hexId(slug), name, slug, description, image_url, count };
}

function countOf(count: number, noun: string): string {
  const ending = count === 1 ? '' : noun.endsWith('ch') ? 'es' : 's';
  return `${count} ${noun}${ending}`;
}

function listMilestones(workouts: readonly SampleWorkout[]): Badge[] {
  const reach = (goals: readonly number[], noun: string, have: number): Badge[] =>
    goals.map(goal => [countOf(goal, noun), `Awarded for ${noun} number ${goal}.`, have >= goal ? 1 : 0]);
  const done = Map.groupBy(workouts, ({ discipline }) => discipline.slug);
  const each = disciplines.flatMap(({ slug, noun }) => reach(steps, noun, done.get(slug)?.length ?? 0));
  return [...reach(totals, 'SampleWorkout', workouts.length), ...each];
}

function listStreaks(workouts: readonly SampleWorkout[]): Badge[] {
  const streaks = findStreaks(workouts.map(({ day }) => weekOf(day)));
  return weeks.map(goal => {
    const reached = streaks.filter(({ length }) => length >= goal);
    return [`${goal} Week Streak`, `Awarded for ${goal} active weeks in a row.`, reached.length];
  });
}

/** The badges for active days in a month; every year can earn each of them again. `dates` are the active days. */
function listMonths(dates: readonly string[]): Badge[] {
  const active = Map.groupBy(dates, date => date.slice(0, 7));
  return months.flatMap((month, index) => {
    const ending = `-${String(index + 1).padStart(2, '0')}`;
    const years = [...active].filter(([yearAndMonth]) => yearAndMonth.endsWith(ending)).map(([, days]) => days.length);
    return activeDays.map<Badge>(goal => [
      `${goal} Days of ${month}`,
      `Awarded for ${goal} active days in one ${month}.`,
      years.filter(days => days >= goal).length,
    ]);
  });
}

function listFeasts(dates: readonly string[]): Badge[] {
  return feasts.map(([feast, name]) => {
    const active = dates.filter(date => date.endsWith(feast));
    return [name, `Awarded for a workout on ${feast}.`, active.length];
  });
}

function listDays(days: ReadonlyMap<number, readonly SampleWorkout[]>): Badge[] {
  return dayShapes.map(([name, description, fits]) => [name, description, [...days.values()].filter(fits).length]);
}
