// The sandbox's members and Peloton's disciplines, as data. All members are invented. A member is described by habits (how
// often, which disciplines, which holidays); `workout-history.ts` makes the workouts of any day from them.

import { dayMs } from '../../src/stats/time.ts';

export type Discipline = {
  /** Peloton's code name, which never changes; the name may. */
  slug: string;
  name: string;
  /** The word for one workout in the name of a milestone. */
  noun: string;
  minutes: readonly number[];
  /** The output relative to a bike; absent where the device measures no output. */
  output?: number;
};

export const disciplines: readonly Discipline[] = [
  {
    slug: 'cycling',
    name: 'Cycling',
    noun: 'Ride',
    minutes: [20, 20, 20, 30, 30, 30, 45, 45, 60, 5, 10, 15, 75, 90],
    output: 1,
  },
  { slug: 'strength', name: 'Strength', noun: 'Strength Workout', minutes: [10, 20, 20, 30, 45] },
  { slug: 'stretching', name: 'Stretching', noun: 'Stretch', minutes: [5, 5, 10, 15] },
  { slug: 'running', name: 'Running', noun: 'Run', minutes: [20, 30, 30, 45, 60] },
  { slug: 'walking', name: 'Walking', noun: 'Walk', minutes: [15, 20, 30, 45] },
  { slug: 'yoga', name: 'Yoga', noun: 'Yoga Practice', minutes: [15, 20, 30, 45] },
  { slug: 'meditation', name: 'Meditation', noun: 'Meditation', minutes: [5, 10, 10, 20] },
  { slug: 'cardio', name: 'Cardio', noun: 'Cardio Workout', minutes: [10, 15, 20] },
  { slug: 'bike_bootcamp', name: 'Bike Bootcamp', noun: 'Bike Bootcamp', minutes: [30, 45, 60], output: 0.6 },
  { slug: 'circuit', name: 'Tread Bootcamp', noun: 'Tread Bootcamp', minutes: [30, 45, 60] },
  { slug: 'caesar', name: 'Rowing', noun: 'Row', minutes: [15, 20, 30, 45], output: 0.8 },
  { slug: 'caesar_bootcamp', name: 'Row Bootcamp', noun: 'Row Bootcamp', minutes: [30, 45] },
];

export type Member = {
  name: string;
  /** 32 hex digits, like Peloton's ids. */
  id: string;
  username: string;
  /** The day of the first workout: a date, or a number of days before the sandbox starts. */
  since: string | { daysAgo: number };
  /** Chance of training on each weekday, Monday first. */
  week: readonly number[];
  /** Chance of another workout after one on the same day. */
  again: number;
  /** Weights by slug. Other disciplines are never done and count zero. */
  mix: Readonly<Record<string, number>>;
  /** Days without workouts in every year, the first and the last included. */
  holidays: readonly (readonly [from: string, to: string])[];
  /** Chance of a whole week without workouts. */
  lostWeeks: number;
  watts: { first: number; best: number };
  /** Weeks by which the best streak lags behind the current one, as it was seen at Peloton. */
  bestStreakLagWeeks: number;
};

/** A member whose first day is a date. */
export type StartedMember = Member & { since: string };

export const members: readonly Member[] = [
  {
    name: 'regular',
    id: '5a4d1e0c0ffee0000000000000000412',
    username: 'sandbox_rider',
    since: '2021-02-08',
    week: [0.7, 0.35, 0.65, 0.3, 0.5, 0.75, 0.4],
    again: 0.3,
    mix: { cycling: 45, strength: 20, stretching: 14, yoga: 6, meditation: 5, walking: 4, running: 4, cardio: 2 },
    holidays: [
      ['07-29', '08-13'],
      ['12-24', '12-26'],
    ],
    lostWeeks: 0.02,
    watts: { first: 118, best: 187 },
    bestStreakLagWeeks: 0,
  },
  {
    name: 'newcomer',
    id: '5a4d1e0c0ffee0000000000000000007',
    username: 'sandbox_newcomer',
    since: { daysAgo: 16 },
    week: [0.4, 0.3, 0.4, 0.3, 0.2, 0.6, 0.4],
    again: 0.15,
    mix: { cycling: 55, stretching: 25, walking: 20 },
    holidays: [],
    lostWeeks: 0,
    watts: { first: 84, best: 140 },
    bestStreakLagWeeks: 0,
  },
  {
    name: 'all',
    id: '5a4d1e0c0ffee0000000000000001765',
    username: 'sandbox_does_it_all',
    since: '2018-11-05',
    week: [0.85, 0.8, 0.85, 0.75, 0.7, 0.9, 0.8],
    again: 0.4,
    mix: {
      cycling: 30,
      strength: 20,
      stretching: 12,
      running: 10,
      walking: 6,
      yoga: 6,
      meditation: 6,
      cardio: 3,
      bike_bootcamp: 4,
      circuit: 3,
      caesar: 5,
      caesar_bootcamp: 2,
    },
    holidays: [['12-24', '12-25']],
    lostWeeks: 0.006,
    watts: { first: 140, best: 242 },
    bestStreakLagWeeks: 3,
  },
  {
    name: 'empty',
    id: '5a4d1e0c0ffee0000000000000000000',
    username: 'sandbox_just_joined',
    since: { daysAgo: 0 },
    week: [],
    again: 0,
    mix: {},
    holidays: [],
    lostWeeks: 0,
    watts: { first: 0, best: 0 },
    bestStreakLagWeeks: 0,
  },
];

/** The member of a name, for a sandbox that starts at `startsAt`. Throws on an unknown name and lists the known ones. */
export function findMember(name: string, startsAt: Date): StartedMember {
  const member = members.find(member => member.name === name);
  if (!member) throw new Error(`No member "${name}": there are ${members.map(member => member.name).join(', ')}.`);
  if (typeof member.since === 'string') return { ...member, since: member.since };
  const first = new Date(startsAt.getTime() - member.since.daysAgo * dayMs);
  return { ...member, since: first.toISOString().slice(0, 10) };
}
