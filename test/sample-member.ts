// Data for the tests of the views: a member whose days come from a seed, so that every run draws the same year. Nothing of it is deployed.

import type { HistoryPoint } from '../src/stats/history.ts';
import type { Snapshot } from '../src/stats/snapshot.ts';
import { addDays } from '../src/views/increments.ts';

const disciplines = [
  { name: 'Cycling', slug: 'cycling', likelihood: 0.52 },
  { name: 'Strength', slug: 'strength', likelihood: 0.3 },
  { name: 'Stretching', slug: 'stretching', likelihood: 0.26 },
  { name: 'Yoga', slug: 'yoga', likelihood: 0.12 },
  { name: 'Running', slug: 'running', likelihood: 0.1 },
  { name: 'Meditation', slug: 'meditation', likelihood: 0.06 },
  { name: 'Rowing', slug: 'caesar', likelihood: 0.05 },
  { name: 'Bike Bootcamp', slug: 'bike_bootcamp', likelihood: 0.03 },
  { name: 'Walking', slug: 'walking', likelihood: 0.02 },
  { name: 'Tread Bootcamp', slug: 'circuit', likelihood: 0 },
];

/** One point a day up to `lastDate`, except the days of `missing`. */
export function sampleHistory(options: { days: number; lastDate?: string; missing?: string[] }): HistoryPoint[] {
  const { days, lastDate = '2026-11-22', missing = [] } = options;
  const random = seededRandom(20_261_122);
  const counts = new Map<string, number>([['cycling', 140]]);
  return Array.from({ length: days }, (_, index) => {
    const season = 0.75 + 0.45 * Math.sin(index / 23);
    for (const { slug, likelihood } of disciplines) {
      if (random() < likelihood * season) counts.set(slug, (counts.get(slug) ?? 0) + 1);
    }
    const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
    return { date: addDays(lastDate, index - days + 1), total_workouts: total, counts: Object.fromEntries(counts) };
  }).filter(({ date }) => !missing.includes(date));
}

/** The snapshot that belongs to the last point of a history. */
export function sampleSnapshot(history: readonly HistoryPoint[]): Snapshot {
  const last = history.at(-1) ?? { date: '2026-11-22', total_workouts: 0, counts: {} };
  const workouts = disciplines
    .map(({ name, slug }) => ({ name, slug, count: last.counts[slug] ?? 0 }))
    .sort((a, b) => b.count - a.count || a.name.localeCompare(b.name, 'en'));
  return {
    schema_version: 1,
    synced_at: `${last.date}T08:00:04.123Z`,
    date: last.date,
    time_zone: 'Australia/Melbourne',
    workout_counts: { total_workouts: last.total_workouts, workouts },
    personal_records: sampleRecords,
    streaks: { current_weekly: 31, best_weekly: 74, start_date_of_current_weekly: 1_776_643_200, current_daily: 3 },
    achievements: sampleAchievements,
  };
}

const sampleRecords: NonNullable<Snapshot['personal_records']> = [
  {
    name: 'Cycling',
    slug: 'cycling',
    records: [10, 20, 30, 45, 60].map((minutes, index) => ({
      name: `${minutes} min`,
      slug: String(minutes * 60),
      value: Math.round(minutes * 11.6 - index * 7),
      unit: 'kj',
      unit_slug: 'kj',
      workout_date: addDays('2026-05-06', -index * 47),
    })),
  },
  {
    name: 'Running',
    slug: 'running',
    records: [{ name: '5 km', slug: '5k', value: '27:41', unit: 'min', unit_slug: 'min', workout_date: '2026-09-14' }],
  },
];

const sampleAchievements: NonNullable<Snapshot['achievements']> = [
  ['Weekend Warrior', 'Two workouts on one weekend.', 48],
  ['Early Bird', 'A workout before seven in the morning.', 37],
  ['Personal Best', 'More output than ever before at one length.', 21],
  ['Two a Day', 'Two rides on the same day.', 19],
  ['Power Zone', 'A class in every zone.', 14],
  ['10 Week Streak', 'A workout in each of ten weeks.', 7],
  ['Century Ride', 'One hundred rides.', 2],
  ['Dynamic Duo', 'A ride together with a friend.', undefined],
].map(([name, description, count]) => ({
  name: String(name),
  slug: String(name).toLowerCase().replaceAll(' ', '_'),
  description: String(description),
  ...(typeof count === 'number' ? { count } : {}),
}));

/** Numbers from 0 to 1, always the same for a seed (a linear congruence: good enough to look like life). */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}
