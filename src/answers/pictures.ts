// The stats as people look at them: card, badge, page. A card or a page is made once a version, and always drawn, so that
// no site shows a broken image. Nothing of a request gets into one but a choice from a list of ours.

import type { Copy } from '../copy.ts';
import { StatsError } from '../errors.ts';
import type { HistoryPoint } from '../history.ts';
import {
  jsonType,
  publicCaching,
  type Reply,
  type Representation,
  type Request,
  represent,
  respond,
} from '../serve.ts';
import type { PlaceholderMessage } from '../views/card.ts';
import { builtAt, type Copies, lastModifiedOf, type StoredStats } from './copies.ts';

/** A placeholder is replaced by the first sync: readers ask again soon. */
const placeholderCaching = 'public, max-age=60';
/** Image proxies and readers' caches get no licence to keep a card for longer. */
const cardCaching = 'public, max-age=300';

type Known = { stats: Copy<StoredStats>; history: readonly HistoryPoint[]; version: string };

async function orUnavailable<T>(read: () => Promise<T | undefined>): Promise<T | PlaceholderMessage> {
  try {
    return (await read()) ?? 'no stats yet';
  } catch (error) {
    if (error instanceof StatsError && error.code === 'storage') return 'stats unavailable';
    throw error;
  }
}

/** The stats with their history. A picture without a trend is better than none: a series that is away counts as empty. */
async function readKnown({ latest, series }: Copies): Promise<Known | PlaceholderMessage> {
  const [stats, points] = await Promise.all([orUnavailable(latest), orUnavailable(series)]);
  if (typeof stats === 'string') return stats;
  const history = typeof points === 'string' ? [] : points.value.history.points;
  return { stats, history, version: `${stats.etag} ${typeof points === 'string' ? points : points.etag}` };
}

/** What is drawn of one version of the stats, by name; another version forgets all of it. */
function keepPerVersion() {
  let version = '';
  const kept = new Map<string, Promise<Representation>>();
  return (wanted: string, name: string, make: () => Promise<Representation>): Promise<Representation> => {
    if (wanted !== version) kept.clear();
    version = wanted;
    const made = kept.get(name) ?? make();
    kept.set(name, made);
    return made;
  };
}

export function createPictures(copies: Copies, publicUrl: () => string) {
  const cards = keepPerVersion();
  const pages = keepPerVersion();

  async function card(request: Request): Promise<Reply> {
    const { cardPolicy, renderCard, renderCardPlaceholder } = await import('../views/card.ts');
    const { readTheme } = await import('../views/theme.ts');
    const theme = readTheme(request.query.get('theme'));
    const known = await readKnown(copies);
    const isPlaceholder = typeof known === 'string';
    const make = async () =>
      represent({
        bytes: Buffer.from(
          isPlaceholder
            ? renderCardPlaceholder({ message: known, theme })
            : renderCard({ snapshot: known.stats.value.snapshot, history: known.history, theme }),
        ),
        contentType: 'image/svg+xml; charset=utf-8',
        lastModified: isPlaceholder ? builtAt : lastModifiedOf(known.stats),
        cacheControl: isPlaceholder ? placeholderCaching : cardCaching,
        headers: { 'Content-Security-Policy': cardPolicy },
      });
    return await respond(request, await cards(isPlaceholder ? known : known.version, theme, make));
  }

  async function badge(request: Request): Promise<Reply> {
    const { renderBadge, renderBadgePlaceholder } = await import('../views/badge.ts');
    const stats = await orUnavailable(copies.latest);
    const isPlaceholder = typeof stats === 'string';
    const metric = request.query.get('metric');
    const value = isPlaceholder
      ? renderBadgePlaceholder({ message: stats })
      : renderBadge({ snapshot: stats.value.snapshot, metric });
    const representation = represent({
      bytes: Buffer.from(JSON.stringify(value)),
      contentType: jsonType,
      lastModified: isPlaceholder ? builtAt : lastModifiedOf(stats),
      cacheControl: isPlaceholder ? placeholderCaching : publicCaching,
    });
    return await respond(request, representation);
  }

  async function page(request: Request): Promise<Reply> {
    const { pagePolicy, renderPage } = await import('../views/page.ts');
    const known = await readKnown(copies);
    if (known === 'stats unavailable') throw new StatsError('storage', 'The stats cannot be read at the moment.');
    const isPlaceholder = typeof known === 'string';
    const make = async () =>
      represent({
        bytes: Buffer.from(
          renderPage({
            snapshot: isPlaceholder ? undefined : known.stats.value.snapshot,
            history: isPlaceholder ? [] : known.history,
            publicUrl: publicUrl(),
          }),
        ),
        contentType: 'text/html; charset=utf-8',
        lastModified: isPlaceholder ? builtAt : lastModifiedOf(known.stats),
        cacheControl: isPlaceholder ? placeholderCaching : publicCaching,
        headers: { 'Content-Security-Policy': pagePolicy, 'Referrer-Policy': 'no-referrer' },
      });
    return await respond(request, await pages(isPlaceholder ? known : known.version, '', make));
  }

  return { card, badge, page };
}
