// The disciplines as a table with bars: all that were done, largest first; the others are named in one line.

import type { HistoryPoint } from '../stats/history.ts';
import type { Snapshot } from '../stats/snapshot.ts';
import { fitText } from './fit-text.ts';
import { formatChange, formatShort } from './format.ts';
import { renderIcon } from './icons.ts';
import { countDays, findEarlier } from './increments.ts';
import { type Markup, markup } from './markup.ts';

const recentDays = 30;

/** A column has the last 30 days, or fewer as far as the history reaches; without history there is no such column. */
export function renderDisciplines({ workout_counts }: Snapshot, history: readonly HistoryPoint[]): Markup {
  const done = workout_counts.workouts.filter(({ count }) => count > 0);
  const others = workout_counts.workouts.filter(({ count }) => count === 0);
  const most = Math.max(1, ...done.slice(0, 1).map(({ count }) => count));
  const recent = readRecentCounts(history);
  const rows = done.map(
    ({ name, slug, count }) =>
      markup`<tr><th scope="row"><svg class="icon" viewBox="0 0 24 24" aria-hidden="true">${renderIcon(slug)}</svg>${fitText(name, 40)}</th>
<td class="bar"><svg aria-hidden="true"><rect class="track" width="100%" height="100%" rx="2"/><rect class="fill" width="${((100 * count) / most).toFixed(1)}%" height="100%" rx="2"/></svg></td>
<td>${formatShort(count)}</td>${recent && markup`<td>${formatChange(count - (recent.counts.get(slug) ?? 0))}</td>`}</tr>
`,
  );
  const table = markup`<table class="disciplines"><thead><tr><th scope="col">Discipline</th><td class="bar"></td><th scope="col">All</th>${
    recent && markup`<th scope="col">${recent.days === 1 ? 'Last day' : `Last ${recent.days} days`}</th>`
  }</tr></thead><tbody>${rows}</tbody></table>`;
  const none = others.map(({ name }) => fitText(name, 40)).join(', ');
  return markup`${done.length > 0 ? table : markup`<p>No workouts counted yet.</p>`}${none !== '' && markup`<p class="note">None yet: ${none}.</p>`}`;
}

function readRecentCounts(history: readonly HistoryPoint[]): { days: number; counts: Map<string, number> } | undefined {
  const earlier = findEarlier(history, recentDays);
  const last = history.at(-1);
  if (earlier === undefined || last === undefined) return undefined;
  return { days: countDays(earlier.date, last.date), counts: new Map(Object.entries(earlier.counts)) };
}
