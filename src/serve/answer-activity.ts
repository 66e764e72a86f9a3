// GET /api/activity and GET /api/workouts: what was done on each day, and the latest workouts with their classes; each where the
// setting WORKOUTS lets it be published, whatever the store still holds.

import type { WorkoutMode } from '../config.ts';
import { readSeriesQuery } from './day-series.ts';
import { badRequest, notFound, problemReply, retryAfter } from './problem-details.ts';
import type { RouteHandler } from './reply.ts';
import { respond } from './respond.ts';
import type { StatsCache } from './stats-cache.ts';

function notPublished(needed: string) {
  const detail = `The owner publishes this with the setting WORKOUTS=${needed}.`;
  return problemReply({ status: 404, title: 'Not published', detail, code: 'not-published' });
}

const notReadYet = () => notFound('No workouts yet', 'The list of workouts has not been read yet.', retryAfter);

export function answerActivity({ activity }: StatsCache, mode: WorkoutMode): RouteHandler {
  return async request => {
    const query = readSeriesQuery(request);
    if (typeof query === 'string') return badRequest(query);
    if (mode === 'off') return notPublished('days');
    const cached = await activity();
    return cached ? await respond(request, cached.value.represent(query)) : notReadYet();
  };
}

export function answerWorkouts({ workouts }: StatsCache, mode: WorkoutMode): RouteHandler {
  return async request => {
    if (mode !== 'classes') return notPublished('classes');
    const cached = await workouts();
    return cached ? await respond(request, cached.value.representation) : notReadYet();
  };
}
