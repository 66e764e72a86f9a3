// The latest workouts with their classes, where the owner publishes them. What is not known of one stays empty.

import type { RecentWorkout } from '../stats/schemas.ts';
import { fitText } from './fit-text.ts';
import { formatDate, formatNumber } from './format.ts';
import { renderIcon } from './icons.ts';
import { type Markup, markup } from './markup.ts';
import { describeWorkout, type NameOf } from './workout-words.ts';

const shownAtOnce = 10;

/** The workouts, the newest first; undefined where there are none. */
export function renderLatestWorkouts(workouts: readonly RecentWorkout[], nameOf: NameOf): Markup | undefined {
  if (workouts.length === 0) return undefined;
  const hasOutput = workouts.some(({ output_kj }) => output_kj);
  const render = (some: readonly RecentWorkout[]) => renderTable(some, { nameOf, hasOutput });
  const rest = workouts.slice(shownAtOnce);
  return markup`${render(workouts.slice(0, shownAtOnce))}${
    rest.length > 0 && markup`<details><summary>${rest.length} more</summary>${render(rest)}</details>`
  }`;
}

function renderTable(workouts: readonly RecentWorkout[], given: { nameOf: NameOf; hasOutput: boolean }): Markup {
  const { nameOf, hasOutput } = given;
  return markup`<table class="latest"><thead><tr><th scope="col">Workout</th><th scope="col">On</th><th scope="col">Min</th>${hasOutput && markup`<th scope="col">kJ</th>`}</tr></thead>
<tbody>${workouts.map(workout => {
    const { title, details } = describeWorkout(workout, nameOf);
    const { date, discipline, duration_s, output_kj } = workout;
    return markup`<tr><th scope="row"><svg class="icon" viewBox="0 0 24 24" aria-hidden="true">${renderIcon(discipline)}</svg>${fitText(title, 50)}${details.length > 0 && markup`<br><span class="muted">${fitText(details.join(', '), 60)}</span>`}</th><td class="date">${formatDate(date)}</td><td>${duration_s !== undefined && formatNumber(Math.round(duration_s / 60))}</td>${hasOutput && markup`<td>${output_kj && formatNumber(output_kj)}</td>`}</tr>
`;
  })}</tbody></table>`;
}
