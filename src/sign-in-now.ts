// One real sign-in for its own sake, for an owner who wants to know whether the credentials work. It is a run like a sync's:
// under the lease, within the cap, its session kept, a refusal remembered. No stats are fetched.

import { look } from './look.ts';
import { holdLease, limitTime, type RunParts, run } from './run.ts';

/**
 * Signs in, whatever is stored.
 * @throws StatsError; the failure is then in state.json, where health and the next tick find it.
 */
export async function signInNow(parts: RunParts): Promise<'signed-in' | 'busy'> {
  return await limitTime(parts, timed =>
    holdLease<'signed-in'>(timed, async lease => {
      const seen = await look(timed.storage, timed.log);
      await run(timed, { lease, seen }, async ({ custody, ledger }) => {
        await custody.signIn();
        await ledger.recordSignIn();
      });
      return 'signed-in';
    }),
  );
}
