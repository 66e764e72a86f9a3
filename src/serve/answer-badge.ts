// GET /api/badge: JSON from which shields.io draws a badge of one metric.

import type { WorkoutMode } from '../config.ts';
import { once } from '../once.ts';
import type { Snapshot } from '../stats/snapshot.ts';
import type { RouteHandler } from './reply.ts';
import { jsonType, publicCaching } from './representation.ts';
import type { StatsCache } from './stats-cache.ts';
import { createViewResponder, readSnapshotOnly, readViewData } from './view-data.ts';

const loadBadge = once(() => import('../views/badge.ts'));

/** The name a badge is cached by. All unknown metrics share one, so that requests cannot fill the memory. */
function nameMetric(metric: string | null, { workout_counts }: Snapshot): string {
  if (metric === null || metric === '' || metric === 'total') return 'known total';
  const isKnown =
    ['streak', 'minutes', 'this-year'].includes(metric) || workout_counts.workouts.some(({ slug }) => slug === metric);
  return isKnown ? `known ${metric}` : 'unknown';
}

export function answerBadge(cache: StatsCache, mode: WorkoutMode): RouteHandler {
  const respondWith = createViewResponder();
  const respondWithActivity = createViewResponder(); // its own, since the version is that of other blobs
  return async request => {
    const { activityMetrics, renderBadge, renderBadgePlaceholder } = await loadBadge();
    const metric = request.query.get('metric');
    const isOfActivity = activityMetrics.includes(metric ?? '');
    const data = await (isOfActivity ? readViewData(cache, mode) : readSnapshotOnly(cache));
    const isPlaceholder = typeof data === 'string';
    const draw = () => ({
      text: JSON.stringify(
        isPlaceholder ? renderBadgePlaceholder({ message: data }) : renderBadge({ ...data, metric }),
      ),
      contentType: jsonType,
      cacheControl: publicCaching,
    });
    const respondHere = isOfActivity ? respondWithActivity : respondWith;
    return await respondHere(request, { data, name: isPlaceholder ? '' : nameMetric(metric, data.snapshot), draw });
  };
}
