// What answers the public GETs, over one set of settings. The first of them loads this file; what only some of the answers
// need, those load.

import { environment, readConfig, readPublicUrl, readStorageConfig, type Settings } from '../config.ts';
import { asStatsError, StatsError, stackOf } from '../errors.ts';
import type { Log } from '../log.ts';
import { once } from '../once.ts';
import { answerHealth } from './answer-health.ts';
import { createPictures } from './answer-pictures.ts';
import { answerHistory, answerStats, answerStatsDay } from './answer-stats.ts';
import { createCopies } from './copies.ts';
import { createDocuments } from './documents.ts';
import { answerOptions, failureProblem, type Reply, type Request, retryAfter } from './serve.ts';

type Answer = (request: Request, log: Log) => Promise<Reply>;

/** `settings` are the process's own where none are given. */
export type ReadersOptions = { settings: Settings | undefined; clock: () => Date };

/** OPTIONS answered, and every error made a problem without a stack or a secret: what comes of it never rejects. */
function toPublic(answer: Answer): Answer {
  return async (request, log) => {
    if (request.method === 'OPTIONS') return answerOptions();
    try {
      return await answer(request, log);
    } catch (thrown) {
      const error = asStatsError(thrown);
      const { code, message } = error;
      log('error', 'get.failed', { code, message, stack: thrown instanceof StatsError ? undefined : stackOf(thrown) });
      return failureProblem(error, code === 'storage' ? retryAfter : {});
    }
  };
}

export function createReaders({ settings = environment, clock }: ReadersOptions) {
  const config = () => readConfig(settings);
  const publicUrl = readPublicUrl(settings);
  const storage = once(async () => {
    const { createStorage, readerStorageLimits } = await import('../azure/storage.ts');
    return createStorage(readStorageConfig(settings), readerStorageLimits);
  });
  const copies = createCopies({ storage, clock });
  const { card, badge, page } = createPictures(copies, publicUrl);
  const { widget, schema, openapi } = createDocuments(publicUrl);
  return {
    stats: toPublic(request => answerStats(request, copies)),
    statsDay: toPublic(request => answerStatsDay(request, copies)),
    history: toPublic(request => answerHistory(request, copies)),
    health: toPublic((_request, log) => answerHealth({ storage, config, clock }, log)),
    card: toPublic(card),
    badge: toPublic(badge),
    page: toPublic(page),
    widget: toPublic(widget),
    schema: toPublic(schema),
    openapi: toPublic(openapi),
  };
}

export type Readers = ReturnType<typeof createReaders>;
