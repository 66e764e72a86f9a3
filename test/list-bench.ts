// A bench whose member has the workouts that a test gives: the list and the overview's counts follow them. What must become of a
// list is counted here once more, in another way than the service counts.

import assert from 'node:assert/strict';
import type { WorkoutRow } from '../sandbox/members/workout-list.ts';
import type { Activity, RecentWorkouts } from '../src/stats/schemas.ts';
import { dayMs } from '../src/stats/time.ts';
import { type Bench, type BenchOptions, startBench } from './bench.ts';

export type ListBench = Bench & {
  /** In any order: the double sends the one that was recorded last first. */
  list: WorkoutRow[];
  activity(): Promise<Activity | undefined>;
  workouts(): Promise<RecentWorkouts | undefined>;
};

let made = 0;

/** A ride that began so many days before an instant. `recorded` is when Peloton heard of it, also in days before. */
export function rideOf(now: Date, daysAgo: number, given: Record<string, unknown> = {}): WorkoutRow {
  made += 1;
  const { recorded = daysAgo, ...fields } = given;
  const start_time = Math.floor((now.getTime() - daysAgo * dayMs) / 1000);
  const created_at = Math.floor((now.getTime() - Number(recorded) * dayMs) / 1000) - 30;
  const common = { id: `workout-${made}`, status: 'COMPLETE', fitness_discipline: 'cycling', workout_type: 'class' };
  const ride = {
    id: `class-${made}`,
    title: `Ride ${made}`,
    duration: 1800,
    instructor_id: 'i',
    instructor: { name: 'Ann' },
  };
  return { ...common, created_at, start_time, end_time: start_time + 1900, total_work: 300_400, ride, ...fields };
}

/** So many rides, one every few hours, the last of them a day ago. */
export function ridesOf(now: Date, count: number, everyDays = 0.4): WorkoutRow[] {
  return Array.from({ length: count }, (_, index) => rideOf(now, 1 + index * everyDays));
}

/** Moves one ride after another to the top of the list, and counts those of the list as the overview does. */
export async function startListBench(
  list: (now: Date) => WorkoutRow[],
  options: BenchOptions = {},
): Promise<ListBench> {
  const bench = await startBench({ peloton: { member: 'newcomer' }, ...options });
  const parse = (text: string | undefined) => (text === undefined ? undefined : JSON.parse(text));
  const listBench: ListBench = Object.defineProperties({} as ListBench, {
    ...Object.getOwnPropertyDescriptors(bench),
    list: { value: list(bench.now), writable: true },
    activity: { value: async () => parse(await bench.blob('activity.json')) },
    workouts: { value: async () => parse(await bench.blob('workouts.json')) },
  });
  const { behaviour } = bench.peloton;
  behaviour.alterWorkouts = () => listBench.list.toSorted((a, b) => b.created_at - a.created_at);
  behaviour.alterOverview = overview => {
    const count = listBench.list.filter(({ status }) => status === 'COMPLETE').length;
    const workouts = [{ name: 'Cycling', slug: 'cycling', count }];
    return { ...overview, workout_counts: { total_workouts: count, workouts } };
  };
  return listBench;
}

/** What was done on each day, of rows that each have a class. */
export function countDays(list: readonly WorkoutRow[], timeZone = 'UTC') {
  const dates = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' });
  const days: Record<string, { workouts: number; minutes: number; output_kj: number }> = {};
  for (const { status, start_time, total_work, ride } of list) {
    if (status !== 'COMPLETE') continue;
    const date = dates.format(Number(start_time) * 1000);
    days[date] ??= { workouts: 0, minutes: 0, output_kj: 0 };
    const day = days[date];
    day.workouts += 1;
    day.minutes += (ride as { duration: number }).duration / 60;
    day.output_kj += Number(total_work ?? 0) / 1000;
  }
  const entries = Object.entries(days).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([date, { workouts, minutes, output_kj }]) => [
    date,
    workouts,
    Math.round(minutes),
    output_kj > 0 ? Math.round(output_kj) : undefined,
  ]);
}

/** Asserts that every workout of the list is counted, each once, and no other. */
export async function assertExact(bench: ListBench, timeZone?: string): Promise<void> {
  const { days = [], complete_since } = (await bench.activity()) ?? {};
  const published = days.map(({ date, workouts, minutes, output_kj }) => [date, workouts, minutes, output_kj]);
  assert.deepEqual(published, countDays(bench.list, timeZone));
  assert.equal(complete_since, published[0]?.[0] ?? null);
}

/** The pages of the list that were asked for meanwhile. */
export async function pagesDuring(bench: Bench, work: () => Promise<unknown>): Promise<number[]> {
  const { length } = bench.peloton.requests;
  await work();
  const asked = bench.peloton.requests.slice(length).filter(({ path }) => path === '/api/user/{id}/workouts');
  return asked.map(({ url }) => Number(new URL(url).searchParams.get('page')));
}
