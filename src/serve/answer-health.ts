// GET /api/health: read from the store on every request and never cached, since a probe asks how the store is now.

import type { Storage } from '../azure/storage.ts';
import type { Config } from '../config.ts';
import { StatsError } from '../errors.ts';
import type { Log } from '../log.ts';
import { historyBlob, latestBlob } from '../stats/blobs.ts';
import { parseHistory } from '../stats/history.ts';
import { type Checkpoint, readCheckpoint } from '../sync/checkpoint.ts';
import { evaluateHealth, faultHealth, type Health, isHealthy } from '../sync/health.ts';
import { type RouteHandler, uncachedJson } from './reply.ts';

function assertSnapshot({ latest }: Checkpoint): void {
  if (!latest || latest.snapshot) return;
  throw new StatsError('storage', `${latestBlob} is damaged.`, { hint: 'The next sync makes it anew.' });
}

async function assertHistory(storage: Storage): Promise<void> {
  const blob = await storage.public.read(historyBlob);
  if (typeof blob === 'object' && parseHistory(blob.bytes)) return;
  throw new StatsError('storage', `${historyBlob} is ${blob ? 'damaged' : 'missing'}.`, {
    hint: 'The next sync makes it anew from the days; npm run rebuild-history does so at once.',
  });
}

export type HealthSources = { storage: () => Promise<Storage>; config: () => Promise<Config>; clock: () => Date };

async function assessHealth({ storage, config, clock }: HealthSources, log: Log): Promise<Health> {
  const now = clock();
  let checkpoint: Checkpoint | undefined;
  try {
    const store = await storage();
    checkpoint = await readCheckpoint(store, log);
    assertSnapshot(checkpoint);
    if (checkpoint.latest) await assertHistory(store);
    const { file, lastSuccess } = checkpoint;
    return evaluateHealth({ now, schedule: (await config()).schedule, state: file.state, lastSuccess });
  } catch (thrown) {
    if (!(thrown instanceof StatsError)) throw thrown;
    return faultHealth(thrown, now, checkpoint?.lastSuccess);
  }
}

export function answerHealth(sources: HealthSources): RouteHandler {
  return async (_request, log) => {
    const health = await assessHealth(sources, log);
    return uncachedJson(isHealthy(health) ? 200 : 503, health);
  };
}
