// An instance's copy of one blob: asked for again now and then, conditionally, once for all who wait; served while the
// store is away. What is made of the bytes is made once a version.

import type { StoredBlob } from './storage.ts';

export type Copy<T> = { value: T; etag: string; lastModified: Date };

export type CopySource<T> = {
  read(ifNotEtag?: string): Promise<StoredBlob | 'unchanged' | undefined>;
  /** Runs once for each version of the blob; may throw a StatsError for bytes that must not be served. */
  derive(blob: StoredBlob): T | Promise<T>;
  clock: () => Date;
};

const freshMs = 30_000;
/** How long a missing blob, or a store that is away, is remembered. */
const absentMs = 5_000;
/** Readers wait no longer than this for a store that hangs, when there is a copy to serve. */
const waitMs = 1_000;

/** The newest value known; undefined where there is no such blob; throws where the store is away and nothing is kept. */
export function keepCopy<T>({ read, derive, clock }: CopySource<T>): () => Promise<Copy<T> | undefined> {
  let copy: Copy<T> | undefined;
  let freshUntil = 0;
  let refreshing: Promise<void> | undefined;

  async function refresh(): Promise<void> {
    try {
      const blob = await read(copy?.etag);
      if (blob === undefined) copy = undefined;
      else if (blob !== 'unchanged') {
        copy = { value: await derive(blob), etag: blob.etag, lastModified: blob.lastModified };
      }
      freshUntil = clock().getTime() + (copy ? freshMs : absentMs);
    } catch (error) {
      if (!copy) throw error;
      freshUntil = clock().getTime() + absentMs;
    }
  }

  return async () => {
    if (clock().getTime() < freshUntil) return copy;
    refreshing ??= refresh().finally(() => {
      refreshing = undefined;
    });
    if (!copy) await refreshing;
    else await Promise.race([refreshing, new Promise(resolve => setTimeout(resolve, waitMs).unref())]);
    return copy;
  };
}
