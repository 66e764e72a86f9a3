// The wiring: settings become clients, and the clients become handlers. Each is made on first use, so that a GET never waits for
// code that only a sync needs, and a worker that loads this file loads next to nothing.

import type { LeaseClocks } from './azure/lease.ts';
import type { StorageLimits } from './azure/storage.ts';
import type { VaultLimits } from './azure/vault.ts';
import type { Settings } from './config.ts';
import { createLog, type Log } from './log.ts';
import { once } from './once.ts';
import type { Reply, Request } from './serve/reply.ts';
import type { RouteName } from './serve/routes.ts';
import type { Run, RunLimits } from './sync/run.ts';
import type { TickOutcome } from './sync/tick.ts';

/** The part of Azure's InvocationContext that a handler uses: its log. */
export type Context = Record<'debug' | 'info' | 'warn' | 'error', (line: string) => void>;
export type HttpHandler = (request: Request, context: Context) => Promise<Reply>;
export type TimerHandler = (timer: unknown, context: Context) => Promise<void>;

export type AppLimits = Partial<RunLimits> & { storage?: Partial<StorageLimits>; vault?: Partial<VaultLimits> };
export type AppOptions = {
  /** The wall clock: instants and days. */
  clock?: () => Date;
  /** Tells how long a cached blob is fresh, since a wall clock can be set. */
  monotonicMs?: () => number;
  limits?: AppLimits;
  leaseClocks?: LeaseClocks;
};

const now = () => new Date();
const elapsedMs = () => performance.now();

function logTo(context: Context): Log {
  return createLog((level, line) => context[level](line));
}

/**
 * A function that starts runs over one set of settings: the given ones, or the process's own. All runs share the clients, which
 * are made for the first. The function rejects with a StatsError `config` where the settings are not usable.
 */
export function createRunStarter(given: Settings | undefined, { clock = now, limits, leaseClocks }: AppOptions = {}) {
  const config = once(async () => {
    const { environment, readConfig } = await import('./config.ts');
    const { findTimeZone } = await import('./stats/time-zones.ts');
    return readConfig(given ?? environment, findTimeZone);
  });
  const openVault = once(async () => {
    const { createSecretClient, createVault, vaultLimits } = await import('./azure/vault.ts');
    const clientLimits = { ...vaultLimits, ...limits?.vault };
    const client = createSecretClient((await config()).vault, clientLimits);
    return (signal: AbortSignal) => createVault(client, signal, clientLimits);
  });
  const storage = once(async () => {
    const { createStorage, syncStorageLimits } = await import('./azure/storage.ts');
    return createStorage((await config()).storage, { ...syncStorageLimits, ...limits?.storage });
  });
  return async (log: Log, longer?: Partial<RunLimits>): Promise<Run> => {
    const { startRun } = await import('./sync/run.ts');
    const clients = { config: await config(), storage: await storage(), openVault: await openVault() };
    return startRun({ ...clients, clock, log, limits: { ...limits, ...longer }, leaseClocks });
  };
}

/** The handlers of the registered functions, over one set of settings: the process's own where none are given. */
export function createApp(settings?: Settings, options: AppOptions = {}) {
  const { clock = now, monotonicMs = elapsedMs } = options;
  const start = createRunStarter(settings, options);
  const routes = once(async () => (await import('./serve/routes.ts')).createRoutes({ settings, clock, monotonicMs }));

  async function runTick(context: Context, asked: { force: boolean; isTimer?: boolean }): Promise<TickOutcome> {
    const { tick } = await import('./sync/tick.ts');
    const log = logTo(context);
    const outcome = await tick(() => start(log), { ...asked, log });
    (await routes()).expire(); // this instance knows of what was written
    return outcome;
  }

  const sync: TimerHandler = async (_timer, context) => {
    await runTick(context, { force: false, isTimer: true }); // busy and not-due end quietly; an error marks the invocation as failed
  };

  const syncNow: HttpHandler = async (request, context) => {
    const { answerSyncNow } = await import('./serve/answer-sync.ts');
    return await answerSyncNow(request, force => runTick(context, { force }));
  };

  function reading(name: RouteName): HttpHandler {
    return async (request, context) => (await routes())[name](request, logTo(context));
  }
  return {
    sync,
    syncNow,
    health: reading('health'),
    stats: reading('stats'),
    statsDay: reading('statsDay'),
    history: reading('history'),
    activity: reading('activity'),
    workouts: reading('workouts'),
    card: reading('card'),
    badge: reading('badge'),
    page: reading('page'),
    root: reading('root'),
    widget: reading('widget'),
    schema: reading('schema'),
    openapi: reading('openapi'),
  };
}

/** The handlers that functions/ registers. */
export const handlers = createApp();
