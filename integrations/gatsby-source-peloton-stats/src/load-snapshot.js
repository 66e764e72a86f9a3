// The ladder from the freshest stats to none: the service, the copy of the last good build, the committed file.
// Never throws: what went wrong comes back as sentences, and the caller decides whether to warn or to fail.

const path = require('node:path');
const { fetchJson, nameService, statsUrl } = require('./fetch-stats.js');
const { readSnapshot } = require('./read-snapshot.js');
const { readSnapshotFile, writeSnapshotFile } = require('./snapshot-file.js');

/** @typedef {import('./snapshot.d.ts').Snapshot} Snapshot */
/** @typedef {import('./gatsby-api.d.ts').Cache} Cache */
/** @typedef {import('./gatsby-api.d.ts').PluginOptions} PluginOptions */
/** @typedef {{ etag: string | undefined, snapshot: Snapshot }} Copy */

/** Gatsby gives all entries of a plugin one cache. @param {string} baseUrl */
const copyKey = baseUrl => `last-good-stats ${nameService(baseUrl)}`;

/** Which service each snapshot file belongs to: the first that named it in this build. @type {Map<string, string>} */
const fileOwners = new Map();

/** @param {unknown} error */
const messageOf = error => (error instanceof Error ? error.message : String(error));

/**
 * The result, or undefined and a remark: one broken rung does not end the climb.
 * @template T
 * @param {string[]} remarks
 * @param {string} what what is being done, as the start of a sentence
 * @param {() => Promise<T>} step
 */
async function attempt(remarks, what, step) {
  try {
    return await step();
  } catch (error) {
    remarks.push(`${what} failed: ${messageOf(error)}.`);
    return undefined;
  }
}

/**
 * The copy of the last good build; undefined when there is none from this service.
 * @param {Cache} cache
 * @param {string} baseUrl
 * @returns {Promise<Copy | undefined>}
 */
async function readCopy(cache, baseUrl) {
  const copy = await cache.get(copyKey(baseUrl));
  if (typeof copy !== 'object' || copy === null || !('snapshot' in copy)) return undefined;
  const etag = 'etag' in copy && typeof copy.etag === 'string' ? copy.etag : undefined;
  return { etag, snapshot: readSnapshot(copy.snapshot).snapshot };
}

/**
 * What the service has. Throws an Error whose message completes "this address …".
 * @param {PluginOptions} options
 * @param {Copy | undefined} copy
 * @param {string[]} remarks
 * @returns {Promise<Copy>}
 */
async function askService({ baseUrl, timeoutMs }, copy, remarks) {
  const answer = await fetchJson({ baseUrl, route: 'stats', etag: copy?.etag, timeoutMs });
  if (copy && answer.unchanged) return copy;
  const { snapshot, leftOut } = readSnapshot(answer.json);
  if (leftOut > 0) remarks.push(`${leftOut} of the entries sent cannot be read and are left out.`);
  return { etag: answer.etag, snapshot };
}

/**
 * The path of the snapshot file; undefined where there is none, or where it is another service's.
 * @param {string} siteDirectory @param {PluginOptions} options @param {string[]} remarks
 */
function findSnapshotFile(siteDirectory, { baseUrl, snapshotFile }, remarks) {
  if (!snapshotFile) return undefined;
  const file = path.resolve(siteDirectory, snapshotFile);
  const service = nameService(baseUrl);
  const owner = fileOwners.get(file) ?? service;
  fileOwners.set(file, owner);
  if (owner === service) return file;
  remarks.push(`${snapshotFile} is the snapshotFile of ${owner}: give ${service} one of its own.`);
  return undefined;
}

/** @param {Snapshot} snapshot */
const dayOf = snapshot => (snapshot.date ? `the stats of ${snapshot.date}` : 'older stats');

const longestAheadMs = 2 * 24 * 60 * 60 * 1000;

/**
 * When a snapshot was made. One that a wrong clock dated more than two days ahead is older than any other, as in the service.
 * @param {Snapshot} snapshot @param {number} now
 */
function instantOf({ synced_at }, now) {
  const at = Date.parse(synced_at ?? '');
  return at - now > longestAheadMs ? Number.NEGATIVE_INFINITY : at;
}

/**
 * `problem` says why the stats are not fresh and `instead` what is shown in their place; both are absent when they are fresh.
 * `remarks` are faults beside that, each a sentence.
 * @param {{ cache: Cache, siteDirectory: string, options: PluginOptions, now?: number }} site
 * @returns {Promise<{ snapshot?: Snapshot, problem?: string, instead?: string, remarks: string[] }>}
 */
async function loadSnapshot({ cache, siteDirectory, options, now = Date.now() }) {
  const { baseUrl, snapshotFile } = options;
  /** @type {string[]} */
  const remarks = [];
  const file = findSnapshotFile(siteDirectory, options, remarks);
  const copy = await attempt(remarks, 'Reading the copy of the last good build', () => readCopy(cache, baseUrl));
  try {
    const fresh = await askService(options, copy, remarks);
    const { snapshot } = fresh;
    if (fresh !== copy) await attempt(remarks, 'Keeping a copy', () => cache.set(copyKey(baseUrl), fresh));
    if (file && options.writeSnapshotFile)
      await attempt(remarks, `Writing ${snapshotFile}`, () => writeSnapshotFile(file, snapshot));
    return { snapshot, remarks };
  } catch (error) {
    const problem = `${statsUrl(baseUrl)} ${messageOf(error)}.`;
    const saved = file && (await attempt(remarks, `Reading ${snapshotFile}`, () => readSnapshotFile(file)));
    // A build machine may bring back a cache that is older than what was committed since.
    if (copy && !(saved && instantOf(saved, now) > instantOf(copy.snapshot, now)))
      return { ...copy, problem, instead: `Showing ${dayOf(copy.snapshot)} from the last good build.`, remarks };
    if (saved) return { snapshot: saved, problem, instead: `Showing ${dayOf(saved)} from ${snapshotFile}.`, remarks };
    return { problem, instead: 'There are no older stats either: the site is built without any.', remarks };
  }
}

module.exports = { loadSnapshot };
