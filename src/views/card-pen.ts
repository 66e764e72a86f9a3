// What every drawing of a card needs beside its data: the options, and the formats and paints that follow from them.

import type { HistoryPoint } from '../stats/history.ts';
import type { Snapshot } from '../stats/snapshot.ts';
import type { Training } from './days.ts';
import { createFormats, type Formats } from './format.ts';
import type { SpanDay } from './increments.ts';
import type { Markup } from './markup.ts';
import type { ViewOptions } from './options.ts';
import { createPaint, type Paints } from './paint.ts';
import { palettesWith } from './theme.ts';

export type CardData = {
  snapshot: Snapshot;
  /** All of it, oldest first. */
  history: readonly HistoryPoint[];
  /** Undefined where the owner does not publish the list of workouts. */
  training?: Training | undefined;
  /** The day that the time between two snapshots belongs to; the one before where nothing is said. */
  spanDay?: SpanDay;
};

export type Pen = Paints & { options: ViewOptions; formats: Formats };

/** A view of the card: its height by the options alone, what is drawn below the heading, and the same in words. */
export type CardView = {
  height: (options: ViewOptions) => number;
  draw: (data: CardData, pen: Pen) => Markup;
  describe: (data: CardData, pen: Pen) => string;
};

export function createPen(options: ViewOptions): Pen {
  const paints = createPaint(palettesWith(options.accent), options.theme);
  return { ...paints, options, formats: createFormats(options.lang ?? 'en') };
}
