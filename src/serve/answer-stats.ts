// GET /api/stats and GET /api/stats/{date}: the newest snapshot, and the snapshot of a local day, as stored.

import { isoDate } from '../stats/snapshot.ts';
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

export function answerStatsDay({ day, latest }: StatsCache): RouteHandler {
  return async request => {
    const date = isoDate.safeParse(request.params.date);
    if (!date.success) return badRequest('The date must be a day of the calendar, written YYYY-MM-DD.');
    const cached = await day(date.data);
    if (cached) return await respond(request, cached.value.representation);
    if (!(await latest())) return noStatsYet();
    return notFound('No stats of that day', 'No sync was made on that day.');
  };
}
