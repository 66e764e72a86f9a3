// The two containers in Blob Storage, through its SDK: bytes in, bytes out, each write on a condition. This file does not know
// what the blobs mean.

import {
  BlobServiceClient,
  type ContainerClient,
  isRestError,
  RestError,
  type StoragePipelineOptions,
} from '@azure/storage-blob';
import type { StorageConfig } from '../config.ts';
import { reasonOf, StatsError } from '../errors.ts';
import { createCredential } from './identity.ts';
import { holdLease, type Lease, type LeaseClocks, processClocks } from './lease.ts';
import { directAgent } from './loopback.ts';
import { storageHint } from './storage-hint.ts';
import { NoTokenError } from './token.ts';

export type StoredBlob = { bytes: Buffer; etag: string; lastModified: Date };

/** The condition of a write: nothing is there yet, exactly this version is there, or anything. */
export type WriteCondition = 'absent' | { etag: string } | 'any';

export type BlobContent = { bytes: Buffer; contentType: string; cacheControl?: string };

export type BlobContainer = {
  /** The blob; undefined where there is none; `unchanged` where it still has the given ETag. */
  read(name: string, ifNotEtag?: string): Promise<StoredBlob | 'unchanged' | undefined>;
  /** The new ETag, or `conflict` where the condition does not hold. The container is made when it turns out missing. */
  write(name: string, content: BlobContent, condition: WriteCondition): Promise<string | 'conflict'>;
  /** Tries a write that changes nothing, since it asks for a version that no blob has. */
  proveWritable(name: string): Promise<void>;
  /** Deletes the blob, where there is one. */
  delete(name: string): Promise<void>;
  /** The names that begin with the prefix, in alphabetical order. */
  list(prefix: string): Promise<string[]>;
};

export type Containers = { public: BlobContainer; private: BlobContainer };

export type Storage = Containers & {
  /** The lease of the private container for 15 to 60 seconds, renewed until released; undefined while a run has it. */
  acquireLease(seconds: number, clocks?: LeaseClocks): Promise<Lease | undefined>;
  /** The same store, whose calls end with the signal too: with its reason, where that is a StatsError. */
  within(signal: AbortSignal): Storage;
};

/** The tries of a call and their times; `callTimeoutMs` bounds a call with all its tries and its whole body. */
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
  if ('connectionString' in access) {
    const { connectionString } = access;
    const { url } = BlobServiceClient.fromConnectionString(connectionString); // its own reading of the string
    return BlobServiceClient.fromConnectionString(connectionString, { ...options, ...directAgent(url) });
  }
  const { accountUrl, identity } = access;
  const credential = createCredential(identity, accountUrl);
  return new BlobServiceClient(accountUrl, credential, { ...options, ...directAgent(accountUrl) });
}

/** The end of a call: its own time, or a signal that ends many. */
type CallLimit = { timeoutMs: number; signal: AbortSignal | undefined };

function abortSignal({ timeoutMs, signal }: CallLimit): AbortSignal {
  const timeout = AbortSignal.timeout(timeoutMs);
  return signal ? AbortSignal.any([signal, timeout]) : timeout;
}

function describeStorageFault(error: unknown): { reason: string; hint: string | undefined } {
  if (error instanceof NoTokenError) return error;
  const said = isRestError(error) ? error : {};
  return { reason: reasonOf(error, said), hint: storageHint(said) };
}

function storageError(error: unknown, action: string, limit?: CallLimit): StatsError {
  if (limit?.signal?.reason instanceof StatsError) return limit.signal.reason;
  const { reason, hint } = describeStorageFault(error);
  const message = `Blob Storage did not ${action} (${reason}).`;
  return new StatsError('storage', message, { cause: new Error(reason), ...(hint && { hint }) });
}

/** True for a 404 of Blob Storage itself. The 404 of a proxy in between must not make the service forget what it knows. */
function isMissing(error: unknown): boolean {
  return error instanceof RestError && (error.code === 'BlobNotFound' || error.code === 'ContainerNotFound');
}

/** True where the condition of a write did not hold. Another 412 says that somebody leased the blob, which is a failure. */
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

type Limited = { container: ContainerClient; limit: CallLimit };

async function readBlob({ container, limit }: Limited, name: string, ifNotEtag?: string) {
  const conditions = ifNotEtag === undefined ? {} : { ifNoneMatch: ifNotEtag };
  try {
    const blob = container.getBlobClient(name);
    const response = await blob.download(0, undefined, { conditions, abortSignal: abortSignal(limit) });
    const chunks = await Array.fromAsync(response.readableStreamBody ?? []);
    const bytes = Buffer.concat(chunks.map(chunk => (typeof chunk === 'string' ? Buffer.from(chunk) : chunk)));
    return { bytes, etag: response.etag ?? '', lastModified: response.lastModified ?? new Date(0) };
  } catch (error) {
    if (error instanceof RestError && error.statusCode === 304) return 'unchanged';
    if (isMissing(error)) return undefined;
    throw storageError(error, `read ${container.containerName}/${name}`, limit);
  }
}

function conditionsOf(condition: WriteCondition): { ifNoneMatch?: string; ifMatch?: string } {
  if (condition === 'any') return {};
  return condition === 'absent' ? { ifNoneMatch: '*' } : { ifMatch: condition.etag };
}

type Upload = { name: string; content: BlobContent; condition: WriteCondition };

async function uploadBlob({ container, limit }: Limited, { name, content, condition }: Upload) {
  const { bytes, contentType, cacheControl } = content;
  const conditions = conditionsOf(condition);
  const blobHTTPHeaders = { blobContentType: contentType, ...(cacheControl && { blobCacheControl: cacheControl }) };
  const blob = container.getBlockBlobClient(name);
  try {
    const { etag = '' } = await withContainer(container, limit, limited =>
      blob.upload(bytes, bytes.length, { conditions, blobHTTPHeaders, ...limited }),
    );
    return etag;
  } catch (error) {
    if (condition !== 'any' && isConflict(error)) return 'conflict';
    throw storageError(error, `write ${container.containerName}/${name}`, limit);
  }
}

/** Writes a blob. The SDK repeats a write whose answer got lost, which then conflicts with itself: equal bytes count as written. */
async function writeBlob(limited: Limited, upload: Upload): Promise<string | 'conflict'> {
  const written = await uploadBlob(limited, upload);
  if (written !== 'conflict') return written;
  const current = await readBlob(limited, upload.name);
  return typeof current === 'object' && current.bytes.equals(upload.content.bytes) ? current.etag : written;
}

async function deleteBlob({ container, limit }: Limited, name: string): Promise<void> {
  try {
    await container.deleteBlob(name, { abortSignal: abortSignal(limit) });
  } catch (error) {
    if (!isMissing(error)) throw storageError(error, `delete ${container.containerName}/${name}`, limit);
  }
}

async function listBlobs({ container, limit }: Limited, prefix: string): Promise<string[]> {
  try {
    const blobs = container.listBlobsFlat({ prefix, abortSignal: abortSignal(limit) });
    return await Array.fromAsync(blobs, ({ name }) => name);
  } catch (error) {
    if (isMissing(error)) return [];
    throw storageError(error, `list ${container.containerName}/${prefix}`, limit);
  }
}

/** A write that changes nothing: no blob has this version. */
const proof = {
  content: { bytes: Buffer.alloc(0), contentType: 'text/plain' },
  condition: { etag: '"0x0"' },
};

function openContainer(limited: Limited): BlobContainer {
  return {
    read: (name, ifNotEtag) => readBlob(limited, name, ifNotEtag),
    write: (name, content, condition) => writeBlob(limited, { name, content, condition }),
    proveWritable: async name => {
      await uploadBlob(limited, { name, ...proof });
    },
    delete: name => deleteBlob(limited, name),
    list: prefix => listBlobs(limited, prefix),
  };
}

async function acquireLease(
  container: ContainerClient,
  { seconds, clocks, limit }: { seconds: number; clocks: LeaseClocks; limit: CallLimit },
): Promise<Lease | undefined> {
  const { containerName } = container;
  const client = container.getBlobLeaseClient();
  const acquire = () => withContainer(container, limit, limited => client.acquireLease(seconds, limited));
  try {
    return await holdLease({ client, seconds, clocks, containerName }, acquire);
  } catch (error) {
    if (error instanceof RestError && leaseTaken.has(error.code ?? '')) return undefined;
    throw storageError(error, `lease ${containerName}`, limit);
  }
}

/** Makes no request by itself. */
export function createStorage(config: StorageConfig, limits: StorageLimits): Storage {
  const service = connect(config, limits);
  const publicContainer = service.getContainerClient(config.publicContainer);
  const privateContainer = service.getContainerClient(config.privateContainer);
  const open = (outer?: AbortSignal): Storage => {
    const limit = { timeoutMs: limits.callTimeoutMs, signal: outer };
    return {
      public: openContainer({ container: publicContainer, limit }),
      private: openContainer({ container: privateContainer, limit }),
      acquireLease: (seconds, clocks = processClocks) => acquireLease(privateContainer, { seconds, clocks, limit }),
      within: signal => open(outer ? AbortSignal.any([outer, signal]) : signal),
    };
  };
  return open();
}
