// The other views of the element: the days of a year with their sums, and the latest workouts. Each is undefined where its data
// are not known, and the summary stands in its place.

import { sumDays } from '../days.ts';
import { pluralize } from '../format.ts';
import { drawingOf } from '../icons.ts';
import { describeWorkout, namesOf } from '../workout-words.ts';
import { gridOf, monthColumns, spanOfYear, yearSpans } from '../year-grid.ts';

/** @typedef {import('./fetch-stats.js').Answer} Answer */
/** @typedef {import('../format.ts').Formats} Formats */
/** @typedef {import('./render-card.js').Makers} Makers */
/** @typedef {import('../options.ts').ViewOptions} ViewOptions */

const pitch = 8;
const top = 14;

/** @param {Makers} makers @param {Answer} answer @param {ViewOptions} options @param {Formats} formats */
export function renderYear(makers, { days }, { year, hide }, formats) {
  if (!days) return undefined;
  const { make, say } = makers;
  const span = year === undefined ? yearSpans(days)[0] : spanOfYear(days, year);
  if (!span) return [make('p', { part: 'label' }, [say(`No workouts in ${year}`)])];
  const isReading = days.others === 'unread';
  const label = isReading ? `Reading your history, back to ${formats.formatDate(days.first)}` : span.name;
  return [
    ...(hide.includes('total') ? [] : [renderSums(makers, sumDays(days, span), formats)]),
    renderMap(makers, gridOf(days, span), formats),
    make('p', { part: 'label' }, [say(label)]),
  ];
}

/** @param {Makers} makers @param {import('../days.ts').Done} sums @param {Formats} formats */
function renderSums({ make, say }, { workouts, minutes, output_kj: energy }, { formatShort }) {
  /** @type {[number | undefined, string][]} */
  const figures = [
    [workouts, pluralize(workouts, 'workout')],
    [minutes, pluralize(minutes ?? 0, 'minute')],
    [energy, 'kJ'],
  ];
  const known = figures.flatMap(([value, name]) =>
    value === undefined
      ? []
      : make('span', {}, [make('b', {}, [formatShort(value)]), ' ', make('span', { part: 'label' }, [say(name)])]),
  );
  return make('p', { part: 'sums' }, known);
}

/** @param {Makers} makers @param {import('../year-grid.ts').GridDay[][]} weeks @param {Formats} formats */
function renderMap({ makeSvg }, weeks, { formatDate, formatCount }) {
  const [width, height] = [weeks.length * pitch, top + 7 * pitch];
  const cells = weeks.flatMap((week, column) =>
    week.flatMap(({ date, kind, done }, row) => {
      if (kind === 'after' || kind === 'before' || !done) return [];
      const place = { x: `${column * pitch}`, y: `${top + row * pitch}`, width: '6.5', height: '6.5', rx: '1' };
      const title = makeSvg('title', {}, [`${formatDate(date)}: ${formatCount(done.workouts, 'workout')}`]);
      return makeSvg('rect', { class: kind, ...place }, [title]);
    }),
  );
  const months = monthColumns(weeks).map(({ date, column }) =>
    makeSvg('text', { x: `${column * pitch}`, y: '8' }, [formatDate(date, 'monthName')]),
  );
  const box = { part: 'map', viewBox: `0 0 ${width} ${height}`, width: `${width / 16}em`, role: 'img' };
  const map = [...months, makeSvg('g', { class: 'cells' }, cells)];
  return makeSvg('svg', { ...box, 'aria-label': 'Workouts on each day' }, map);
}

const rows = 5;

/** @param {Makers} makers @param {Answer} answer @param {Formats} formats */
export function renderRecent({ make, makeSvg, say }, { stats, workouts }, { formatNumber, formatDate }) {
  if (!workouts?.length) return undefined;
  const nameOf = namesOf(stats.workout_counts.workouts);
  const items = workouts.slice(0, rows).map(workout => {
    const { title, details } = describeWorkout(workout, nameOf);
    const { duration_s: seconds, output_kj: energy, discipline, date } = workout;
    const sums = [
      seconds !== undefined && `${formatNumber(Math.round(seconds / 60))} min`,
      energy && `${formatNumber(energy)} kJ`,
    ];
    return make('li', { part: 'workout' }, [
      makeSvg('svg', { part: 'icon', viewBox: '0 0 24 24', 'aria-hidden': 'true' }, [
        makeSvg('path', { d: drawingOf(discipline) }),
      ]),
      make('bdi', { part: 'title' }, [title]),
      make('span', { part: 'count' }, [say(sums.filter(Boolean).join(', '))]),
      make('span', { part: 'label' }, [make('bdi', {}, [[formatDate(date), ...details].join(', ')])]),
    ]);
  });
  return [make('ul', { part: 'workouts' }, items)];
}
