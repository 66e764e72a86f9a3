// The data that card, badge and page are drawn from, and the responder that draws each of them once per version of the stats.
// Without stats a placeholder is drawn, so that no site shows a broken image.

import type { WorkoutMode } from '../config.ts';
import { StatsError } from '../errors.ts';
import type { HistoryPoint } from '../stats/history.ts';
import type { Snapshot } from '../stats/snapshot.ts';
import type { PlaceholderMessage } from '../views/card.ts';
import type { Training } from '../views/days.ts';
import { createVersionCache } from './blob-cache.ts';
import type { Reply, Request } from './reply.ts';
import { lastModifiedOf, type Representation, represent } from './representation.ts';
import { respond } from './respond.ts';
import type { StatsCache } from './stats-cache.ts';

export type ViewData = {
  snapshot: Snapshot;
  /** Oldest first. */
  history: readonly HistoryPoint[];
  /** Undefined where the owner does not publish the list of workouts; a part that cannot be read is undefined too. */
  training: Training | undefined;
  /** Changes whenever any of these does. */
  version: string;
  /** Undefined where a part could not be read. */
  lastModified: Date | undefined;
};

/** The result of `read`, or the message of a placeholder. Any failure but of store and settings is a defect, and thrown. */
async function orMessage<T>(read: () => Promise<T | undefined>): Promise<T | PlaceholderMessage> {
  try {
    return (await read()) ?? 'no stats yet';
  } catch (error) {
    if (error instanceof StatsError && (error.code === 'storage' || error.code === 'config'))
      return 'stats unavailable';
    throw error;
  }
}

/** The newest snapshot without a history, or why there is none. */
export async function readSnapshotOnly({ latest }: StatsCache): Promise<ViewData | PlaceholderMessage> {
  const stats = await orMessage(latest);
  if (typeof stats === 'string') return stats;
  const { etag, value } = stats;
  return {
    snapshot: value.snapshot,
    history: [],
    training: undefined,
    version: etag,
    lastModified: lastModifiedOf(stats),
  };
}

/** What views are drawn from beside the snapshot, as far as the owner publishes it. */
async function readParts({ history, activity, workouts }: StatsCache, mode: WorkoutMode) {
  return await Promise.all([
    orMessage(history),
    mode === 'off' ? ('no stats yet' as const) : orMessage(activity),
    mode === 'classes' ? orMessage(workouts) : ('no stats yet' as const),
  ]);
}

/** The newest snapshot with all that views show beside it, or why there is none. A part that cannot be read counts as empty. */
export async function readViewData(cache: StatsCache, mode: WorkoutMode): Promise<ViewData | PlaceholderMessage> {
  const [stats, early] = await Promise.all([orMessage(cache.latest), readParts(cache, mode)]);
  if (typeof stats === 'string') return stats;
  // Read again, from the cache as a rule: a new snapshot has expired the history that was read beside it.
  const parts = early[0] === 'stats unavailable' ? early : await readParts(cache, mode);
  const [history, activity, workouts] = [known(parts[0]), known(parts[1]), known(parts[2])];
  const read = [stats, history, activity, workouts].filter(part => part !== undefined);
  return {
    snapshot: stats.value.snapshot,
    history: history?.value.history.points ?? [],
    training: mode === 'off' ? undefined : { activity: activity?.value.activity, workouts: workouts?.value.workouts },
    version: [stats, ...parts].map(part => (typeof part === 'string' ? part : part.etag)).join(' '),
    lastModified: history && !parts.includes('stats unavailable') ? lastModifiedOf(...read) : undefined,
  };
}

function known<T>(part: T | PlaceholderMessage): T | undefined {
  return part === 'no stats yet' || part === 'stats unavailable' ? undefined : part;
}

/** A drawn view; `cacheControl` holds for a view of stats, not for a placeholder. */
export type View = { text: string; contentType: string; cacheControl: string; headers?: Record<string, string> };

/** `name` tells apart the views of one version; `draw` is called where that view has not been drawn. */
export type ViewRequest = { data: ViewData | PlaceholderMessage; name: string; draw: () => View };

/** Short, since the first sync replaces a placeholder. */
const placeholderCaching = 'public, max-age=60';

/** Answers a request with a view, which is drawn on the first request for its name and version. */
export function createViewResponder() {
  const views = createVersionCache<Representation>();
  return async (request: Request, { data, name, draw }: ViewRequest): Promise<Reply> => {
    const isPlaceholder = typeof data === 'string';
    const representation = views({ version: isPlaceholder ? data : data.version, name }, () => {
      const { text, ...view } = draw();
      const bytes = Buffer.from(text);
      return isPlaceholder
        ? represent({ ...view, bytes, lastModified: undefined, cacheControl: placeholderCaching })
        : represent({ ...view, bytes, lastModified: data.lastModified });
    });
    return await respond(request, representation);
  };
}
