// Our own line drawings for Peloton's disciplines, by slug (names change, slugs do not). A slug without a drawing gets a stopwatch.

import { type Markup, trusted } from './markup.ts';

const smallDumbbell = 'M4 18v2M6.5 16.5v5M6.5 19h11M17.5 16.5v5M20 18v2';
const waves = 'M2 18q2.5-2.5 5 0t5 0 5 0 5 0';

/** Paths on a grid of 24 by 24, to be stroked. */
const drawings = new Map(
  Object.entries({
    cycling:
      'M10 16a4 4 0 1 1-8 0a4 4 0 1 1 8 0M22 16a4 4 0 1 1-8 0a4 4 0 1 1 8 0M6 16l3.5-7h6L18 16M9.5 9l3.5 7 2.5-7-1-3h2.5M8 9h3',
    strength: 'M2.5 10v4M6 7v10M6 12h12M18 7v10M21.5 10v4',
    stretching: 'M16.5 8a2 2 0 1 1-4 0a2 2 0 1 1 4 0M21 16.5V20H4.5c0-5 1.5-8.5 5-9M9.5 11.5l4.5 4h4',
    walking:
      'M14.5 4.5a2 2 0 1 1-4 0a2 2 0 1 1 4 0M12 9v5.5l3.5 3 1 4M12 14.5l-1.5 3.5-2.5 3.5M12 9l-3.5 2-.5 3.5M12 9.5l2.5 3 3 1',
    meditation:
      'M14.5 5a2.5 2.5 0 1 1-5 0a2.5 2.5 0 1 1 5 0M12 10v6M12 10c-3 0-4 3-6.5 6M12 10c3 0 4 3 6.5 6M4 20c2-3 5-4 8-4s6 1 8 4c-3 1-13 1-16 0z',
    yoga: 'M14 4.5a2 2 0 1 1-4 0a2 2 0 1 1 4 0M12 9.5V15l5.5 1.5v5M12 15l-8.5 6.5M3 10h18',
    running:
      'M16.5 4.5a2 2 0 1 1-4 0a2 2 0 1 1 4 0M13 9l-2.5 5.5 4 2.5-1 5M10.5 14.5L8.5 18H4M13 9L9 8.5l-2.5 3M13 9l2.5 3.5 3.5-.5',
    cardio: 'M3 11.5C1.5 6.5 8 2.5 12 7.5c4-5 10.5-1 9 4M2 14.5h5l2-3.5 3.5 6 2-2.5h7.5M6.5 17.5L12 22l5.5-4.5',
    bike_bootcamp: `M11.5 9a4.5 4.5 0 1 1-9 0a4.5 4.5 0 1 1 9 0M7 9h6.5l3-6H20M13.5 9L11 3.5M9.5 3h3.5${smallDumbbell}`,
    circuit: `M3 13h14l3-10h-4M6 13l2-3.5 3-.5M12.5 4.5a1.5 1.5 0 1 1-3 0a1.5 1.5 0 1 1 3 0M11 6.5V9l2 1.5${smallDumbbell}`,
    caesar: `M13 4a2 2 0 1 1-4 0a2 2 0 1 1 4 0M10 8l-1.5 5.5h6.5l3-3M10 8.5l3.5 3L21 6M3 14c3 1 15 1 18 0${waves}`,
    caesar_bootcamp: `M3.5 2.5l10 4.5M13 6l5.5 1-.5 2-5-1zM2 12.5q2.5-2.5 5 0t5 0 5 0 5 0${smallDumbbell}`,
  }),
);

const stopwatch = 'M20 14a8 8 0 1 1-16 0a8 8 0 1 1 16 0M12 14V9.5M12 6V2.5M9.5 2.5h5M18 7.5l1.5-1.5';

const dots = 'M6 12a1 1 0 1 1-2 0a1 1 0 1 1 2 0M13 12a1 1 0 1 1-2 0a1 1 0 1 1 2 0M20 12a1 1 0 1 1-2 0a1 1 0 1 1 2 0';

/** The path of a discipline's icon, or of three dots for no slug: to be stroked on a viewBox of 24 by 24. */
export function drawingOf(slug: string | undefined): string {
  return slug === undefined ? dots : (drawings.get(slug) ?? stopwatch);
}

/** The same as a path without colour. */
export function renderIcon(slug: string | undefined): Markup {
  return trusted(`<path d="${drawingOf(slug)}"/>`);
}
