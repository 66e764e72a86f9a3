// The files of an export: each is the answer of a public route, byte for byte, under a name that a file server can have.

import { StatsError } from '../../errors.ts';
import type { Request } from '../../serve/reply.ts';
import type { RouteName, Routes } from '../../serve/routes.ts';
import type { Snapshot } from '../../stats/snapshot.ts';
import { views } from '../../views/options.ts';

export type PublicFile = { name: string; route: RouteName; query?: string; params?: Record<string, string> };

const themes = ['light', 'dark'];

/** `card.svg`, `card-dark.svg`, and so on for the other views: `card-year.svg`, `card-year-dark.svg`. */
const cards: PublicFile[] = views.flatMap((view, index) => {
  const stem = index === 0 ? 'card' : `card-${view}`;
  const query = `view=${view}`;
  return [
    { name: `${stem}.svg`, route: 'card', query },
    ...themes.map(
      (theme): PublicFile => ({ name: `${stem}-${theme}.svg`, route: 'card', query: `${query}&theme=${theme}` }),
    ),
  ];
});

/** What every export has, or would have where the setting WORKOUTS published it. */
export const mainFiles: readonly PublicFile[] = [
  { name: 'stats.json', route: 'stats' },
  { name: 'history.json', route: 'history' },
  { name: 'history.csv', route: 'history', query: 'format=csv' },
  { name: 'activity.json', route: 'activity' },
  { name: 'activity.csv', route: 'activity', query: 'format=csv' },
  { name: 'workouts.json', route: 'workouts' },
  ...cards,
  { name: 'widget.js', route: 'widget' },
  { name: 'index.html', route: 'page' },
];

/** A name that every file system takes, and no path. */
const fileName = /^[\w-][\w.-]{0,99}$/;

/**
 * The badges of all metrics whose names can be that of a file. A discipline never takes the place of a metric of that name, nor of
 * another that a file system without letter case takes for the same.
 */
export function badgeFiles({ workout_counts }: Snapshot): PublicFile[] {
  const slugs = workout_counts.workouts.map(({ slug }) => slug).filter(slug => fileName.test(slug));
  const metrics = new Map<string, string>();
  for (const metric of ['total', 'streak', 'minutes', 'this-year', ...slugs]) {
    const key = metric.toLowerCase();
    if (!metrics.has(key)) metrics.set(key, metric);
  }
  return [...metrics.values()].map(metric => ({
    name: `badge/${metric}.json`,
    route: 'badge',
    query: `${new URLSearchParams({ metric })}`,
  }));
}

export const dayFile = (date: string): PublicFile => ({
  name: `stats/${date}.json`,
  route: 'statsDay',
  params: { date },
});

/** The refusal of a route as an error with its own code and words. */
function refusal({ name }: PublicFile, body: Uint8Array | undefined): StatsError {
  const { code, detail } = JSON.parse(Buffer.from(body ?? '{}').toString());
  return new StatsError(code === 'config' ? 'config' : 'storage', `${name} cannot be made: ${detail}`);
}

/**
 * The bytes of a file; undefined where the route has nothing to answer with.
 * @throws StatsError where the store or the settings cannot be read.
 */
export async function readFileFrom(routes: Routes, file: PublicFile): Promise<Uint8Array | undefined> {
  const { route, query = '', params = {} } = file;
  const request: Request = {
    method: 'GET',
    headers: { get: () => null },
    query: new URLSearchParams(query),
    params,
  };
  const { status, body } = await routes[route](request, () => {}); // a failure is thrown here, and said by the command
  if (status === 200) return body ?? new Uint8Array();
  if (status === 404) return undefined;
  throw refusal(file, body);
}
