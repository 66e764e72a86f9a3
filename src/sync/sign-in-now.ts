// One real sign-in for its own sake, for an owner who wants to know whether the credentials work. The lease, the cap and the
// ledger are those of a sync; the stats are not fetched, and no sync waits because of it.

import { asStatsError } from '../errors.ts';
import { readSession } from '../peloton/session-store.ts';
import { makeSession } from '../peloton/sign-in.ts';
import { readCheckpoint } from './checkpoint.ts';
import { openRecord, recordSignIn, tryToRecord } from './outcome.ts';
import type { Run } from './run.ts';
import { sessionParts } from './session-parts.ts';

/**
 * Signs in, whatever is stored. The run is ended by whoever started it.
 * @throws StatsError; what was refused is then in state.json, where the next sign-in finds it.
 */
export async function signInNow(run: Run): Promise<'signed-in' | 'busy'> {
  const { log } = run;
  if (!(await run.takeLease())) return 'busy';
  const { file } = await readCheckpoint(run);
  const record = openRecord(run, { file, force: true });
  const session = sessionParts(run, record);
  const { store } = session;
  try {
    await readSession(store);
    await makeSession(session);
    await recordSignIn(record, 'signed-in', store);
    return 'signed-in';
  } catch (thrown) {
    await run.stopWork();
    await tryToRecord(log, () => recordSignIn(record, asStatsError(thrown), store));
    throw thrown;
  }
}
