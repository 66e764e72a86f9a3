// What a run needs to ask Peloton as the member: with a session that it may renew, or with the stored one as it is.

import { StatsError } from '../errors.ts';
import { type Account, type SessionParts, storedAccount } from '../peloton/session.ts';
import { createSessionStore, readSession } from '../peloton/session-store.ts';
import type { RunRecord } from './outcome.ts';
import type { Run } from './run.ts';

export function sessionParts(run: Run, { ledger }: RunRecord): SessionParts {
  const { http, config, clock, log } = run;
  return { http, peloton: config.peloton, store: createSessionStore(run), ledger, clock, log };
}

/**
 * The account of the stored session, which is not renewed for the list of workouts.
 * @throws StatsError `vault`, with the status of the refusal where there is no session that Peloton would take.
 */
export async function openAccount(run: Run, record: RunRecord): Promise<Account> {
  const session = sessionParts(run, record);
  const account = storedAccount(session, await readSession(session.store));
  if (!account) throw new StatsError('vault', 'The stored session is none to ask with.', { status: 401 });
  return account;
}
