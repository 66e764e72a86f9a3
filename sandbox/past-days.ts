// Makes the days before today as the service would have stored them, had it run since the member joined. A thread of its
// own does the work while `npm start` loads and starts everything else.

import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import type { ScheduleConfig } from '../src/config.ts';
import { emptyHistory, toPoint } from '../src/stats/history.ts';
import type { Snapshot } from '../src/stats/snapshot.ts';
import { localDate } from '../src/stats/time.ts';
import { toSnapshot } from '../src/stats/to-snapshot.ts';
import { latestScheduledInstant } from '../src/sync/schedule.ts';
import { findMember } from './members/members.ts';
import { drawOverviews } from './members/overview.ts';

export type PastDays = {
  /** The snapshots as stored JSON, oldest first. */
  days: { date: string; bytes: Uint8Array }[];
  /** The series of these days as stored JSON. */
  series: Uint8Array;
};

export type PastDaysRequest = { member: string; schedule: ScheduleConfig; now: Date };

/** The most days that are made: a little more than the year that the page shows. */
const longestDays = 400;

/** The scheduled instants before today, oldest first, from the member's first day on. */
function listInstants({ schedule, now }: PastDaysRequest, since: string): Date[] {
  const today = localDate(now, schedule.timeZone);
  const instants: Date[] = [];
  let at = latestScheduledInstant(now, schedule);
  while (instants.length < longestDays && at.getTime() >= Date.parse(since)) {
    if (localDate(at, schedule.timeZone) < today) instants.unshift(at);
    at = latestScheduledInstant(new Date(at.getTime() - 1), schedule);
  }
  return instants;
}

function toBytes(value: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

/** Makes the past days. Overviews go through the same allow-list (`toSnapshot`) as in every sync. */
export function drawPastDays(request: PastDaysRequest): PastDays {
  const { timeZone } = request.schedule;
  const member = findMember(request.member, request.now);
  const instants = listInstants(request, member.since);
  const snapshots = drawOverviews(member, instants).map((body, index): Snapshot => {
    const syncedAt = instants[index] ?? request.now;
    return toSnapshot({ body, syncedAt, date: localDate(syncedAt, timeZone), timeZone }).snapshot;
  });
  return {
    days: snapshots.map(snapshot => ({ date: snapshot.date, bytes: toBytes(snapshot) })),
    series: toBytes({ ...emptyHistory, points: snapshots.map(toPoint) }),
  };
}

/** Runs `drawPastDays` in another thread. */
export async function drawPastDaysAside(request: PastDaysRequest): Promise<PastDays> {
  const { promise, resolve, reject } = Promise.withResolvers<PastDays>();
  new Worker(new URL(import.meta.url), { workerData: request }).once('message', resolve).once('error', reject);
  return await promise;
}

if (!isMainThread && parentPort) {
  const past = drawPastDays(workerData);
  const buffers = [past.series, ...past.days.map(({ bytes }) => bytes)].map(({ buffer }) => buffer);
  parentPort.postMessage(past, buffers as ArrayBuffer[]);
}
