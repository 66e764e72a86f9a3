// The totals of a history as SVG paths: one where day follows day and another across the gaps, which is drawn as dotted.

import type { TotalPoint } from './days.ts';
import { countDays, pairs } from './increments.ts';

/** `end` is the position of the last point, in the units of the box. */
export type LinePath = { known: string; gaps: string; area: string; end: { x: number; y: number } };

const maxPoints = 400;

/** What the box stands for: its first and last day, and the totals at its bottom and its top. */
export type LineFrame = { from: string; to: string; least: number; most: number };

function frameOf(points: readonly TotalPoint[]): LineFrame {
  const totals = points.map(point => point.total_workouts);
  return {
    from: points[0]?.date ?? '',
    to: points.at(-1)?.date ?? '',
    least: totals.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    most: totals.reduce((a, b) => Math.max(a, b), 0),
  };
}

/** Paths in a box of that size, which points of different days fill where nothing else says what the box stands for. */
export function drawLine(
  history: readonly TotalPoint[],
  width: number,
  height: number,
  { from, to, least, most }: LineFrame = frameOf(history),
): LinePath {
  const range = most - least || 1;
  const days = countDays(from, to) || 1;
  const locate = (point: TotalPoint) => ({
    x: round((width * countDays(from, point.date)) / days),
    y: round(height - (height * (point.total_workouts - least)) / range),
  });
  const place = (point: TotalPoint) => `${locate(point).x} ${locate(point).y}`;

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

function splitAtGaps(history: readonly TotalPoint[]): TotalPoint[][] {
  const runs: TotalPoint[][] = [];
  for (const point of history) {
    const run = runs.at(-1);
    const previous = run?.at(-1);
    if (run !== undefined && previous !== undefined && countDays(previous.date, point.date) === 1) run.push(point);
    else runs.push([point]);
  }
  return runs;
}

/** Every step-th point, and always the first and the last. */
function thin(run: TotalPoint[], step: number): TotalPoint[] {
  return run.filter((_, index) => index % step === 0 || index === run.length - 1);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
