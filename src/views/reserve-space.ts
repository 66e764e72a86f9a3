// The height that the element needs, so that a site can keep it free: nothing moves when the numbers arrive.

import type { Part, ViewOptions } from './options.ts';

/** The height in em where figures and disciplines stand side by side (`wide`) and where one is below the other (`narrow`). */
export function reserveSpace({ hide, view }: ViewOptions): { wide: number; narrow: number } {
  const heightOf = (part: Part, em: number) => (hide.includes(part) ? 0 : em);
  const frame = 5;
  if (view === 'year') return { wide: frame + heightOf('total', 3) + 6.5, narrow: frame + heightOf('total', 3) + 6 };
  if (view === 'recent') return { wide: 20, narrow: 20 };
  const figures = heightOf('total', 9.5) + heightOf('streaks', 3.5);
  const disciplines = heightOf('disciplines', 11.5);
  return { wide: frame + Math.max(figures, disciplines), narrow: frame + 1 + figures + disciplines };
}
