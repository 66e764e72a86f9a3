// GET /api/card.svg: the card as a picture. Of the request only the options matter, as they are read and not as they are sent.

import type { TimeOfDay, WorkoutMode } from '../config.ts';
import { renderCard, renderCardPlaceholder } from '../views/card.ts';
import { spanDayOf } from '../views/increments.ts';
import { readQuery, toQuery } from '../views/options.ts';
import type { RouteHandler } from './reply.ts';
import type { StatsCache } from './stats-cache.ts';
import { createViewResponder, readViewData } from './view-data.ts';

export type CardSettings = { syncTime: TimeOfDay; mode: WorkoutMode };

export function answerCard(cache: StatsCache, { syncTime, mode }: CardSettings): RouteHandler {
  const spanDay = spanDayOf(syncTime);
  const respondWith = createViewResponder();
  return async request => {
    const options = readQuery(request.query);
    const data = await readViewData(cache, mode);
    const draw = () => {
      const { svg, policy } =
        typeof data === 'string' ? renderCardPlaceholder(data, options) : renderCard({ ...data, spanDay }, options);
      return {
        text: svg,
        contentType: 'image/svg+xml; charset=utf-8',
        cacheControl: 'public, max-age=300', // no stale copies: image proxies take whatever they are allowed
        headers: { 'Content-Security-Policy': policy },
      };
    };
    return await respondWith(request, { data, name: toQuery(options), draw });
  };
}
