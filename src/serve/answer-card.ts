// GET /api/card.svg: the card as a picture. Of the request only the theme matters, and only one of a fixed list.

import { once } from '../once.ts';
import type { RouteHandler } from './reply.ts';
import type { StatsCache } from './stats-cache.ts';
import { createViewResponder, readViewData } from './view-data.ts';

const loadCard = once(async () => ({ ...(await import('../views/card.ts')), ...(await import('../views/theme.ts')) }));

export function answerCard(cache: StatsCache): RouteHandler {
  const respondWith = createViewResponder();
  return async request => {
    const { cardPolicy, readTheme, renderCard, renderCardPlaceholder } = await loadCard();
    const theme = readTheme(request.query.get('theme'));
    const data = await readViewData(cache);
    const draw = () => ({
      text: typeof data === 'string' ? renderCardPlaceholder({ message: data, theme }) : renderCard({ ...data, theme }),
      contentType: 'image/svg+xml; charset=utf-8',
      cacheControl: 'public, max-age=300', // no stale copies: image proxies take whatever they are allowed
      headers: { 'Content-Security-Policy': cardPolicy },
    });
    return await respondWith(request, { data, name: theme, draw });
  };
}
