// JSON of unknown origin → snapshot. Lenient: one malformed entry is left out and counted, never a reason to lose the rest.
// Text (slugs, names) is taken as it is: it is data, and whoever shows it must escape it, as React does.

/** @typedef {import('./snapshot.d.ts').Snapshot} Snapshot */
/** @typedef {Record<string, unknown>} Fields */

const largestGraphqlInt = 2 ** 31 - 1;

/**
 * @param {unknown} value
 * @returns {value is Fields}
 */
const isObject = value => typeof value === 'object' && value !== null && !Array.isArray(value);
/** @param {unknown} value */
const text = value => (typeof value === 'string' ? value : undefined);
/** @param {unknown} value */
const finite = value => (Number.isFinite(value) ? Number(value) : undefined);
/** @param {unknown} value */
const whole = value => {
  const number = Number.isInteger(value) ? Number(value) : -1;
  return number >= 0 && number <= largestGraphqlInt ? number : undefined;
};
/** @param {unknown} value */
const httpsUrl = value => (typeof value === 'string' && /^https:\/\/\S+$/.test(value) ? value : undefined);
/** @param {unknown} value */
const localDate = value => {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(value)) return undefined;
  const day = new Date(`${value}T00:00:00Z`); // the 31st of February becomes a day of March, or none
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value) ? value : undefined;
};
/** @param {unknown} value */
const instant = value =>
  typeof value === 'string' && /^\d{4}-/.test(value) && !Number.isNaN(Date.parse(value)) ? value : undefined;

/**
 * Leaves out the fields that are not there, so that a node and a file hold no empty ones.
 * @template {object} T
 * @param {T} fields
 * @returns {T}
 */
const present = fields =>
  /** @type {T} */ (Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)));

/** @param {Fields} entry */
function readNames(entry) {
  const name = text(entry.name);
  const slug = text(entry.slug);
  return name === undefined || slug === undefined ? null : { name, slug };
}

/** @param {Fields} entry */
function readWorkout(entry) {
  const names = readNames(entry);
  const count = whole(entry.count);
  if (!names || count === undefined) return null;
  return present({ ...names, count, icon_url: httpsUrl(entry.icon_url) });
}

/** @param {Fields} entry */
function readRecord(entry) {
  const names = readNames(entry);
  const value = text(entry.value) ?? finite(entry.value)?.toString();
  if (!names || value === undefined) return null;
  return present({
    ...names,
    value,
    raw_value: finite(entry.raw_value),
    unit: text(entry.unit),
    unit_slug: text(entry.unit_slug),
    workout_date: localDate(entry.workout_date),
  });
}

/** @param {Fields} entry */
function readAchievement(entry) {
  const names = readNames(entry);
  if (!names) return null;
  return present({
    ...names,
    description: text(entry.description),
    image_url: httpsUrl(entry.image_url),
    count: whole(entry.count),
  });
}

/** @param {unknown} value */
function readStreaks(value) {
  if (!isObject(value)) return undefined;
  return present({
    current_weekly: whole(value.current_weekly),
    best_weekly: whole(value.best_weekly),
    start_date_of_current_weekly: finite(value.start_date_of_current_weekly),
    current_daily: whole(value.current_daily),
  });
}

/**
 * The entries that can be read; the others are counted in `tally`.
 * @template T
 * @param {unknown} list
 * @param {(entry: Fields) => T | null} readEntry
 * @param {{ leftOut: number }} tally
 * @returns {T[]}
 */
function readList(list, readEntry, tally) {
  if (!Array.isArray(list)) return [];
  const entries = list.flatMap(item => (isObject(item) ? readEntry(item) : null) ?? []);
  tally.leftOut += list.length - entries.length;
  return entries;
}

/**
 * Entries of one slug become one entry, as the service does: the first, with what `add` takes over from the others.
 * @template {{ slug: string }} T
 * @param {T[]} entries
 * @param {(kept: T, other: T) => T} add
 */
function uniteEntries(entries, add) {
  /** @type {Map<string, T>} */
  const bySlug = new Map();
  for (const entry of entries) {
    const kept = bySlug.get(entry.slug);
    bySlug.set(entry.slug, kept ? add(kept, entry) : entry);
  }
  return [...bySlug.values()];
}

/**
 * @template {{ count?: number | undefined }} T
 * @param {T} kept
 * @param {T} other
 * @returns {T}
 */
const addCount = (kept, { count }) =>
  count === undefined ? kept : { ...kept, count: Math.min((kept.count ?? 0) + count, largestGraphqlInt) };

/**
 * What decides whether JSON is a snapshot at all. Throws an Error whose message completes "this address …".
 * @param {unknown} json
 */
function checkSnapshot(json) {
  const noSnapshot = new Error('has no snapshot of Peloton stats');
  if (!isObject(json)) throw noSnapshot;
  const { schema_version: version, workout_counts: counts } = json;
  if (typeof version === 'number' && version > 1)
    throw new Error(
      `has schema_version ${version} and this plugin reads 1: update gatsby-source-peloton-stats to see new stats`,
    );
  const total = isObject(counts) ? whole(counts.total_workouts) : undefined;
  if (version !== 1 || !isObject(counts) || !Array.isArray(counts.workouts) || total === undefined) throw noSnapshot;
  return { fields: json, total_workouts: total, workouts: counts.workouts };
}

/**
 * Throws as `checkSnapshot` does. `leftOut` counts the entries that could not be read.
 * @param {unknown} json
 * @returns {{ snapshot: Snapshot, leftOut: number }}
 */
function readSnapshot(json) {
  const { fields, total_workouts, workouts } = checkSnapshot(json);
  const tally = { leftOut: 0 };
  /** @param {Fields} entry */
  const readGroup = entry => {
    const names = readNames(entry);
    return names && { ...names, records: readList(entry.records, readRecord, tally) };
  };
  /** @type {Snapshot} */
  const snapshot = present({
    schema_version: 1,
    synced_at: instant(fields.synced_at),
    date: localDate(fields.date),
    time_zone: text(fields.time_zone),
    workout_counts: { total_workouts, workouts: uniteEntries(readList(workouts, readWorkout, tally), addCount) },
    personal_records: uniteEntries(readList(fields.personal_records, readGroup, tally), (kept, { records }) => ({
      ...kept,
      records: [...kept.records, ...records],
    })),
    streaks: readStreaks(fields.streaks),
    achievements: uniteEntries(readList(fields.achievements, readAchievement, tally), addCount),
  });
  return { snapshot, leftOut: tally.leftOut };
}

module.exports = { finite, isObject, localDate, present, readList, readSnapshot, text, whole };
