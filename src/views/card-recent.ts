// The card of the latest workouts with their classes, where the owner publishes them.

import type { RecentWorkout } from '../stats/schemas.ts';
import type { CardData, CardView, Pen } from './card-pen.ts';
import { fitText, measureBoldEm } from './fit-text.ts';
import { renderIcon } from './icons.ts';
import { type Markup, markup } from './markup.ts';
import { describeWorkout, namesOf } from './workout-words.ts';

const rows = 5;
const left = 24;
const width = 432;
const indent = 28;

/** The workouts of the card; none where their classes are not published. */
export function recentOf({ training }: CardData): readonly RecentWorkout[] {
  return training?.workouts?.workouts.slice(0, rows) ?? [];
}

export const recent: CardView = {
  height: () => 248,
  draw: (data, pen) =>
    markup`${recentOf(data).map((workout, index) => renderRow(data, workout, 54 + index * 37, pen))}`,
  describe(data, { formats }) {
    const nameOf = namesOf(data.snapshot.workout_counts.workouts);
    const workouts = recentOf(data).map(
      workout => `${fitText(describeWorkout(workout, nameOf).title, 40)} on ${formats.formatDate(workout.date)}`,
    );
    return `The latest workouts: ${workouts.join(', ')}.`;
  },
};

function renderRow({ snapshot }: CardData, workout: RecentWorkout, y: number, { formats, paint }: Pen): Markup {
  const { title, details } = describeWorkout(workout, namesOf(snapshot.workout_counts.workouts));
  const { duration_s, output_kj, date, discipline } = workout;
  const time = duration_s === undefined ? '' : `${formats.formatNumber(Math.round(duration_s / 60))} min`;
  const energy = output_kj ? `${formats.formatNumber(output_kj)} kJ` : '';
  const room = width - indent - Math.ceil(Math.max(measureBoldEm(time) * 13, measureBoldEm(energy) * 12)) - 8;
  const more = [formats.formatDate(date), ...details].join(', ');
  return markup`<g transform="translate(${left} ${y})"><svg y="4" width="18" height="18" viewBox="0 0 24 24" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" ${paint({ fill: 'none', stroke: 'accent' })}>${renderIcon(discipline)}</svg>
<svg x="${indent}" width="${room}" height="34" overflow="hidden"><text y="13" ${paint({ fill: 'ink' })}>${fitText(title, room / 13)}</text><text y="28" font-size="12" ${paint({ fill: 'muted' })}>${fitText(more, room / 12)}</text></svg>
<text x="${width}" y="13" font-weight="600" text-anchor="end" ${paint({ fill: 'ink' })}>${time}</text><text x="${width}" y="28" font-size="12" text-anchor="end" ${paint({ fill: 'muted' })}>${energy}</text></g>
`;
}
