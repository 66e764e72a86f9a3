// The drawn element: a section of real text, a table and a line. It makes nodes and never writes markup, so that no name can
// become more than text.

import { accumulateLast } from '../days.ts';
import { createFormats, pluralize } from '../format.ts';
import { drawingOf } from '../icons.ts';
import { countDays, findEarlier } from '../increments.ts';
import { drawLine } from '../line-path.ts';
import { countRows } from '../summary-rows.ts';
import { renderRecent, renderYear } from './render-views.js';

/** @typedef {import('./fetch-stats.js').Answer} Answer */
/** @typedef {import('../format.ts').Formats} Formats */
/** @typedef {import('../options.ts').Part} Part */
/** @typedef {ReturnType<typeof makersFor>} Makers */

/**
 * The view that there are data for.
 * @param {Answer} answer @param {import('../options.ts').ViewOptions} options @returns {import('../options.ts').ViewName}
 */
export function viewOf({ days, workouts }, { view }) {
  return (view === 'year' && days) || (view === 'recent' && workouts?.length) ? view : 'summary';
}

/**
 * The card as nodes of `document`; `view` is one that there are data for.
 * @param {Document} document @param {Answer} answer @param {import('../options.ts').ViewOptions} options
 */
export function renderCard(document, answer, options) {
  const { stats } = answer;
  const { lang, title, hide, view } = options;
  const makers = makersFor(document);
  const { make, say } = makers;
  const formats = createFormats(lang);
  const shows = (/** @type {Part} */ part) => !hide.includes(part);
  const year = view === 'year' ? renderYear(makers, answer, options, formats) : undefined;
  const body = view === 'recent' ? renderRecent(makers, answer, formats) : year;
  const day = make('time', { datetime: stats.date, ...(lang && { lang }) }, [formats.formatDate(stats.date)]);
  return make('section', { part: 'card', lang: 'en', 'aria-label': title }, [
    make('div', { part: 'header' }, [
      make('p', { part: 'heading' }, [make('bdi', {}, [title])]),
      ...(shows('date') ? [make('p', { part: 'as-of' }, [say('as of ', day)])] : []),
    ]),
    make(
      'div',
      { part: 'body' },
      body ?? [
        make('div', { part: 'figures' }, [
          ...(shows('total') ? renderTotal(makers, stats.workout_counts.total_workouts, formats) : []),
          ...(shows('streaks') ? renderStreak(makers, stats.streaks ?? {}, formats) : []),
          ...(shows('total') ? renderTrend(makers, answer, formats) : []),
        ]),
        ...(shows('disciplines') ? [renderTable(makers, stats.workout_counts.workouts, formats)] : []),
      ],
    ),
  ]);
}

/** @param {Makers} makers @param {number} total @param {Formats} formats */
function renderTotal({ make, say }, total, { formatShort }) {
  return [
    make('p', { part: 'total' }, [
      make('b', { part: 'total-number' }, [formatShort(total)]),
      make('span', { part: 'label' }, [say(pluralize(total, 'workout'))]),
    ]),
  ];
}

/** @param {Makers} makers @param {import('./fetch-stats.js').Streaks} streaks @param {Formats} formats */
function renderStreak({ make, say }, { current_weekly: current, best_weekly: best }, { formatShort }) {
  if (current === undefined) return [];
  const text = say(make('b', {}, [formatShort(current)]), ` ${pluralize(current, 'week')} in a row`);
  const rest = best === undefined ? [] : [' ', make('span', { part: 'best' }, [say(`best ${formatShort(best)}`)])];
  return [make('p', { part: 'streak' }, [text, ...rest])];
}

const trendDays = 90;

/** @param {Makers} makers @param {Answer} answer @param {Formats} formats */
function renderTrend({ make, makeSvg, say }, answer, { formatChange, formatCount }) {
  const history = answer.days ? accumulateLast(answer.days, trendDays) : answer.history;
  const start = findEarlier(history, trendDays);
  const last = history.at(-1);
  if (start === undefined || last === undefined) return [];
  const line = drawLine(history.slice(history.indexOf(start)), 200, 40);
  const change = formatChange(last.total_workouts - start.total_workouts);
  const box = { part: 'trend', viewBox: '0 0 200 40', preserveAspectRatio: 'none', 'aria-hidden': 'true' };
  return [
    makeSvg('svg', box, [
      makeSvg('path', { class: 'area', d: line.area }),
      makeSvg('path', { class: 'gaps', d: line.gaps }),
      makeSvg('path', { d: line.known }),
      makeSvg('path', { class: 'end', d: `M${line.end.x} ${line.end.y}h0` }),
    ]),
    make('p', { part: 'change' }, [say(`${change} in ${formatCount(countDays(start.date, last.date), 'day')}`)]),
  ];
}

/** @param {Makers} makers @param {import('./fetch-stats.js').Workout[]} workouts @param {Formats} formats */
function renderTable(makers, workouts, formats) {
  const { make } = makers;
  const headings = ['Discipline', 'Workouts'].map(text => make('th', { scope: 'col', role: 'columnheader' }, [text]));
  // The roles are those of the elements; a layout that folds takes them away in some browsers.
  return make('table', { part: 'table', role: 'table' }, [
    make('caption', { class: 'heard' }, ['Workouts by discipline']),
    make('thead', { class: 'heard', role: 'rowgroup' }, [make('tr', { role: 'row' }, headings)]),
    make(
      'tbody',
      { role: 'rowgroup' },
      countRows(workouts, formats).map(row => renderRow(makers, row, formats)),
    ),
  ]);
}

/** @param {Makers} makers @param {import('../summary-rows.ts').Row} row @param {Formats} formats */
function renderRow({ make, makeSvg }, { name, slug, count, share }, { formatShort }) {
  const icon = makeSvg('svg', { part: 'icon', viewBox: '0 0 24 24', 'aria-hidden': 'true' }, [
    makeSvg('path', { d: drawingOf(slug) }),
  ]);
  const bar = makeSvg('svg', { part: 'bar', 'aria-hidden': 'true' }, [
    makeSvg('rect', { width: `${share * 100}%`, height: '100%', fill: 'currentColor' }),
  ]);
  return make('tr', { part: 'row', role: 'row' }, [
    make('th', { scope: 'row', part: 'name', role: 'rowheader' }, [icon, make('bdi', {}, [name]), bar]),
    make('td', { part: 'count', role: 'cell' }, [formatShort(count)]),
  ]);
}

/** @param {Document} document */
function makersFor(document) {
  /** @template {Element} T @param {T} element @param {Record<string, string>} attributes @param {(Node | string)[]} children */
  const fill = (element, attributes, children) => {
    for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
    element.append(...children);
    return element;
  };
  /** @param {string} name @param {Record<string, string>} attributes @param {(Node | string)[]} [children] */
  const make = (name, attributes, children = []) => fill(document.createElement(name), attributes, children);
  /** @param {string} name @param {Record<string, string>} attributes @param {(Node | string)[]} [children] */
  const makeSvg = (name, attributes, children = []) =>
    fill(document.createElementNS('http://www.w3.org/2000/svg', name), attributes, children);
  /** Words are English: left to right on any page. @param {(Node | string)[]} parts */
  const say = (...parts) => make('bdi', { dir: 'ltr' }, parts);
  return { make, makeSvg, say };
}
