// The checkpoint of the last run: state.json and latest.json, read side by side. A tick and a health check begin with it.

import type { Containers } from '../azure/storage.ts';
import { waitForAll } from '../errors.ts';
import type { Log } from '../log.ts';
import { latestBlob } from '../stats/blobs.ts';
import { isFromWrongClock } from '../stats/wrong-clock.ts';
import { readSnapshot, type StoredSnapshot } from './public-blobs.ts';
import { readState, type StateFile } from './state.ts';

export type Checkpoint = {
  file: StateFile;
  latest: StoredSnapshot | undefined;
  /**
   * The later instant of the state's and the snapshot's. Undefined while there is no snapshot, or one that a wrong clock dated,
   * whatever the state says.
   */
  lastSuccess: Date | undefined;
  /** Whether there is a snapshot that a wrong clock dated. */
  isAhead: boolean;
};

type CheckpointParts = { storage: Containers; clock: () => Date; log: Log };

/** @throws StatsError `storage`. */
export async function readCheckpoint({ storage, clock, log }: CheckpointParts): Promise<Checkpoint> {
  const now = clock();
  const [file, latest] = await waitForAll([readState(storage.private, now), readSnapshot(storage.public, latestBlob)]);
  if (file.isDamaged) log('warn', 'state.damaged', { hint: 'It counts as empty; the next sync writes it anew.' });
  const published = latest?.snapshot?.synced_at;
  const recorded = file.state.last_success;
  if (published === undefined || isFromWrongClock(new Date(published), now)) {
    return { file, latest, lastSuccess: undefined, isAhead: published !== undefined };
  }
  const lastSuccess = new Date(recorded !== null && recorded > published ? recorded : published);
  return { file, latest, lastSuccess, isAhead: false };
}
