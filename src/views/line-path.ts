// The totals of a history as SVG paths: one where day follows day and another across the gaps, which is drawn as dotted.

import type { HistoryPoint } from '../stats/history.ts';
import { countDays, pairs } from './increments.ts';

/** `end` is the position of the last point, in the units of the box. */
export type LinePath = { known: string; gaps: string; area: string; end: { x: number; y: number } };

const maxPoints = 400;

/** Paths that fill a box of that size, the least total at its bottom. Needs two points of different days. */
export function drawLine(history: readonly HistoryPoint[], width: number, height: number): LinePath {
  const totals = history.map(point => point.total_workouts);
  const least = totals.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const range = totals.reduce((a, b) => Math.max(a, b), 0) - least || 1;
  const first = history[0]?.date ?? '';
  const days = countDays(first, history.at(-1)?.date ?? '');
  const locate = (point: HistoryPoint) => ({
    x: round((width * countDays(first, point.date)) / days),
    y: round(height - (height * (point.total_workouts - least)) / range),
  });
  const place = (point: HistoryPoint) => `${locate(point).x} ${locate(point).y}`;

  const runs = splitAtGaps(history).map(run => thin(run, Math.ceil(history.length / maxPoints)));
  return {
    known: runs.map(run => `M${run.map(place).join('L')}h0`).join(''),
    gaps: pairs(runs)
      .map(([before, after]) => `M${[...before.slice(-1), ...after.slice(0, 1)].map(place).join('L')}`)
      .join(''),
    area: `M0 ${height}L${runs.flat().map(place).join('L')}L${width} ${height}z`,
    end: history.slice(-1).map(locate)[0] ?? { x: width, y: 0 },
  };
}

function splitAtGaps(history: readonly HistoryPoint[]): HistoryPoint[][] {
  const runs: HistoryPoint[][] = [];
  for (const point of history) {
    const run = runs.at(-1);
    const previous = run?.at(-1);
    if (run !== undefined && previous !== undefined && countDays(previous.date, point.date) === 1) run.push(point);
    else runs.push([point]);
  }
  return runs;
}

/** Every step-th point, and always the first and the last. */
function thin(run: HistoryPoint[], step: number): HistoryPoint[] {
  return run.filter((_, index) => index % step === 0 || index === run.length - 1);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
