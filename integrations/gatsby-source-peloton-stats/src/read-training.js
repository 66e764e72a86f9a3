// JSON of unknown origin → the days and the latest workouts. As lenient as the reading of the snapshot: a malformed entry is left
// out. What was done in each discipline is a list here, since GraphQL has no keys that are data.

const { finite, isObject, localDate, present, readList, text, whole } = require('./read-snapshot.js');

/** @typedef {import('./training.d.ts').Day} Day */
/** @typedef {import('./training.d.ts').Workout} Workout */
/** @typedef {Record<string, unknown>} Fields */

/** @param {Fields} entry */
function readSums(entry) {
  const [workouts, minutes] = [whole(entry.workouts), whole(entry.minutes)];
  return workouts === undefined || minutes === undefined
    ? null
    : present({ workouts, minutes, output_kj: whole(entry.output_kj) });
}

/** @param {Fields} entry @returns {Day | null} */
function readDay(entry) {
  const [date, sums] = [localDate(entry.date), readSums(entry)];
  if (!date || !sums) return null;
  const by = Object.entries(isObject(entry.by) ? entry.by : {}).flatMap(([discipline, tally]) => {
    const ofDiscipline = isObject(tally) ? readSums(tally) : null;
    return ofDiscipline ? [{ discipline, ...ofDiscipline }] : [];
  });
  return { date, ...sums, by };
}

/** @param {unknown} value */
const flag = value => (typeof value === 'boolean' ? value : undefined);

/** @param {Fields} entry @returns {Workout | null} */
function readWorkout(entry) {
  const [date, imported] = [localDate(entry.date), flag(entry.imported)];
  if (!date || imported === undefined) return null;
  return present({
    date,
    imported,
    discipline: text(entry.discipline),
    title: text(entry.title),
    duration_s: whole(entry.duration_s),
    output_kj: whole(entry.output_kj),
    effort_points: finite(entry.effort_points),
    instructor: text(entry.instructor),
    is_personal_record: flag(entry.is_personal_record),
  });
}

/**
 * The list named `name` of an answer. Throws an Error whose message completes "this address …".
 * @template T
 * @param {unknown} json @param {string} name @param {(entry: Fields) => T | null} readEntry
 */
function readAnswer(json, name, readEntry) {
  if (!isObject(json) || json.schema_version !== 1 || !Array.isArray(json[name]))
    throw new Error('answered with something that this plugin cannot read');
  return readList(json[name], readEntry, { leftOut: 0 });
}

/** @param {unknown} json */
const readDays = json => readAnswer(json, 'days', readDay);
/** @param {unknown} json */
const readWorkouts = json => readAnswer(json, 'workouts', readWorkout);

module.exports = { readDays, readWorkouts };
