// GET /api/card.svg: the card as a picture. Of the request only the options matter, as they are read and not as they are sent.

import { once } from '../once.ts';
import type { RouteHandler } from './reply.ts';
import type { StatsCache } from './stats-cache.ts';
import { createViewResponder, readViewData } from './view-data.ts';

const loadCard = once(async () => ({
  ...(await import('../views/card.ts')),
  ...(await import('../views/options.ts')),
}));

export function answerCard(cache: StatsCache): RouteHandler {
  const respondWith = createViewResponder();
  return async request => {
    const { readQuery, renderCard, renderCardPlaceholder, toQuery } = await loadCard();
    const options = readQuery(request.query);
    const data = await readViewData(cache);
    const draw = () => {
      const { svg, policy } =
        typeof data === 'string' ? renderCardPlaceholder(data, options) : renderCard(data, options);
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
