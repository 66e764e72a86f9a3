// GET /api/page: the page for people, the builder behind it, and the stats alone for a frame. A failure is a page
// too, with a word for its owner, and a sentence in a frame, which is part of somebody else's page.

import type { TimeOfDay, WorkoutMode } from '../config.ts';
import { StatsError } from '../errors.ts';
import { renderBuilder } from '../views/builder.ts';
import type { HtmlDocument } from '../views/document.ts';
import { spanDayOf } from '../views/increments.ts';
import { readQuery, toQuery } from '../views/options.ts';
import { renderPage } from '../views/page.ts';
import { describeFailure } from './problem-details.ts';
import type { Reply, RouteHandler } from './reply.ts';
import { htmlType, publicCaching } from './representation.ts';
import type { StatsCache } from './stats-cache.ts';
import { createViewResponder, readViewData } from './view-data.ts';

export type PageSettings = { publicUrl: string | undefined; syncTime: TimeOfDay; mode: WorkoutMode };

const policyOf = ({ policy }: HtmlDocument) => ({
  'Content-Security-Policy': policy,
  'Referrer-Policy': 'no-referrer',
});

/** The page in the place of a problem, with its status and its caching. */
export function explainFailure(failed: { error: StatsError; reply: Reply; publicUrl: string | undefined }): Reply {
  const { error, reply, publicUrl } = failed;
  const document = renderPage({
    snapshot: undefined,
    history: [],
    publicUrl,
    spanDay: 'same-day',
    isAway: true,
    problem: describeFailure(error),
  });
  const headers = { ...reply.headers, 'Content-Type': htmlType, ...policyOf(document) };
  return { ...reply, headers, body: Buffer.from(document.html) };
}

export function answerPage(cache: StatsCache, { publicUrl, syncTime, mode }: PageSettings): RouteHandler {
  const respondWith = createViewResponder();
  const spanDay = spanDayOf(syncTime);
  return async request => {
    const kind = ['builder', 'embed'].find(name => request.query.has(name)) ?? 'page';
    const options = readQuery(request.query);
    const data = await readViewData(cache, mode);
    const isAway = data === 'stats unavailable';
    if (isAway && kind !== 'embed') {
      await cache.latest(); // throws the reason, as long as it lasts
      throw new StatsError('storage', 'The stats cannot be read at the moment.');
    }
    const shown = { ...(typeof data === 'string' ? { snapshot: undefined, history: [] } : data), publicUrl };
    const draw = () => {
      const document =
        kind === 'builder'
          ? renderBuilder({ ...shown, options })
          : renderPage({ ...shown, spanDay, isAway, ...(kind === 'embed' && { embed: options }) });
      return { text: document.html, contentType: htmlType, cacheControl: publicCaching, headers: policyOf(document) };
    };
    return await respondWith(request, { data, name: kind === 'page' ? kind : `${kind} ${toQuery(options)}`, draw });
  };
}
