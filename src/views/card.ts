// The card: an SVG that works in a README, through an image proxy, in a site generator and for a screen reader. Without
// script, foreignObject and references to other files. A view of it is a row in `cardViews`.

import { createHash } from 'node:crypto';
import { type CardData, type CardView, createPen, type Pen } from './card-pen.ts';
import { recent, recentOf } from './card-recent.ts';
import { summary } from './card-summary.ts';
import { daysOf, year } from './card-year.ts';
import { fitText, measureEm } from './fit-text.ts';
import { renderIcon } from './icons.ts';
import { type Markup, markup, trusted } from './markup.ts';
import type { ViewName, ViewOptions } from './options.ts';

const cardViews: Record<ViewName, CardView> = { summary, year, recent };
const width = 480;

/** The size of a card in pixels, the same for all stats and for the placeholder. */
export function sizeCard(options: ViewOptions): { width: number; height: number } {
  return { width, height: cardViews[options.view].height(options) };
}

/** A picture with the Content-Security-Policy that allows its own style and nothing else. */
export type Card = { svg: string; policy: string };

/** The card of a snapshot. A view whose data are not published, or not known yet, is the summary. */
export function renderCard(data: CardData, options: ViewOptions): Card {
  const pen = penOf(data, options);
  const view = cardViews[pen.options.view];
  return renderFrame(pen, {
    date: options.hide.includes('date') ? undefined : data.snapshot.date,
    description: view.describe(data, pen),
    body: view.draw(data, pen),
  });
}

/** What the card says, in words. */
export function describeCard(data: CardData, options: ViewOptions): string {
  const pen = penOf(data, options);
  return cardViews[pen.options.view].describe(data, pen);
}

/** The pen of the view that is drawn. */
function penOf(data: CardData, options: ViewOptions): Pen {
  const isKnown = { summary: true, year: daysOf(data) !== undefined, recent: recentOf(data).length > 0 };
  return createPen(isKnown[options.view] ? options : { ...options, view: 'summary' });
}

/** The card while there are no stats: the reason, in the same frame. */
export function renderCardPlaceholder(message: PlaceholderMessage, options: ViewOptions): Card {
  const pen = createPen(options);
  const { paint } = pen;
  const hint = placeholderHints[message];
  const middle = sizeCard(options).height / 2;
  const icon = markup`<svg x="220" y="${middle - 42}" width="40" height="40" viewBox="0 0 24 24" ${paint({ fill: 'none', stroke: 'accent' })} stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round">${renderIcon('')}</svg>`;
  const body = markup`<g text-anchor="middle">${middle > 80 && icon}
<text x="240" y="${middle + 28}" font-weight="600" ${paint({ fill: 'ink' })}>${message}</text><text x="240" y="${middle + 50}" font-size="12" ${paint({ fill: 'muted' })}>${hint}</text></g>`;
  return renderFrame(pen, { date: undefined, description: `${message}: ${hint}`, body });
}

export type PlaceholderMessage = 'no stats yet' | 'stats unavailable';

const placeholderHints: Record<PlaceholderMessage, string> = {
  'no stats yet': 'They appear after the first sync. Is this yours? See /api/health.',
  'stats unavailable': 'They come back by themselves. Is this yours? See /api/health.',
};

type Frame = { date: string | undefined; description: string; body: Markup };

// The last four are for renderers that look for a font by its name and know no generic one.
const fonts =
  'ui-sans-serif,system-ui,-apple-system,Segoe UI,Roboto,Helvetica Neue,Arial,Liberation Sans,DejaVu Sans,Noto Sans,sans-serif';

function renderFrame({ paint, style, className, formats, options }: Pen, { date, description, body }: Frame): Card {
  const { height } = sizeCard(options);
  const { title } = options;
  const asOf = date === undefined ? '' : `as of ${formats.formatDate(date)}`;
  const room = (width - 48) / 13 - (asOf === '' ? 0 : measureEm(asOf) + 1); // in em of a text that is not bold
  const svg =
    markup`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}: ${description}" lang="en" class="${className}" font-family="${fonts}" font-size="13">
<title>${title}</title>
<style>${trusted(style)}</style>
<rect x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="10" ${paint({ fill: 'background', stroke: 'line' })}/>
<text x="24" y="36" font-weight="600" ${paint({ fill: 'ink' })}>${fitText(title, room / 1.15)}</text>
<text x="456" y="36" font-size="12" text-anchor="end" ${paint({ fill: 'muted' })}>${asOf}</text>
${body}
</svg>
`.markup;
  const hash = createHash('sha256').update(style).digest('base64');
  return { svg, policy: `default-src 'none'; style-src 'sha256-${hash}'` };
}
