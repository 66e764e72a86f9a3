// The mission, one line a word: credentials from the vault, the Peloton overview, a snapshot by allow-list, a write to Blob
// Storage. When it may run, and what becomes of a failure, is tick.ts.

import { errorOf, StatsError, waitForAll } from '../errors.ts';
import { type Log, timed } from '../log.ts';
import { fetchOverview } from '../peloton/overview.ts';
import { askWithSession, type SessionParts } from '../peloton/session.ts';
import { readSession } from '../peloton/session-store.ts';
import { rawBlob } from '../stats/blobs.ts';
import { countsThatFell, type Drift, findDrift } from '../stats/drift.ts';
import { hasLostAllCounts, type Snapshot } from '../stats/snapshot.ts';
import { localDate } from '../stats/time.ts';
import { toSnapshot } from '../stats/to-snapshot.ts';
import { proveStoreWritable, publish } from './publish.ts';
import type { Run } from './run.ts';

export type SyncRequest = {
  session: SessionParts;
  /** The snapshot that readers see now. */
  before: Snapshot | undefined;
  /** Believe an overview that has lost all counts. */
  force: boolean;
};

/** The overview as Peloton sent it on the last good day, to compare with; undefined where it is gone. */
async function readLastOverview({ storage, log }: Run, before: Snapshot): Promise<string | undefined> {
  try {
    const blob = await storage.private.read(rawBlob(before.date));
    return typeof blob === 'object' ? blob.bytes.toString('utf8') : undefined;
  } catch (error) {
    if (!(error instanceof StatsError)) throw error;
    log('warn', 'overview.not-compared', { code: error.code, message: error.message });
    return undefined;
  }
}

/** What a maintainer wants to know before something breaks: none of it fails a sync. */
function logDrift(log: Log, { leftOut, drift }: { leftOut: string[]; drift: Drift | undefined }): void {
  if (leftOut.length > 0) log('warn', 'overview.left-out', { parts: leftOut });
  if (drift) log('warn', 'overview.drift', { added: drift.added, lost: drift.lost, retyped: drift.retyped });
}

function logFallenCounts(log: Log, before: Snapshot, after: Snapshot): void {
  const { disciplines, totalChange } = countsThatFell(before, after);
  if (disciplines > 0 || totalChange < 0) log('warn', 'counts.fell', { disciplines, total_change: totalChange });
}

/**
 * One sync.
 * @throws StatsError of any code; `latest.json` is then what it was.
 */
export async function sync(run: Run, { session, before, force }: SyncRequest): Promise<Snapshot> {
  const { config, http, storage, clock, log } = run;
  const { peloton, schedule } = config;
  const today = localDate(clock(), schedule.timeZone);
  const [stored] = await waitForAll([
    readSession(session.store),
    timed(log, 'storage.proof', () => proveStoreWritable(storage, today)),
  ]);
  const [overview, lastOverview] = await waitForAll([
    askWithSession(session, stored, (access, userId) =>
      timed(log, 'peloton.overview', () => fetchOverview({ http, peloton, access, userId })),
    ),
    before && readLastOverview(run, before),
  ]);
  const syncedAt = clock();
  const day = { syncedAt, date: localDate(syncedAt, schedule.timeZone), timeZone: schedule.timeZone };
  const { snapshot, leftOut } = toSnapshot({ body: overview.body, ...day });
  const drift = lastOverview === undefined ? undefined : findDrift(lastOverview, overview.body);
  logDrift(log, { leftOut, drift });
  if (!force && before && hasLostAllCounts(before, snapshot)) {
    throw errorOf('lost-counts', 'The overview has lost all its counts: the last good snapshot stays.');
  }
  if (before) logFallenCounts(log, before, snapshot);
  await timed(log, 'storage.publish', () => publish({ storage, snapshot, raw: overview.text }));
  return snapshot;
}
