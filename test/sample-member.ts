// Data for the tests of the views: the series and the snapshot of one of the sandbox's members, the same in every run. The
// records, streaks and achievements are written out, since tests search for them word for word.

import { disciplines, findMember } from '../sandbox/members/members.ts';
import { listWorkouts } from '../sandbox/members/workout-history.ts';
import type { HistoryPoint } from '../src/stats/history.ts';
import type { Snapshot } from '../src/stats/snapshot.ts';
import { addDays } from '../src/views/increments.ts';

/** The time of every snapshot. */
const syncTime = '08:00:04.123Z';
const busyMember = findMember('all', new Date('2026-11-22'));
/** The member's disciplines without Tread Bootcamp, so that one discipline counts zero. */
const mix = { ...busyMember.mix, circuit: 0 };
const daysBefore = 100;

/** One point a day up to `lastDate`, except the days of `missing`, of a member who joined some months before the first. */
export function sampleHistory(options: { days: number; lastDate?: string; missing?: string[] }): HistoryPoint[] {
  const { days, lastDate = '2026-11-22', missing = [] } = options;
  const member = { ...busyMember, mix, since: addDays(lastDate, 1 - days - daysBefore) };
  const workouts = listWorkouts(member, new Date(`${lastDate}T${syncTime}`)).values();
  const counts: Record<string, number> = {};
  let next = workouts.next();
  return Array.from({ length: days }, (_, index) => {
    const date = addDays(lastDate, index - days + 1);
    for (; next.value && next.value.startsAt < new Date(`${date}T${syncTime}`); next = workouts.next()) {
      const { slug } = next.value.discipline;
      counts[slug] = (counts[slug] ?? 0) + 1;
    }
    const total_workouts = Object.values(counts).reduce((sum, count) => sum + count, 0);
    return { date, total_workouts, counts: { ...counts } };
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
    synced_at: `${last.date}T${syncTime}`,
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
