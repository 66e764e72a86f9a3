// GET /api/history: one point a day, as JSON or CSV, all of them or those from one day to another.

import { StatsError } from '../errors.ts';
import { historyBlob } from '../stats/blobs.ts';
import { readSeriesQuery } from './day-series.ts';
import { badRequest, noStatsYet } from './problem-details.ts';
import type { RouteHandler } from './reply.ts';
import { respond } from './respond.ts';
import type { StatsCache } from './stats-cache.ts';

export function answerHistory({ latest, history }: StatsCache): RouteHandler {
  return async request => {
    const query = readSeriesQuery(request);
    if (typeof query === 'string') return badRequest(query);
    let cached = await history();
    if (!cached) {
      if (!(await latest())) return noStatsYet();
      cached = await history(); // a snapshot that has just appeared expires the history
      if (!cached)
        throw new StatsError('storage', `${historyBlob} is missing.`, { hint: 'The next sync makes it anew.' });
    }
    return await respond(request, cached.value.represent(query));
  };
}
