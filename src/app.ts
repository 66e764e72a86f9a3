// The only wiring: settings → storage, vault, Peloton → the handlers. Everything is made on first use, and what only a sync
// needs is loaded by the first sync: a GET never waits for it.

import { createCopies, type ReaderParts } from './answers/copies.ts';
import { createDocuments } from './answers/documents.ts';
import { answerHealth } from './answers/health.ts';
import { answerHistory, answerStats, answerStatsDay } from './answers/json.ts';
import { createPictures } from './answers/pictures.ts';
import { environment, readConfig, readPublicUrl, readStorageConfig, type Settings } from './config.ts';
import { asStatsError, StatsError, stackOf } from './errors.ts';
import { createLog, type Log } from './log.ts';
import type { RunLimits, RunParts } from './run.ts';
import { answerOptions, failureProblem, type Reply, type Request, uncachedJson } from './serve.ts';
import type { TickOutcome } from './tick.ts';

/** What a handler uses of Azure's InvocationContext. */
export type Context = Record<'debug' | 'info' | 'warn' | 'error', (line: string) => void>;
export type HttpHandler = (request: Request, context: Context) => Promise<Reply>;
export type TimerHandler = (timer: unknown, context: Context) => Promise<void>;

export type AppOptions = { clock?: () => Date; limits?: Partial<RunLimits> };

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function logTo(context: Context): Log {
  return createLog((level, line) => context[level](line));
}

/** A public GET: OPTIONS answered, and every error a problem without a stack or a secret. */
function publicRoute(answer: (request: Request, log: Log) => Promise<Reply>): HttpHandler {
  return async (request, context) => {
    if (request.method === 'OPTIONS') return answerOptions();
    try {
      return await answer(request, logTo(context));
    } catch (thrown) {
      const error = asStatsError(thrown);
      const { code, message } = error;
      const stack = thrown instanceof StatsError ? undefined : stackOf(thrown);
      logTo(context)('error', 'get.failed', { code, message, stack });
      return failureProblem(error);
    }
  };
}

/** Opens what a run works with: each part is made on first use and kept. */
export function createParts(settings: Settings, { clock = () => new Date(), limits }: AppOptions = {}) {
  const config = once(() => readConfig(settings));
  const secretClient = once(async () => {
    const { createSecretClient, createVault } = await import('./vault.ts');
    const client = createSecretClient(config().vault);
    return (signal: AbortSignal) => createVault(client, signal);
  });
  const storage = once(async () => {
    const { createStorage, syncPatience } = await import('./storage.ts');
    return createStorage(config().storage, syncPatience);
  });
  return async (log: Log): Promise<RunParts> => ({
    config: config(),
    storage: await storage(),
    openVault: await secretClient(),
    clock,
    log,
    ...(limits && { limits }),
  });
}

/** The handlers of the registered functions, over one set of settings. */
export function createApp(settings: Settings, options: AppOptions = {}) {
  const { clock = () => new Date() } = options;
  const config = once(() => readConfig(settings));
  const open = createParts(settings, options);
  const readerStorage = once(async () => {
    const { createStorage, readerPatience } = await import('./storage.ts');
    return createStorage(readStorageConfig(settings), readerPatience);
  });

  async function runTick(context: Context, force: boolean): Promise<TickOutcome> {
    const { tick } = await import('./tick.ts');
    const log = logTo(context);
    return await tick(() => open(log), { force, log });
  }

  const sync: TimerHandler = async (_timer, context) => {
    await runTick(context, false); // busy and not-due end quietly; an error marks the invocation as failed
  };

  const syncNow: HttpHandler = async (request, context) => {
    try {
      const result = await runTick(context, request.query.get('force') === 'true');
      return uncachedJson(result.outcome === 'busy' ? 409 : 200, result);
    } catch (error) {
      return failureProblem(asStatsError(error));
    }
  };

  const publicUrl = once(() => readPublicUrl(settings));
  const readers: ReaderParts = { config, publicUrl, storage: readerStorage, clock };
  const copies = createCopies(readers);
  const { card, badge, page } = createPictures(copies, publicUrl);
  const { widget, schema, openapi } = createDocuments(publicUrl);
  return {
    sync,
    syncNow,
    health: publicRoute((_request, log) => answerHealth(readers, log)),
    stats: publicRoute(request => answerStats(request, copies)),
    statsDay: publicRoute(request => answerStatsDay(request, copies)),
    history: publicRoute(request => answerHistory(request, copies)),
    card: publicRoute(card),
    badge: publicRoute(badge),
    page: publicRoute(page),
    widget: publicRoute(widget),
    schema: publicRoute(schema),
    openapi: publicRoute(openapi),
  };
}

/** What functions/ registers. */
export const handlers = createApp(environment);
