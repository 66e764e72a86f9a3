// The page for people: every number of the snapshot and the days of the history. Without script.

import type { HistoryPoint } from '../stats/history.ts';
import type { Snapshot } from '../stats/snapshot.ts';
import { renderAchievements } from './achievement-list.ts';
import type { Training } from './days.ts';
import { describeSnapshot } from './describe-snapshot.ts';
import { renderDisciplines } from './disciplines-table.ts';
import { type HtmlDocument, renderDocument } from './document.ts';
import { pageStyle } from './embedded.ts';
import { dateOfSeconds, english, formatDate, formatNumber, formatShort, pluralize } from './format.ts';
import { yearsStyle } from './heat-map.ts';
import type { SpanDay } from './increments.ts';
import { type Markup, markup } from './markup.ts';
import { defaultTitle, type Part, type ViewOptions } from './options.ts';
import { type TrainingOptions, viewTraining } from './page-training.ts';
import { renderRecords } from './records-tables.ts';
import { palettesWith, renderThemeRules } from './theme.ts';

export type PageOptions = {
  /** Undefined before the first sync. */
  snapshot: Snapshot | undefined;
  /** All of it, oldest first. */
  history: readonly HistoryPoint[];
  /** Where readers reach the service, without a slash at the end, if that is known. */
  publicUrl: string | undefined;
  /** The day that the time between two snapshots belongs to. */
  spanDay: SpanDay;
  /** What is published of the list of workouts; undefined where the owner does not publish it. */
  training?: Training | undefined;
  /** The store is away. */
  isAway?: boolean;
  /** Why, for the owner. */
  problem?: string;
  /** For a frame in another site: the stats alone, in the colours and with the parts that its owner chose. */
  embed?: ViewOptions;
};

/** The page for `/api/page`: its links to the other routes are relative. */
export function renderPage({
  snapshot,
  history,
  training,
  publicUrl,
  spanDay,
  isAway,
  problem,
  embed,
}: PageOptions): HtmlDocument {
  const heading = embed?.title ?? defaultTitle;
  const hide = embed?.hide ?? [];
  const total =
    snapshot && !hide.includes('total') && `${formatNumber(snapshot.workout_counts.total_workouts)} workouts`;
  const stats = snapshot
    ? renderStats({ snapshot, history, spanDay, training }, hide)
    : markup`<p class="empty">${isAway ? 'Stats unavailable. They come back by themselves.' : 'No stats yet. They appear here after the first sync.'}</p>${!embed && renderOwnersWord(problem)}`;
  const palettes = palettesWith(embed?.accent);
  const print = `@media print{${renderThemeRules('light', ':root', palettes)}}`;
  return renderDocument({
    title: total ? `${total} · ${heading}` : heading,
    description: snapshot ? describeSnapshot(snapshot, english, hide) : 'No stats yet.',
    canonical: publicUrl && `${publicUrl}/api/page`,
    className: embed ? `embed ${embed.theme}` : 'page',
    style: `${renderThemeRules(embed?.theme ?? 'auto', ':root', palettes)}${print}${pageStyle}${yearsStyle}`,
    body: markup`${renderHeader(snapshot, heading, hide)}
<main>${stats}</main>
${!embed && footer}`,
    directives: ["form-action 'none'", `frame-ancestors ${embed ? '* file:' : "'none'"}`],
  });
}

/** Where the owner looks, while there is nothing to see. */
function renderOwnersWord(problem: string | undefined): Markup {
  return markup`<p class="muted">Is this page yours? ${problem && `${problem} `}<a href="health">Its health</a> says how the service is, and what to do.</p>`;
}

const footer = markup`<footer><p>Synced from Peloton once a day. The same as data: <a href="stats">JSON</a>, <a href="history?format=csv">history as CSV</a>, <a href="openapi.json">OpenAPI</a>. <a href="page?builder">Put this on your site</a>. <a href="health">Health</a>. Not affiliated with Peloton.</p></footer>`;

function renderHeader(snapshot: Snapshot | undefined, heading: string, hide: readonly Part[]): Markup {
  const asOf =
    snapshot &&
    !hide.includes('date') &&
    markup`<p class="muted">as of <time datetime="${snapshot.synced_at}">${formatDate(snapshot.date, 'long')}</time></p>`;
  return markup`<header><h1>${heading}</h1>${asOf}</header>`;
}

function renderStats(options: TrainingOptions, hide: readonly Part[]): Markup {
  const { snapshot } = options;
  const { sections, recent } = viewTraining(options);
  const records = renderRecords(snapshot.personal_records);
  const achievements = renderAchievements(snapshot.achievements);
  const [total, disciplines] = [!hide.includes('total'), !hide.includes('disciplines')];
  return markup`${renderFigures(snapshot, hide)}
${sections.map(({ id, title, content }) => (total || id !== 'trend') && renderSection(id, title, content))}
${disciplines && renderSection('disciplines', 'Disciplines', renderDisciplines(snapshot, recent))}
${records && renderSection('records', 'Personal records', records)}
${achievements && renderSection('achievements', 'Achievements', achievements)}`;
}

function renderSection(id: string, title: string, content: Markup): Markup {
  return markup`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${content}</section>`;
}

function renderFigures({ workout_counts, streaks }: Snapshot, hide: readonly Part[]): Markup {
  const shown = hide.includes('streaks') ? {} : (streaks ?? {});
  const { current_weekly, best_weekly, current_daily, start_date_of_current_weekly } = shown;
  const total = workout_counts.total_workouts;
  const since = start_date_of_current_weekly === undefined ? undefined : dateOfSeconds(start_date_of_current_weekly);
  return markup`<dl class="figures">${renderFigure(pluralize(total, 'workout'), hide.includes('total') ? undefined : total)}
${renderFigure(`${pluralize(current_weekly ?? 0, 'week')} in a row`, current_weekly, since && `since ${formatDate(since)}`)}
${renderFigure(`${pluralize(best_weekly ?? 0, 'week')} at best`, best_weekly)}
${renderFigure(`${pluralize(current_daily ?? 0, 'day')} in a row`, current_daily)}</dl>`;
}

function renderFigure(name: string, value: number | undefined, note?: string): Markup | undefined {
  if (value === undefined) return undefined;
  return markup`<div><dt>${name}${note && markup` <small>${note}</small>`}</dt><dd${value === 0 && markup` class="zero"`}>${formatShort(value)}</dd></div>`;
}
