// The table of the public GET routes. A new route is one line here, an answer-*.ts beside it, a handler in src/app.ts, a
// registration in functions/, and its description in openapi.ts. The first GET loads this file; an answer loads the rest.

import { environment, readConfig, readPublicUrl, readStorageConfig, type Settings } from '../config.ts';
import { asStatsError, StatsError, stackOf } from '../errors.ts';
import { once } from '../once.ts';
import { answerBadge } from './answer-badge.ts';
import { answerCard } from './answer-card.ts';
import { answerOpenApi, answerSchema, answerWidget } from './answer-documents.ts';
import { answerHealth } from './answer-health.ts';
import { answerHistory } from './answer-history.ts';
import { answerPage } from './answer-page.ts';
import { answerRoot } from './answer-root.ts';
import { answerStats, answerStatsDay } from './answer-stats.ts';
import { failureReply, retryAfter } from './problem-details.ts';
import { optionsReply, type RouteHandler } from './reply.ts';
import { createStatsCache } from './stats-cache.ts';

/** Answers OPTIONS, and turns every error into a problem without a stack or a secret: the handler never rejects. */
function publicRoute(answer: RouteHandler): RouteHandler {
  return async (request, log) => {
    if (request.method === 'OPTIONS') return optionsReply;
    try {
      return await answer(request, log);
    } catch (thrown) {
      const error = asStatsError(thrown);
      const { code, message } = error;
      log('error', 'get.failed', { code, message, stack: thrown instanceof StatsError ? undefined : stackOf(thrown) });
      return failureReply(error, code === 'storage' ? retryAfter : {});
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
  const storage = once(async () => {
    const { createStorage, readerStorageLimits } = await import('../azure/storage.ts');
    return createStorage(readStorageConfig(settings), readerStorageLimits);
  });
  const cache = createStatsCache({ storage, clock, monotonicMs });
  return {
    stats: publicRoute(answerStats(cache)),
    statsDay: publicRoute(answerStatsDay(cache, clock)),
    history: publicRoute(answerHistory(cache)),
    card: publicRoute(answerCard(cache)),
    badge: publicRoute(answerBadge(cache)),
    page: publicRoute(answerPage(cache, publicUrl)),
    root: publicRoute(answerRoot()),
    widget: publicRoute(answerWidget()),
    schema: publicRoute(answerSchema(publicUrl)),
    openapi: publicRoute(answerOpenApi(publicUrl)),
    health: publicRoute(answerHealth({ storage, config, clock })),
  };
}

export type Routes = ReturnType<typeof createRoutes>;
