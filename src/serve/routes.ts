// The table of the public GET routes. A new route is one line here, an answer-*.ts beside it, a handler in src/app.ts, a
// registration in functions/, and its description in openapi.ts. The first GET loads this file, with what serves the stats as
// they are stored; any other answer is loaded with its first request, so that nobody waits for the code of another route.

import { createStorage, readerStorageLimits } from '../azure/storage.ts';
import {
  environment,
  readConfig,
  readPublicUrl,
  readStorageConfig,
  readSyncTime,
  readWorkoutMode,
  type Settings,
} from '../config.ts';
import { asStatsError, StatsError, stackOf } from '../errors.ts';
import { once } from '../once.ts';
import { answerHistory } from './answer-history.ts';
import { answerRoot } from './answer-root.ts';
import { answerStats, answerStatsDay } from './answer-stats.ts';
import { failureReply, retryAfter } from './problem-details.ts';
import { optionsReply, type Reply, type RouteHandler } from './reply.ts';
import { createStatsCache } from './stats-cache.ts';

type Explain = (error: StatsError, reply: Reply) => Promise<Reply>;

/**
 * Answers OPTIONS, and turns every error into a problem without a stack or a secret: the handler never rejects. `explain` makes
 * of that reply one for people.
 */
function publicRoute(load: () => Promise<RouteHandler>, explain?: Explain): RouteHandler {
  const answer = once(load);
  return async (request, log) => {
    if (request.method === 'OPTIONS') return optionsReply;
    try {
      return await (await answer())(request, log);
    } catch (thrown) {
      const error = asStatsError(thrown);
      const { code, message } = error;
      log('error', 'get.failed', { code, message, stack: thrown instanceof StatsError ? undefined : stackOf(thrown) });
      const reply = failureReply(error, code === 'storage' ? retryAfter : {});
      return explain ? await explain(error, reply) : reply;
    }
  };
}

/** `settings` are the process's own where none are given. */
export type RoutesOptions = { settings: Settings | undefined; clock: () => Date; monotonicMs: () => number };

export function createRoutes({ settings = environment, clock, monotonicMs }: RoutesOptions) {
  const config = async () => {
    const { findTimeZone } = await import('../stats/time-zones.ts');
    return readConfig(settings, findTimeZone);
  };
  const publicUrl = readPublicUrl(settings);
  const syncTime = readSyncTime(settings);
  const startedAt = clock();
  const storage = once(async () => createStorage(readStorageConfig(settings), readerStorageLimits));
  const cache = createStatsCache({ storage, clock, monotonicMs });
  const mode = readWorkoutMode(settings);
  const page = () => import('./answer-page.ts');
  const activity = () => import('./answer-activity.ts');
  const documents = () => import('./answer-documents.ts');
  const handlers = {
    stats: publicRoute(async () => answerStats(cache)),
    statsDay: publicRoute(async () => answerStatsDay(cache, clock)),
    history: publicRoute(async () => answerHistory(cache)),
    activity: publicRoute(async () => (await activity()).answerActivity(cache, mode)),
    workouts: publicRoute(async () => (await activity()).answerWorkouts(cache, mode)),
    card: publicRoute(async () => (await import('./answer-card.ts')).answerCard(cache, { syncTime, mode })),
    badge: publicRoute(async () => (await import('./answer-badge.ts')).answerBadge(cache, mode)),
    page: publicRoute(
      async () => (await page()).answerPage(cache, { publicUrl, syncTime, mode }),
      async (error, reply) => (await page()).explainFailure({ error, reply, publicUrl }),
    ),
    root: publicRoute(async () => answerRoot()),
    widget: publicRoute(async () => (await documents()).answerWidget()),
    schema: publicRoute(async () => (await documents()).answerSchema(publicUrl)),
    openapi: publicRoute(async () => (await documents()).answerOpenApi(publicUrl)),
    health: publicRoute(async () =>
      (await import('./answer-health.ts')).answerHealth({ storage, config, clock, startedAt }),
    ),
  };
  return { ...handlers, expire: cache.expire };
}

export type Routes = ReturnType<typeof createRoutes>;
export type RouteName = Exclude<keyof Routes, 'expire'>;
