// The card of a year: its totals, and its days as a heat map. Days of one kind are one path, so that the picture stays small.

import type { CardData, CardView, Pen } from './card-pen.ts';
import { type Days, daysOfActivity, daysOfHistory, sumDays } from './days.ts';
import { measureBoldEm } from './fit-text.ts';
import { pluralize } from './format.ts';
import { type Markup, markup } from './markup.ts';
import type { ViewOptions } from './options.ts';
import type { Role } from './theme.ts';
import { type DayKind, type GridDay, gridOf, monthColumns, spanOfYear, type YearSpan, yearSpans } from './year-grid.ts';

const left = 24;
const pitch = 8;
const cell = 6.5;

/** The days of the card, from the list of workouts where it has been read. */
export function daysOf({ history, training, spanDay = 'day-before' }: CardData): Days | undefined {
  return training?.activity ? daysOfActivity(training.activity) : daysOfHistory(history, spanDay);
}

type Year = { days: Days; span: YearSpan };

/** The year that is asked for, else the last twelve months; undefined where none of its days is known. */
function findYear(data: CardData, { year }: ViewOptions): Year | undefined {
  const days = daysOf(data);
  const span = days && (year === undefined ? yearSpans(days)[0] : spanOfYear(days, year));
  return days && span && { days, span };
}

const figuresHeight = 72;

export const year: CardView = {
  height: ({ hide }) => (hide.includes('total') ? 176 : 176 + figuresHeight),
  draw(data, pen) {
    const found = findYear(data, pen.options);
    const top = pen.options.hide.includes('total') ? 0 : figuresHeight;
    if (!found) return renderNote(explainNone(pen), 96, pen);
    return markup`${top > 0 && renderFigures(found, pen)}
${renderGrid(gridOf(found.days, found.span), 74 + top, pen)}
${renderNote(nameSpan(found, pen), 152 + top, pen)}`;
  },
  describe(data, pen) {
    const found = findYear(data, pen.options);
    if (!found) return `${explainNone(pen)}.`;
    const figures = readFigures(found, pen).map(({ text, name }) => `${text} ${name}`);
    return `${[nameSpan(found, pen), ...(pen.options.hide.includes('total') ? [] : figures)].join(', ')}.`;
  },
};

function explainNone({ options: { year } }: Pen): string {
  return `No workouts in ${year}`;
}

/** The name of the span, with the day on which it begins where that is not plain. */
function nameSpan({ days, span }: Year, { formats }: Pen): string {
  if (days.others === 'unread') return `Reading your history, back to ${formats.formatDate(days.first)}`;
  return span.from === days.first ? `${span.name}, since ${formats.formatDate(span.from)}` : span.name;
}

function renderNote(text: string, y: number, { paint }: Pen): Markup {
  return markup`<text x="${left}" y="${y}" font-size="12" ${paint({ fill: 'muted' })}>${text}</text>`;
}

type Figure = { text: string; name: string };

function readFigures({ days, span }: Year, { formats: { formatShort } }: Pen): Figure[] {
  const { workouts, minutes, output_kj } = sumDays(days, span);
  return [
    { text: formatShort(workouts), name: pluralize(workouts, 'workout') },
    ...(minutes === undefined ? [] : [{ text: formatShort(minutes), name: pluralize(minutes, 'minute') }]),
    ...(output_kj === undefined ? [] : [{ text: formatShort(output_kj), name: 'kJ' }]),
  ];
}

function renderFigures(found: Year, pen: Pen): Markup {
  const { paint } = pen;
  const figures = readFigures(found, pen);
  const size = Math.min(34, ...figures.map(({ text }) => Math.floor(132 / measureBoldEm(text))));
  return markup`${figures.map(({ text, name }, index) => {
    const x = left + index * 148;
    return markup`<text x="${x}" y="92" font-size="${size}" font-weight="700" ${paint({ fill: 'ink' })}>${text}</text><text x="${x}" y="111" font-size="12" ${paint({ fill: 'muted' })}>${name}</text>
`;
  })}`;
}

const fills: Partial<Record<DayKind, Role>> = {
  'level-0': 'track',
  'level-1': 'level-1',
  'level-2': 'level-2',
  'level-3': 'level-3',
  'level-4': 'level-4',
  before: 'line',
};

function renderGrid(weeks: GridDay[][], top: number, { formats, paint }: Pen): Markup {
  const months = monthColumns(weeks).map(
    ({ date, column }) =>
      markup`<text x="${left + column * pitch}" y="${top - 6}" font-size="10" ${paint({ fill: 'muted' })}>${formats.formatDate(date, 'monthName')}</text>`,
  );
  const paths = new Map<DayKind, string>();
  for (const [column, week] of weeks.entries()) {
    for (const [row, { kind }] of week.entries()) {
      if (kind === 'after') continue;
      paths.set(kind, (paths.get(kind) ?? '') + drawCell(kind, left + column * pitch, top + row * pitch));
    }
  }
  const days = [...paths].map(([kind, d]) => {
    const fill = fills[kind];
    return markup`<path d="${d}" ${fill ? paint({ fill }) : paint({ fill: 'none', stroke: 'line' })}/>`;
  });
  return markup`${months}${days}`;
}

function drawCell(kind: DayKind, x: number, y: number): string {
  return kind === 'before' ? `M${x + 2.5} ${y + 2.5}h1.5v1.5h-1.5z` : `M${x} ${y}h${cell}v${cell}h-${cell}z`;
}
