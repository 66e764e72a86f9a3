// The two requests of the element: the stats, and the last days of the history for the small trend. Neither sends a cookie.

/** @typedef {{ name: string, slug: string, count: number }} Workout */
/** @typedef {{ current_weekly?: number, best_weekly?: number }} Streaks */
/** @typedef {{ date: string, workout_counts: { total_workouts: number, workouts: Workout[] }, streaks?: Streaks }} Stats */
/** @typedef {{ date: string, total_workouts: number, counts: Record<string, number> }} HistoryPoint */
/** @typedef {{ stats: Stats, history: HistoryPoint[], maxAgeMs: number }} Answer */

const timeoutMs = 10_000;
const trendDays = 120;
const dayMs = 24 * 60 * 60 * 1_000;
const usualMaxAgeMs = 300_000;

/**
 * The stats, and a history that is empty where there is none. Fails as the stats fail.
 * @param {string} src @param {AbortSignal} signal @returns {Promise<Answer>}
 */
export async function fetchAnswer(src, signal) {
  const timeLimit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  const [{ json: stats, maxAgeMs }, history] = await Promise.all([
    fetchJson(src, timeLimit),
    fetchHistory(src, timeLimit).catch(() => []), // the trend alone is missing then
  ]);
  signal.throwIfAborted();
  if (!isStats(stats)) throw new TypeError('The answer is not a snapshot of stats');
  return { stats, history, maxAgeMs };
}

/** @param {string} src @param {AbortSignal} signal @returns {Promise<{ json: any, maxAgeMs: number }>} */
async function fetchJson(src, signal) {
  const response = await fetch(src, { credentials: 'omit', signal });
  if (!response.ok) throw new Error(`The stats answered with status ${response.status}`);
  const seconds = /max-age=(\d+)/.exec(response.headers.get('cache-control') ?? '')?.[1];
  return { json: await response.json(), maxAgeMs: seconds ? Number(seconds) * 1_000 : usualMaxAgeMs };
}

/** @param {string} src @param {AbortSignal} signal @returns {Promise<HistoryPoint[]>} */
async function fetchHistory(src, signal) {
  const url = new URL(src, document.baseURI);
  if (!/\/stats(\.json)?$/.test(url.pathname)) return [];
  url.pathname = url.pathname.replace(/stats(?=(\.json)?$)/, 'history');
  url.search = `?from=${new Date(Date.now() - trendDays * dayMs).toISOString().slice(0, 10)}`;
  const { json } = await fetchJson(url.href, signal);
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
