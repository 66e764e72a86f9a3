// One real sign-in for its own sake, for an owner who wants to know whether the credentials work. It is a run like a sync's:
// under the lease, within the cap, its session kept, a refusal remembered. No stats are fetched, and no sync waits for it.

import { readCheckpoint } from './checkpoint.ts';
import { holdLease, limitTime, type RunParts, run } from './run.ts';

/**
 * Signs in, whatever is stored.
 * @throws StatsError; what was refused is then in state.json, where the next sign-in finds it.
 */
export async function signInNow(parts: RunParts): Promise<'signed-in' | 'busy'> {
  return await limitTime(parts, timed =>
    holdLease<'signed-in'>(timed, async lease => {
      const checkpoint = await readCheckpoint(timed.storage, timed.log);
      await run(timed, { lease, checkpoint, force: true, purpose: 'sign-in' }, async ({ custody, ledger }) => {
        await custody.signIn();
        await ledger.recordSignIn('signed-in', custody.versions());
      });
      return 'signed-in';
    }),
  );
}
