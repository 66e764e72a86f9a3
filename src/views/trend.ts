// The history as a line, and the same by month as a table. The text stands outside the SVG, so that the line can be stretched
// to any width while the text stays readable.

import type { HistoryPoint } from '../stats/history.ts';
import { formatChange, formatDate, formatShort } from './format.ts';
import { countedDay, pairs, type SpanDay } from './increments.ts';
import { drawLine } from './line-path.ts';
import { type Markup, markup } from './markup.ts';

const box = { width: 720, height: 180 };

/** The trend since the first snapshot. With fewer than two snapshots there is no line, but a note. */
export function renderTrend(history: readonly HistoryPoint[], spanDay: SpanDay): Markup {
  const first = history[0];
  const last = history.at(-1);
  if (first === undefined || last === undefined || history.length < 2) {
    return markup`<p class="note">The line starts with the snapshot of a second day.</p>`;
  }
  const line = drawLine(history, box.width, box.height);
  const totals = history.map(point => point.total_workouts);
  const [least, most] = [totals.reduce((a, b) => Math.min(a, b)), totals.reduce((a, b) => Math.max(a, b))];
  return markup`<div class="trend"><p class="scale" aria-hidden="true"><span>${formatShort(most)}</span><span>${formatShort(least)}</span></p>
<svg viewBox="0 0 ${box.width} ${box.height}" preserveAspectRatio="none" role="img" aria-label="All workouts so far: ${formatShort(first.total_workouts)} on ${formatDate(first.date)}, ${formatShort(last.total_workouts)} on ${formatDate(last.date)}; the table below says more.">
<path class="grid" d="M0 0H${box.width}M0 ${box.height / 2}H${box.width}M0 ${box.height}H${box.width}"/><path class="area" d="${line.area}"/><path class="line gap" d="${line.gaps}"/><path class="line" d="${line.known}"/></svg>
<p class="span" aria-hidden="true"><span>${formatDate(first.date)}</span><span>${formatDate(last.date)}</span></p></div>
${line.gaps !== '' && markup`<p class="note">Dotted: days without a snapshot.</p>`}
${renderMonthTable(history, spanDay)}`;
}

/** A month ends with the last snapshot that counts one of its days: with a sync in the morning, the snapshot of the next 1st. */
function renderMonthTable(history: readonly HistoryPoint[], spanDay: SpanDay): Markup {
  const closings = new Map(history.slice(1).map(point => [countedDay(point, spanDay).slice(0, 7), point]));
  const months = pairs([...history.slice(0, 1).map(point => ['', point] as const), ...closings]);
  return markup`<details><summary>The same as a table</summary>
<div class="scroll" tabindex="0" role="region" aria-label="Workouts of each month"><table>
<caption>Workouts of each month since ${formatDate(history[0]?.date ?? '')}.</caption>
<thead><tr><th scope="col">Month</th><th scope="col">Workouts</th><th scope="col">All so far</th></tr></thead>
<tbody>${months.reverse().map(
    ([[, before], [month, point]]) =>
      markup`<tr><th scope="row">${formatDate(`${month}-01`, 'month')}</th><td>${formatChange(point.total_workouts - before.total_workouts)}</td><td>${formatShort(point.total_workouts)}</td></tr>
`,
  )}</tbody></table></div></details>`;
}
