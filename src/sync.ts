// The mission, one line a word: credentials from the vault, the Peloton overview, a snapshot by allow-list, a write to Blob
// Storage. When it may run, and what becomes of a failure, is tick.ts.

import type { Config } from './config.ts';
import { StatsError } from './errors.ts';
import type { Door } from './http.ts';
import { type Log, timed } from './log.ts';
import { fetchOverview } from './peloton/overview.ts';
import type { Custody } from './peloton/session.ts';
import { publish } from './publish.ts';
import { localDate } from './schedule.ts';
import { hasLostAllCounts, type Snapshot, toSnapshot } from './snapshot.ts';
import type { Storage } from './storage.ts';

export type SyncParts = {
  config: Config;
  /** Holds the credentials and the session, and gives neither away. */
  custody: Custody;
  door: Door;
  storage: Storage;
  clock: () => Date;
  log: Log;
  /** Fires when the run may no longer write. */
  signal: AbortSignal;
  /** The snapshot that readers see now. */
  before: Snapshot | undefined;
  /** Believe an overview that has lost all counts. */
  force: boolean;
};

/**
 * One sync.
 * @throws StatsError of any code; `latest.json` is then what it was.
 */
export async function sync(parts: SyncParts): Promise<Snapshot> {
  const { config, custody, door, storage, clock, log, signal, before, force } = parts;
  const { peloton, schedule } = config;
  const overview = await custody.use((access, userId) =>
    timed(log, 'peloton.overview', () => fetchOverview({ door, peloton, access, userId })),
  );
  const syncedAt = clock();
  const day = { syncedAt, date: localDate(syncedAt, schedule.timeZone), timeZone: schedule.timeZone };
  const { snapshot, leftOut } = toSnapshot({ body: overview.body, ...day });
  if (leftOut.length > 0) log('warn', 'overview.left-out', { parts: leftOut });
  if (!force && before && hasLostAllCounts(before, snapshot)) {
    throw new StatsError('upstream-changed', 'The overview has lost all its counts: the last good snapshot stays.');
  }
  await timed(log, 'storage.publish', () => publish({ storage, snapshot, raw: overview.text, signal }));
  return snapshot;
}
