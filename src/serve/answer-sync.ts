// POST /api/sync: the outcome of a tick that somebody asked for.

import { asStatsError } from '../errors.ts';
import type { TickOutcome } from '../sync/tick.ts';
import { failureReply } from './problem-details.ts';
import { type Reply, type Request, uncachedJson } from './reply.ts';

/** Not one of the routes of routes.ts, which read: this handler starts a run, which src/app.ts passes in. */
export async function answerSyncNow(
  request: Request,
  runTick: (force: boolean) => Promise<TickOutcome>,
): Promise<Reply> {
  try {
    const result = await runTick(request.query.get('force') === 'true');
    return uncachedJson(result.outcome === 'busy' ? 409 : 200, result);
  } catch (error) {
    return failureReply(asStatsError(error));
  }
}
