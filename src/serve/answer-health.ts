// GET /api/health: read from the store on every request and never cached, since a probe asks how the store is now.

import type { Storage } from '../azure/storage.ts';
import type { Config } from '../config.ts';
import { type ErrorCode, StatsError } from '../errors.ts';
import type { Log } from '../log.ts';
import { historyBlob, latestBlob } from '../stats/blobs.ts';
import { parseHistory } from '../stats/history.ts';
import { type Checkpoint, readCheckpoint } from '../sync/checkpoint.ts';
import { evaluateHealth, faultHealth, type Health, isHealthy } from '../sync/health.ts';
import { type RouteHandler, uncachedJson } from './reply.ts';

/** The memory of an instance from one request to the next. */
type Memory = {
  /** The fault at the last request, and the instant of the request that met it first; undefined where all could be read. */
  fault: { code: ErrorCode; since: Date } | undefined;
  /** The ETag of the series that was found good. */
  goodSeries: string | undefined;
};

function assertSnapshot({ latest }: Checkpoint): void {
  if (!latest || latest.snapshot) return;
  throw new StatsError('storage', `${latestBlob} is damaged.`, { hint: 'The next sync makes it anew.' });
}

/** The series is asked for by the ETag of the version that was found good, and parsed only where it has another. */
async function assertHistory(storage: Storage, memory: Memory): Promise<void> {
  const blob = await storage.public.read(historyBlob, memory.goodSeries);
  if (blob === 'unchanged') return;
  memory.goodSeries = blob && parseHistory(blob.bytes) ? blob.etag : undefined;
  if (memory.goodSeries !== undefined) return;
  throw new StatsError('storage', `${historyBlob} is ${blob ? 'damaged' : 'missing'}.`, {
    hint: 'The next sync makes it anew from the days; npm run rebuild-history does so at once.',
  });
}

export type HealthSources = {
  storage: () => Promise<Storage>;
  config: () => Promise<Config>;
  clock: () => Date;
  /** When this instance began to answer. */
  startedAt: Date;
};

/** When the present fault of the store or the settings began, as far as the requests to this instance tell. */
function faultSince(memory: Memory, code: ErrorCode, now: Date): Date {
  const isSame = memory.fault?.code === code && memory.fault.since <= now;
  if (!isSame) memory.fault = { code, since: now };
  return memory.fault?.since ?? now;
}

async function assessHealth(
  { storage, config, clock, startedAt }: HealthSources,
  memory: Memory,
  log: Log,
): Promise<Health> {
  const now = clock();
  let checkpoint: Checkpoint | undefined;
  try {
    const store = await storage();
    checkpoint = await readCheckpoint({ storage: store, clock, log });
    assertSnapshot(checkpoint);
    if (checkpoint.latest) await assertHistory(store, memory);
    const { file, ...published } = checkpoint;
    const { schedule } = await config();
    memory.fault = undefined;
    return evaluateHealth({ ...published, now, schedule, state: file.state, startedAt });
  } catch (error) {
    if (!(error instanceof StatsError)) throw error;
    const { lastSuccess, file } = checkpoint ?? {};
    const since = faultSince(memory, error.code, now);
    return faultHealth({ error, now, since, lastSuccess, notices: file?.state.notices ?? [] });
  }
}

export function answerHealth(sources: HealthSources): RouteHandler {
  const memory: Memory = { fault: undefined, goodSeries: undefined };
  return async (_request, log) => {
    const health = await assessHealth(sources, memory, log);
    return uncachedJson(isHealthy(health) ? 200 : 503, health);
  };
}
