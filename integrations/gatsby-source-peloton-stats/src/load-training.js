// The days and the latest workouts, as far as the owner of the service publishes them. They never fail a build: where they cannot
// be read, those of the last good build are shown.

const { fetchJson, nameService, NotFoundError, routeUrl } = require('./fetch-stats.js');
const { readDays, readWorkouts } = require('./read-training.js');

/** @typedef {import('./gatsby-api.d.ts').Cache} Cache */
/** @typedef {import('./gatsby-api.d.ts').PluginOptions} PluginOptions */
/** @typedef {import('./training.d.ts').Training} Training */

/** @type {Record<string, (json: unknown) => unknown[]>} */
const readers = { activity: readDays, workouts: readWorkouts };

/**
 * The entries of one route, and a sentence where they could not be read anew. With `isAway` nothing is asked.
 * @param {string} route @param {{ cache: Cache, options: PluginOptions, isAway: boolean }} site
 * @returns {Promise<{ entries: unknown[], remarks: string[] }>}
 */
async function loadEntries(route, { cache, options, isAway }) {
  const { baseUrl, timeoutMs } = options;
  const key = `last-good-${route} ${nameService(baseUrl)}`;
  const read = readers[route] ?? (() => []);
  try {
    const copy = /** @type {{ etag?: string, json: unknown } | undefined} */ (await cache.get(key));
    const old = copy?.json ? read(copy.json) : [];
    if (isAway) return { entries: old, remarks: [] };
    try {
      const { unchanged, json, etag } = await fetchJson({ baseUrl, route, etag: copy?.etag, timeoutMs });
      if (unchanged) return { entries: old, remarks: [] };
      const entries = read(json);
      await cache.set(key, { etag, json });
      return { entries, remarks: [] };
    } catch (error) {
      if (!(error instanceof NotFoundError)) {
        return { entries: old, remarks: [`${routeUrl(baseUrl, route)} ${/** @type {Error} */ (error).message}.`] };
      }
      await cache.set(key, { json: undefined }); // no longer published, or not read yet
      return { entries: [], remarks: [] };
    }
  } catch (error) {
    return {
      entries: [],
      remarks: [`The copy of ${route} failed: ${error instanceof Error ? error.message : error}.`],
    };
  }
}

/**
 * `isAway` says that the service did not answer for the stats, so that nobody waits for it again.
 * @param {{ cache: Cache, options: PluginOptions, isAway: boolean }} site
 * @returns {Promise<Training & { remarks: string[] }>}
 */
async function loadTraining(site) {
  const [activity, latest] = await Promise.all([loadEntries('activity', site), loadEntries('workouts', site)]);
  const days = /** @type {Training['days']} */ (activity.entries);
  const workouts = /** @type {Training['workouts']} */ (latest.entries);
  return { days, workouts, remarks: [...activity.remarks, ...latest.remarks] };
}

module.exports = { loadTraining };
