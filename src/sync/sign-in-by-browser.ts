// A sign-in that a person makes in a browser, where no bot check and no second factor is in the way. No credentials are posted and
// no sign-in is counted. The person takes a while, so the work is two runs, and nobody waits for a lease in between.

import { asStatsError } from '../errors.ts';
import type { AuthorizationCode } from '../peloton/authorize.ts';
import { fetchUserId } from '../peloton/overview.ts';
import { proveWritable, readSession } from '../peloton/session-store.ts';
import { exchangeCode, keepTokens } from '../peloton/sign-in.ts';
import { accessOf, type Session, userIdOf } from '../peloton/stored-session.ts';
import { readCheckpoint } from './checkpoint.ts';
import { openRecord, recordBrowserSignIn } from './outcome.ts';
import type { Run } from './run.ts';
import { sessionParts } from './session-parts.ts';

/** Takes the lease, and proves that a session could be stored; undefined where another run has the lease. */
async function openWritable(run: Run) {
  if (!(await run.takeLease())) return undefined;
  const { file } = await readCheckpoint(run);
  const record = openRecord(run, { file, force: true });
  const parts = sessionParts(run, record);
  const previous = await readSession(parts.store);
  await proveWritable(parts.store, record.ledger.proveWritable);
  return { record, parts, previous };
}

/**
 * Proves, before a person begins, that the sign-in can be kept. The run is ended by whoever started it.
 * @throws StatsError `vault` or `storage`.
 */
export async function proveBrowserSignIn(run: Run): Promise<'ready' | 'busy'> {
  return (await openWritable(run)) ? 'ready' : 'busy';
}

/** Whether the new session is that of the account before; undefined where one of the two cannot be known. */
async function isSameAccount({ http, config, log }: Run, session: Session, previous: Session) {
  const { peloton } = config;
  const before = userIdOf(previous, peloton.signIn);
  const access = accessOf(session, peloton.signIn);
  if (before === undefined || !access) return undefined;
  try {
    return (userIdOf(session, peloton.signIn) ?? (await fetchUserId(http, peloton, access))) === before;
  } catch (thrown) {
    const { code, message } = asStatsError(thrown);
    log('warn', 'account.unknown', { code, message });
    return undefined;
  }
}

export type BrowserSignIn = { session: Session; isSameAccount: boolean | undefined };

/**
 * Exchanges the code, stores the session, and ends what a refused sign-in had stopped. The run is ended by whoever started it.
 * @returns `refused` where Peloton takes the code no longer.
 * @throws StatsError
 */
export async function keepBrowserSignIn(
  run: Run,
  code: AuthorizationCode,
): Promise<BrowserSignIn | 'busy' | 'refused'> {
  const opened = await openWritable(run);
  if (!opened) return 'busy';
  const { record, parts, previous } = opened;
  const body = await exchangeCode(parts, code);
  if (!body) return 'refused';
  const session = await keepTokens(parts, body, { client_id: parts.peloton.clientId });
  await recordBrowserSignIn(record, parts.store);
  return { session, isSameAccount: await isSameAccount(run, session, previous) };
}
