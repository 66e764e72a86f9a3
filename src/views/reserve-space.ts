// The height that the element needs, so that a site can keep it free: nothing moves when the numbers arrive.

import type { Part, ViewOptions } from './options.ts';

/** From this width on, in em, figures and disciplines stand side by side. */
export const foldEm = 30;

/** The height in em where they stand side by side (`wide`) and where one is below the other (`narrow`). */
export function reserveSpace({ hide }: ViewOptions): { wide: number; narrow: number } {
  const heightOf = (part: Part, em: number) => (hide.includes(part) ? 0 : em);
  const frame = 4.5;
  const figures = heightOf('total', 9.5) + heightOf('streaks', 3.5);
  const disciplines = heightOf('disciplines', 12);
  return { wide: frame + Math.max(figures, disciplines), narrow: frame + 0.5 + figures + disciplines };
}
