// A sign-in: its rungs one after the other, until one gets in or judges the credentials. Every posting of the credentials is
// counted before it is sent, and a rung is left for the next one only where it came to no judgement (docs/peloton.md).

import type { PelotonConfig } from '../config.ts';
import { errorTable, StatsError } from '../errors.ts';
import type { HttpClient } from '../http.ts';
import { type Log, timed } from '../log.ts';
import { signInByGrant } from './app-grant.ts';
import type { AuthorizationCode } from './authorize.ts';
import { readCredentials } from './credentials.ts';
import { sessionLogin } from './session-login.ts';
import { keepSession, proveWritable, type SessionStore, toSession } from './session-store.ts';
import { type Rung, rungsOf, type SignInLedger } from './sign-in-ledger.ts';
import { versionsOf } from './sign-in-secrets.ts';
import { holdsToken, type Session } from './stored-session.ts';
import { requestTokens } from './tokens.ts';
import { type SignInRequest, signInByPage } from './web-sign-in.ts';

export type SignInParts = {
  http: HttpClient;
  peloton: PelotonConfig;
  store: SessionStore;
  ledger: SignInLedger;
  log: Log;
};

/** Stores the tokens of an answer first, and judges the answer second. */
export async function keepTokens(parts: SignInParts, body: object, previous: Session): Promise<Session> {
  const { store, ledger, peloton } = parts;
  const session = toSession(store, body, previous);
  const spent = previous.refresh_token;
  if (spent && session.refresh_token !== spent) ledger.markDead(spent);
  const isKept = holdsToken(session); // an answer without any token leaves the session that was there
  if (isKept) await keepSession(store, session);
  if (session.access_token) return session;
  throw new StatsError('upstream-changed', `POST ${new URL(peloton.authUrl).host}/oauth/token gave no access token.`, {
    opensNextRung: !isKept,
  });
}

/**
 * Exchanges a code for tokens.
 * @returns undefined where Peloton refuses the code: it has expired, or was exchanged before.
 */
export async function exchangeCode(
  { http, peloton, log }: Pick<SignInParts, 'http' | 'peloton' | 'log'>,
  { code, codeVerifier }: AuthorizationCode,
): Promise<object | undefined> {
  const grant = {
    grant_type: 'authorization_code',
    client_id: peloton.clientId,
    code,
    code_verifier: codeVerifier,
    redirect_uri: peloton.redirectUri,
  } as const;
  const answer = await timed(log, 'peloton.tokens', () => requestTokens({ http, peloton }, grant));
  return answer === 'refused' ? undefined : answer.body;
}

/** Gets in by one rung and keeps the session. */
const climb: Record<Rung, (parts: SignInParts, request: SignInRequest) => Promise<Session>> = {
  async web(parts, request) {
    const { peloton, log } = parts;
    const code = await timed(log, 'peloton.sign-in', () => signInByPage(request));
    const body = await exchangeCode(parts, code);
    if (body) return await keepTokens(parts, body, { client_id: peloton.clientId });
    throw new StatsError('upstream-changed', `POST ${new URL(peloton.authUrl).host}/oauth/token refused a new code.`);
  },
  async app(parts, request) {
    const body = await timed(parts.log, 'peloton.app-grant', () => signInByGrant(request));
    return await keepTokens(parts, body, { client_id: parts.peloton.appClientId });
  },
  async session({ store, log }, request) {
    const fields = await timed(log, 'peloton.sign-in', () => sessionLogin(request));
    const session: Session = { ...fields, username_version: store.secrets?.username?.version };
    await keepSession(store, session);
    return session;
  },
};

/** The failure of a sign-in in which no rung got in: the login page's own where that was tried, as long as nobody judged. */
function failureOf(failures: ReadonlyMap<Rung, StatsError>, noSignInBefore: Date | undefined): StatsError {
  const last = [...failures.values()].at(-1);
  const failure = last?.code === 'sign-in-refused' ? last : (failures.get('web') ?? last);
  if (!failure) throw new TypeError('A sign-in has a rung.');
  if (failure.code === 'sign-in-refused') return failure;
  const { code, message, hint, status, cause } = failure;
  const retryAfterMs = Math.max(...[...failures.values()].map(({ retryAfterMs = 0 }) => retryAfterMs));
  return new StatsError(code, message, {
    ...{ hint, cause },
    ...(status !== undefined && { status }),
    ...(retryAfterMs > 0 && { retryAfterMs }),
    ...(noSignInBefore && { noSignInBefore }),
  });
}

/**
 * Signs in, whatever session is stored, and stores the new one. `readSession` has to come first.
 * @throws StatsError
 */
export async function makeSession(parts: SignInParts): Promise<Session> {
  const { http, peloton, store, ledger, log } = parts;
  const credentials = readCredentials(store.secrets);
  const tried = versionsOf(store.secrets ?? { session: undefined, username: undefined, password: undefined });
  const rungs = ledger.openRungs(rungsOf[peloton.signIn], tried);
  await proveWritable(store, ledger.proveWritable);
  const failures = new Map<Rung, StatsError>();
  let capEnd: Date | undefined;
  for (const rung of rungs) {
    try {
      const session = await climb[rung](parts, { http, peloton, credentials, beforePost: ledger.countSignIn });
      ledger.endRung(rung, 'signed-in', tried);
      return session;
    } catch (error) {
      if (!(error instanceof StatsError) || errorTable[error.code].actor === 'deployer') throw error;
      capEnd = error.noSignInBefore;
      if (capEnd && failures.size > 0) break; // this rung was not tried: the failure is that of the one before
      ledger.endRung(rung, error, tried);
      failures.set(rung, error);
      if (capEnd || !error.opensNextRung) break;
      log('warn', 'sign-in.rung-failed', { rung, code: error.code, message: error.message });
    }
  }
  throw failureOf(failures, capEnd ?? ledger.heldUntil(rungsOf[peloton.signIn], tried));
}
