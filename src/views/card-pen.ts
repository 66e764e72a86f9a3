// What every drawing of a card needs beside its data: the options, and the formats and paints that follow from them.

import type { HistoryPoint } from '../stats/history.ts';
import type { Snapshot } from '../stats/snapshot.ts';
import { createFormats, type Formats } from './format.ts';
import type { Markup } from './markup.ts';
import type { ViewOptions } from './options.ts';
import { createPaint, type Paints } from './paint.ts';
import { palettesWith } from './theme.ts';

/** `history` is all of it, oldest first. */
export type CardData = { snapshot: Snapshot; history: readonly HistoryPoint[] };

export type Pen = Paints & { options: ViewOptions; formats: Formats };

/** A view of the card: its height by the options alone, and what is drawn below the heading. */
export type CardView = { height: (options: ViewOptions) => number; draw: (data: CardData, pen: Pen) => Markup };

export function createPen(options: ViewOptions): Pen {
  const paints = createPaint(palettesWith(options.accent), options.theme);
  return { ...paints, options, formats: createFormats(options.lang ?? 'en') };
}
