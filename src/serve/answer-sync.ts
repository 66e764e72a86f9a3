// POST /api/sync: runs a tick on demand and answers with its outcome.

import { asStatsError } from '../errors.ts';
import type { TickOutcome } from '../sync/tick.ts';
import { badRequest, failureReply } from './problem-details.ts';
import { type Reply, type Request, uncachedJson } from './reply.ts';

/** Whether the sync is forced; undefined where the parameter says neither. The host joins a repeated one with commas. */
function readForce({ query }: Request): boolean | undefined {
  const values = query.getAll('force');
  if (values.length === 0) return false;
  return /^(1|true)?$/i.test(values.join()) && values.length === 1 ? true : undefined;
}

/** Not one of the routes of routes.ts, which read: this handler starts a run, which src/app.ts passes in. */
export async function answerSyncNow(
  request: Request,
  runTick: (force: boolean) => Promise<TickOutcome>,
): Promise<Reply> {
  const force = readForce(request);
  if (force === undefined) return badRequest('force must be given once: as force, force=1 or force=true.');
  try {
    const result = await runTick(force);
    return uncachedJson(result.outcome === 'busy' ? 409 : 200, result);
  } catch (error) {
    return failureReply(asStatsError(error));
  }
}
