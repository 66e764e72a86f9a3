// An instance's copy of one blob: asked for again now and then, conditionally, once for all who wait; served while the
// store is away. What is made of the bytes is made once a version.

import type { StoredBlob } from '../azure/storage.ts';

export type Copy<T> = { value: T; etag: string; lastModified: Date };

export type CopySource<T> = {
  read(ifNotEtag?: string): Promise<StoredBlob | 'unchanged' | undefined>;
  /** Runs once for each version of the blob; may throw a StatsError for bytes that must not be served. */
  derive(blob: StoredBlob): T | Promise<T>;
  /** Told when a version has taken the place of another, or of none; not of the first that is read. */
  onChange?: () => void;
  clock: () => Date;
};

/** The newest value known; undefined where there is no such blob; throws where the store is away and nothing is kept. */
export type Kept<T> = {
  (): Promise<Copy<T> | undefined>;
  /** Makes the next who asks ask the store, however fresh the copy is. */
  expire(): void;
};

const freshMs = 30_000;
/** How long a missing blob, or a store that is away, is remembered. */
const absentMs = 5_000;
/** Readers wait no longer than this for a store that hangs, when there is a copy to serve. */
const waitMs = 1_000;

export function keepCopy<T>({ read, derive, onChange, clock }: CopySource<T>): Kept<T> {
  let copy: Copy<T> | undefined;
  let hasRead = false;
  let freshUntil = 0;
  let isExpired = false;
  /** Both settle for all who wait: `done` with the refresh, `patience` with it or when the waiting has been long enough. */
  let refreshing: { done: Promise<void>; patience: Promise<unknown> } | undefined;

  async function refresh(): Promise<void> {
    const askedAt = clock().getTime();
    isExpired = false;
    try {
      const blob = await read(copy?.etag);
      if (blob === undefined) copy = undefined;
      else if (blob !== 'unchanged') {
        copy = { value: await derive(blob), etag: blob.etag, lastModified: blob.lastModified };
        if (hasRead) onChange?.();
      }
      hasRead = true;
      freshUntil = isExpired ? 0 : askedAt + (copy ? freshMs : absentMs);
    } catch (error) {
      if (!copy) throw error;
      freshUntil = clock().getTime() + absentMs; // from the end: a store that hangs is not asked without a pause
    }
  }

  function startRefresh() {
    const done = refresh().finally(() => {
      refreshing = undefined;
    });
    const patience = Promise.race([done, new Promise(resolve => setTimeout(resolve, waitMs).unref())]);
    patience.catch(() => {}); // told to those who wait for `done`
    return { done, patience };
  }

  async function get(): Promise<Copy<T> | undefined> {
    if (clock().getTime() < freshUntil) return copy;
    refreshing ??= startRefresh();
    await (copy ? refreshing.patience : refreshing.done);
    return copy;
  }

  return Object.assign(get, {
    expire: () => {
      isExpired = true;
      freshUntil = 0;
    },
  });
}
