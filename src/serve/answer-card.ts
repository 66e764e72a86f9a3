// The stats as people look at them: card, badge, page. A card or a page is made once a version, and always drawn, so that
// no site shows a broken image. Nothing of a request gets into one but a choice from a list of ours.

import { StatsError } from '../errors.ts';
import { once } from '../once.ts';
import type { HistoryPoint } from '../stats/history.ts';
import type { Snapshot } from '../stats/snapshot.ts';
import type { PlaceholderMessage } from '../views/card.ts';
import { builtAt, type Copies, lastModifiedOf, type StoredStats } from './copies.ts';
import type { Copy } from './copy.ts';
import { jsonType, publicCaching, type Reply, type Representation, type Request, represent, respond } from './serve.ts';

/** A placeholder is replaced by the first sync: readers ask again soon. */
const placeholderCaching = 'public, max-age=60';
/** Image proxies and readers' caches get no licence to keep a card for longer. */
const cardCaching = 'public, max-age=300';

type Known = { stats: Copy<StoredStats>; history: readonly HistoryPoint[]; version: string };

async function orUnavailable<T>(read: () => Promise<T | undefined>): Promise<T | PlaceholderMessage> {
  try {
    return (await read()) ?? 'no stats yet';
  } catch (error) {
    if (error instanceof StatsError && (error.code === 'storage' || error.code === 'config'))
      return 'stats unavailable';
    throw error;
  }
}

/** The stats with their history. A picture without a trend is better than none: a series that is away counts as empty. */
async function readKnown({ latest, series }: Copies): Promise<Known | PlaceholderMessage> {
  const [stats, seen] = await Promise.all([orUnavailable(latest), orUnavailable(series)]);
  if (typeof stats === 'string') return stats;
  const points = seen === 'stats unavailable' ? seen : await orUnavailable(series); // a new snapshot has a new series
  const history = typeof points === 'string' ? [] : points.value.history.points;
  return { stats, history, version: `${stats.etag} ${typeof points === 'string' ? points : points.etag}` };
}

type Make = () => Promise<Representation>;

/** What is made of one version of the stats, by name; another version forgets all of it. A failure is not kept. */
function keepPerVersion() {
  let version = '';
  const kept = new Map<string, Promise<Representation>>();
  return (wanted: string, name: string, make: Make): Promise<Representation> => {
    if (wanted !== version) kept.clear();
    version = wanted;
    const known = kept.get(name);
    if (known) return known;
    const made = make();
    kept.set(name, made);
    made.catch(() => {
      if (kept.get(name) === made) kept.delete(name);
    });
    return made;
  };
}

const loadCard = once(async () => ({ ...(await import('../views/card.ts')), ...(await import('../views/theme.ts')) }));
const loadBadge = once(() => import('../views/badge.ts'));
const loadPage = once(() => import('../views/page.ts'));

function createCard(copies: Copies) {
  const keep = keepPerVersion();
  return async (request: Request): Promise<Reply> => {
    const { cardPolicy, readTheme, renderCard, renderCardPlaceholder } = await loadCard();
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
    return await respond(request, await keep(isPlaceholder ? known : known.version, theme, make));
  };
}

/** All metrics that are not known look the same, and are kept as one. */
function nameMetric(metric: string | null, { workout_counts }: Snapshot): string {
  if (metric === null || metric === '' || metric === 'total') return 'known total';
  const isKnown = metric === 'streak' || workout_counts.workouts.some(({ slug }) => slug === metric);
  return isKnown ? `known ${metric}` : 'unknown';
}

function createBadge({ latest }: Copies) {
  const keep = keepPerVersion();
  return async (request: Request): Promise<Reply> => {
    const { renderBadge, renderBadgePlaceholder } = await loadBadge();
    const stats = await orUnavailable(latest);
    const isPlaceholder = typeof stats === 'string';
    const metric = request.query.get('metric');
    const make = async () => {
      const badge = isPlaceholder
        ? renderBadgePlaceholder({ message: stats })
        : renderBadge({ snapshot: stats.value.snapshot, metric });
      return represent({
        bytes: Buffer.from(JSON.stringify(badge)),
        contentType: jsonType,
        lastModified: isPlaceholder ? builtAt : lastModifiedOf(stats),
        cacheControl: isPlaceholder ? placeholderCaching : publicCaching,
      });
    };
    const name = isPlaceholder ? '' : nameMetric(metric, stats.value.snapshot);
    return await respond(request, await keep(isPlaceholder ? stats : stats.etag, name, make));
  };
}

function createPage(copies: Copies, publicUrl: string | undefined) {
  const keep = keepPerVersion();
  return async (request: Request): Promise<Reply> => {
    const { pagePolicy, renderPage } = await loadPage();
    const known = await readKnown(copies);
    if (known === 'stats unavailable') await copies.latest(); // says why
    if (known === 'stats unavailable') throw new StatsError('storage', 'The stats cannot be read at the moment.');
    const isPlaceholder = typeof known === 'string';
    const make = async () =>
      represent({
        bytes: Buffer.from(
          renderPage({
            snapshot: isPlaceholder ? undefined : known.stats.value.snapshot,
            history: isPlaceholder ? [] : known.history,
            publicUrl,
          }),
        ),
        contentType: 'text/html; charset=utf-8',
        lastModified: isPlaceholder ? builtAt : lastModifiedOf(known.stats),
        cacheControl: isPlaceholder ? placeholderCaching : publicCaching,
        headers: { 'Content-Security-Policy': pagePolicy, 'Referrer-Policy': 'no-referrer' },
      });
    return await respond(request, await keep(isPlaceholder ? known : known.version, '', make));
  };
}

export function createPictures(copies: Copies, publicUrl: string | undefined) {
  return { card: createCard(copies), badge: createBadge(copies), page: createPage(copies, publicUrl) };
}
