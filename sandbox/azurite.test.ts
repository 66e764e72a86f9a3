import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { BlobServiceClient } from '@azure/storage-blob';
import { type Azurite, startAzurite } from './azurite.ts';

async function write(azurite: Azurite, name: string, text: string) {
  const container = BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient('stats');
  await container.createIfNotExists();
  return container.getBlockBlobClient(name).upload(text, Buffer.byteLength(text), { conditions: { ifNoneMatch: '*' } });
}

async function read(azurite: Azurite, name: string): Promise<string> {
  const container = BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient('stats');
  return (await container.getBlobClient(name).downloadToBuffer()).toString();
}

describe('Azurite in this process', () => {
  it('keeps blobs and refuses to write over one that must not exist', async () => {
    const azurite = await startAzurite();
    try {
      await write(azurite, 'latest.json', '{"a":1}');
      assert.equal(await read(azurite, 'latest.json'), '{"a":1}');
      await assert.rejects(write(azurite, 'latest.json', '{}'), { statusCode: 409, code: 'BlobAlreadyExists' });
    } finally {
      await azurite.close();
    }
  });

  it('shares no blobs between two servers', async () => {
    const [first, second] = await Promise.all([startAzurite(), startAzurite()]);
    try {
      await write(first, 'only-here.json', '1');
      await assert.rejects(read(second, 'only-here.json'), { statusCode: 404 });
    } finally {
      await Promise.all([first.close(), second.close()]);
    }
  });

  it('finds its blobs again in the folder it was given', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'azurite-'));
    try {
      const before = await startAzurite({ dataDir });
      await write(before, 'latest.json', 'kept');
      await before.close();
      const after = await startAzurite({ dataDir });
      assert.equal(await read(after, 'latest.json'), 'kept');
      await after.close();
    } finally {
      await rm(dataDir, { recursive: true });
    }
  });

  it('rejects when its port is taken, or takes another where that is allowed', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise(resolve => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    await assert.rejects(startAzurite({ port }), { code: 'EADDRINUSE' });
    const elsewhere = await startAzurite({ port, orAnyPort: true });
    await write(elsewhere, 'latest.json', '1');
    await elsewhere.close();
    other.close();
  });

  it('answers nothing once it is closed, even to connections that were kept alive', async () => {
    const azurite = await startAzurite();
    await fetch(azurite.url).then(answer => answer.text());
    await azurite.close();
    await assert.rejects(fetch(azurite.url));
  });

  it('never loads the telemetry library', async () => {
    await (await startAzurite()).close();
    const loaded = Object.keys(createRequire(import.meta.url).cache);
    assert.ok(loaded.some(path => path.includes('/azurite/')));
    assert.ok(!loaded.some(path => path.includes('opentelemetry')));
  });
});
