// The due rule in given zones, against brute force: another of Intl's formats tells each zone's offsets, and every minute
// around an offset change is looked at.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { ScheduleConfig } from '../src/config.ts';
import { StatsError } from '../src/errors.ts';
import { hourMs, minuteMs } from '../src/stats/time.ts';
import { decideDue, latestScheduledInstant, nextScheduledInstant, waitAfter } from '../src/sync/schedule.ts';

/** From an instant on, the wall clock is that much ahead of UTC. */
type Offset = { from: number; offset: number };
export type Zone = { timeZone: string; offsets: Offset[] };

export const years = { from: Date.UTC(2026, 0, 1), to: Date.UTC(2029, 0, 1) };

function readWall(timeZone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  return at => Date.parse(`${format.format(at).replace(' ', 'T')}Z`);
}

/** The offsets of three years to the minute. Only two changes that undo each other within three days would be missed. */
function findOffsets(timeZone: string): Zone {
  const wall = readWall(timeZone);
  const offsetAt = (at: number) => wall(at) - at;
  const offsets: Offset[] = [{ from: Number.NEGATIVE_INFINITY, offset: offsetAt(years.from) }];
  for (let at = years.from; at < years.to; at += 72 * hourMs) {
    let [before, after] = [at, at + 72 * hourMs];
    const { offset } = offsets.at(-1) as Offset;
    if (offsetAt(after) === offset) continue;
    while (after - before > minuteMs) {
      const middle = before + Math.round((after - before) / 2 / minuteMs) * minuteMs;
      if (offsetAt(middle) === offset) before = middle;
      else after = middle;
    }
    offsets.push({ from: after, offset: offsetAt(after) });
  }
  return { timeZone, offsets };
}

/** Every zone that the runtime knows. */
export function findZones(): Zone[] {
  return Intl.supportedValuesOf('timeZone').map(findOffsets);
}

type Change = { zone: Zone; at: number };

function wallOf({ offsets }: Zone, at: number): number {
  return at + (offsets.findLast(({ from }) => from <= at) as Offset).offset;
}

/** The scheduled instant of each local date that begins or ends within a span: the first minute at or past SYNC_TIME. */
function scanMinutes(zone: Zone, { hour, minute }: ScheduleConfig, [from, to]: [number, number]): number[] {
  const instants: number[] = [];
  const syncTimeMs = hour * hourMs + minute * minuteMs;
  let lastDate = Number.NEGATIVE_INFINITY;
  let { offset } = zone.offsets.findLast(({ from: start }) => start <= from) as Offset;
  for (let at = from; at <= to; at += minuteMs) {
    offset = zone.offsets.find(({ from: start }) => start === at)?.offset ?? offset;
    const date = Math.floor((at + offset) / (24 * hourMs));
    if (date <= lastDate || at + offset - date * 24 * hourMs < syncTimeMs) continue;
    instants.push(at);
    lastDate = date;
  }
  // The first date may have begun before the span, so its first minute is not known.
  return instants.slice(1);
}

/** Times of day that an offset change can get wrong: its two edges, what lies between, and the ends of the day. */
function riskyTimes(zone: Zone, at: number): ScheduleConfig[] {
  const [before, after] = [wallOf(zone, at - minuteMs) + minuteMs, wallOf(zone, at)];
  const walls = [before, after, (before + after) / 2, before - minuteMs, after - minuteMs];
  const minutes = walls.map(wall => Math.floor((wall % (24 * hourMs)) / minuteMs));
  return [...new Set([...minutes, 0, 24 * 60 - 1])].map(minute => ({
    hour: Math.floor(minute / 60),
    minute: minute % 60,
    timeZone: zone.timeZone,
  }));
}

type Outcome = 'success' | 'vault' | 'upstream-unavailable' | 'upstream-changed';
type Simulation = {
  zone: Zone;
  schedule: ScheduleConfig;
  from: number;
  to: number;
  outcomeOf: (tick: number) => Outcome;
};

/** Ticks with failures: at each the rule must say what the brute force and the waits of the contract say. */
function simulate({ zone, schedule, from, to, outcomeOf }: Simulation): { ticks: number; successes: number } {
  const instants = scanMinutes(zone, schedule, [from - 60 * hourMs, to]);
  let lastSuccess = instants.findLast(instant => instant < from) as number;
  let nextAttempt: Date | null = null;
  let notBefore = 0;
  let unavailable = 0;
  const answered: number[] = [];
  const done = { ticks: 0, successes: 0 };
  for (let tick = Math.ceil(from / (15 * minuteMs)) * 15 * minuteMs; tick <= to; tick += 15 * minuteMs) {
    done.ticks++;
    const now = tick + ((tick / 7) % 3_000); // a timer is a little late, each time by something else
    const owed = instants.findLast(instant => instant <= now) as number;
    const isDue = owed > lastSuccess && now >= notBefore;
    const decision = decideDue({
      ...{ now: new Date(now), schedule, nextAttempt, refused: null },
      lastSuccess: new Date(lastSuccess),
    });
    const place = `${JSON.stringify(schedule)} at ${new Date(tick).toISOString()}`;
    assert.equal(decision, isDue ? 'due' : 'not-due', place);
    if (!isDue) continue;
    const outcome = outcomeOf(tick);
    if (outcome === 'success') {
      assert.ok(!answered.includes(owed), `twice for one instant: ${place}`);
      answered.push(owed);
      done.successes++;
      lastSuccess = now;
      [nextAttempt, notBefore, unavailable] = [null, 0, 0];
      continue;
    }
    unavailable += outcome === 'upstream-unavailable' ? 1 : 0;
    const failure = {
      error: new StatsError(outcome, 'failed'),
      startedAt: new Date(now),
      failedAt: new Date(now + 5_000),
    };
    nextAttempt = waitAfter(failure, Math.max(unavailable, 1)).nextAttempt;
    const backOff = tick + Math.min(2 ** (unavailable - 1), 16) * 15 * minuteMs;
    notBefore = { vault: 0, 'upstream-changed': now + 4 * hourMs, 'upstream-unavailable': backOff }[outcome];
  }
  return done;
}

/** Numbers that look random and are the same in every run. */
function seededRandom(seed: number): () => number {
  let state = seed * 2_654_435_761 + 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const outcomes: readonly Outcome[] = ['success', 'success', 'vault', 'upstream-unavailable', 'upstream-changed'];

/** The scheduled instants around a change, one after the other, as the rule must name them from each and just before it. */
function checkInstants({ zone, at }: Change, schedule: ScheduleConfig): void {
  const instants = scanMinutes(zone, schedule, [at - 60 * hourMs, at + 26 * hourMs]);
  const place = `${JSON.stringify(schedule)} at ${new Date(at).toISOString()}`;
  const [first = 0, ...later] = instants;
  let previous = first;
  for (const instant of later) {
    assert.equal(+nextScheduledInstant(new Date(previous), schedule), instant, place);
    assert.equal(+latestScheduledInstant(new Date(instant), schedule), instant, place);
    assert.equal(+latestScheduledInstant(new Date(instant - 1), schedule), previous, place);
    previous = instant;
  }
  assert.ok(later.length >= 1, place);
}

function simulateChange({ zone, at }: Change, number: number) {
  const times = riskyTimes(zone, at);
  const schedule = times[number % times.length] as ScheduleConfig;
  const random = seededRandom(number);
  const outcomeOf = () => outcomes[Math.floor(random() * outcomes.length)] as Outcome;
  return simulate({ zone, schedule, from: at - 24 * hourMs, to: at + 24 * hourMs, outcomeOf });
}

type LocalTime = { day: number; minutes: number };

/** From an hour before SYNC_TIME on that day until two hours after. */
function simulateSyncTime(zone: Zone, { day, minutes }: LocalTime, failures: readonly Outcome[]) {
  const schedule = { hour: Math.floor(minutes / 60), minute: minutes % 60, timeZone: zone.timeZone };
  const [instant = 0] = scanMinutes(zone, schedule, [
    years.from + day * 24 * hourMs,
    years.from + (day + 2.2) * 24 * hourMs,
  ]);
  const left = [...failures];
  const outcomeOf = () => left.shift() ?? 'success';
  return simulate({ zone, schedule, from: instant - hourMs, to: instant + 2 * hourMs, outcomeOf });
}

export type AtLeast = { changes: number; schedules: number };

/** The tests of the rule, in zones with at least so many changes of the offset and schedules around them. */
export function testSchedules(zones: readonly Zone[], atLeast: AtLeast): void {
  const changes: Change[] = zones.flatMap(zone => zone.offsets.slice(1).map(({ from }) => ({ zone, at: from })));

  test(`every risky SYNC_TIME at each of ${changes.length} offset changes in ${zones.length} zones, 2026 to 2028`, () => {
    let schedules = 0;
    for (const change of changes) {
      for (const schedule of riskyTimes(change.zone, change.at)) {
        checkInstants(change, schedule);
        schedules++;
      }
    }
    const seen = `${changes.length} changes, ${schedules} schedules`;
    assert.ok(changes.length > atLeast.changes && schedules > atLeast.schedules, seen);
  });

  test('every tick within a day of each change, with failures: one success an instant, at the first tick that may', () => {
    let [ticks, successes] = [0, 0];
    for (const [number, change] of changes.entries()) {
      const done = simulateChange(change, number);
      ticks += done.ticks;
      successes += done.successes;
    }
    assert.ok(ticks > 190 * changes.length && successes > changes.length, `${ticks} ticks, ${successes} successes`);
  });

  test(`around SYNC_TIME on days of three years in ${zones.length} zones, with failures`, () => {
    const days = (years.to - years.from) / (24 * hourMs);
    const time = fc.record({
      day: fc.integer({ min: 4, max: days - 4 }),
      minutes: fc.integer({ min: 0, max: 24 * 60 - 1 }),
    });
    const failures = fc.array(fc.constantFrom(...outcomes.slice(1)), { maxLength: 4 });
    let ticks = 0;
    for (const zone of zones) {
      const property = fc.property(time, failures, (...given) => {
        ticks += simulateSyncTime(zone, ...given).ticks;
      });
      fc.assert(property, { numRuns: 8 });
    }
    assert.ok(ticks > 8 * 12 * zones.length, `${ticks} ticks`);
  });
}
