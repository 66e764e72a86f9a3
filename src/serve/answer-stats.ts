// GET /api/stats and GET /api/stats/{date}: the newest snapshot, and the snapshot of a local day, as stored.

import { isDate } from '../stats/time.ts';
import { isDayFromWrongClock, isFromWrongClock } from '../stats/wrong-clock.ts';
import { badRequest, noStatsYet, notFound } from './problem-details.ts';
import type { RouteHandler } from './reply.ts';
import { respond } from './respond.ts';
import type { StatsCache } from './stats-cache.ts';

export function answerStats({ latest }: StatsCache): RouteHandler {
  return async request => {
    const cached = await latest();
    return cached ? await respond(request, cached.value.representation) : noStatsYet();
  };
}

/** The snapshot of a day; undefined for what a wrong clock dated. */
async function readDay({ day }: StatsCache, date: string, now: Date) {
  const cached = isDayFromWrongClock(date, now) ? undefined : await day(date);
  return cached && isFromWrongClock(new Date(cached.value.snapshot.synced_at), now) ? undefined : cached;
}

export function answerStatsDay(cache: StatsCache, clock: () => Date): RouteHandler {
  return async request => {
    const { date } = request.params;
    if (!isDate(date)) return badRequest('The date must be a day of the calendar, written YYYY-MM-DD.');
    const cached = await readDay(cache, date, clock());
    if (cached) return await respond(request, cached.value.representation);
    if (!(await cache.latest())) return noStatsYet();
    return notFound('No stats of that day', 'No sync was made on that day.');
  };
}
