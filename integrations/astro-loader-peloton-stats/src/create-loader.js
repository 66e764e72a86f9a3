// The loader: the freshest stats that can be had become the entry `latest`. In this order: what the service answers, what the
// last good build kept in Astro's store, the committed file, nothing. Whatever is wrong with the service ends no build.

import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createSchema } from './create-schema.js';
import { fetchStats, statsUrl } from './fetch-stats.js';
import { checkOptions } from './options.js';
import { countEntries, readSnapshot } from './read-snapshot.js';
import { readSnapshotFile, writeSnapshotFile } from './snapshot-file.js';

/** @typedef {import('./astro-api.d.ts').LoaderContext} LoaderContext */
/** @typedef {import('./options.js').CheckedOptions} Options */
/** @typedef {Record<string, unknown>} Snapshot */

const id = 'latest';
const urlKey = 'base-url';
const etagKey = 'etag';

/** @param {unknown} error */
const messageOf = error => (error instanceof Error ? error.message : String(error));

/**
 * The result; or undefined, and a warning: what is kept beside the stats must not stop the stats.
 * @template T
 * @param {LoaderContext} context @param {string} what the start of a sentence @param {() => Promise<T>} step
 */
async function attempt({ logger }, what, step) {
  try {
    return await step();
  } catch (error) {
    logger.warn(`${what} failed: ${messageOf(error)}.`);
    return undefined;
  }
}

/** The entry that the last good build kept; undefined when it is of another service. @param {LoaderContext} context @param {Options} options */
function readKept({ store, meta }, { baseUrl }) {
  return meta.get(urlKey) === baseUrl ? store.get(id)?.data : undefined;
}

/** Makes a snapshot the entry, and gives the entry's data back. @param {LoaderContext} context @param {Snapshot} snapshot */
async function keep({ store, meta, parseData, generateDigest }, snapshot) {
  const data = await parseData({ id, data: snapshot });
  meta.delete(urlKey);
  meta.delete(etagKey);
  store.set({ id, data, digest: generateDigest(data) });
  return data;
}

/**
 * Asks the service and keeps what it has. Throws an Error whose message completes "this address …".
 * @param {LoaderContext} context @param {Options} options
 * @returns {Promise<Snapshot>} the data of the entry
 */
async function loadFresh(context, options) {
  const { meta, logger } = context;
  const { baseUrl, timeoutMs } = options;
  const kept = readKept(context, options);
  const answer = await fetchStats({ baseUrl, etag: kept && meta.get(etagKey), timeoutMs });
  if (kept && !answer) return kept;
  const snapshot = readSnapshot(answer?.json);
  const data = await keep(context, snapshot);
  const leftOut = countEntries(snapshot) - countEntries(data);
  if (leftOut > 0) logger.warn(`${leftOut} of the entries sent cannot be read and are left out.`);
  meta.set(urlKey, baseUrl);
  if (answer?.etag) meta.set(etagKey, answer.etag);
  return data;
}

const longestAheadMs = 2 * 24 * 60 * 60 * 1000;

/**
 * When a snapshot was made. One that a wrong clock dated more than two days ahead is older than any other, as in the service.
 * @param {Snapshot} snapshot
 */
function instantOf({ synced_at: at }) {
  const instant = typeof at === 'string' ? Date.parse(at) : Number.NaN;
  return instant - Date.now() > longestAheadMs ? Number.NEGATIVE_INFINITY : instant;
}

/** @param {Snapshot} snapshot */
const dayOf = ({ date }) => (typeof date === 'string' ? `the stats of ${date}` : 'older stats');

/**
 * Leaves the newest of what there is as the entry, and says in words which that is.
 * @param {LoaderContext} context @param {Options} options @param {string | undefined} file
 */
async function fallBack(context, options, file) {
  const kept = readKept(context, options);
  const name = options.snapshotFile;
  const saved = file && (await attempt(context, `Reading ${name}`, () => readSnapshotFile(file)));
  // A build machine may bring back a store that is older than what was committed since.
  if (kept && !(saved && instantOf(saved) > instantOf(kept))) return `Showing ${dayOf(kept)} from the last good build.`;
  if (saved && (await attempt(context, `Reading ${name}`, () => keep(context, saved))))
    return `Showing ${dayOf(saved)} from ${name}.`;
  if (kept) return `Showing ${dayOf(kept)} from the last good build.`;
  context.store.clear();
  return 'There are no older stats either: the site is built without any.';
}

/** @param {LoaderContext} context @param {Options} options */
async function load(context, options) {
  const { baseUrl, snapshotFile, writeSnapshotFile: writes, onError } = options;
  const file = snapshotFile && resolve(fileURLToPath(context.config.root), snapshotFile);
  try {
    const fresh = await loadFresh(context, options);
    if (file && writes) await attempt(context, `Writing ${snapshotFile}`, () => writeSnapshotFile(file, fresh));
  } catch (error) {
    const problem = `${statsUrl(baseUrl)} ${messageOf(error)}.`;
    if (onError === 'fail') throw new Error(`${problem} The build stops because onError is 'fail'.`, { cause: error });
    context.logger.warn(`${problem} ${await fallBack(context, options, file)}`);
  }
}

/**
 * @param {typeof import('astro/zod').z} z
 * @returns {typeof import('../index.d.ts').pelotonStatsLoader}
 */
export function createLoaderWith(z) {
  return given => {
    const options = checkOptions(given);
    return {
      name: 'astro-loader-peloton-stats',
      schema: createSchema(z),
      load: context => load(context, options),
    };
  };
}
