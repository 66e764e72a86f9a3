// The snapshot that a site's owner commits: what a build falls back to on a machine that has built nothing before.

import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { readSnapshot } from './read-snapshot.js';

/** @param {string} file @returns {Promise<string | undefined>} */
async function readText(file) {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * The snapshot in the file; undefined when there is no such file. Throws when the file is something else.
 * @param {string} file
 */
export async function readSnapshotFile(file) {
  const content = await readText(file);
  return content === undefined ? undefined : readSnapshot(JSON.parse(content.replace(/^\uFEFF/, '')));
}

/**
 * Replaces the file as a whole, and only when its content differs: an unchanged snapshot leaves no diff.
 * @param {string} file
 * @param {Record<string, unknown>} snapshot
 */
export async function writeSnapshotFile(file, snapshot) {
  const content = `${JSON.stringify(snapshot, null, 2)}\n`;
  if (content === (await readText(file))) return;
  await mkdir(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}.tmp`;
  await writeFile(draft, content);
  await rename(draft, file);
}
