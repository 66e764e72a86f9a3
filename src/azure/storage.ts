// The two containers in Blob Storage, through its SDK: bytes in, bytes out, every write on a condition, and the lease
// that keeps two runs apart. Nothing here knows what the blobs mean.

import {
  type BlobLeaseClient,
  BlobServiceClient,
  type ContainerClient,
  isRestError,
  RestError,
  type StoragePipelineOptions,
} from '@azure/storage-blob';
import type { StorageConfig } from '../config.ts';
import { reasonOf, StatsError } from '../errors.ts';
import { createCredential } from './identity.ts';

export type StoredBlob = { bytes: Buffer; etag: string; lastModified: Date };

/** What must hold for a write to happen: nothing is there, or exactly this version is. */
export type WriteCondition = 'absent' | { etag: string } | 'any';

export type BlobContent = { bytes: Buffer; contentType: string; cacheControl?: string };

export type BlobContainer = {
  /** The blob; undefined where there is none; `unchanged` where it still has the given ETag. */
  read(name: string, ifNotEtag?: string): Promise<StoredBlob | 'unchanged' | undefined>;
  /** The new ETag, or `conflict` where the condition does not hold. The container is made when it turns out missing. */
  write(name: string, content: BlobContent, condition: WriteCondition): Promise<string | 'conflict'>;
  /** Tries a write that changes nothing, since it asks for a version that no blob has. */
  proveWritable(name: string): Promise<void>;
  /** The names that begin with the prefix, in alphabetical order. */
  list(prefix: string): AsyncIterable<string>;
};

/** The right to be the only run. */
export type Lease = {
  /** Fires when the lease is no longer ours. */
  lost: AbortSignal;
  release(): Promise<void>;
};

export type Storage = {
  public: BlobContainer;
  private: BlobContainer;
  /** The lease of the private container for 15 to 60 seconds, renewed until released; undefined while a run has it. */
  acquireLease(seconds: number): Promise<Lease | undefined>;
  /** The same store, whose calls end with the signal too: with its reason, where that is a StatsError. */
  within(signal: AbortSignal): Storage;
};

/** How patient the client is; `callTimeoutMs` bounds a call with all its tries and its whole body. */
export type StorageLimits = {
  maxTries: number;
  tryTimeoutMs: number;
  retryDelayMs: number;
  maxRetryDelayMs: number;
  callTimeoutMs: number;
};

/** A sync can wait a little, a reader cannot. */
export const syncStorageLimits: StorageLimits = {
  maxTries: 3,
  tryTimeoutMs: 10_000,
  retryDelayMs: 500,
  maxRetryDelayMs: 4_000,
  callTimeoutMs: 25_000,
};
export const readerStorageLimits: StorageLimits = {
  maxTries: 2,
  tryTimeoutMs: 2_500,
  retryDelayMs: 100,
  maxRetryDelayMs: 500,
  callTimeoutMs: 6_000,
};

const leaseTaken = new Set(['LeaseAlreadyPresent', 'LeaseIsBreakingAndCannotBeAcquired']);
/** A lease that is not released ends by itself. */
export const releaseTimeoutMs = 4_000;

function connect(config: StorageConfig, limits: StorageLimits): BlobServiceClient {
  const options: StoragePipelineOptions = {
    retryOptions: {
      maxTries: limits.maxTries,
      tryTimeoutInMs: limits.tryTimeoutMs,
      retryDelayInMs: limits.retryDelayMs,
      maxRetryDelayInMs: limits.maxRetryDelayMs,
    },
  };
  const { access } = config;
  if ('connectionString' in access) return BlobServiceClient.fromConnectionString(access.connectionString, options);
  return new BlobServiceClient(access.accountUrl, createCredential(access.identity), options);
}

/** When a call is ended: after its time, or by the signal it was put under. */
type CallLimit = { timeoutMs: number; signal: AbortSignal | undefined };

function abortSignal({ timeoutMs, signal }: CallLimit): AbortSignal {
  const timeout = AbortSignal.timeout(timeoutMs);
  return signal ? AbortSignal.any([signal, timeout]) : timeout;
}

function storageError(error: unknown, action: string, limit?: CallLimit): StatsError {
  if (limit?.signal?.reason instanceof StatsError) return limit.signal.reason;
  const reason = reasonOf(error, isRestError(error) ? error : {});
  return new StatsError('storage', `Blob Storage did not ${action} (${reason}).`, { cause: new Error(reason) });
}

/** Only what Blob Storage says itself: the 404 of something in between must not make the service forget what it knows. */
function isMissing(error: unknown): boolean {
  return error instanceof RestError && (error.code === 'BlobNotFound' || error.code === 'ContainerNotFound');
}

/** Not every 412 is one: a blob that somebody leased takes no write, whatever its version. */
function isConflict(error: unknown): boolean {
  return error instanceof RestError && (error.code === 'ConditionNotMet' || error.code === 'BlobAlreadyExists');
}

/** Runs a step again once its container, which turned out to be missing, is there. */
async function withContainer<T>(
  container: ContainerClient,
  limit: CallLimit,
  step: (limited: { abortSignal: AbortSignal }) => Promise<T>,
): Promise<T> {
  const limited = () => ({ abortSignal: abortSignal(limit) });
  try {
    return await step(limited());
  } catch (error) {
    if (!isMissing(error)) throw error;
    await container.createIfNotExists(limited());
    return await step(limited());
  }
}

function openContainer(container: ContainerClient, limit: CallLimit): BlobContainer {
  const { containerName } = container;
  const limited = () => ({ abortSignal: abortSignal(limit) });

  async function read(name: string, ifNotEtag?: string): Promise<StoredBlob | 'unchanged' | undefined> {
    const conditions = ifNotEtag === undefined ? {} : { ifNoneMatch: ifNotEtag };
    try {
      const blob = container.getBlobClient(name);
      const response = await blob.download(0, undefined, { conditions, ...limited() });
      const chunks = await Array.fromAsync(response.readableStreamBody ?? []);
      const bytes = Buffer.concat(chunks.map(chunk => (typeof chunk === 'string' ? Buffer.from(chunk) : chunk)));
      return { bytes, etag: response.etag ?? '', lastModified: response.lastModified ?? new Date(0) };
    } catch (error) {
      if (error instanceof RestError && error.statusCode === 304) return 'unchanged';
      if (isMissing(error)) return undefined;
      throw storageError(error, `read ${containerName}/${name}`, limit);
    }
  }

  /** A write whose answer got lost is repeated by the SDK and then meets itself. */
  async function isAlreadyThere(name: string, bytes: Buffer): Promise<string | undefined> {
    const current = await read(name);
    return typeof current === 'object' && current.bytes.equals(bytes) ? current.etag : undefined;
  }

  async function upload(name: string, content: BlobContent, condition: WriteCondition): Promise<string | 'conflict'> {
    const { bytes, contentType, cacheControl } = content;
    const conditions =
      condition === 'any' ? {} : condition === 'absent' ? { ifNoneMatch: '*' } : { ifMatch: condition.etag };
    const blobHTTPHeaders = { blobContentType: contentType, ...(cacheControl && { blobCacheControl: cacheControl }) };
    const blob = container.getBlockBlobClient(name);
    try {
      const { etag = '' } = await withContainer(container, limit, limited =>
        blob.upload(bytes, bytes.length, { conditions, blobHTTPHeaders, ...limited }),
      );
      return etag;
    } catch (error) {
      if (condition !== 'any' && isConflict(error)) return 'conflict';
      throw storageError(error, `write ${containerName}/${name}`, limit);
    }
  }

  return {
    read,
    async write(name, content, condition) {
      const written = await upload(name, content, condition);
      return written === 'conflict' ? ((await isAlreadyThere(name, content.bytes)) ?? written) : written;
    },
    async proveWritable(name) {
      await upload(name, { bytes: Buffer.alloc(0), contentType: 'text/plain' }, { etag: '"0x0"' });
    },
    async *list(prefix) {
      try {
        for await (const { name } of container.listBlobsFlat({ prefix, ...limited() })) yield name;
      } catch (error) {
        if (!isMissing(error)) throw storageError(error, `list ${containerName}/${prefix}`, limit);
      }
    },
  };
}

/** Renews a lease four times in its length; it is lost once refused, or not renewed for two thirds of its length. */
function keepLease(lease: BlobLeaseClient, seconds: number) {
  const lost = new AbortController();
  const lose = () => lost.abort(new StatsError('storage', 'Blob Storage did not renew the lease of this run.'));
  const startCountdown = (askedAt: number) => setTimeout(lose, askedAt + seconds * 667 - performance.now()).unref();
  let countdown = startCountdown(performance.now());
  const renewal = setInterval(async () => {
    const askedAt = performance.now();
    try {
      await lease.renewLease({ abortSignal: AbortSignal.timeout(seconds * 250) });
      clearTimeout(countdown);
      countdown = startCountdown(askedAt);
    } catch (error) {
      // Anything else may pass: the countdown goes on.
      if (error instanceof RestError && (error.statusCode === 409 || error.statusCode === 412)) lose();
    }
  }, seconds * 250).unref();
  const stop = () => {
    clearInterval(renewal);
    clearTimeout(countdown);
  };
  return { lost: lost.signal, stop };
}

async function acquireLease(container: ContainerClient, seconds: number, limit: CallLimit): Promise<Lease | undefined> {
  const lease = container.getBlobLeaseClient();
  try {
    await withContainer(container, limit, limited => lease.acquireLease(seconds, limited));
  } catch (error) {
    if (error instanceof RestError && leaseTaken.has(error.code ?? '')) return undefined;
    throw storageError(error, `lease ${container.containerName}`, limit);
  }
  const { lost, stop } = keepLease(lease, seconds);
  return {
    lost,
    async release() {
      stop();
      try {
        await lease.releaseLease({ abortSignal: AbortSignal.timeout(releaseTimeoutMs) });
      } catch (error) {
        throw storageError(error, `release the lease of ${container.containerName}`);
      }
    },
  };
}

/** Makes no request by itself. */
export function createStorage(config: StorageConfig, limits: StorageLimits): Storage {
  const service = connect(config, limits);
  const publicContainer = service.getContainerClient(config.publicContainer);
  const privateContainer = service.getContainerClient(config.privateContainer);
  const open = (outer?: AbortSignal): Storage => {
    const limit = { timeoutMs: limits.callTimeoutMs, signal: outer };
    return {
      public: openContainer(publicContainer, limit),
      private: openContainer(privateContainer, limit),
      acquireLease: seconds => acquireLease(privateContainer, seconds, limit),
      within: signal => open(outer ? AbortSignal.any([outer, signal]) : signal),
    };
  };
  return open();
}
