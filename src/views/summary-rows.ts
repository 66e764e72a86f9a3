// The disciplines as card and element list them: the largest in rows of their own, the others as a sum.

import type { Formats } from './format.ts';

const maxRows = 6;

/** `share` is the length of the bar, 0 to 1; a row without a slug is the sum of the others. */
export type Row = { name: string; slug: string | undefined; count: number; share: number };

type Workout = { name: string; slug: string; count: number };

/** At most six rows, the largest first; zero counts are left out. */
export function countRows(workouts: readonly Workout[], { formatShort }: Formats): Row[] {
  const done = workouts.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count);
  const most = done[0]?.count ?? 1;
  const shown = done.length > maxRows ? done.slice(0, maxRows - 1) : done;
  const rows: Row[] = shown.map(({ name, slug, count }) => ({ name, slug, count, share: count / most }));
  const others = done.slice(shown.length);
  if (others.length === 0) return rows;
  const count = others.reduce((sum, other) => sum + other.count, 0);
  return [
    ...rows,
    { name: `${formatShort(others.length)} more`, slug: undefined, count, share: Math.min(1, count / most) },
  ];
}
