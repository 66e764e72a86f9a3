// The days before today as the service would have written them, had it run since the member joined: made in a thread of
// its own, beside the loading of everything else.

import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import type { ScheduleConfig } from '../src/config.ts';
import { emptyHistory, toPoint } from '../src/stats/history.ts';
import { type Snapshot, toSnapshot } from '../src/stats/snapshot.ts';
import { localDate } from '../src/stats/time.ts';
import { latestScheduledInstant } from '../src/sync/schedule.ts';
import { findMember } from './members/members.ts';
import { drawOverviews } from './members/overview.ts';

export type PastDays = {
  /** The snapshots, oldest first, and their series: JSON, as it is stored. */
  days: { date: string; bytes: Uint8Array }[];
  series: Uint8Array;
};

export type PastDaysRequest = { member: string; schedule: ScheduleConfig; now: Date };

/** More than the year that a page shows. */
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

/** Through the same allow-list as every sync. */
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

/** `drawPastDays` in another thread. */
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
