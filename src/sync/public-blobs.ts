// How public JSON is read and written: a snapshot with the version that it was read as, and a blob that is replaced only as
// the version that was read.

import type { BlobContainer, BlobContent, StoredBlob } from '../azure/storage.ts';
import { StatsError } from '../errors.ts';
import { parseSnapshot, type Snapshot } from '../stats/snapshot.ts';

const contentType = 'application/json; charset=utf-8';
const cacheControl = 'public, max-age=300';

/** Public JSON as it is stored. */
export function publicContent(bytes: Buffer): BlobContent {
  return { bytes, contentType, cacheControl };
}

/** A public snapshot as it is stored; `snapshot` is undefined for bytes that are none, which anything may replace. */
export type StoredSnapshot = { blob: StoredBlob; snapshot: Snapshot | undefined };

export async function readSnapshot(container: BlobContainer, name: string): Promise<StoredSnapshot | undefined> {
  const blob = await container.read(name);
  return blob === undefined || blob === 'unchanged' ? undefined : { blob, snapshot: parseSnapshot(blob.bytes) };
}

/** `next` gives what to write; undefined leaves the blob as it is. */
type Replacement = {
  container: BlobContainer;
  name: string;
  next: (current: StoredBlob | undefined) => Promise<object | undefined>;
};

/**
 * Writes what `next` makes of the present blob, and asks it again when somebody else was faster.
 * @throws StatsError `storage`, and what `next` throws.
 */
export async function replaceBlob({ container, name, next }: Replacement): Promise<void> {
  for (let tries = 0; tries < 3; tries++) {
    const current = await container.read(name);
    if (current === 'unchanged') throw new TypeError('An unconditional read gives the blob.');
    const value = await next(current);
    if (value === undefined) return;
    const condition = current ? { etag: current.etag } : 'absent';
    if ((await container.write(name, publicContent(Buffer.from(JSON.stringify(value))), condition)) !== 'conflict')
      return;
  }
  throw new StatsError('storage', `${name} is being changed by someone else.`);
}
