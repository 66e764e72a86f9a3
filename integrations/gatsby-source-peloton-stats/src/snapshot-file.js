// The snapshot that a site's owner commits: what a build falls back to on a machine that has no cache.

const { mkdir, readFile, rename, writeFile } = require('node:fs/promises');
const path = require('node:path');
const { readSnapshot } = require('./read-snapshot.js');

/** @typedef {import('./snapshot.d.ts').Snapshot} Snapshot */

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
async function readSnapshotFile(file) {
  const content = await readText(file);
  return content === undefined ? undefined : readSnapshot(JSON.parse(content.replace(/^\uFEFF/, ''))).snapshot;
}

/**
 * Replaces the file as a whole, and only when its content differs: an unchanged snapshot leaves no diff.
 * @param {string} file
 * @param {Snapshot} snapshot
 */
async function writeSnapshotFile(file, snapshot) {
  const content = `${JSON.stringify(snapshot, null, 2)}\n`;
  if (content === (await readText(file))) return;
  await mkdir(path.dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}.tmp`;
  await writeFile(draft, content);
  await rename(draft, file);
}

module.exports = { readSnapshotFile, writeSnapshotFile };
