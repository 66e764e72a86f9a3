// The months as bars, one row of them for minutes and one for energy, or for workouts where the list of them is not known; the
// same as a table. The bars stretch to any width, and no further than their number asks for; the text stands outside of them.

import { type Days, type Done, type Month, sumMonths } from './days.ts';
import { formatDate, formatShort } from './format.ts';
import { type Markup, markup } from './markup.ts';

type Measure = { name: string; unit: string; read: (done: Done) => number | undefined };

const workouts: Measure = { name: 'Workouts', unit: '', read: done => done.workouts };
const minutes: Measure = { name: 'Minutes', unit: '', read: done => done.minutes };
const energy: Measure = { name: 'Energy', unit: 'kJ', read: done => done.output_kj };

/** Every month from the first day to the last. */
export function renderMonths(days: Days): Markup {
  const months = sumMonths(days);
  const known = [minutes, energy].filter(({ read }) => months.some(({ done }) => done && read(done)));
  return markup`${(known.length > 0 ? known : [workouts]).map(measure => renderBars(months, measure))}
${renderMonthTable(months, [workouts, ...known], days)}`;
}

const bar = { width: 26, gap: 6, height: 72 };

function renderBars(months: Month[], { name, unit, read }: Measure): Markup {
  const values = months.map(({ done }) => Math.max(0, (done && read(done)) ?? 0));
  const most = values.reduce((a, b) => Math.max(a, b), 0) || 1;
  const width = months.length * bar.width;
  const drawn = values.map((value, index) => {
    const height = Math.round((bar.height * value) / most);
    return (
      height > 0 &&
      markup`<rect x="${index * bar.width + bar.gap / 2}" y="${bar.height - height}" width="${bar.width - bar.gap}" height="${height}"/>`
    );
  });
  const span = [months[0], months.at(-1)].map(each => formatDate(`${each?.month}-01`, 'month')).join(' to ');
  return markup`<p class="measure">${name}<span class="muted">, up to ${formatShort(most)}${unit && ` ${unit}`} a month</span></p>
<div class="bars"><svg width="${width / 16}rem" viewBox="0 0 ${width} ${bar.height}" preserveAspectRatio="none" role="img" aria-label="${name} of each month, ${span}; the table below says the same."><path class="grid" d="M0 0H${width}M0 ${bar.height}H${width}"/><g class="fill">${drawn}</g></svg>
<p class="ticks${months.length <= 12 && ' each'}" aria-hidden="true">${months.map(({ month }, index) => markup`<i>${nameTick(month, index, months.length)}</i>`)}</p></div>`;
}

/** Each month where they are of one year, else the years where they begin. */
function nameTick(month: string, index: number, count: number): string | false {
  if (count <= 12) return formatDate(`${month}-01`, 'monthName').slice(0, 3);
  const latestFirst = count > 40 ? '06' : '11'; // the year that begins in January needs room of its own
  return (month.endsWith('-01') || (index === 0 && month.slice(5) < latestFirst)) && month.slice(0, 4);
}

function renderMonthTable(months: Month[], measures: Measure[], { before }: Days): Markup {
  let total = before;
  const rows = months.map(({ month, done }) => {
    if (done === undefined) return undefined;
    if (total !== undefined) total += done.workouts;
    const cells = measures.map(({ read }) => markup`<td>${formatShort(read(done) ?? 0)}</td>`);
    return markup`<tr><th scope="row">${formatDate(`${month}-01`, 'month')}</th>${cells}${total !== undefined && markup`<td>${formatShort(total)}</td>`}</tr>
`;
  });
  return markup`<details><summary>The same as a table</summary>
<div class="scroll" tabindex="0" role="region" aria-label="Each month"><table>
<caption>Each month, the newest first.</caption>
<thead><tr><th scope="col">Month</th>${measures.map(({ name, unit }) => markup`<th scope="col">${unit || name}</th>`)}${before !== undefined && markup`<th scope="col">All so far</th>`}</tr></thead>
<tbody>${rows.reverse()}</tbody></table></div></details>`;
}
