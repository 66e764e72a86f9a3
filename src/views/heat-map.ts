// A year of days as a heat map, in two halves that stand side by side or, on a phone, one above the other. The same days
// follow as a table for those who cannot see it. A day without a snapshot is drawn as unknown, never as zero.

import type { HistoryPoint } from '../stats/history.ts';
import { formatCount, formatDate, formatShort } from './format.ts';
import {
  addDays,
  countedDay,
  type Gap,
  type Increments,
  readIncrements,
  type SpanDay,
  startOfWeek,
} from './increments.ts';
import { type Markup, markup } from './markup.ts';

const weeks = 52;
const cell = 10;
const pitch = 12;
const labels = { left: 26, top: 14 };
const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** The 52 weeks up to the last day that a snapshot counts. With fewer than two snapshots there are no days, but a note. */
export function renderHeatMap(history: readonly HistoryPoint[], spanDay: SpanDay): Markup {
  const first = history[0];
  const last = history.at(-1);
  if (first === undefined || last === undefined || history.length < 2) {
    return markup`<p class="note">A day is what lies between two snapshots: the first one shows after the sync of a second day, and the year fills from there.</p>`;
  }
  const lastDay = countedDay(last, spanDay);
  const firstDay = addDays(countedDay(first, spanDay), 1);
  const firstMonday = addDays(startOfWeek(lastDay), -7 * (weeks - 1));
  const increments = readIncrements(history, spanDay);
  const days: Day[] = Array.from({ length: weeks * 7 }, (_, index) => {
    const date = addDays(firstMonday, index);
    return { date, ...classify(date, increments, { first: firstDay, last: lastDay }) };
  });
  const half = days.length / 2;
  return markup`<div class="halves">${renderHalf(days.slice(0, half))}${renderHalf(days.slice(half))}</div>
<p class="legend"><span>workouts a day</span>${legend.map(
    ([kind, text]) =>
      markup`<span><svg width="10" height="10" aria-hidden="true">${renderCell(kind, { x: 0, y: 0 })}</svg> ${text}</span>`,
  )}</p>
<p class="note">${firstDay > firstMonday && `The days are known since ${formatDate(firstDay)}; the year fills from there. `}A day has what ${spanDay === 'same-day' ? 'its own snapshot' : 'the next snapshot'} added.</p>
${renderDayTable(days, increments.gaps)}`;
}

type Kind = 'level-0' | 'level-1' | 'level-2' | 'level-3' | 'level-4' | 'unknown' | 'before' | 'after';
type Day = { date: string; kind: Kind; workouts: number | undefined };

const legend: [Kind, string][] = [
  ['level-0', '0'],
  ['level-1', '1'],
  ['level-2', '2'],
  ['level-3', '3'],
  ['level-4', '4 or more'],
  ['unknown', 'not known'],
];

function classify(date: string, { days }: Increments, known: { first: string; last: string }): Omit<Day, 'date'> {
  const workouts = days.get(date);
  if (workouts !== undefined) {
    const level = Math.min(4, Math.max(0, workouts)) as 0 | 1 | 2 | 3 | 4;
    return { kind: `level-${level}`, workouts };
  }
  if (date < known.first) return { kind: 'before', workouts };
  return { kind: date > known.last ? 'after' : 'unknown', workouts };
}

function renderHalf(days: Day[]): Markup {
  const width = labels.left + (days.length / 7) * pitch;
  const height = labels.top + 7 * pitch;
  const [first, last] = [days[0]?.date ?? '', days.at(-1)?.date ?? ''];
  const months = days.slice(0, -7).filter(({ date }, index) => index % 7 === 0 && Number(date.slice(8)) <= 7);
  return markup`<svg class="heat-map" viewBox="0 0 ${width} ${height}" role="img" aria-label="Workouts on each day from ${formatDate(first)} to ${formatDate(last)}; the table below says the same.">
${months.map(({ date }) => markup`<text x="${labels.left + (days.findIndex(day => day.date === date) / 7) * pitch}" y="8">${formatDate(date, 'monthName')}</text>`)}
${[0, 2, 4].map(row => markup`<text x="0" y="${labels.top + row * pitch + 9}">${weekdays[row]}</text>`)}
${days.map((day, index) => renderDay(day, index))}</svg>`;
}

function renderDay({ date, kind, workouts }: Day, index: number): Markup | undefined {
  if (kind === 'after') return undefined;
  const count = workouts === undefined ? 'not known' : formatCount(workouts, 'workout');
  const title = kind !== 'before' && markup`<title>${formatDate(date)}: ${count}</title>`;
  const at = { x: labels.left + Math.floor(index / 7) * pitch, y: labels.top + (index % 7) * pitch };
  return renderCell(kind, at, title);
}

function renderCell(kind: Kind, { x, y }: { x: number; y: number }, title: Markup | false = false): Markup {
  if (kind === 'before') return markup`<circle class="before" cx="${x + cell / 2}" cy="${y + cell / 2}" r="1"/>`;
  if (kind !== 'unknown')
    return markup`<rect class="${kind}" x="${x}" y="${y}" width="${cell}" height="${cell}" rx="2">${title}</rect>`;
  return markup`<rect class="unknown" x="${x + 0.5}" y="${y + 0.5}" width="${cell - 1}" height="${cell - 1}" rx="2">${title}</rect>`;
}

function renderDayTable(days: Day[], gaps: Gap[]): Markup {
  const rows = weekdays.length;
  const allWeeks = Array.from({ length: days.length / rows }, (_, week) => days.slice(week * rows, (week + 1) * rows));
  const knownWeeks = allWeeks.filter(week => week.some(({ kind }) => kind !== 'before' && kind !== 'after'));
  const shownGaps = gaps.filter(({ to }) => to >= (days[0]?.date ?? ''));
  return markup`<details><summary>The same as a table</summary>
<div class="scroll" tabindex="0" role="region" aria-label="Workouts of each day"><table class="days">
<caption>Workouts of each day. A dash is a day that is not known.</caption>
<thead><tr><th scope="col">Week of</th>${weekdays.map(name => markup`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${knownWeeks.reverse().map(
    week =>
      markup`<tr><th scope="row">${formatDate(week[0]?.date ?? '')}</th>${week.map(day => markup`<td>${formatDay(day)}</td>`)}</tr>
`,
  )}</tbody></table></div>${shownGaps.length > 0 && markup`<p class="note">Not known day by day, only as a sum: ${shownGaps.map(formatGap).join('; ')}.</p>`}</details>`;
}

function formatDay({ kind, workouts }: Day): string {
  if (workouts !== undefined) return formatShort(workouts);
  return kind === 'unknown' ? '–' : '';
}

function formatGap({ from, to, workouts }: Gap): string {
  return `${formatDate(from)} to ${formatDate(to)}: ${formatCount(workouts, 'workout')}`;
}
