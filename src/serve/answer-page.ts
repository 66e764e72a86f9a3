// GET /api/page: the page for people. A store that is away is a problem here, not a placeholder: no site embeds the page.

import type { TimeOfDay } from '../config.ts';
import { StatsError } from '../errors.ts';
import { spanDayOf } from '../views/increments.ts';
import { pagePolicy, renderPage } from '../views/page.ts';
import type { RouteHandler } from './reply.ts';
import { publicCaching } from './representation.ts';
import type { StatsCache } from './stats-cache.ts';
import { createViewResponder, readViewData } from './view-data.ts';

export type PageSettings = { publicUrl: string | undefined; syncTime: TimeOfDay };

export function answerPage(cache: StatsCache, { publicUrl, syncTime }: PageSettings): RouteHandler {
  const respondWith = createViewResponder();
  const spanDay = spanDayOf(syncTime);
  return async request => {
    const data = await readViewData(cache);
    if (data === 'stats unavailable') {
      await cache.latest(); // throws the reason, as long as it lasts
      throw new StatsError('storage', 'The stats cannot be read at the moment.');
    }
    const { snapshot, history } = data === 'no stats yet' ? { snapshot: undefined, history: [] } : data;
    const draw = () => ({
      text: renderPage({ snapshot, history, publicUrl, spanDay }),
      contentType: 'text/html; charset=utf-8',
      cacheControl: publicCaching,
      headers: { 'Content-Security-Policy': pagePolicy, 'Referrer-Policy': 'no-referrer' },
    });
    return await respondWith(request, { data, name: '', draw });
  };
}
