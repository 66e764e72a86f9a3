import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dayMs } from '../../src/stats/time.ts';
import type { Discipline } from './members.ts';
import { countStreaks, findStreaks } from './streaks.ts';
import { type SampleWorkout, weekOf } from './workout-history.ts';

const discipline: Discipline = { slug: 'cycling', name: 'Cycling', noun: 'Ride', minutes: [30] };

/** One workout at noon of each day. */
function workoutsOn(...dates: string[]): SampleWorkout[] {
  return dates.map(date => {
    const startsAt = new Date(`${date}T12:00:00Z`);
    return { day: Math.floor(startsAt.getTime() / dayMs), startsAt, discipline, minutes: 30 };
  });
}

const dayOf = (date: string) => Date.parse(date) / dayMs;

test('runs join neighbours and count repeated numbers once', () => {
  assert.deepEqual(findStreaks([1, 1, 2, 4, 5, 5, 6, 9]), [
    { first: 1, length: 2 },
    { first: 4, length: 3 },
    { first: 9, length: 1 },
  ]);
  assert.deepEqual(findStreaks([]), []);
});

test('weeks begin on Monday', () => {
  assert.equal(weekOf(dayOf('2026-11-22')) + 1, weekOf(dayOf('2026-11-23')));
  assert.equal(weekOf(dayOf('2026-11-23')), weekOf(dayOf('2026-11-29')));
});

test('a streak lives through today and this week while they may still bring a workout', () => {
  const workouts = workoutsOn('2026-11-03', '2026-11-12', '2026-11-13');
  const streaks = (today: string) => {
    const { current_weekly, current_daily } = countStreaks(workouts, dayOf(today), 0);
    return [current_weekly, current_daily];
  };
  assert.deepEqual(streaks('2026-11-13'), [2, 2]);
  assert.deepEqual(streaks('2026-11-14'), [2, 2]);
  assert.deepEqual(streaks('2026-11-15'), [2, 0]);
  assert.deepEqual(streaks('2026-11-22'), [2, 0]);
  assert.deepEqual(streaks('2026-11-23'), [0, 0]);
});

test('a streak starts with its first workout, and the best one stays', () => {
  const workouts = workoutsOn('2026-09-01', '2026-09-08', '2026-09-15', '2026-11-12', '2026-11-13');
  const streaks = countStreaks(workouts, dayOf('2026-11-13'), 0);
  assert.equal(streaks.best_weekly, 3);
  assert.equal(streaks.current_weekly, 1);
  assert.equal(streaks.start_date_of_current_weekly, Date.parse('2026-11-12T12:00:00Z') / 1000);
  assert.equal(streaks.start_date_of_current_daily, Date.parse('2026-11-12T12:00:00Z') / 1000);
});
