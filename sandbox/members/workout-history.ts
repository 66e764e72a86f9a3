// Makes the workouts of a member up to a date. Nothing is stored: the same member and date always give the same workouts,
// and a later date only adds to them. Days are UTC days, weeks begin on Monday.

import { dayMs, minuteMs } from '../../src/stats/time.ts';
import { type Discipline, disciplines, type StartedMember } from './members.ts';

export type SampleWorkout = {
  /** Days since 1970. */
  day: number;
  startsAt: Date;
  discipline: Discipline;
  minutes: number;
  outputJoules?: number;
  /** The pace of a run. */
  secondsPerKm?: number;
};

/** The workouts that have ended by an instant, oldest first. */
export function listWorkouts(member: StartedMember, until: Date): SampleWorkout[] {
  const workouts: SampleWorkout[] = [];
  const first = Date.parse(member.since) / dayMs;
  for (let day = first; day * dayMs <= until.getTime(); day += 1) workouts.push(...trainOn(member, day, day - first));
  return endedBy(workouts, until);
}

export function endedBy(workouts: readonly SampleWorkout[], until: Date): SampleWorkout[] {
  return workouts.filter(({ startsAt, minutes }) => startsAt.getTime() + minutes * minuteMs <= until.getTime());
}

const dates = new Map<number, string>();

/** A day as `YYYY-MM-DD`. Results are cached, since a year of overviews asks for the same days many times. */
export function dateOfDay(day: number): string {
  const date = dates.get(day) ?? new Date(day * dayMs).toISOString().slice(0, 10);
  dates.set(day, date);
  return date;
}

/** The number of a day's week. Week 0 is the week of 1970-01-01. */
export function weekOf(day: number): number {
  return Math.floor((day + 3) / 7);
}

function trainOn(member: StartedMember, day: number, daysSinceFirst: number): SampleWorkout[] {
  if (isIdle(member, day)) return [];
  const random = createRandom(`${member.name} ${daysSinceFirst}`);
  const workouts: SampleWorkout[] = [];
  const isFirstDay = daysSinceFirst === 0;
  let goesOn = isFirstDay || random() < (member.week[(day + 3) % 7] ?? 0);
  let startsAtMinute = random() < 0.6 ? 345 + random() * 180 : 1_000 + random() * 230;
  while (goesOn && workouts.length < 3) {
    const workout = train({ member, day, daysSinceFirst, startsAtMinute }, random);
    workouts.push(workout);
    startsAtMinute += workout.minutes + 4;
    goesOn = random() < member.again;
  }
  return workouts;
}

function isIdle({ name, mix, holidays, lostWeeks }: StartedMember, day: number): boolean {
  if (Object.keys(mix).length === 0) return true;
  const date = dateOfDay(day).slice(5);
  if (holidays.some(([from, to]) => from <= date && date <= to)) return true;
  return createRandom(`${name} week ${weekOf(day)}`)() < lostWeeks;
}

type Slot = { member: StartedMember; day: number; daysSinceFirst: number; startsAtMinute: number };

function train({ member, day, daysSinceFirst, startsAtMinute }: Slot, random: () => number): SampleWorkout {
  const discipline = pickDiscipline(member, random());
  const minutes = discipline.minutes[Math.floor(random() * discipline.minutes.length)] ?? 30;
  // The member's form improves fast in the first year and hardly at all after the third.
  const form = 1 - Math.exp(-daysSinceFirst / 400);
  const luck = 0.88 + 0.24 * random();
  const watts = (member.watts.first + (member.watts.best - member.watts.first) * form) * (1 - minutes / 400) * luck;
  return {
    day,
    discipline,
    minutes,
    startsAt: new Date(day * dayMs + Math.floor(startsAtMinute * minuteMs)),
    ...(discipline.output && { outputJoules: Math.round(watts * discipline.output * minutes * 6_000) / 100 }),
    ...(discipline.slug === 'running' && { secondsPerKm: 430 - 90 * form * luck }),
  };
}

function pickDiscipline({ mix }: StartedMember, share: number): Discipline {
  const total = Object.values(mix).reduce((sum, weight) => sum + weight, 0);
  let left = share * total;
  const picked = disciplines.find(({ slug }) => {
    left -= mix[slug] ?? 0;
    return left < 0;
  });
  if (!picked) throw new Error('The mix names a discipline that there is not.');
  return picked;
}

/** Random numbers in [0, 1) that are the same for the same seed: FNV-1a hashes the seed, mulberry32 makes the numbers. */
export function createRandom(seed: string): () => number {
  let state = 0x811c9dc5;
  for (const character of seed) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
