// `npm run package`: dist/ → dist.zip, what `az functionapp deployment source config-zip` uploads. The same folder always
// gives the same bytes: names in order, one fixed date.

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';

export type ZipEntry = { path: string; bytes: Uint8Array };

/** 1980-01-01 00:00, the first date that the format knows. */
const fixedDate = 0x0021_0000;
const version = 20;
const utf8Names = 0x0800;
const deflated = 8;
/** A regular file that its owner may write and everybody may read, as Unix keeps it in the upper half. */
const fileMode = 0o100644;

/** A ZIP archive of files of less than 4 GB; `path` has forward slashes and is relative. */
export function zip(entries: readonly ZipEntry[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { path, bytes } of entries.toSorted((one, other) => (one.path < other.path ? -1 : 1))) {
    const name = Buffer.from(path);
    const body = deflateRawSync(bytes, { level: 9 });
    const common = commonHeader({ bytes, body, name });
    const local = Buffer.concat([signature(0x04034b50), common, name, body]);
    directory.push(directoryRecord({ common, name, offset }));
    parts.push(local);
    offset += local.length;
  }
  const records = Buffer.concat(directory);
  return Buffer.concat([...parts, records, endRecord({ count: entries.length, size: records.length, offset })]);
}

function signature(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}

/** The 26 bytes that stand before each file and again in its record of the directory. */
function commonHeader({ bytes, body, name }: { bytes: Uint8Array; body: Buffer; name: Buffer }): Buffer {
  const header = Buffer.alloc(26);
  header.writeUInt16LE(version, 0);
  header.writeUInt16LE(utf8Names, 2);
  header.writeUInt16LE(deflated, 4);
  header.writeUInt32LE(fixedDate, 6);
  header.writeUInt32LE(crc32(bytes), 10);
  header.writeUInt32LE(body.length, 14);
  header.writeUInt32LE(bytes.length, 18);
  header.writeUInt16LE(name.length, 22);
  return header;
}

function directoryRecord({ common, name, offset }: { common: Buffer; name: Buffer; offset: number }): Buffer {
  const made = Buffer.alloc(2);
  made.writeUInt16LE((3 << 8) | version);
  const rest = Buffer.alloc(14);
  rest.writeUInt32LE((fileMode << 16) >>> 0, 6);
  rest.writeUInt32LE(offset, 10);
  return Buffer.concat([signature(0x02014b50), made, common, rest, name]);
}

function endRecord({ count, size, offset }: { count: number; size: number; offset: number }): Buffer {
  const record = Buffer.alloc(18);
  record.writeUInt16LE(count, 4);
  record.writeUInt16LE(count, 6);
  record.writeUInt32LE(size, 8);
  record.writeUInt32LE(offset, 12);
  return Buffer.concat([signature(0x06054b50), record]);
}

/**
 * Zips every file of a folder.
 * @returns the number of files and the size of the archive in bytes.
 * @throws when the folder is no deployable one: it must have host.json and package.json at its top.
 */
export async function packageFolder(folder: string, target: string): Promise<{ files: number; bytes: number }> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = found.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name));
  const entries = await Promise.all(
    paths.map(async path => ({
      path: path.slice(join(folder, sep).length).split(sep).join('/'),
      bytes: await readFile(path),
    })),
  );
  for (const needed of ['host.json', 'package.json'])
    if (!entries.some(({ path }) => path === needed))
      throw new Error(`${folder} has no ${needed}: run npm run build first.`);
  const archive = zip(entries);
  await writeFile(target, archive);
  return { files: entries.length, bytes: archive.length };
}

if (process.argv[1] === import.meta.filename) {
  const { files, bytes } = await packageFolder('dist', 'dist.zip');
  console.log(`dist.zip: ${files} files, ${Math.ceil(bytes / 1024)} kB`);
}
