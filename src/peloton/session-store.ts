// The session in the vault during one run: read once, and written again whenever it changes. Tokens that have just come are
// written before anything is done with them, since Peloton gives each refresh token once.

import type { Secret } from '../azure/vault.ts';
import { waitForAll } from '../errors.ts';
import { type Log, timed } from '../log.ts';
import { readClaims } from './access-token.ts';
import {
  readSignInSecrets,
  type SecretVersions,
  type SignInSecrets,
  sessionSecret,
  versionsOf,
} from './sign-in-secrets.ts';
import { belongsTo, holdsToken, isUnreadable, parseSession, type Session, unreadableHint } from './stored-session.ts';
import { readTokens } from './tokens.ts';

export type SessionVault = {
  read(name: string): Promise<Secret | undefined>;
  /** Writes a value that could be made again; returns the id of the new version. */
  write(name: string, value: string): Promise<string>;
  /**
   * Writes a value that exists nowhere else, such as new tokens, also when the run's time for work is up. A run that has lost
   * its lease writes only where the vault still holds the version that the run knows.
   */
  keep(name: string, value: string, knownVersion: string | undefined): Promise<string>;
};

export type SessionStore = {
  readonly vault: SessionVault;
  readonly clock: () => Date;
  readonly log: Log;
  /** The secrets as this run leaves them; undefined until they are read. */
  secrets: SignInSecrets | undefined;
  /** Whether this run has written the session already, which proves that it may. */
  isWritten: boolean;
};

export function createSessionStore(parts: Pick<SessionStore, 'vault' | 'clock' | 'log'>): SessionStore {
  return { ...parts, secrets: undefined, isWritten: false };
}

/** The secrets as the run leaves them; undefined where it could not read them. */
export function knownVersions({ secrets }: SessionStore): SecretVersions | undefined {
  return secrets && versionsOf(secrets);
}

/**
 * Reads the three secrets of a sign-in.
 * @returns the session to use: empty where there is none, or where it belongs to another user name.
 * @throws StatsError `vault`.
 */
export async function readSession(store: SessionStore): Promise<Session> {
  const { vault, log } = store;
  const secrets = await timed(log, 'vault.read', () => readSignInSecrets(vault));
  store.secrets = secrets;
  const { session: secret, username } = secrets;
  const parsed = parseSession(secret);
  if (isUnreadable(secret)) log('warn', 'session.unreadable', { hint: unreadableHint });
  const isOurs = secret !== undefined && belongsTo(username, parsed, secret);
  const session = isOurs ? { ...parsed, username_version: parsed.username_version ?? username?.version } : {};
  // A pasted session looks newer once it is written again. Its user name is therefore written with it: none, where the session
  // is older than the user name.
  const isPasted = holdsToken(parsed) && parsed.username_version === undefined;
  const owned = isOurs ? session : { ...parsed, username_version: '' };
  if (secret && isPasted) secrets.session = { ...secret, value: JSON.stringify(owned) };
  return session;
}

function remember(store: SessionStore, value: string, version: string): void {
  if (store.secrets) store.secrets.session = { value, version, createdAt: store.clock() };
  store.isWritten = true;
}

async function writeSecret(store: SessionStore, value: string): Promise<void> {
  const version = await timed(store.log, 'vault.write', () => store.vault.write(sessionSecret, value));
  remember(store, value, version);
}

/**
 * Proves that the answer to a refresh or a sign-in could be stored, before Peloton is asked: writes the session as it is.
 * @param proveLedger proves the same of state.json, side by side.
 */
export async function proveWritable(store: SessionStore, proveLedger: () => Promise<void>): Promise<void> {
  const proof = store.isWritten || writeSecret(store, store.secrets?.session?.value ?? '{}');
  await waitForAll([proof, proveLedger()]);
}

/** Writes a session that has just been made. */
export async function keepSession(store: SessionStore, session: Session): Promise<void> {
  const value = JSON.stringify(session);
  const known = store.secrets?.session?.version;
  const version = await timed(store.log, 'vault.write', () => store.vault.keep(sessionSecret, value, known));
  remember(store, value, version);
}

/** Writes the session with an addition that could be asked for again. A run that has written a session already writes no other. */
export async function addToSession(store: SessionStore, session: Session): Promise<void> {
  if (!store.isWritten) await writeSecret(store, JSON.stringify(session));
}

/** The session that an answer of /oauth/token makes of the one before; its fields are not judged. */
export function toSession(store: SessionStore, body: object, previous: Session): Session {
  const { access_token, refresh_token, expires_in } = readTokens(body);
  const expiresAt = expires_in === undefined ? undefined : new Date(store.clock().getTime() + expires_in * 1000);
  return {
    access_token,
    refresh_token: refresh_token ?? previous.refresh_token,
    expires_at: expiresAt?.toISOString(),
    user_id: (access_token && readClaims(access_token).userId) ?? previous.user_id,
    client_id: previous.client_id,
    username_version: store.secrets?.username?.version ?? previous.username_version,
  };
}
