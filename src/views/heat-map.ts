// The days as heat maps, one for each year, of which one is shown: a switch of radio buttons and style alone, without script. A
// map has two halves that stand side by side or, on a phone, one above the other. The same days follow as a table for those who
// cannot see it. A day without a snapshot is drawn as unknown, never as zero.

import { type Days, type Done, sumDays } from './days.ts';
import { formatCount, formatDate, formatNumber, formatShort, pluralize } from './format.ts';
import type { Gap } from './increments.ts';
import { type Markup, markup } from './markup.ts';
import { type DayKind, type GridDay, gridOf, monthColumns, type YearSpan, yearSpans } from './year-grid.ts';

const cell = 10;
const pitch = 12;
const labels = { left: 26, top: 14 };
const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

const mostYears = 40;

/** The rule that shows the year that is chosen. */
export const yearsStyle = `${Array.from({ length: mostYears }, (_, index) => {
  const nth = `nth-of-type(${index + 1})`;
  return `.years>input:${nth}:checked~div:${nth}`;
}).join()}{display:block}`;

/** A heat map for each year that has days, the last twelve months first. */
export function renderHeatMap(days: Days): Markup {
  const spans = yearSpans(days);
  const maps = spans.map(span => renderSpan(days, span));
  // The names come first, so that nothing moves down while the maps are still arriving.
  const switched = markup`<fieldset class="years"><legend class="heard">Years</legend>${spans.map(
    ({ name }, index) =>
      markup`<input type="radio" name="year" id="year-${index}"${index === 0 && markup` checked`} autocomplete="off"><label for="year-${index}">${name}</label>
`,
  )}${maps.map(
    map => markup`<div>${map}</div>
`,
  )}</fieldset>`;
  const isShown = { 'level-0': days.others !== 'unread', unknown: days.gaps.length > 0 };
  const shown = legend.filter(([kind]) => isShown[kind as keyof typeof isShown] ?? true);
  return markup`${spans.length > 1 ? switched : maps}
<p class="legend"><span>workouts a day</span>${shown.map(
    ([kind, text]) =>
      markup`<span><svg class="heat-map" width="10" height="10" aria-hidden="true">${renderCell(kind, 0)}</svg> ${text}</span>`,
  )}</p>`;
}

const legend: [DayKind, string][] = [
  ['level-0', '0'],
  ['level-1', '1'],
  ['level-2', '2'],
  ['level-3', '3'],
  ['level-4', '4 or more'],
  ['unknown', 'not known'],
];

function renderSpan(days: Days, span: YearSpan): Markup {
  const weeks = gridOf(days, span);
  const half = weeks.length > 27 ? Math.ceil(weeks.length / 2) : weeks.length;
  return markup`<p class="sum">${renderDone(sumDays(days, span))}${span.from === days.first && markup`<span class="muted">since ${formatDate(days.first)}</span>`}</p>
<div class="halves">${renderHalf(weeks.slice(0, half))}${weeks.length > half && renderHalf(weeks.slice(half))}</div>
${renderDayTable(weeks, days, span)}`;
}

/** The parts of a sum that are known: workouts, minutes, output. */
function renderDone({ workouts, minutes, output_kj }: Done): Markup {
  return markup`<span><b>${formatNumber(workouts)}</b> ${pluralize(workouts, 'workout')}</span>${
    minutes !== undefined && markup`<span><b>${formatNumber(minutes)}</b> ${pluralize(minutes, 'minute')}</span>`
  }${output_kj !== undefined && markup`<span><b>${formatNumber(output_kj)}</b> kJ</span>`}`;
}

function renderHalf(weeks: GridDay[][]): Markup {
  const width = labels.left + weeks.length * pitch;
  const height = labels.top + 7 * pitch;
  const dates = weeks.flat().filter(({ kind }) => kind !== 'after');
  const [first, last] = [dates[0]?.date ?? '', dates.at(-1)?.date ?? ''];
  return markup`<svg class="heat-map" width="${width}" viewBox="0 0 ${width} ${height}" role="img" aria-label="Workouts on each day from ${formatDate(first)} to ${formatDate(last)}; the table below says the same.">
${monthColumns(weeks).map(({ date, column }) => markup`<text x="${labels.left + column * pitch}" y="8">${formatDate(date, 'monthName')}</text>`)}
${[0, 2, 4].map(row => markup`<text x="0" y="${labels.top + row * pitch + 9}">${weekdays[row]}</text>`)}
${weeks.map((week, index) => markup`<g transform="translate(${labels.left + index * pitch} ${labels.top})">${week.map(renderDay)}</g>`)}</svg>`;
}

function renderDay({ date, kind, done }: GridDay, row: number): Markup | undefined {
  if (kind === 'after') return undefined;
  const title =
    kind !== 'before' && markup`<title>${formatDate(date)}: ${done ? describeDone(done) : 'not known'}</title>`;
  return renderCell(kind, row * pitch, title);
}

/** Minutes and output without a name of their own where they are nothing. */
function describeDone({ workouts, minutes, output_kj }: Done): string {
  const parts = [formatCount(workouts, 'workout'), minutes && `${formatNumber(minutes)} min`];
  return [...parts, output_kj && `${formatNumber(output_kj)} kJ`].filter(Boolean).join(', ');
}

/** The size of a cell is in the style sheet. */
function renderCell(kind: DayKind, y: number, title: Markup | false = false): Markup {
  if (kind === 'before') return markup`<circle class="before" cx="${cell / 2}" cy="${y + cell / 2}" r="1"/>`;
  return markup`<rect class="${kind}" y="${y}">${title}</rect>`;
}

function renderDayTable(weeks: GridDay[][], { gaps }: Days, { from, to, name }: YearSpan): Markup {
  const known = weeks.filter(week => week.some(({ kind }) => kind !== 'before' && kind !== 'after'));
  const shownGaps = gaps.filter(gap => gap.to >= from && gap.from <= to);
  return markup`<details><summary>The same as a table</summary>
<div class="scroll" tabindex="0" role="region" aria-label="Workouts of each day, ${name}"><table class="days">
<caption>Workouts of each day, ${name}.${known.flat().some(({ kind }) => kind === 'unknown') && ' A dash is a day that is not known.'}</caption>
<thead><tr><th scope="col">Week of</th>${weekdays.map(day => markup`<th scope="col">${day}</th>`)}</tr></thead>
<tbody>${known.reverse().map(
    week =>
      markup`<tr><th scope="row">${formatDate(week[0]?.date ?? '')}</th>${week.map(renderCount)}</tr>
`,
  )}</tbody></table></div>${shownGaps.length > 0 && markup`<p class="note">Not known day by day, only as a sum: ${shownGaps.map(formatGap).join('; ')}.</p>`}</details>`;
}

/** A zero is quiet, so that the days with workouts stand out. */
function renderCount({ kind, done }: GridDay): Markup {
  if (done === undefined) return markup`<td>${kind === 'unknown' && '–'}</td>`;
  return done.workouts === 0 ? markup`<td>0</td>` : markup`<td><b>${formatShort(done.workouts)}</b></td>`;
}

function formatGap({ from, to, workouts }: Gap): string {
  return `${formatDate(from)} to ${formatDate(to)}: ${formatCount(workouts, 'workout')}`;
}
