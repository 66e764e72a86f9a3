// The ladder and the custody of tokens: the stored session while it is good, a refresh when it is not, a sign-in last.
// A rotated refresh token is in the vault before anything else happens, and one that has a successor is never sent again.

import * as z from 'zod';
import type { Secret, Vault } from '../azure/vault.ts';
import type { PelotonConfig } from '../config.ts';
import { StatsError } from '../errors.ts';
import type { HttpClient } from '../http.ts';
import { type Log, timed } from '../log.ts';
import { type Access, fetchUserId, isUnauthorized } from './overview.ts';
import { sessionLogin } from './session-login.ts';
import { type Credentials, signIn } from './sign-in.ts';
import {
  readSignInSecrets,
  type SecretVersions,
  type SignInSecrets,
  sessionSecret,
  versionsOf,
} from './sign-in-secrets.ts';
import {
  accessOf,
  accessTokenOf,
  belongsTo,
  holdsToken,
  isFresh,
  parseSession,
  type Session,
  token,
} from './stored-session.ts';
import { requestTokens, type TokenAnswer } from './tokens.ts';

/** What state.json remembers for the ladder, so that no crash can make it forget. */
export type Ledger = {
  /** A token that Peloton refused, or a refresh token whose successor arrived: it is not sent again. */
  isDead(token: string): boolean;
  /** Written down with the next thing that is. */
  markDead(token: string): void;
  /** Proves that what a sign-in or a refresh makes known can be written down. */
  proveWritable(): Promise<void>;
  /** @throws StatsError with the code of the last sign-in when three were made in 24 hours, or it was refused. */
  assertSignInAllowed(tried: SecretVersions): void;
  countSignIn(): Promise<void>;
};

export type CustodyParts = {
  http: HttpClient;
  peloton: PelotonConfig;
  vault: Vault;
  ledger: Ledger;
  clock: () => Date;
  log: Log;
};

export type Custody = {
  /** Reads the secrets, which the others do where it has not been done. */
  open(): Promise<unknown>;
  /** Runs a request with a session, once more with a renewed one where a stored one turns out to be refused. */
  use<T>(request: (access: Access, userId: string) => Promise<T>): Promise<T>;
  /** Signs in whatever is stored, keeps the new session and asks the API whose it is. */
  signIn(): Promise<void>;
  /** The secrets as the run leaves them; undefined where it could not read them. */
  versions(): SecretVersions | undefined;
};

const tokenFields = z.object({
  access_token: token.optional().catch(undefined),
  refresh_token: z.string().min(1).optional().catch(undefined),
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

export function createCustody({ http, peloton, vault, ledger, clock, log }: CustodyParts): Custody {
  let secrets: SignInSecrets = { session: undefined, username: undefined, password: undefined };
  let opened: Promise<Session> | undefined;
  let isRead = false;
  let isWritable = false;
  const usernameVersion = () => secrets.username?.version;

  const open = () => {
    opened ??= readSession();
    return opened;
  };

  async function readSession(): Promise<Session> {
    secrets = await timed(log, 'vault.read', () => readSignInSecrets(vault));
    isRead = true;
    const { session: secret, username } = secrets;
    const parsed = parseSession(secret);
    if (secret && secret.value.trim() !== '{}' && !holdsToken(parsed)) {
      log('warn', 'session.unreadable', { hint: `${sessionSecret} is not a JSON object that holds a token.` });
    }
    const isOurs = secret !== undefined && belongsTo(username, parsed, secret);
    const session = isOurs ? { ...parsed, username_version: parsed.username_version ?? username?.version } : {};
    // Writing a pasted session again makes it look newer than it is, so from here on it says whose it is: nobody's, where it
    // is older than the user name.
    const isPasted = holdsToken(parsed) && parsed.username_version === undefined;
    const owned = isOurs ? session : { ...parsed, username_version: '' };
    if (secret && isPasted) secrets.session = { ...secret, value: JSON.stringify(owned) };
    return session;
  }

  async function write(value: string, options?: { isOnlyCopy: boolean }): Promise<void> {
    const version = await timed(log, 'vault.write', () => vault.write(sessionSecret, value, options));
    secrets.session = { value, version, createdAt: clock() };
    isWritable = true;
  }

  /** Nothing is asked of Peloton whose answer could not be kept. */
  async function proveWritable(): Promise<void> {
    if (isWritable) return;
    await Promise.all([write(secrets.session?.value ?? '{}'), ledger.proveWritable()]);
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
      username_version: usernameVersion() ?? previous.username_version,
    };
    const isRotated = session.refresh_token !== previous.refresh_token;
    if (isRotated && previous.refresh_token) ledger.markDead(previous.refresh_token);
    await write(JSON.stringify(session), { isOnlyCopy: true });
    if (session.access_token) return session;
    throw new StatsError('upstream-changed', `POST ${new URL(peloton.authUrl).host}/oauth/token gave no access token.`);
  }

  async function refresh(session: Session, refreshToken: string): Promise<Session | undefined> {
    await proveWritable();
    const grant = { grant_type: 'refresh_token', refresh_token: refreshToken } as const;
    const answer: TokenAnswer = await timed(log, 'peloton.refresh', () => requestTokens(http, peloton, grant));
    if (answer !== 'invalid_grant') return await keepTokens(answer.body, session);
    ledger.markDead(refreshToken);
    return undefined;
  }

  function readCredentials(): Credentials {
    const { username, password } = secrets;
    const read = (name: string, secret: Secret | undefined) => {
      const value = secret?.value.replace(/\r?\n$/, '');
      if (!value) throw missing(name);
      return value;
    };
    return { username: read('peloton-username', username), password: read('peloton-password', password) };
  }

  async function signInAnew(): Promise<Session> {
    const credentials = readCredentials();
    ledger.assertSignInAllowed(versionsOf(secrets));
    await proveWritable();
    const dance = { http, peloton, credentials, beforePost: () => ledger.countSignIn() };
    if (peloton.signIn === 'session') {
      const fields = await timed(log, 'peloton.sign-in', () => sessionLogin(dance));
      const session: Session = { ...fields, username_version: usernameVersion() };
      await write(JSON.stringify(session), { isOnlyCopy: true });
      return session;
    }
    const { code, codeVerifier } = await timed(log, 'peloton.sign-in', () => signIn(dance));
    const answer = await timed(log, 'peloton.tokens', () =>
      requestTokens(http, peloton, {
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
    if (peloton.signIn === 'oauth' && refreshToken && !ledger.isDead(refreshToken)) {
      const refreshed = await refresh(session, refreshToken);
      if (refreshed) return refreshed;
    }
    return await signInAnew();
  }

  /** Learned once and kept with the session; a vault that cannot keep it costs a request a day, not the sync. */
  async function learnUserId(session: Session, access: Access): Promise<string> {
    const userId = await timed(log, 'peloton.me', () => fetchUserId(http, peloton, access));
    try {
      await write(JSON.stringify({ ...session, user_id: userId }));
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
    open,
    async use(request) {
      const session = await open();
      const token = accessTokenOf(session, peloton.signIn);
      if (token !== undefined && isFresh(session, clock()) && !ledger.isDead(token)) {
        try {
          return await ask(session, request);
        } catch (error) {
          if (!isUnauthorized(error)) throw error;
          ledger.markDead(token);
        }
      }
      return await ask(await renew(session), request);
    },
    async signIn() {
      await open();
      await ask(await signInAnew(), async () => {});
    },
    versions: () => (isRead ? versionsOf(secrets) : undefined),
  };
}
