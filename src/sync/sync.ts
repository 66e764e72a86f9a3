// One sync, step by step: the session from the vault, Peloton's overview, a snapshot by allow-list, the writes to Blob Storage.
// When a sync may run, and how its failure is recorded, is the business of tick.ts.

import { errorOf, waitForAll } from '../errors.ts';
import { type Log, timed } from '../log.ts';
import { fetchOverview, isUnauthorized } from '../peloton/overview.ts';
import { type Account, askWithSession, type SessionParts } from '../peloton/session.ts';
import { readSession } from '../peloton/session-store.ts';
import { countsThatFell } from '../stats/losses.ts';
import { hasLostAllCounts, type Snapshot } from '../stats/snapshot.ts';
import { localDate } from '../stats/time.ts';
import { type LeftOut, toSnapshot } from '../stats/to-snapshot.ts';
import { assertPlaceFree, proveStoreWritable, publish } from './publish.ts';
import type { Run } from './run.ts';

export type SyncRequest = {
  session: SessionParts;
  /** The snapshot in `latest.json`, where it is good. */
  latest: Snapshot | undefined;
  /** The last good snapshot: that of `latest.json`, or of a day where `latest.json` is damaged or gone. */
  before: Snapshot | undefined;
  /** Believe an overview that has lost all counts, and write over what is dated ahead of the clock. */
  force: boolean;
};

function logFallenCounts(log: Log, before: Snapshot, after: Snapshot): void {
  const { disciplines, totalChange } = countsThatFell(before, after);
  if (disciplines > 0 || totalChange < 0) log('warn', 'counts.fell', { disciplines, total_change: totalChange });
}

export type Synced = {
  snapshot: Snapshot;
  /** The places of the overview that were malformed. */
  leftOut: LeftOut[];
  /** Whose overview was read, and with which token. */
  account: Account;
};

async function proveStore(run: Run, { latest, force }: Pick<SyncRequest, 'latest' | 'force'>): Promise<void> {
  const { storage, config, clock } = run;
  const now = clock();
  const date = localDate(now, config.schedule.timeZone);
  await waitForAll([
    proveStoreWritable(storage, date),
    !force && assertPlaceFree({ container: storage.public, latest, date, now }),
  ]);
}

/**
 * One sync.
 * @throws StatsError of any code; `latest.json` is then what it was.
 */
export async function sync(run: Run, { session, latest, before, force }: SyncRequest): Promise<Synced> {
  const { config, http, storage, clock, log } = run;
  const { peloton, schedule } = config;
  const [stored] = await waitForAll([
    readSession(session.store),
    timed(log, 'storage.proof', () => proveStore(run, { latest, force })),
  ]);
  const { overview, account } = await askWithSession(session, stored, async (access, userId) => {
    const fetch = () => fetchOverview({ http, peloton, access, userId });
    const overview = await timed(log, 'peloton.overview', fetch, isUnauthorized);
    return { overview, account: { access, userId } };
  });
  const syncedAt = clock();
  const day = { syncedAt, date: localDate(syncedAt, schedule.timeZone), timeZone: schedule.timeZone };
  const { snapshot, leftOut } = toSnapshot({ body: overview.body, ...day });
  if (leftOut.length > 0) log('warn', 'overview.left-out', { parts: leftOut });
  if (!force && before && hasLostAllCounts(before, snapshot)) {
    throw errorOf('lost-counts', 'The overview has lost all its counts: the last good snapshot stays.');
  }
  if (before) logFallenCounts(log, before, snapshot);
  await timed(log, 'storage.publish', () => publish({ storage, snapshot, raw: overview.text, force, log }));
  return { snapshot, leftOut, account };
}
