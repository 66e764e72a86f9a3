// The session of a request: the stored one while it is good, a refreshed one when it is not, a sign-in last. Peloton gives each
// token once (docs/peloton.md): it is never asked for tokens that could not be stored, and never sent a spent one again.

import type { PelotonConfig } from '../config.ts';
import { StatsError } from '../errors.ts';
import type { HttpClient } from '../http.ts';
import { type Log, timed } from '../log.ts';
import { readCredentials } from './credentials.ts';
import { type Access, fetchUserId, isUnauthorized } from './overview.ts';
import { sessionLogin } from './session-login.ts';
import { addToSession, keepSession, proveWritable, type SessionStore, toSession } from './session-store.ts';
import { type SignInRequest, signIn } from './sign-in.ts';
import { type SecretVersions, versionsOf } from './sign-in-secrets.ts';
import { accessOf, accessTokenOf, isFresh, type Session, userIdOf } from './stored-session.ts';
import { requestTokens } from './tokens.ts';

/** The memory of sign-ins and tokens, which state.json keeps from run to run. */
export type SignInLedger = {
  /** A token that Peloton refused, or a refresh token whose successor arrived: it is not sent again. */
  isDead(token: string): boolean;
  /** Remembers the token as dead with the next write of state.json. */
  markDead(token: string): void;
  /** Proves that the result of a sign-in or a refresh can be written into state.json. */
  proveWritable(): Promise<void>;
  /** @throws StatsError with the code of the last sign-in when three were made in 24 hours, or it was refused. */
  assertSignInAllowed(tried: SecretVersions): void;
  countSignIn(): Promise<void>;
};

export type SessionParts = {
  http: HttpClient;
  peloton: PelotonConfig;
  store: SessionStore;
  ledger: SignInLedger;
  clock: () => Date;
  log: Log;
};

/** Whose data is asked for, and with which token. */
export type Account = { access: Access; userId: string };

/** A request made with a session, for the account with that user id. */
export type SessionRequest<T> = (access: Access, userId: string) => Promise<T>;

/** Stores the tokens of an answer first, and judges the answer second. */
async function keepTokens(parts: SessionParts, body: object, previous: Session): Promise<Session> {
  const { store, ledger, peloton } = parts;
  const session = toSession(store, body, previous);
  const spent = previous.refresh_token;
  if (spent && session.refresh_token !== spent) ledger.markDead(spent);
  await keepSession(store, session);
  if (session.access_token) return session;
  throw new StatsError('upstream-changed', `POST ${new URL(peloton.authUrl).host}/oauth/token gave no access token.`);
}

/** The renewed session; undefined where Peloton says that the refresh token is dead. */
async function refresh(parts: SessionParts, session: Session, refreshToken: string): Promise<Session | undefined> {
  const { http, peloton, store, ledger, log } = parts;
  await proveWritable(store, ledger.proveWritable);
  const grant = { grant_type: 'refresh_token', refresh_token: refreshToken } as const;
  const answer = await timed(log, 'peloton.refresh', () => requestTokens(http, peloton, grant));
  if (answer !== 'invalid_grant') return await keepTokens(parts, answer.body, session);
  ledger.markDead(refreshToken);
  return undefined;
}

async function signInByOauth(parts: SessionParts, request: SignInRequest): Promise<Session> {
  const { http, peloton, log } = parts;
  const { code, codeVerifier } = await timed(log, 'peloton.sign-in', () => signIn(request));
  const answer = await timed(log, 'peloton.tokens', () =>
    requestTokens(http, peloton, {
      grant_type: 'authorization_code',
      code,
      code_verifier: codeVerifier,
      redirect_uri: peloton.redirectUri,
    }),
  );
  if (answer !== 'invalid_grant') return await keepTokens(parts, answer.body, {});
  throw new StatsError('upstream-changed', `POST ${new URL(peloton.authUrl).host}/oauth/token refused a new code.`);
}

async function signInBySessionLogin({ store, log }: SessionParts, request: SignInRequest): Promise<Session> {
  const fields = await timed(log, 'peloton.sign-in', () => sessionLogin(request));
  const session: Session = { ...fields, username_version: store.secrets?.username?.version };
  await keepSession(store, session);
  return session;
}

/** Signs in, whatever session is stored, and stores the new one. `readSession` has to come first. */
export async function makeSession(parts: SessionParts): Promise<Session> {
  const { http, peloton, store, ledger } = parts;
  const credentials = readCredentials(store.secrets);
  if (store.secrets) ledger.assertSignInAllowed(versionsOf(store.secrets));
  await proveWritable(store, ledger.proveWritable);
  const request = { http, peloton, credentials, beforePost: ledger.countSignIn };
  return await (peloton.signIn === 'session' ? signInBySessionLogin : signInByOauth)(parts, request);
}

async function renewSession(parts: SessionParts, session: Session): Promise<Session> {
  const { refresh_token: refreshToken } = session;
  if (parts.peloton.signIn === 'oauth' && refreshToken && !parts.ledger.isDead(refreshToken)) {
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
  const userId = await timed(log, 'peloton.me', () => fetchUserId(http, peloton, access));
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
