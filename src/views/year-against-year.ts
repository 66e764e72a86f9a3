// This week, this month and this year, and this year against the last by the same day: as a table, and as two lines.

import { accumulate, type Days, type Done, type Span, sumDays } from './days.ts';
import { formatDate, formatNumber, formatShort } from './format.ts';
import { addDays, startOfWeek } from './increments.ts';
import { drawLine } from './line-path.ts';
import { type Markup, markup } from './markup.ts';

const box = { width: 720, height: 140 };

/** The spans whose days are all known, as far as the past has been read. */
export function renderYearAgainstYear(days: Days): Markup {
  const { first, last, others } = days;
  const year = last.slice(0, 4);
  const before = String(Number(year) - 1);
  const rows: [name: string, span: Span][] = [
    ['This week', { from: startOfWeek(last), to: last }],
    ['This month', { from: `${last.slice(0, 7)}-01`, to: last }],
    ['This year', { from: `${year}-01-01`, to: last }],
    [`${before}, by the same day`, { from: `${before}-01-01`, to: sameDay(last, before) }],
  ];
  const known = rows.filter(([, { from, to }]) => (others === 'rest' ? to >= first : from >= first));
  const hasBoth = known.some(([name]) => name.startsWith(before));
  return markup`${renderSums(known.map(([name, span]) => [name, sumDays(days, span)]))}
${hasBoth && renderLines(days, year, before)}`;
}

/** The 28th of February stands for a 29th that the year does not have. */
function sameDay(date: string, year: string): string {
  const day = date.slice(4);
  return day === '-02-29' ? `${year}-02-28` : `${year}${day}`;
}

function renderSums(rows: [name: string, done: Done][]): Markup {
  const [minutes, energy] = [rows.some(([, { minutes }]) => minutes), rows.some(([, { output_kj }]) => output_kj)];
  const cell = (value = 0) => (value === 0 ? markup`<td class="zero">0</td>` : markup`<td>${formatNumber(value)}</td>`);
  return markup`<table class="sums"><thead><tr><td></td><th scope="col">Workouts</th>${minutes && markup`<th scope="col">Minutes</th>`}${energy && markup`<th scope="col">kJ</th>`}</tr></thead>
<tbody>${rows.map(
    ([name, done]) =>
      markup`<tr><th scope="row">${name}</th>${cell(done.workouts)}${minutes && cell(done.minutes)}${energy && cell(done.output_kj)}</tr>
`,
  )}</tbody></table>`;
}

function renderLines(days: Days, year: string, before: string): Markup {
  const [now, then] = [
    accumulate(days, { from: `${year}-01-01`, to: days.last }),
    accumulate(days, { from: `${before}-01-01`, to: `${before}-12-31` }),
  ];
  const [all, whole] = [now.at(-1)?.total_workouts ?? 0, then.at(-1)?.total_workouts ?? 0];
  const most = Math.max(all, whole, 1);
  const draw = (points: typeof now, of: string) =>
    drawLine(points, box.width, box.height, { from: `${of}-01-01`, to: `${of}-12-31`, least: 0, most }).known;
  const months = Array.from({ length: 12 }, (_, index) => addDays('2026-01-15', index * 30));
  return markup`<div class="trend"><p class="scale" aria-hidden="true"><span>${formatShort(most)}</span><span>0</span></p>
<svg viewBox="0 0 ${box.width} ${box.height}" preserveAspectRatio="none" role="img" aria-label="Workouts so far in ${year}, ${formatShort(all)}, and in ${before}, ${formatShort(whole)} by its end.">
<path class="grid" d="M0 0H${box.width}M0 ${box.height}H${box.width}"/><path class="line last" d="${draw(then, before)}"/><path class="line" d="${draw(now, year)}"/></svg>
<p class="ticks" aria-hidden="true">${months.map(date => markup`<i>${formatDate(date, 'monthName')}</i>`)}</p></div>
<p class="legend"><span><svg class="swatch" width="16" height="10" aria-hidden="true"><path class="line" d="M1 5H15"/></svg> ${year}</span><span><svg class="swatch" width="16" height="10" aria-hidden="true"><path class="line last" d="M1 5H15"/></svg> ${before}</span></p>`;
}
