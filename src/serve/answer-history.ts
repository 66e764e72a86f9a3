// GET /api/history: one point a day, as JSON or CSV, all of them or those from one day to another.

import * as z from 'zod';
import { StatsError } from '../errors.ts';
import { historyBlob } from '../stats/blobs.ts';
import { historyFormats, toCsv } from '../stats/history.ts';
import type { CachedBlob } from './blob-cache.ts';
import { badRequest, noStatsYet } from './problem-details.ts';
import type { Request, RouteHandler } from './reply.ts';
import { csvType, jsonType, lastModifiedOf, type Representation, represent } from './representation.ts';
import { respond } from './respond.ts';
import type { StatsCache, StoredHistory } from './stats-cache.ts';

const rule = 'must be a day of the calendar, written YYYY-MM-DD';
const historyQuery = z
  .object({
    from: z.iso.date(`from ${rule}`).optional(),
    to: z.iso.date(`to ${rule}`).optional(),
    format: z.enum(historyFormats, 'format must be json or csv').default('json'),
  })
  .refine(({ from, to }) => !from || !to || from <= to, 'from must not be after to');

function parseQuery({ query }: Request) {
  // A repeated parameter is no day and no format, as when the host has joined it with commas.
  const given = (name: string) => (query.has(name) ? query.getAll(name).join() : undefined);
  return historyQuery.safeParse({ from: given('from'), to: given('to'), format: given('format') });
}

/** The points from one day to another, both included. A part is not cached: there are too many of them. */
function representPart(cached: CachedBlob<StoredHistory>, query: z.infer<typeof historyQuery>): Representation {
  const { from = '', to = '9999-99-99', format } = query;
  const { history } = cached.value;
  const points = history.points.filter(({ date }) => date >= from && date <= to);
  const [text, contentType] =
    format === 'csv' ? [toCsv(points), csvType] : [JSON.stringify({ ...history, points }), jsonType];
  return represent({ bytes: Buffer.from(text), contentType, lastModified: lastModifiedOf(cached) });
}

export function answerHistory({ latest, history }: StatsCache): RouteHandler {
  return async request => {
    const query = parseQuery(request);
    if (!query.success) return badRequest(`${query.error.issues.map(({ message }) => message).join('; ')}.`);
    let cached = await history();
    if (!cached) {
      if (!(await latest())) return noStatsYet();
      cached = await history(); // a snapshot that has just appeared expires the history
      if (!cached)
        throw new StatsError('storage', `${historyBlob} is missing.`, { hint: 'The next sync makes it anew.' });
    }
    const { from, to, format } = query.data;
    if (from || to) return await respond(request, representPart(cached, query.data));
    const { representation, csv } = cached.value;
    return await respond(request, format === 'csv' ? await csv() : representation);
  };
}
