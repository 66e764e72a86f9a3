// Caches of one instance. A blob cache holds one blob: fresh for a while, then revalidated by its ETag, once for all who
// wait, and served stale while the store is slow or away. A version cache holds what was made of one version of the stats, a recent cache
// what was asked for last.

import type { StoredBlob } from '../azure/storage.ts';

export type CachedBlob<T> = { value: T; etag: string; lastModified: Date };

export type BlobCacheSource<T> = {
  /** Reads the blob, conditionally where an ETag is given; undefined where there is none. */
  read(ifNotEtag?: string): Promise<StoredBlob | 'unchanged' | undefined>;
  /** Runs once for each version of the blob; may throw a StatsError for bytes that must not be served. */
  parse(blob: StoredBlob): T;
  /** Called when a version has replaced another, or appeared where no blob was; not for the first read. */
  onChange?: () => void;
  /** Milliseconds that pass as they do, whatever happens to the wall clock. */
  monotonicMs: () => number;
};

export type BlobCache<T> = {
  /**
   * The newest version known; undefined where there is no such blob.
   * @throws StatsError where the store is away, or its blob damaged, and no version is known.
   */
  get(): Promise<CachedBlob<T> | undefined>;
  /** Makes the next reader revalidate, however fresh the cache is. */
  expire(): void;
};

const freshMs = 30_000;
/** How long "no such blob", and a failure, count as fresh. */
export const absentMs = 5_000;
/** Readers wait no longer than this for a revalidation, when there is a version to serve. */
const maxWaitMs = 1_000;

/** A revalidation under way: `soon` settles with `done`, or after `maxWaitMs`. */
function limitWait(done: Promise<void>) {
  return { done, soon: Promise.race([done, new Promise(resolve => setTimeout(resolve, maxWaitMs).unref())]) };
}

export function createBlobCache<T>({ read, parse, onChange, monotonicMs }: BlobCacheSource<T>): BlobCache<T> {
  let cached: CachedBlob<T> | undefined;
  /** Why there is no version to serve: whoever asks soon after hears the same, and waits for nothing. */
  let failure: { error: unknown } | undefined;
  let hasRead = false;
  let freshUntil = Number.NEGATIVE_INFINITY;
  let isExpired = false;
  let revalidation: ReturnType<typeof limitWait> | undefined;
  const forget = () => {
    revalidation = undefined;
  };
  async function revalidate(): Promise<void> {
    const askedAt = monotonicMs();
    isExpired = false;
    failure = undefined;
    try {
      const blob = await read(cached?.etag);
      if (blob === undefined) cached = undefined;
      else if (blob !== 'unchanged') {
        cached = { value: parse(blob), etag: blob.etag, lastModified: blob.lastModified };
        if (hasRead) onChange?.();
      }
      hasRead = true;
      freshUntil = isExpired ? Number.NEGATIVE_INFINITY : askedAt + (cached ? freshMs : absentMs);
    } catch (error) {
      freshUntil = monotonicMs() + absentMs; // from the end: a store that hangs gets a pause between two requests
      if (!cached) failure = { error };
    }
  }
  async function refresh(): Promise<void> {
    revalidation ??= limitWait(revalidate().finally(forget));
    await (cached ? revalidation.soon : revalidation.done);
  }

  return {
    async get() {
      // The first one waited for may have been under way when the cache expired, and have read what was there before.
      for (let wait = 0; wait < 2 && monotonicMs() >= freshUntil; wait++) await refresh();
      if (failure) throw failure.error;
      return cached;
    },
    expire() {
      isExpired = true;
      freshUntil = Number.NEGATIVE_INFINITY;
    },
  };
}

/** Values by name, each made on first use; of more than `max` the one that was least recently asked for is dropped. */
export function createRecentCache<T extends object>(max: number) {
  const values = new Map<string, T>();
  return {
    has: (name: string) => values.has(name),
    all: () => values.values(),
    get(name: string, make: () => T): T {
      const value = values.get(name) ?? make();
      values.delete(name);
      values.set(name, value); // as the last, so that the first is the least recently used
      const [leastRecent] = values.keys();
      if (values.size > max && leastRecent !== undefined) values.delete(leastRecent);
      return value;
    },
  };
}

const maxDrawn = 100;

/**
 * Values by name, each made once for a version; the first request for another version drops all of them. Names may come from
 * anybody, so that a hundred are kept.
 */
export function createVersionCache<T extends object>() {
  let version = '';
  let values = createRecentCache<T>(maxDrawn);
  return (wanted: { version: string; name: string }, make: () => T): T => {
    if (wanted.version !== version) values = createRecentCache<T>(maxDrawn);
    version = wanted.version;
    return values.get(wanted.name, make);
  };
}
