// The service's storage client for tests, over a real Azurite behind a proxy with faults. Each store that is opened begins
// without its two containers.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { BlobServiceClient } from '@azure/storage-blob';
import { startAzurite } from '../sandbox/azurite.ts';
import type { Fault } from '../sandbox/fault-answers.ts';
import { type BlobContent, createStorage, type StorageLimits } from '../src/azure/storage.ts';
import { StatsError } from '../src/errors.ts';
import { startFaultProxy } from './fault-proxy.ts';

/** The number of tries that a sync has, with almost no waits between them. */
const syncLimits = { maxTries: 3, tryTimeoutMs: 2_000, retryDelayMs: 1, maxRetryDelayMs: 5, callTimeoutMs: 10_000 };

/** Starts Azurite and the proxy. `openStore` opens a new store on them. */
export async function startStoreBench() {
  const azurite = await startAzurite();
  const proxy = await startFaultProxy({ target: azurite.handle });
  const service = BlobServiceClient.fromConnectionString(azurite.connectionString);
  const connectionString = azurite.connectionString.replace(new URL(azurite.url).origin, proxy.url);

  function openStore(given: Partial<StorageLimits> = {}) {
    const name = `box-${randomBytes(6).toString('hex')}`;
    const config = { access: { connectionString }, publicContainer: name, privateContainer: `${name}-private` };
    /** Creates another client of the same containers. */
    const open = () => createStorage(config, { ...syncLimits, ...given });
    const names = { publicName: name, privateName: `${name}-private` };
    const clients = {
      publicClient: service.getContainerClient(names.publicName),
      privateClient: service.getContainerClient(names.privateName),
    };
    return { ...open(), open, ...names, ...clients };
  }

  return {
    faults: proxy.faults,
    requests: proxy.requests,
    openStore,
    async close() {
      await proxy.close();
      await azurite.close();
    },
  };
}

export type Store = ReturnType<Awaited<ReturnType<typeof startStoreBench>>['openStore']>;

/** An error in the form of Blob Storage. */
export function azureError(status: number, code: string): Fault {
  return {
    status,
    contentType: 'application/xml',
    headers: { 'x-ms-error-code': code },
    body: `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>secret</Message></Error>`,
  };
}

export function jsonContent(text: string): BlobContent {
  return { bytes: Buffer.from(text), contentType: 'application/json' };
}

/** Returns the StatsError with code `storage` that the promise must reject with. */
export async function storageFailureOf(promise: Promise<unknown> | undefined): Promise<StatsError> {
  const [result] = await Promise.allSettled([promise]);
  assert.ok(result?.status === 'rejected' && result.reason instanceof StatsError, inspect(result));
  assert.equal(result.reason.code, 'storage');
  return result.reason;
}
