// `npm run package`: packs dist/ into dist.zip, the file that `az functionapp deployment source config-zip` uploads. The same
// folder always gives the same bytes (names in order, one fixed date), so that a deployment can be compared with a build.

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { type ZipOptions, type Zippable, zipSync } from 'fflate';
import { slashPath } from './slash-path.ts';

const zipOptions: ZipOptions = {
  level: 9,
  /** The first date that the ZIP format knows. fflate writes it as local time, which is the same in every time zone. */
  mtime: new Date(1980, 0, 1),
  /** Unix: only then do unpackers read the file mode in `attrs`. */
  os: 3,
  /** A regular file that its owner may write and everybody may read, in the upper half as the format wants it. */
  attrs: 0o100644 << 16,
};

/**
 * Zips every file of a folder.
 * @returns the number of files and the size of the archive in bytes.
 * @throws when the folder cannot be deployed: host.json and package.json must be at its top.
 */
export async function packageFolder(folder: string, target: string): Promise<{ files: number; bytes: number }> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = found.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name));
  const names = paths.map(path => slashPath(relative(folder, path))).sort();
  for (const needed of ['host.json', 'package.json'])
    if (!names.includes(needed)) throw new Error(`${folder} has no ${needed}: run npm run build first.`);
  const entries: Zippable = {};
  for (const name of names) entries[name] = await readFile(join(folder, name));
  const archive = zipSync(entries, zipOptions);
  await writeFile(target, archive);
  return { files: names.length, bytes: archive.length };
}

if (import.meta.main) {
  const { files, bytes } = await packageFolder('dist', 'dist.zip');
  console.log(`dist.zip: ${files} files, ${Math.ceil(bytes / 1024)} kB`);
}
