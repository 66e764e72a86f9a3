// GET /api/page: the page for people, the builder behind it, and the stats alone for a frame. A store that is away is a problem
// for whoever visits the page, and a sentence in a frame, which is part of somebody else's page.

import type { TimeOfDay, WorkoutMode } from '../config.ts';
import { StatsError } from '../errors.ts';
import { renderBuilder } from '../views/builder.ts';
import { spanDayOf } from '../views/increments.ts';
import { readQuery, toQuery } from '../views/options.ts';
import { renderPage } from '../views/page.ts';
import type { RouteHandler } from './reply.ts';
import { htmlType, publicCaching } from './representation.ts';
import type { StatsCache } from './stats-cache.ts';
import { createViewResponder, readViewData } from './view-data.ts';

export type PageSettings = { publicUrl: string | undefined; syncTime: TimeOfDay; mode: WorkoutMode };

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
      const { html, policy } =
        kind === 'builder'
          ? renderBuilder({ ...shown, options })
          : renderPage({ ...shown, spanDay, isAway, ...(kind === 'embed' && { embed: options }) });
      return {
        text: html,
        contentType: htmlType,
        cacheControl: publicCaching,
        headers: { 'Content-Security-Policy': policy, 'Referrer-Policy': 'no-referrer' },
      };
    };
    return await respondWith(request, { data, name: kind === 'page' ? kind : `${kind} ${toQuery(options)}`, draw });
  };
}
