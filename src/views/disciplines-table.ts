// The disciplines as a table with bars: all that were done, largest first; the others are named in one line.

import type { HistoryPoint } from '../stats/history.ts';
import type { Activity } from '../stats/schemas.ts';
import type { Snapshot } from '../stats/snapshot.ts';
import { countDisciplines, type Days } from './days.ts';
import { fitText } from './fit-text.ts';
import { formatChange, formatShort } from './format.ts';
import { renderIcon } from './icons.ts';
import { addDays, countDays, findEarlier } from './increments.ts';
import { type Markup, markup } from './markup.ts';

const recentDays = 30;

/** What each discipline has had in the last days, and how many days these are. */
export type RecentCounts = { days: number; counts: ReadonlyMap<string, number> };

/** The disciplines with a column of what they have had lately, where that is known. */
export function renderDisciplines({ workout_counts }: Snapshot, recent: RecentCounts | undefined): Markup {
  const done = workout_counts.workouts.filter(({ count }) => count > 0);
  const others = workout_counts.workouts.filter(({ count }) => count === 0);
  const most = Math.max(1, ...done.slice(0, 1).map(({ count }) => count));
  const rows = done.map(
    ({ name, slug, count }) =>
      markup`<tr><th scope="row"><svg class="icon" viewBox="0 0 24 24" aria-hidden="true">${renderIcon(slug)}</svg>${fitText(name, 40)}</th>
<td class="bar"><svg aria-hidden="true"><rect class="track" width="100%" height="100%" rx="2"/><rect class="fill" width="${((100 * count) / most).toFixed(1)}%" height="100%" rx="2"/></svg></td>
<td>${formatShort(count)}</td>${recent && renderChange(recent.counts.get(slug) ?? 0)}</tr>
`,
  );
  const table = markup`<table class="disciplines"><thead><tr><th scope="col">Discipline</th><td class="bar"></td><th scope="col">All</th>${
    recent && markup`<th scope="col">${recent.days === 1 ? 'Last day' : `Last ${recent.days} days`}</th>`
  }</tr></thead><tbody>${rows}</tbody></table>`;
  const none = others.map(({ name }) => fitText(name, 40)).join(', ');
  return markup`${done.length > 0 ? table : markup`<p>No workouts counted yet.</p>`}${none !== '' && markup`<p class="note">None yet: ${none}.</p>`}`;
}

function renderChange(count: number): Markup {
  return count === 0 ? markup`<td class="zero">0</td>` : markup`<td>${formatChange(count)}</td>`;
}

/** What the history added in the last 30 days, or in fewer as far as it reaches. */
export function recentOfHistory(history: readonly HistoryPoint[]): RecentCounts | undefined {
  const [earlier, last] = [findEarlier(history, recentDays), history.at(-1)];
  if (earlier === undefined || last === undefined) return undefined;
  const before = new Map(Object.entries(earlier.counts));
  const counts = Object.entries(last.counts).map(([slug, count]) => [slug, count - (before.get(slug) ?? 0)] as const);
  return { days: countDays(earlier.date, last.date), counts: new Map(counts) };
}

/** The workouts of the last 30 days; undefined where they have not all been read. */
export function recentOfActivity({ days }: Activity, { first, last, others }: Days): RecentCounts | undefined {
  const from = addDays(last, 1 - recentDays);
  return others === 'rest' || first <= from ? { days: recentDays, counts: countDisciplines(days, from) } : undefined;
}
