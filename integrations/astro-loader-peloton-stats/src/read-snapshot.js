// Whether JSON is a snapshot at all, before the schema reads it, and how many of its entries the schema left out.

/** @typedef {Record<string, unknown>} Fields */

/** @param {unknown} value @returns {value is Fields} */
const isObject = value => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The JSON where it is a snapshot of a version that this package reads. Throws an Error whose message completes "this address …".
 * @param {unknown} json
 * @returns {Fields}
 */
export function readSnapshot(json) {
  const noSnapshot = new Error('has no snapshot of Peloton stats');
  if (!isObject(json)) throw noSnapshot;
  const { schema_version: version, workout_counts: counts } = json;
  if (typeof version === 'number' && version > 1)
    throw new Error(
      `has schema_version ${version} and this loader reads 1: update astro-loader-peloton-stats to see new stats`,
    );
  if (version !== 1 || !isObject(counts) || !Array.isArray(counts.workouts)) throw noSnapshot;
  if (!Number.isInteger(counts.total_workouts) || Number(counts.total_workouts) < 0) throw noSnapshot;
  return json;
}

/** @param {unknown} list */
const lengthOf = list => (Array.isArray(list) ? list.length : 0);

/** @param {unknown} group */
const recordsOf = group => (isObject(group) ? lengthOf(group.records) : 0);

/** The entries of all lists of a snapshot. @param {Fields} snapshot */
export function countEntries({ workout_counts, personal_records, achievements }) {
  const workouts = isObject(workout_counts) ? lengthOf(workout_counts.workouts) : 0;
  const groups = Array.isArray(personal_records) ? personal_records : [];
  const records = groups.reduce((sum, group) => sum + recordsOf(group), groups.length);
  return workouts + records + lengthOf(achievements);
}
