// The page and the element as files: where the service has a route, they ask for a file beside them.

import { StatsError } from '../../errors.ts';
import { formatDate } from '../../views/format.ts';
import { markup } from '../../views/markup.ts';

/** Replaces the one place that fits. A page without that place is a defect of ours, which a test meets before an owner does. */
function replaceOnce(text: string, place: RegExp, replacement: string): string {
  if (!place.test(text)) throw new StatsError('internal', `The page has no ${place.source}.`);
  return text.replace(place, () => replacement);
}

export type StaticPage = {
  /** Where the files will stand, without a slash at the end; undefined where nobody said. */
  url: string | undefined;
  /** The names of all files. */
  names: readonly string[];
  /** The day on which they were made, YYYY-MM-DD. */
  madeOn: string;
};

const dataLinks: [name: string, label: string][] = [
  ['stats.json', 'JSON'],
  ['history.csv', 'history as CSV'],
  ['activity.csv', 'days as CSV'],
];

/** The page of the service as `index.html`: with the day on which it was made, and without what only a service can do. */
export function toStaticPage(html: string, { url, names, madeOn }: StaticPage): string {
  const links = dataLinks
    .filter(([name]) => names.includes(name))
    .map(([name, label], index) => markup`${index > 0 && ', '}<a href="${name}">${label}</a>`);
  const made = markup`<time datetime="${madeOn}">${formatDate(madeOn, 'long')}</time>`;
  const footer = markup`<footer><p>These files were made on ${made} and stay as they are. The same as data: ${links}. Not affiliated with Peloton.</p></footer>`;
  const page = replaceOnce(html, /<footer>.*?<\/footer>/s, footer.markup);
  const alone = page.replaceAll('href="stats"', 'href="stats.json"');
  return url === undefined ? alone : alone.replaceAll(`${url}/api/page`, () => `${url}/`);
}

/** The element as `widget.js`: without a `src` the stats are the file beside the script. */
export function toStaticElement(script: string): string {
  return replaceOnce(script, /new URL\((['"`])stats\1/, "new URL('stats.json'");
}
