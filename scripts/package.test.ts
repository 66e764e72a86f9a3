// Reads the archive back by the format's own directory at its end, as an unpacker does, not by the order it was written in.

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { crc32, inflateRawSync } from 'node:zlib';
import { packageFolder } from './package.ts';

function unzip(archive: Buffer): Map<string, string> {
  const end = archive.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  const files = new Map<string, string>();
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    assert.equal(archive.readUInt32LE(at), 0x02014b50, 'a record of the directory');
    const [packed, size, nameLength] = [
      archive.readUInt32LE(at + 20),
      archive.readUInt32LE(at + 24),
      archive.readUInt16LE(at + 28),
    ];
    const name = archive.toString('utf8', at + 46, at + 46 + nameLength);
    const local = archive.readUInt32LE(at + 42);
    assert.equal(archive.readUInt32LE(local), 0x04034b50, 'a file where the directory says');
    assert.equal(archive.readUInt32LE(at + 38) >>> 16, 0o100644, 'readable by everybody');
    const body = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
    const bytes = inflateRawSync(archive.subarray(body, body + packed));
    assert.equal(bytes.length, size);
    assert.equal(crc32(bytes), archive.readUInt32LE(at + 16));
    files.set(name, bytes.toString('utf8'));
    at += 46 + nameLength;
  }
  assert.equal(at, end, 'the directory ends where the archive ends');
  return files;
}

describe('the package', () => {
  let folder: string;
  let target: string;

  beforeEach(async () => {
    const parent = await mkdtemp(join(tmpdir(), 'package-'));
    folder = join(parent, 'dist');
    target = join(parent, 'dist.zip');
    await mkdir(join(folder, 'chunks'), { recursive: true });
    await writeFile(join(folder, 'host.json'), '{"version":"2.0"}');
    await writeFile(join(folder, 'package.json'), '{"type":"module","main":"main.mjs"}');
    await writeFile(join(folder, 'main.mjs'), 'export const größe = 1;\n'.repeat(1000));
    await writeFile(join(folder, 'chunks', 'sync.mjs'), '');
  });

  afterEach(() => rm(join(folder, '..'), { recursive: true }));

  it('holds every file of the folder with its path, host.json at the top', async () => {
    const { files, bytes } = await packageFolder(folder, target);
    const archive = await readFile(target);
    const unpacked = unzip(archive);
    assert.deepEqual([...unpacked.keys()], ['chunks/sync.mjs', 'host.json', 'main.mjs', 'package.json']);
    assert.deepEqual({ files, bytes }, { files: 4, bytes: archive.length });
    for (const [path, text] of unpacked) assert.equal(text, await readFile(join(folder, path), 'utf8'), path);
  });

  it('has the same bytes when nothing changed, whenever it is made', async () => {
    await packageFolder(folder, target);
    const first = await readFile(target);
    await writeFile(join(folder, 'host.json'), '{"version":"2.0"}');
    await packageFolder(folder, target);
    assert.ok(first.equals(await readFile(target)));
  });

  it('is not made of a folder that cannot be deployed', async () => {
    await rm(join(folder, 'host.json'));
    await assert.rejects(packageFolder(folder, target), /no host\.json: run npm run build first/);
    await assert.rejects(readFile(target), { code: 'ENOENT' });
  });
});
