// Cuts text to a width without knowing the font. The widths are a generous guess, so that SVG clips the text as well.

import { cleanText } from './markup.ts';

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The text on one line, at most `maxEm` wide (in units of the font size); an ellipsis stands for what was cut. */
export function fitText(text: string, maxEm: number): string {
  const line = cleanText(text.slice(0, 1_000)).replace(/\s+/g, ' ').trim();
  const fitting = takeFitting(line, maxEm);
  return fitting === line ? line : `${takeFitting(fitting, maxEm - 1).trimEnd()}…`;
}

/** How wide a text is, about, in units of the font size. */
export function measureEm(text: string): number {
  return Array.from(graphemes.segment(text), ({ segment }) => guessWidthEm(segment)).reduce((sum, em) => sum + em, 0);
}

/** The same of bold digits, whose advance is wider than that guess. */
export function measureBoldEm(text: string): number {
  return measureEm(text) * 1.2;
}

function takeFitting(text: string, maxEm: number): string {
  let widthEm = 0;
  let fitting = '';
  for (const { segment } of graphemes.segment(text)) {
    widthEm += guessWidthEm(segment);
    if (widthEm > maxEm) break;
    fitting += segment;
  }
  return fitting;
}

function guessWidthEm(grapheme: string): number {
  if (/^[ijlIft.,:;'|! ()[\]-]/.test(grapheme)) return 0.36;
  if (/^[mwMW@%]/.test(grapheme)) return 0.95;
  if (/^[a-z0-9]/.test(grapheme)) return 0.58;
  if (/^[A-Z\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}]/u.test(grapheme)) return 0.72;
  return 1.05;
}
