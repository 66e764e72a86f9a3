// The workouts so far as a line. The text stands outside the SVG, so that the line can be stretched to any width while the text
// stays readable; the table of months says the same.

import type { TotalPoint } from './days.ts';
import { formatDate, formatShort } from './format.ts';
import { drawLine } from './line-path.ts';
import { type Markup, markup } from './markup.ts';

const box = { width: 720, height: 180 };

/** The line from the first point to the last; `least` is the number at its bottom, by default that of the least point. */
export function renderTrend(points: readonly TotalPoint[], least?: number): Markup | undefined {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || points.length < 2) return undefined;
  const totals = points.map(point => point.total_workouts);
  const bottom = least ?? totals.reduce((a, b) => Math.min(a, b));
  const most = totals.reduce((a, b) => Math.max(a, b));
  const line = drawLine(points, box.width, box.height, { from: first.date, to: last.date, least: bottom, most });
  return markup`<div class="trend"><p class="scale" aria-hidden="true"><span>${formatShort(most)}</span><span>${formatShort(bottom)}</span></p>
<svg viewBox="0 0 ${box.width} ${box.height}" preserveAspectRatio="none" role="img" aria-label="All workouts so far: ${formatShort(first.total_workouts)} on ${formatDate(first.date)}, ${formatShort(last.total_workouts)} on ${formatDate(last.date)}; the table of months says more.">
<path class="grid" d="M0 0H${box.width}M0 ${box.height / 2}H${box.width}M0 ${box.height}H${box.width}"/><path class="area" d="${line.area}"/><path class="line gap" d="${line.gaps}"/><path class="line" d="${line.known}"/></svg>
<p class="span" aria-hidden="true"><span>${formatDate(first.date)}</span><span>${formatDate(last.date)}</span></p></div>
${line.gaps !== '' && markup`<p class="note">Dotted: days without a snapshot.</p>`}`;
}
