// The session of a request: the stored one while it is good, a refreshed one when it is not, a sign-in last. Peloton gives each
// token once (docs/peloton.md): it is never asked for tokens that could not be stored, and never sent a spent one again.

import { StatsError } from '../errors.ts';
import { timed } from '../log.ts';
import { type Access, fetchUserId, isUnauthorized } from './overview.ts';
import { addToSession, proveWritable } from './session-store.ts';
import { keepTokens, makeSession, type SignInParts } from './sign-in.ts';
import { accessOf, accessTokenOf, clientOf, isFresh, type Session, userIdOf } from './stored-session.ts';
import { requestTokens } from './tokens.ts';

export type SessionParts = SignInParts & { clock: () => Date };

/** Whose data is asked for, and with which token. */
export type Account = { access: Access; userId: string };

/** A request made with a session, for the account with that user id. */
export type SessionRequest<T> = (access: Access, userId: string) => Promise<T>;

/** The renewed session; undefined where Peloton says that the refresh token is dead. */
async function refresh(parts: SessionParts, session: Session, refreshToken: string): Promise<Session | undefined> {
  const { peloton, store, ledger, log } = parts;
  await proveWritable(store, ledger.proveWritable);
  const client_id = clientOf(session) ?? peloton.clientId;
  const grant = { grant_type: 'refresh_token', client_id, refresh_token: refreshToken } as const;
  const answer = await timed(log, 'peloton.refresh', () => requestTokens(parts, grant));
  if (answer !== 'refused') return await keepTokens(parts, answer.body, { ...session, client_id });
  ledger.markDead(refreshToken);
  return undefined;
}

async function renewSession(parts: SessionParts, session: Session): Promise<Session> {
  const { refresh_token: refreshToken } = session;
  if (parts.peloton.signIn !== 'session' && refreshToken && !parts.ledger.isDead(refreshToken)) {
    const refreshed = await refresh(parts, session, refreshToken);
    if (refreshed) return refreshed;
  }
  return await makeSession(parts);
}

/**
 * Asks the API for the user id of the session, and adds the id to a session that was stored before this run. Where it cannot
 * be stored, the next run asks again.
 */
async function learnUserId({ http, peloton, store, log }: SessionParts, session: Session, access: Access) {
  const userId = await timed(log, 'peloton.me', () => fetchUserId(http, peloton, access), isUnauthorized);
  try {
    await addToSession(store, { ...session, user_id: userId });
  } catch (error) {
    if (!(error instanceof StatsError)) throw error;
    log('warn', 'session.user-id-not-kept', { code: error.code, hint: error.hint });
  }
  return userId;
}

async function ask<T>(parts: SessionParts, session: Session, request: SessionRequest<T>): Promise<T> {
  const access = accessOf(session, parts.peloton.signIn);
  if (!access) throw new TypeError('A session without access is never asked with.');
  return await request(access, userIdOf(session, parts.peloton.signIn) ?? (await learnUserId(parts, session, access)));
}

/**
 * Makes a request with the session that was read from the store, and once more with a renewed one where Peloton refuses it.
 * @throws StatsError
 */
export async function askWithSession<T>(parts: SessionParts, session: Session, request: SessionRequest<T>): Promise<T> {
  const { peloton, ledger, clock } = parts;
  const token = accessTokenOf(session, peloton.signIn);
  if (token !== undefined && isFresh(session, clock()) && !ledger.isDead(token)) {
    try {
      return await ask(parts, session, request);
    } catch (error) {
      if (!isUnauthorized(error)) throw error;
      ledger.markDead(token);
    }
  }
  return await ask(parts, await renewSession(parts, session), request);
}

/** The account of a stored session, without a request to Peloton; undefined where the session cannot be asked with as it is. */
export function storedAccount({ peloton, ledger }: SessionParts, session: Session): Account | undefined {
  const token = accessTokenOf(session, peloton.signIn);
  const access = accessOf(session, peloton.signIn);
  const userId = userIdOf(session, peloton.signIn);
  return token && access && userId && !ledger.isDead(token) ? { access, userId } : undefined;
}
