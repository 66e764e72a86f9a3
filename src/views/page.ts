// The page for people: every number of the snapshot, the days of the history, and how to put them on a site. Without script;
// its Content-Security-Policy allows one style sheet, by hash, and the images of this service alone.

import { createHash } from 'node:crypto';
import type { HistoryPoint } from '../stats/history.ts';
import type { Snapshot } from '../stats/snapshot.ts';
import { renderAchievements } from './achievement-list.ts';
import { describeSnapshot } from './describe-snapshot.ts';
import { renderDisciplines } from './disciplines-table.ts';
import { pageStyle } from './embedded.ts';
import { dateOfSeconds, formatDate, formatNumber, formatShort, pluralize } from './format.ts';
import { renderHeatMap } from './heat-map.ts';
import { renderIcon } from './icons.ts';
import type { SpanDay } from './increments.ts';
import { type Markup, markup, trusted } from './markup.ts';
import { renderRecords } from './records-tables.ts';
import { renderSitePanel } from './site-panel.ts';
import { palettes, renderThemeRules } from './theme.ts';
import { renderTrend } from './trend.ts';

const style = `${renderThemeRules('auto', ':root')}@media print{${renderThemeRules('light', ':root')}}${pageStyle}`;

/** The Content-Security-Policy of every page. */
export const pagePolicy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; img-src 'self' data:; base-uri 'none'; form-action 'none'`;

const favicon = `data:image/svg+xml,${encodeURIComponent(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="${palettes.light.accent}" stroke-width="2" stroke-linecap="round">${renderIcon('').markup}</svg>`,
)}`;

export type PageOptions = {
  /** Undefined before the first sync. */
  snapshot: Snapshot | undefined;
  /** All of it, oldest first. */
  history: readonly HistoryPoint[];
  /** Where readers reach the service, without a slash at the end, if that is known. */
  publicUrl: string | undefined;
  /** The day that the time between two snapshots belongs to. */
  spanDay: SpanDay;
};

/** The page as HTML text, for `/api/page`: its links to the other routes are relative. */
export function renderPage({ snapshot, history, publicUrl, spanDay }: PageOptions): string {
  const total = snapshot && `${formatNumber(snapshot.workout_counts.total_workouts)} workouts`;
  const description = snapshot ? describeSnapshot(snapshot) : 'No stats yet.';
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${total && `${total} · `}Peloton stats</title>
<meta name="description" content="${description}">
${publicUrl && markup`<link rel="canonical" href="${publicUrl}/api/page">`}
<link rel="alternate" type="application/json" href="stats">
<link rel="icon" href="${favicon}">
<style>${trusted(style)}</style>
</head>
<body>
${renderHeader(snapshot)}
<main>
${snapshot ? renderStats(snapshot, history, spanDay) : markup`<p class="empty">No stats yet. They appear here after the first sync.</p>`}
${renderSitePanel(publicUrl)}
</main>
<footer><p>Synced from Peloton once a day. The same as data: <a href="stats">JSON</a>, <a href="history?format=csv">history as CSV</a>, <a href="openapi.json">OpenAPI</a>. Not affiliated with Peloton.</p></footer>
</body>
</html>
`.markup;
}

function renderHeader(snapshot: Snapshot | undefined): Markup {
  const asOf =
    snapshot &&
    markup`<p class="muted">as of <time datetime="${snapshot.synced_at}">${formatDate(snapshot.date, 'long')}</time></p>`;
  return markup`<header><h1>Peloton stats</h1>${asOf}</header>`;
}

function renderStats(snapshot: Snapshot, history: readonly HistoryPoint[], spanDay: SpanDay): Markup {
  const records = renderRecords(snapshot.personal_records);
  const achievements = renderAchievements(snapshot.achievements);
  return markup`${renderFigures(snapshot)}
${renderSection('disciplines', 'Disciplines', renderDisciplines(snapshot, history))}
${renderSection('days', 'Day by day', renderHeatMap(history, spanDay))}
${renderSection('trend', 'All workouts', renderTrend(history, spanDay))}
${records && renderSection('records', 'Personal records', records)}
${achievements && renderSection('achievements', 'Achievements', achievements)}`;
}

function renderSection(id: string, title: string, content: Markup): Markup {
  return markup`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${content}</section>`;
}

function renderFigures({ workout_counts, streaks = {} }: Snapshot): Markup {
  const { current_weekly, best_weekly, current_daily, start_date_of_current_weekly } = streaks;
  const total = workout_counts.total_workouts;
  const since = start_date_of_current_weekly === undefined ? undefined : dateOfSeconds(start_date_of_current_weekly);
  return markup`<dl class="figures">${renderFigure(pluralize(total, 'workout'), total)}
${renderFigure(`${pluralize(current_weekly ?? 0, 'week')} in a row`, current_weekly, since && `since ${formatDate(since)}`)}
${renderFigure(`${pluralize(best_weekly ?? 0, 'week')} at best`, best_weekly)}
${renderFigure(`${pluralize(current_daily ?? 0, 'day')} in a row`, current_daily)}</dl>`;
}

function renderFigure(name: string, value: number | undefined, note?: string): Markup | undefined {
  if (value === undefined) return undefined;
  return markup`<div><dt>${name}${note && markup` <small>${note}</small>`}</dt><dd>${formatShort(value)}</dd></div>`;
}
