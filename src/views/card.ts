// The card: an SVG that works in a README, through an image proxy and for a screen reader. Without script, foreignObject and
// references to other files. Each text of Peloton's is cut to the width it has and clipped to it as well.

import { createHash } from 'node:crypto';
import type { HistoryPoint } from '../stats/history.ts';
import type { Snapshot } from '../stats/snapshot.ts';
import { describeSnapshot } from './describe-snapshot.ts';
import { fitText } from './fit-text.ts';
import { formatChange, formatCount, formatDate, formatShort, pluralize } from './format.ts';
import { renderIcon } from './icons.ts';
import { countDays, findEarlier } from './increments.ts';
import { drawLine } from './line-path.ts';
import { type Markup, markup, trusted } from './markup.ts';
import { renderThemeRules, type Theme, themes } from './theme.ts';

export const cardSize = { width: 480, height: 248 };

const rules = `
text{font-family:ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;fill:var(--ink);font-size:13px;font-variant-numeric:tabular-nums}
.frame{fill:var(--background);stroke:var(--line)}
.heading{font-weight:600}
.muted{fill:var(--muted);font-size:12px}
.total{font-size:52px;font-weight:700;letter-spacing:-.03em}
.long{font-size:44px}
.count{font-weight:600}
.icon{fill:none;stroke:var(--accent);stroke-width:1.6;stroke-linecap:round;stroke-linejoin:round}
.track{fill:var(--track)}
.bar,.end{fill:var(--accent)}
.area{fill:var(--accent);opacity:.1}
.line{fill:none;stroke:var(--accent);stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
.gap{stroke-dasharray:1 5}
`;

/** The Content-Security-Policy of every card and placeholder: their own styles and nothing else. */
export const cardPolicy = `default-src 'none'; style-src ${themes
  .map(theme => `'sha256-${createHash('sha256').update(styleOf(theme)).digest('base64')}'`)
  .join(' ')}`;

function styleOf(theme: Theme): string {
  return renderThemeRules(theme, 'svg') + rules;
}

/** The card as SVG text. `history` is all of it, oldest first; its last 90 days become the small trend. */
export function renderCard(options: { snapshot: Snapshot; history: readonly HistoryPoint[]; theme: Theme }): string {
  const { snapshot, history, theme } = options;
  return renderFrame({
    theme,
    date: snapshot.date,
    description: describeSnapshot(snapshot),
    body: markup`${renderTotals(snapshot)}${renderCardTrend(history)}${renderCardDisciplines(snapshot)}`,
  });
}

/** The card while there are no stats: the reason, in the same frame. */
export function renderCardPlaceholder(options: { message: PlaceholderMessage; theme: Theme }): string {
  const { message, theme } = options;
  const hint = placeholderHints[message];
  const body = markup`<g text-anchor="middle"><svg class="icon" x="220" y="82" width="40" height="40" viewBox="0 0 24 24">${renderIcon('')}</svg>
<text x="240" y="152" class="heading">${message}</text><text x="240" y="174" class="muted">${hint}</text></g>`;
  return renderFrame({ theme, date: undefined, description: `${message}: ${hint}`, body });
}

export type PlaceholderMessage = 'no stats yet' | 'stats unavailable';

const placeholderHints: Record<PlaceholderMessage, string> = {
  'no stats yet': 'They appear after the first sync.',
  'stats unavailable': 'They come back by themselves.',
};

function renderFrame(parts: { theme: Theme; date: string | undefined; description: string; body: Markup }): string {
  const { width, height } = cardSize;
  const asOf =
    parts.date && markup`<text x="456" y="36" class="muted" text-anchor="end">as of ${formatDate(parts.date)}</text>`;
  return markup`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title desc" lang="en">
<title id="title">Peloton stats</title>
<desc id="desc">${parts.description}</desc>
<style>${trusted(styleOf(parts.theme))}</style>
<rect class="frame" x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="10"/>
<text x="24" y="36" class="heading">Peloton stats</text>${asOf}
${parts.body}
</svg>
`.markup;
}

function renderTotals({ workout_counts, streaks }: Snapshot): Markup {
  const { total_workouts } = workout_counts;
  const total = formatShort(total_workouts);
  const size = total.length > 6 ? 'total long' : 'total';
  return markup`<text x="22" y="96" class="${size}">${total}</text>
<text x="24" y="119" class="muted">${pluralize(total_workouts, 'workout')}</text>${streaks && renderStreak(streaks)}`;
}

function renderStreak({ current_weekly, best_weekly }: NonNullable<Snapshot['streaks']>): Markup | undefined {
  if (current_weekly === undefined) return undefined;
  const current = formatShort(current_weekly);
  const best = best_weekly === undefined ? '' : formatShort(best_weekly);
  // Two numbers have room together as long as neither is longer than a lifetime's.
  const hasRoom = best !== '' && current.length + best.length <= 10;
  return markup`<text x="24" y="146"><tspan class="count">${current}</tspan> ${pluralize(current_weekly, 'week')} in a row${
    hasRoom && markup`<tspan class="muted" dx="6">best ${best}</tspan>`
  }</text>`;
}

const trendDays = 90;

function renderCardTrend(history: readonly HistoryPoint[]): Markup {
  const start = findEarlier(history, trendDays);
  const last = history.at(-1);
  if (start === undefined || last === undefined) {
    return markup`<text x="24" y="224" class="muted">the trend starts with the second day</text>`;
  }
  const line = drawLine(history.slice(history.indexOf(start)), 184, 32);
  const days = countDays(start.date, last.date);
  const change = formatChange(last.total_workouts - start.total_workouts);
  return markup`<g transform="translate(24 166)"><path class="area" d="${line.area}"/><path class="line gap" d="${line.gaps}"/><path class="line" d="${line.known}"/><circle class="end" cx="${line.end.x}" cy="${line.end.y}" r="3"/></g>
<text x="24" y="224" class="muted">${change} in ${formatCount(days, 'day')}</text>`;
}

const maxRows = 6;

function renderCardDisciplines({ workout_counts }: Snapshot): Markup {
  const done = workout_counts.workouts.filter(({ count }) => count > 0);
  const most = Math.max(1, ...done.slice(0, 1).map(({ count }) => count));
  const shown = done.length > maxRows ? done.slice(0, maxRows - 1) : done;
  const others = done.slice(shown.length);
  const rows: Row[] = shown.map(({ name, slug, count }) => ({ name, slug, count, share: count / most }));
  if (others.length > 0) {
    const count = others.reduce((sum, other) => sum + other.count, 0);
    rows.push({ name: `${others.length} more`, slug: undefined, count, share: Math.min(1, count / most) });
  }
  if (rows.length === 0) return markup`<text x="248" y="96" class="muted">no workouts counted yet</text>`;
  return markup`${rows.map((row, index) => renderRow(row, 62 + index * 29))}`;
}

const barWidth = 180;

type Row = { name: string; slug: string | undefined; count: number; share: number };

function renderRow(row: Row, y: number): Markup {
  const count = formatShort(row.count);
  return markup`<g transform="translate(248 ${y})"><svg class="icon" width="18" height="18" viewBox="0 0 24 24">${renderIcon(row.slug)}</svg>
<svg x="28" y="0" width="128" height="18" overflow="hidden"><text y="13">${fitText(row.name, 9.5)}</text></svg><text x="208" y="13" class="count" text-anchor="end">${count}</text>
<rect class="track" x="28" y="20" width="${barWidth}" height="2" rx="1"/><rect class="bar" x="28" y="20" width="${Math.max(2, Math.round(barWidth * row.share))}" height="2" rx="1"/></g>`;
}
