// What tests of the due rule and of its waits do with a bench again and again.
// The member is one with few workouts, since the double draws each overview from all of them.

import assert from 'node:assert/strict';
import type { Fault } from '../sandbox/fault-answers.ts';
import { hourMs, minuteMs } from '../src/stats/time.ts';
import { type Bench, type BenchOptions, startBench } from './bench.ts';
import { askedDuring, pasteSession, tickFailure } from './session-bench.ts';

export function startNewcomer(options: BenchOptions = {}): Promise<Bench> {
  return startBench({ peloton: { member: 'newcomer' }, ...options });
}

/** A bench whose last sync was a day ago, so that the next is due, and that needs no new session: one is pasted. */
export async function startDue(options: BenchOptions = {}): Promise<Bench> {
  const bench = await startNewcomer(options);
  pasteSession(bench, { livesMs: 48 * hourMs, user_id: bench.peloton.userId });
  await bench.tick();
  bench.passTime(24 * hourMs);
  return bench;
}

/** The same after a sign-in of its own. */
export async function startDueSignedIn(options: BenchOptions = {}): Promise<Bench> {
  const bench = await startNewcomer(options);
  await bench.tick();
  bench.passTime(24 * hourMs);
  return bench;
}

export function spoilOverviews(bench: Bench, fault: Fault) {
  return bench.peloton.faults.add({ match: { path: /\/overview$/ }, fault });
}

/** Minutes from the start of the run, which is now, to the next attempt. */
export async function waitMinutes(bench: Bench): Promise<number | null> {
  const { next_attempt } = await bench.state();
  return next_attempt === null ? null : (Date.parse(next_attempt) - bench.now.getTime()) / minuteMs;
}

/** How long a wait really is: the first of these minutes from now at which a tick asks Peloton again. */
export async function firstAsked(bench: Bench, minutes: readonly number[]): Promise<number | undefined> {
  const { length } = bench.peloton.requests;
  const start = bench.now.getTime();
  for (const minute of minutes) {
    bench.now = new Date(start + minute * minuteMs);
    await tickFailure(bench);
    if (bench.peloton.requests.length > length) return minute;
  }
  return undefined;
}

/** Ticks from the next one to the one of a month later. */
export async function assertLeftAlone(bench: Bench): Promise<void> {
  const asked = await askedDuring(bench, async () => {
    for (const hours of [0.25, 4, 20, 24, 30 * 24]) {
      bench.passTime(hours * hourMs);
      await bench.tick();
    }
  });
  assert.deepEqual(asked, []);
}
