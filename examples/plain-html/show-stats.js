// The stats of a Peloton stats service on any page: plain JavaScript, no library, no build, no key. The browser keeps the
// answer for five minutes and then asks by itself whether it has changed: there is nothing to do for that here.

/** @import { Snapshot } from './peloton-stats.d.ts' */

/**
 * @param {string} service the address of the service, such as https://YOUR-APP.azurewebsites.net
 * @returns {Promise<Snapshot | undefined>} undefined while the service has no stats yet
 */
export async function fetchStats(service) {
  const response = await fetch(`${service}/api/stats`);
  if (response.status === 404) return undefined;
  if (!response.ok) throw new Error(`The stats were answered with ${response.status}.`);
  return await response.json();
}

/**
 * Fills a list with a discipline a line, the most frequent first. Names come from Peloton: they go in as text.
 * @param {Element} list
 * @param {Snapshot} stats
 */
export function showStats(list, { workout_counts }) {
  const items = workout_counts.workouts
    .filter(({ count }) => count > 0)
    .map(({ name, count }) => {
      const item = document.createElement('li');
      item.textContent = `${name}: ${count.toLocaleString()}`;
      return item;
    });
  list.replaceChildren(...items);
}
