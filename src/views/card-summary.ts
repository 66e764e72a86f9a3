// The summary on the card: the total, the streak and the trend on the left, the disciplines on the right. Each number has the
// size that its room allows; each text of Peloton's is cut to the room it has, and clipped to it as well.

import type { Snapshot } from '../stats/snapshot.ts';
import type { CardData, CardView, Pen } from './card-pen.ts';
import { accumulateLast, daysOfActivity, type TotalPoint } from './days.ts';
import { describeSnapshot } from './describe-snapshot.ts';
import { fitText, measureBoldEm, measureEm } from './fit-text.ts';
import { pluralize } from './format.ts';
import { renderIcon } from './icons.ts';
import { countDays, findEarlier, reachesBack } from './increments.ts';
import { drawLine } from './line-path.ts';
import { type Markup, markup } from './markup.ts';
import type { Part, ViewOptions } from './options.ts';
import { countRows, type Row } from './summary-rows.ts';

const left = 24;
const right = 248;
const columnWidth = 208;

function shows({ hide }: ViewOptions, part: Part): boolean {
  return !hide.includes(part);
}

export const summary: CardView = {
  height(options) {
    if (shows(options, 'disciplines')) return 248;
    if (shows(options, 'total')) return 168;
    return shows(options, 'streaks') ? 140 : 60;
  },
  describe: ({ snapshot }, { formats, options }) => describeSnapshot(snapshot, formats, options.hide),
  draw(data, pen) {
    const { options } = pen;
    const { snapshot } = data;
    const [total, streaks, disciplines] = (['total', 'streaks', 'disciplines'] as const).map(part =>
      shows(options, part),
    );
    const streak = streaks ? snapshot.streaks : undefined;
    const trendPlace = disciplines ? { x: left, y: streak ? 166 : 140, bottom: 224 } : { x: right, y: 66, bottom: 146 };
    const rowsPlace =
      total || streaks ? { x: right, width: columnWidth } : { x: left, width: right + columnWidth - left };
    return markup`${total ? renderTotal(snapshot, pen) : streak && renderLargeStreak(streak, pen)}
${total && streak && renderStreak(streak, pen)}
${total && renderTrend(data, trendPlace, pen)}
${disciplines && renderDisciplines(snapshot, rowsPlace, pen)}`;
  },
};

function renderLarge(number: string, { paint }: Pen): Markup {
  const size = Math.min(52, Math.floor((columnWidth + 6) / measureBoldEm(number)));
  return markup`<text x="${left - 2}" y="96" font-size="${size}" font-weight="700" letter-spacing="-${(size * 0.03).toFixed(1)}" ${paint({ fill: 'ink' })}>${number}</text>`;
}

function renderTotal({ workout_counts: { total_workouts } }: Snapshot, pen: Pen): Markup {
  return markup`${renderLarge(pen.formats.formatShort(total_workouts), pen)}
<text x="${left}" y="119" font-size="12" ${pen.paint({ fill: 'muted' })}>${pluralize(total_workouts, 'workout')}</text>`;
}

type Streaks = NonNullable<Snapshot['streaks']>;

function renderLargeStreak({ current_weekly, best_weekly }: Streaks, pen: Pen): Markup | undefined {
  if (current_weekly === undefined) return undefined;
  const { formats, paint } = pen;
  const best = best_weekly !== undefined && `, best ${formats.formatShort(best_weekly)}`;
  return markup`${renderLarge(formats.formatShort(current_weekly), pen)}
<text x="${left}" y="119" font-size="12" ${paint({ fill: 'muted' })}>${pluralize(current_weekly, 'week')} in a row${best}</text>`;
}

function renderStreak({ current_weekly, best_weekly }: Streaks, { formats, paint }: Pen): Markup | undefined {
  if (current_weekly === undefined) return undefined;
  const current = formats.formatShort(current_weekly);
  const rest = `${pluralize(current_weekly, 'week')} in a row`;
  const best = best_weekly === undefined ? '' : `best ${formats.formatShort(best_weekly)}`;
  const widthEm = measureBoldEm(current) + measureEm(` ${rest}${best}`) + 0.5;
  return markup`<text x="${left}" y="146" ${paint({ fill: 'ink' })}><tspan font-weight="600">${current}</tspan> ${rest}${
    best !== '' &&
    widthEm * 13 <= columnWidth + 8 &&
    markup`<tspan dx="6" font-size="12" ${paint({ fill: 'muted' })}>${best}</tspan>`
  }</text>`;
}

const trendDays = 90;

type Place = { x: number; y: number; bottom: number };

/** The totals of the trend: the snapshots', or the list of workouts while those are too few. The element goes by the same rule. */
function trendOf({ history, training }: CardData): readonly TotalPoint[] {
  const days = training?.activity && daysOfActivity(training.activity);
  return days === undefined || reachesBack(history, trendDays) ? history : accumulateLast(days, trendDays);
}

/** The last 90 days as a line between `y` and a label at `bottom`. */
function renderTrend(data: CardData, { x, y, bottom }: Place, pen: Pen): Markup {
  const { formats, paint } = pen;
  const points = trendOf(data);
  const start = findEarlier(points, trendDays);
  const last = points.at(-1);
  if (start === undefined || last === undefined) return renderDaily(data, { x, y, bottom }, pen);
  const line = drawLine(points.slice(points.indexOf(start)), columnWidth - 24, bottom - 26 - y);
  const days = countDays(start.date, last.date);
  const change = formats.formatChange(last.total_workouts - start.total_workouts);
  const stroke = markup`stroke-width="2" stroke-linecap="round" stroke-linejoin="round" ${paint({ fill: 'none', stroke: 'accent' })}`;
  return markup`<g transform="translate(${x} ${y})"><path d="${line.area}" opacity=".1" ${paint({ fill: 'accent' })}/><path d="${line.gaps}" stroke-dasharray="1 5" ${stroke}/><path d="${line.known}" ${stroke}/><circle cx="${line.end.x}" cy="${line.end.y}" r="3" ${paint({ fill: 'accent' })}/></g>
<text x="${x}" y="${bottom}" font-size="12" ${paint({ fill: 'muted' })}>${change} in ${formats.formatCount(days, 'day')}</text>`;
}

/** In the place of a trend that is not known yet: the days in a row, so that the card has no hole. */
function renderDaily(
  { snapshot, training }: CardData,
  { x, y, bottom }: Place,
  { formats, paint, options }: Pen,
): Markup {
  const days = shows(options, 'streaks') ? snapshot.streaks?.current_daily : undefined;
  return markup`${
    days !== undefined &&
    days > 0 &&
    markup`<text x="${x}" y="${y + 6}" ${paint({ fill: 'ink' })}><tspan font-weight="600">${formats.formatShort(days)}</tspan> ${pluralize(days, 'day')} in a row</text>`
  }${training && !training.activity && markup`<text x="${x}" y="${bottom}" font-size="12" ${paint({ fill: 'muted' })}>reading your history</text>`}`;
}

type RowsPlace = { x: number; width: number };

function renderDisciplines({ workout_counts }: Snapshot, { x, width }: RowsPlace, pen: Pen): Markup {
  const rows = countRows(workout_counts.workouts, pen.formats);
  if (rows.length === 0) {
    return markup`<text x="${x}" y="96" font-size="12" ${pen.paint({ fill: 'muted' })}>no workouts counted yet</text>`;
  }
  return markup`${rows.map((row, index) => renderRow(row, { x, y: 62 + index * 29, width }, pen))}`;
}

const indent = 28;

function renderRow(row: Row, place: RowsPlace & { y: number }, { formats, paint }: Pen): Markup {
  const count = formats.formatShort(row.count);
  const barWidth = place.width - indent;
  const room = barWidth - Math.ceil(measureBoldEm(count) * 13) - 8;
  return markup`<g transform="translate(${place.x} ${place.y})"><svg width="18" height="18" viewBox="0 0 24 24" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" ${paint({ fill: 'none', stroke: 'accent' })}>${renderIcon(row.slug)}</svg>
<svg x="${indent}" width="${room}" height="18" overflow="hidden"><text y="13" ${paint({ fill: 'ink' })}>${fitText(row.name, room / 13)}</text></svg><text x="${place.width}" y="13" font-weight="600" text-anchor="end" ${paint({ fill: 'ink' })}>${count}</text>
<rect x="${indent}" y="20" width="${barWidth}" height="2" rx="1" ${paint({ fill: 'track' })}/><rect x="${indent}" y="20" width="${Math.max(2, Math.round(barWidth * row.share))}" height="2" rx="1" ${paint({ fill: 'accent' })}/></g>`;
}
