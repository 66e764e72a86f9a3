// The ladder and the custody of tokens: the stored session while it is good, a refresh when it is not, a sign-in last.
// A rotated refresh token is in the vault before anything else happens, and one that has a successor is never sent again.

import * as z from 'zod';
import type { PelotonConfig } from '../config.ts';
import { StatsError } from '../errors.ts';
import type { Door } from '../http.ts';
import { type Log, timed } from '../log.ts';
import type { SecretVersions } from '../state.ts';
import type { Secret, Vault } from '../vault.ts';
import { type Access, fetchUserId, isUnauthorized } from './overview.ts';
import { sessionLogin } from './session-login.ts';
import { type Credentials, signIn } from './sign-in.ts';
import { accessOf, belongsTo, isFresh, parseSession, type Session, sessionSecret, token } from './stored-session.ts';
import { requestTokens, type TokenAnswer } from './tokens.ts';

/** What state.json remembers for the ladder, so that no crash can make it forget. */
export type Ledger = {
  isSpent(refreshToken: string): boolean;
  markSpent(refreshToken: string): Promise<void>;
  /** @throws StatsError with the code of the last sign-in when three were made in 24 hours. */
  assertSignInAllowed(): void;
  countSignIn(): Promise<void>;
};

export type CustodyParts = {
  door: Door;
  peloton: PelotonConfig;
  vault: Vault;
  ledger: Ledger;
  clock: () => Date;
  log: Log;
};

export type Custody = {
  /** Runs a request with a session, once more with a renewed one where a stored one turns out to be refused. */
  use<T>(request: (access: Access, userId: string) => Promise<T>): Promise<T>;
  /** Signs in whatever is stored, keeps the new session and asks the API whose it is. */
  signIn(): Promise<void>;
  /** The versions of the secrets as the run found them and as it leaves them; undefined where it could not read them. */
  versions(): { before: SecretVersions; after: SecretVersions } | undefined;
};

const tokenFields = z.object({
  access_token: token.optional().catch(undefined),
  refresh_token: token.optional().catch(undefined),
  expires_in: z
    .number()
    .positive()
    .max(10 * 365 * 86_400)
    .optional()
    .catch(undefined),
});

function missing(name: string): StatsError {
  return new StatsError('vault', `The vault has no secret ${name}, which the sign-in needs.`, {
    hint: `Store the secret ${name} in the vault (infra/scripts/set-credentials does), or paste a new session.`,
  });
}

export function createCustody({ door, peloton, vault, ledger, clock, log }: CustodyParts): Custody {
  let username: Secret | undefined;
  let password: Secret | undefined;
  let stored: Secret | undefined;
  let before: SecretVersions | undefined;
  let sessionVersion: string | null = null;
  let isWritable = false;

  async function readSecrets(): Promise<Session> {
    [stored, username, password] = await timed(log, 'vault.read', () =>
      Promise.all([vault.read(sessionSecret), vault.read('peloton-username'), vault.read('peloton-password')]),
    );
    const version = (secret: Secret | undefined) => secret?.version ?? null;
    before = { username: version(username), password: version(password), session: version(stored) };
    sessionVersion = before.session;
    const session = parseSession(stored);
    if (stored && belongsTo(username, session, stored)) return session;
    // Of another account, and for good: a version never comes back. The proof below must not make it look newer.
    if (stored && session.username_version === undefined) stored = { ...stored, value: '{}' };
    return {};
  }

  async function write(session: Session | string): Promise<void> {
    const value = typeof session === 'string' ? session : JSON.stringify(session);
    sessionVersion = await timed(log, 'vault.write', () => vault.write(sessionSecret, value));
  }

  /** Nothing is asked of Peloton whose answer could not be kept. */
  async function proveWritable(): Promise<void> {
    if (isWritable) return;
    await write(stored?.value ?? '{}');
    isWritable = true;
  }

  /** Stores whatever came first, judges it second. */
  async function keepTokens(body: object, previous: Session): Promise<Session> {
    const fields = tokenFields.parse(body);
    const lifetimeMs = fields.expires_in === undefined ? undefined : fields.expires_in * 1000;
    const session: Session = {
      access_token: fields.access_token,
      refresh_token: fields.refresh_token ?? previous.refresh_token,
      expires_at: lifetimeMs === undefined ? undefined : new Date(clock().getTime() + lifetimeMs).toISOString(),
      user_id: previous.user_id,
      username_version: username?.version ?? previous.username_version,
    };
    try {
      await write(session);
    } catch (error) {
      if (fields.refresh_token && previous.refresh_token) await ledger.markSpent(previous.refresh_token);
      throw error;
    }
    if (session.access_token) return session;
    throw new StatsError('upstream-changed', `POST ${new URL(peloton.authUrl).host}/oauth/token gave no access token.`);
  }

  async function refresh(session: Session, refreshToken: string): Promise<Session | undefined> {
    await proveWritable();
    const grant = { grant_type: 'refresh_token', refresh_token: refreshToken } as const;
    const answer: TokenAnswer = await timed(log, 'peloton.refresh', () => requestTokens(door, peloton, grant));
    return answer === 'invalid_grant' ? undefined : await keepTokens(answer.body, session);
  }

  function readCredentials(): Credentials {
    if (!username) throw missing('peloton-username');
    if (!password) throw missing('peloton-password');
    const withoutNewline = (secret: Secret) => secret.value.replace(/\r?\n$/, '');
    return { username: withoutNewline(username), password: withoutNewline(password) };
  }

  async function signInAnew(): Promise<Session> {
    const credentials = readCredentials();
    ledger.assertSignInAllowed();
    await proveWritable();
    const dance = { door, peloton, credentials, beforePost: () => ledger.countSignIn() };
    if (peloton.signIn === 'session') {
      const fields = await timed(log, 'peloton.sign-in', () => sessionLogin(dance));
      const session: Session = { ...fields, username_version: username?.version };
      await write(session);
      return session;
    }
    const { code, codeVerifier } = await timed(log, 'peloton.sign-in', () => signIn(dance));
    const answer = await timed(log, 'peloton.tokens', () =>
      requestTokens(door, peloton, {
        grant_type: 'authorization_code',
        code,
        code_verifier: codeVerifier,
        redirect_uri: peloton.redirectUri,
      }),
    );
    if (answer !== 'invalid_grant') return await keepTokens(answer.body, {});
    throw new StatsError('upstream-changed', `POST ${new URL(peloton.authUrl).host}/oauth/token refused a new code.`);
  }

  async function renew(session: Session): Promise<Session> {
    const { refresh_token: refreshToken } = session;
    if (peloton.signIn === 'oauth' && refreshToken && !ledger.isSpent(refreshToken)) {
      const refreshed = await refresh(session, refreshToken);
      if (refreshed) return refreshed;
    }
    return await signInAnew();
  }

  /** Learned once and kept with the session; a vault that cannot keep it costs a request a day, not the sync. */
  async function learnUserId(session: Session, access: Access): Promise<string> {
    const userId = await timed(log, 'peloton.me', () => fetchUserId(door, peloton, access));
    try {
      await write({ ...session, user_id: userId });
    } catch (error) {
      if (!(error instanceof StatsError)) throw error;
      log('warn', 'session.user-id-not-kept', { code: error.code, hint: error.hint });
    }
    return userId;
  }

  async function ask<T>(session: Session, request: (access: Access, userId: string) => Promise<T>): Promise<T> {
    const access = accessOf(session, peloton.signIn);
    if (!access) throw new TypeError('A session without access is never asked with.');
    return await request(access, session.user_id ?? (await learnUserId(session, access)));
  }

  return {
    async use(request) {
      const session = await readSecrets();
      const isGood = accessOf(session, peloton.signIn) !== undefined && isFresh(session, clock());
      if (!isGood) return await ask(await renew(session), request);
      try {
        return await ask(session, request);
      } catch (error) {
        if (!isUnauthorized(error)) throw error;
        return await ask(await renew(session), request);
      }
    },
    async signIn() {
      await readSecrets();
      await ask(await signInAnew(), async () => {});
    },
    versions: () => before && { before, after: { ...before, session: sessionVersion } },
  };
}
