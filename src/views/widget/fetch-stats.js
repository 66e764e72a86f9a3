// The requests of the element: the stats, and beside them what its view shows: the last days of the history for the small trend,
// the days of a year, or the latest workouts. None sends a cookie.

import { daysOfActivity } from '../days.ts';
import { reachesBack } from '../increments.ts';

/** @typedef {{ name: string, slug: string, count: number }} Workout */
/** @typedef {{ current_weekly?: number, best_weekly?: number }} Streaks */
/** @typedef {{ date: string, workout_counts: { total_workouts: number, workouts: Workout[] }, streaks?: Streaks }} Stats */
/** @typedef {{ date: string, total_workouts: number, counts: Record<string, number> }} HistoryPoint */
/** @typedef {import('../../stats/schemas.ts').RecentWorkout} RecentWorkout */
/** @typedef {{ stats: Stats, history: HistoryPoint[], days?: import('../days.ts').Days | undefined, workouts?: RecentWorkout[], maxAgeMs: number }} Answer */

const timeoutMs = 10_000;
/** Of which the trend is drawn; the history is asked for with room for days without a sync. */
const trendDays = 90;
const historyDays = 120;
const yearDays = 370;
const dayMs = 24 * 60 * 60 * 1_000;
const usualMaxAgeMs = 300_000;

/**
 * The stats, and what the view shows as far as there is any. Fails as the stats fail.
 * @param {string} src @param {import('../options.ts').ViewOptions} options @param {AbortSignal} signal @returns {Promise<Answer>}
 */
export async function fetchAnswer(src, { view, year }, signal) {
  const timeLimit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  const [{ json: stats, maxAgeMs }, shown] = await Promise.all([
    fetchJson(src, timeLimit),
    fetchShown(src, { view, year }, timeLimit),
  ]);
  signal.throwIfAborted();
  if (!isStats(stats)) throw new TypeError('The answer is not a snapshot of stats');
  return { stats, ...shown, maxAgeMs };
}

/**
 * What stands beside the stats. Where the data of another view are not there, what the summary shows; a part that fails is empty.
 * @param {string} src @param {Pick<import('../options.ts').ViewOptions, 'view' | 'year'>} options @param {AbortSignal} signal
 * @returns {Promise<Pick<Answer, 'history' | 'days' | 'workouts'>>}
 */
async function fetchShown(src, { view, year }, signal) {
  const since = new Date(Date.now() - yearDays * dayMs).toISOString().slice(0, 10);
  const ofYear = year ? `?from=${year}-01-01&to=${year}-12-31` : `?from=${since}`;
  if (view === 'recent') {
    const workouts = await fetchBeside(src, 'workouts', '', signal).then(readWorkouts, () => []);
    if (workouts.length > 0) return { history: [], workouts };
  }
  const askDays = (/** @type {string} */ range) =>
    fetchBeside(src, 'activity', range, signal).then(readDays, () => undefined);
  if (view === 'year') {
    const days = await askDays(ofYear);
    if (days) return { history: [], days };
  }
  const history = await fetchHistory(src, signal).catch(() => []); // the trend alone is missing then
  return reachesBack(history, trendDays) ? { history } : { history, days: await askDays(`?from=${since}`) };
}

/** @param {string} src @param {AbortSignal} signal @returns {Promise<{ json: any, maxAgeMs: number }>} */
async function fetchJson(src, signal) {
  const response = await fetch(src, { credentials: 'omit', signal });
  if (!response.ok) throw new Error(`The stats answered with status ${response.status}`);
  const seconds = /max-age=(\d+)/.exec(response.headers.get('cache-control') ?? '')?.[1];
  return { json: await response.json(), maxAgeMs: seconds ? Number(seconds) * 1_000 : usualMaxAgeMs };
}

/** The answer of the route, or of the file, beside the stats. @param {string} src @param {string} name @param {string} search @param {AbortSignal} signal */
async function fetchBeside(src, name, search, signal) {
  const url = new URL(src, document.baseURI);
  if (!/\/stats(\.json)?$/.test(url.pathname)) return undefined;
  url.pathname = url.pathname.replace(/stats(?=(\.json)?$)/, name);
  url.search = search;
  return (await fetchJson(url.href, signal)).json;
}

/** @param {any} json */
function readDays(json) {
  const isDay = (/** @type {any} */ day) => isDate(day?.date) && Number.isFinite(day.workouts);
  return Array.isArray(json?.days) && json.days.every(isDay) ? daysOfActivity(json) : undefined;
}

/** @param {any} json @returns {RecentWorkout[]} */
function readWorkouts(json) {
  const { workouts } = json ?? {};
  return Array.isArray(workouts) && workouts.every(workout => isDate(workout?.date)) ? workouts : [];
}

/** @param {string} src @param {AbortSignal} signal @returns {Promise<HistoryPoint[]>} */
async function fetchHistory(src, signal) {
  const since = new Date(Date.now() - historyDays * dayMs).toISOString().slice(0, 10);
  const json = await fetchBeside(src, 'history', `?from=${since}`, signal);
  return Array.isArray(json?.points) && json.points.every(isPoint) ? json.points : [];
}

/** @param {any} point */
function isPoint(point) {
  return Number.isFinite(point?.total_workouts) && isDate(point.date);
}

/** @param {any} value @returns {value is Stats} */
function isStats(value) {
  const counts = value?.workout_counts;
  return (
    Number.isFinite(counts?.total_workouts) &&
    Array.isArray(counts.workouts) &&
    counts.workouts.every(
      (/** @type {any} */ workout) => typeof workout?.name === 'string' && Number.isFinite(workout.count),
    ) &&
    isDate(value.date)
  );
}

/** @param {unknown} value */
function isDate(value) {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value));
}
