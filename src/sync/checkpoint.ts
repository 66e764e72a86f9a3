// What a tick and a health check see first: state.json and latest.json, read at once. Nothing is written.

import type { Containers } from '../azure/storage.ts';
import { waitForAll } from '../errors.ts';
import type { Log } from '../log.ts';
import { latestBlob } from '../stats/blobs.ts';
import { readSnapshot, type StoredSnapshot } from './publish.ts';
import { readState, type StateFile } from './state.ts';

export type Checkpoint = {
  file: StateFile;
  latest: StoredSnapshot | undefined;
  /** The later of what the state and the snapshot say; undefined while there is no snapshot, whatever the state says. */
  lastSuccess: Date | undefined;
};

/** @throws StatsError `storage`. */
export async function readCheckpoint(storage: Containers, log: Log): Promise<Checkpoint> {
  const [file, latest] = await waitForAll([readState(storage.private), readSnapshot(storage.public, latestBlob)]);
  if (file.isDamaged) log('warn', 'state.damaged', { hint: 'It counts as empty; the next sync writes it anew.' });
  const published = latest?.snapshot?.synced_at;
  const recorded = file.state.last_success;
  if (published === undefined) return { file, latest, lastSuccess: undefined };
  return { file, latest, lastSuccess: new Date(recorded !== null && recorded > published ? recorded : published) };
}
