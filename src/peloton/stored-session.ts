// The content of the secret `peloton-session`: its tokens, its owner, its end. The app writes it, or an owner pastes it, so no
// field is sure to be there.

import * as z from 'zod';
import type { Secret } from '../azure/vault.ts';
import type { PelotonConfig } from '../config.ts';
import { hourMs } from '../stats/time.ts';
import { readClaims } from './access-token.ts';
import { type Access, userIdSchema } from './overview.ts';
import { readSessionFields } from './pasted-session.ts';

const renewBeforeMs = hourMs;

/** Printable ASCII, since a token travels in a header. */
export const tokenSchema = z
  .string()
  .trim()
  .regex(/^[\x21-\x7e]+$/);

const clientIdSchema = z.string().regex(/^[\w.-]{1,100}$/);

/** An access token as an owner pastes it: perhaps the whole Authorization header of a browser. */
const pastedToken = z
  .string()
  .transform(text => text.trim().replace(/^Bearer\s+/i, ''))
  .pipe(tokenSchema);

const sessionSchema = z.object({
  access_token: pastedToken.optional().catch(undefined),
  refresh_token: z.string().trim().min(1).optional().catch(undefined),
  expires_at: z.iso.datetime({ offset: true }).optional().catch(undefined),
  session_id: tokenSchema.optional().catch(undefined),
  user_id: userIdSchema.optional().catch(undefined),
  username_version: z.string().optional().catch(undefined),
  /** The client that the tokens were issued to, which alone may refresh them. */
  client_id: clientIdSchema.optional().catch(undefined),
});

export type Session = z.infer<typeof sessionSchema>;

/** The session in a secret; empty where the secret is missing or holds something else. */
export function parseSession(secret: Secret | undefined): Session {
  return sessionSchema.parse((secret && readSessionFields(secret.value)) ?? {});
}

/** The next step of an owner whose pasted session cannot be read. */
export const unreadableHint =
  'The secret peloton-session is no session: store {"access_token":"…"} or {"refresh_token":"…"} in it, the value that the members site keeps in localStorage, or a bare token.';

/**
 * True for a secret in which an owner has stored something else than a session. An empty secret, and one that the app wrote
 * without a token, is nobody's mistake.
 */
export function isUnreadable(secret: Secret | undefined): boolean {
  if (!secret) return false;
  const fields = readSessionFields(secret.value);
  const isMadeByApp = fields && (Object.keys(fields).length === 0 || Object.hasOwn(fields, 'username_version'));
  return !isMadeByApp && !holdsToken(parseSession(secret));
}

export function holdsToken({ access_token, refresh_token, session_id }: Session): boolean {
  return [access_token, refresh_token, session_id].some(token => token !== undefined);
}

/** True for a session that was made with the present user name; a pasted one must be newer than the user name. */
export function belongsTo(username: Secret | undefined, session: Session, secret: Secret): boolean {
  if (!username) return true;
  if (session.username_version !== undefined) return session.username_version === username.version;
  return secret.createdAt >= username.createdAt;
}

/** The token that requests are made with; undefined where the session has none for this kind of sign-in. */
export function accessTokenOf(session: Session, signIn: PelotonConfig['signIn']): string | undefined {
  return signIn === 'session' ? session.session_id : session.access_token;
}

/** The headers that a request of this session has; undefined where the session has no token for this kind of sign-in. */
export function accessOf(session: Session, signIn: PelotonConfig['signIn']): Access | undefined {
  const token = accessTokenOf(session, signIn);
  if (token === undefined) return undefined;
  return {
    headers: signIn === 'session' ? { Cookie: `peloton_session_id=${token}` } : { Authorization: `Bearer ${token}` },
  };
}

/** The user id of the session's account: from the token itself, else as an earlier run stored it; undefined where neither has it. */
export function userIdOf(session: Session, signIn: PelotonConfig['signIn']): string | undefined {
  const token = signIn === 'session' ? undefined : session.access_token;
  return (token && readClaims(token).userId) ?? session.user_id;
}

/** The client that the session belongs to, as it says itself or its access token does; undefined where neither does. */
export function clientOf({ client_id, access_token }: Session): string | undefined {
  return client_id ?? (access_token && readClaims(access_token).clientId);
}

/** When the access token ends, as far as the session or the token says; undefined where neither does. */
export function endOf({ expires_at, access_token }: Session): Date | undefined {
  if (expires_at !== undefined) return new Date(expires_at);
  return access_token === undefined ? undefined : readClaims(access_token).endsAt;
}

/** True while the session need not be renewed, as far as it says itself. */
export function isFresh({ expires_at }: Session, now: Date): boolean {
  return expires_at === undefined || Date.parse(expires_at) - now.getTime() >= renewBeforeMs;
}
