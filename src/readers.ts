// What the public routes answer, from this instance's copies of the blobs. Nothing of a request is ever reflected.

import type { Config } from './config.ts';
import { keepCopy } from './copy.ts';
import { StatsError } from './errors.ts';
import { evaluateHealth, faultHealth, type Health, isHealthy } from './health.ts';
import type { Log } from './log.ts';
import { look, type Seen } from './look.ts';
import { latestBlob } from './publish.ts';
import { problem, type Reply, type Representation, type Request, represent, respond, uncachedJson } from './serve.ts';
import { parseSnapshot, type Snapshot } from './snapshot.ts';
import type { Storage, StoredBlob } from './storage.ts';

/** When this code was built: a change of code can change an answer that no sync has changed. */
declare const BUILT_AT: string | undefined;
const builtAt = typeof BUILT_AT === 'string' ? new Date(BUILT_AT) : new Date();

const jsonType = 'application/json; charset=utf-8';

export type ReaderParts = {
  config: () => Config;
  storage: () => Promise<Storage>;
  clock: () => Date;
};

type Latest = { snapshot: Snapshot; representation: Representation };

function laterOf(a: Date, b: Date): Date {
  return a > b ? a : b;
}

/** The stored bytes as they will be sent. Read once a version, to be sure that they are a snapshot. */
function deriveLatest({ bytes, lastModified }: StoredBlob): Latest {
  const snapshot = parseSnapshot(bytes);
  if (!snapshot) throw new StatsError('storage', `${latestBlob} is damaged; the next sync replaces it.`);
  const at = laterOf(lastModified, builtAt);
  return { snapshot, representation: represent({ bytes, contentType: jsonType, lastModified: at }) };
}

function noStatsYet(): Reply {
  return problem({
    status: 404,
    title: 'No stats yet',
    detail: 'The first sync has not been made.',
    code: 'not-found',
    headers: { 'Retry-After': '60' },
  });
}

export function createReaders({ config, storage, clock }: ReaderParts) {
  const latest = keepCopy({
    read: async ifNotEtag => (await storage()).public.read(latestBlob, ifNotEtag),
    derive: deriveLatest,
    clock,
  });

  async function stats(request: Request): Promise<Reply> {
    const copy = await latest();
    return copy ? await respond(request, copy.value.representation) : noStatsYet();
  }

  async function assess(log: Log): Promise<Health> {
    const now = clock();
    let seen: Seen | undefined;
    try {
      seen = await look(await storage(), log);
      const { schedule } = config();
      return evaluateHealth({ now, schedule, state: seen.file.state, lastSuccess: seen.lastSuccess });
    } catch (thrown) {
      if (!(thrown instanceof StatsError)) throw thrown;
      return faultHealth(thrown, now, seen?.lastSuccess);
    }
  }

  async function health(_request: Request, log: Log): Promise<Reply> {
    const assessed = await assess(log);
    return uncachedJson(isHealthy(assessed) ? 200 : 503, assessed);
  }

  return { stats, health };
}
