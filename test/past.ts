// Simulates the first days of an owner with years of workouts: the past is read tick by tick while processes crash, Peloton, vault
// and store have outages, new workouts and late imports push the list down, deletions pull it up. In the end every workout is
// counted once, and at no time one twice.

import { createRandom } from '../sandbox/members/workout-history.ts';
import type { WorkoutRow } from '../sandbox/members/workout-list.ts';
import { dayMs, minuteMs } from '../src/stats/time.ts';
import { runDoomed } from './doomed-run.ts';
import { countDays, type ListBench, rideOf, startListBench } from './list-bench.ts';
import { tickFailure } from './session-bench.ts';

export type PastOptions = { workouts: number; years: number; days: number };

export type PastReport = {
  ticks: number;
  crashes: number;
  outages: number;
  pages: number;
  /** How many ticks it took until the past was complete. */
  completeAfterTicks: number;
  durationSeconds: number;
  /** One sentence for each rule that was broken. */
  brokenRules: string[];
};

const timeZone = 'Europe/Berlin';
const random = createRandom('the past of member 3');
const below = (limit: number) => Math.floor(random() * limit);

type Past = ListBench & { report: PastReport };

/** Workouts of some years, some of them imports that came long after. */
function drawList(now: Date, { workouts, years }: PastOptions): WorkoutRow[] {
  return Array.from({ length: workouts }, () => {
    const daysAgo = 0.5 + random() * years * 365;
    const isLate = random() < 0.05;
    const recorded = isLate ? daysAgo * random() : daysAgo;
    const ride = { title: 'A ride', duration: 300 + 60 * below(90) };
    const total_work = random() < 0.5 ? 0 : below(900_000);
    return rideOf(now, daysAgo, { recorded, ride, total_work, is_3p_fit_feed_workout: isLate });
  });
}

/** What members do on a day: a new workout, an import of an old one, now and then a batch of them; and a workout of last week goes. */
function liveOn(past: Past): void {
  const { now, list } = past;
  list.push(rideOf(now, 0.02), rideOf(now, 300 + below(2_000), { recorded: 0.01, is_3p_fit_feed_workout: true }));
  if (random() < 0.2)
    list.push(...Array.from({ length: 130 }, () => rideOf(now, 400 + below(900), { recorded: 0.015 })));
  const lastWeek = list.findIndex(({ start_time }) => now.getTime() / 1000 - Number(start_time) < 7 * 86_400);
  if (random() < 0.5 && lastWeek >= 0) list.splice(lastWeek, 1);
}

const outages: ((past: Past) => () => void)[] = [
  ...[{ status: 500 }, { status: 503 }, 'reset' as const, 'cut' as const, 'html' as const].map(
    fault => (past: Past) => past.peloton.faults.add({ match: { path: /\/workouts$/ }, skip: below(9), fault }).remove,
  ),
  past => past.peloton.faults.add({ match: {}, fault: { status: 503 } }).remove,
  past => past.vault.faults.add({ match: {}, fault: { status: 403 } }).remove,
  past =>
    past.store?.faults.add({ match: { method: 'PUT', path: /activity/ }, skip: below(9), fault: 'reset' }).remove ??
    (() => {}),
  past => past.store?.faults.add({ match: {}, skip: 4 + below(40), fault: { status: 503 } }).remove ?? (() => {}),
];

async function tickOnce(past: Past): Promise<void> {
  const { report } = past;
  report.ticks += 1;
  const share = random() * (report.completeAfterTicks === 0 ? 0.7 : 1); // most trouble while the past is being read
  const app = past.startApp(); // another instance, as often as not
  if (share < 0.3) {
    report.crashes += 1;
    const when = random() < 0.5 ? 'before' : 'after';
    await runDoomed(past, { at: 1 + below(60), when }, () => past.tick(app));
    await past.breakLease();
    return;
  }
  const begin = share < 0.6 ? outages[below(outages.length)] : undefined;
  const end = begin?.(past);
  if (end) report.outages += 1;
  await tickFailure(past, app);
  end?.();
}

/** No day may ever have more workouts than the list ever had. */
async function judge(past: Past, ever: ReadonlyMap<string, number>): Promise<void> {
  for (const { date, workouts } of (await past.activity())?.days ?? []) {
    if (workouts > (ever.get(date) ?? 0))
      past.report.brokenRules.push(`${date} has ${workouts} workouts, which it never had`);
  }
}

async function judgeEnd(past: Past): Promise<void> {
  const { report, list, peloton } = past;
  const published = (await past.activity())?.days.map(({ date, workouts, minutes, output_kj }) => [
    date,
    workouts,
    minutes,
    output_kj,
  ]);
  const expected = countDays(list, timeZone);
  if (JSON.stringify(published) !== JSON.stringify(expected))
    report.brokenRules.push('the days are not those of the list');
  report.pages = peloton.counts.workoutPages;
  report.brokenRules.push(...peloton.violations.filter(violation => !violation.includes('spent refresh token')));
  if (past.events('defect').length > 0) report.brokenRules.push('a defect');
}

/** Simulates the days; the last two have no trouble, so that the list can be read to its end. */
export async function simulatePast(options: PastOptions): Promise<PastReport> {
  const startedAt = performance.now();
  const settings = { SYNC_TIME_ZONE: timeZone, SYNC_TIME: '08:00' };
  const bench = await startListBench(now => drawList(now, options), {
    at: '2026-10-20T06:00:00Z',
    storeFaults: true,
    settings,
  });
  const report = {
    ticks: 0,
    crashes: 0,
    outages: 0,
    pages: 0,
    completeAfterTicks: 0,
    durationSeconds: 0,
    brokenRules: [],
  };
  const past: Past = Object.defineProperties(bench as Past, { report: { value: report } });
  const ever = new Map<string, number>();
  const remember = () => {
    for (const [date, count] of countDays(past.list, timeZone)) {
      ever.set(String(date), Math.max(ever.get(String(date)) ?? 0, Number(count)));
    }
  };
  for (let day = 0; day < options.days; day++) {
    if (day > 0) liveOn(past);
    remember();
    for (let tick = 0; tick < 5; tick++, past.passTime(15 * minuteMs)) {
      if (day < options.days - 2) await tickOnce(past);
      else await past.tick();
      await judge(past, ever);
      if ((await past.activity())?.complete_since) report.completeAfterTicks ||= report.ticks;
    }
    past.passTime(dayMs - 5 * 15 * minuteMs);
  }
  await judgeEnd(past);
  await past.close();
  report.durationSeconds = Math.round((performance.now() - startedAt) / 100) / 10;
  return report;
}
