// POST /api/sync: what came of a tick that somebody asked for.

import { asStatsError } from '../errors.ts';
import type { TickOutcome } from '../sync/tick.ts';
import { failureProblem, type Reply, type Request, uncachedJson } from './serve.ts';

type RunTick = (force: boolean) => Promise<TickOutcome>;

export async function answerSyncNow(request: Request, runTick: RunTick): Promise<Reply> {
  try {
    const result = await runTick(request.query.get('force') === 'true');
    return uncachedJson(result.outcome === 'busy' ? 409 : 200, result);
  } catch (error) {
    return failureProblem(asStatsError(error));
  }
}
