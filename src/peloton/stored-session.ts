// The secret `peloton-session`: what is in it, whose it is, and how long it is good. Made by the app or pasted by its owner,
// so nothing in it is sure to be there.

import * as z from 'zod';
import type { Secret } from '../azure/vault.ts';
import type { PelotonConfig } from '../config.ts';
import { type Access, userId } from './overview.ts';

const renewBeforeMs = 60 * 60 * 1000;

/** Printable ASCII, since it travels in a header. */
export const token = z
  .string()
  .trim()
  .regex(/^[\x21-\x7e]+$/);

/** What an owner copies out of a browser is a whole Authorization header. */
const pastedToken = z
  .string()
  .transform(text => text.trim().replace(/^Bearer\s+/i, ''))
  .pipe(token);

const sessionSchema = z.object({
  access_token: pastedToken.optional().catch(undefined),
  refresh_token: z.string().trim().min(1).optional().catch(undefined),
  expires_at: z.iso.datetime({ offset: true }).optional().catch(undefined),
  session_id: token.optional().catch(undefined),
  user_id: userId.optional().catch(undefined),
  username_version: z.string().optional().catch(undefined),
});

export type Session = z.infer<typeof sessionSchema>;

/** Empty for a secret that is missing or holds something else. */
export function parseSession(secret: Secret | undefined): Session {
  if (!secret) return {};
  try {
    return sessionSchema.parse(JSON.parse(secret.value.replace(/^\uFEFF/, ''))); // a file that Windows wrote
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return {};
    throw error;
  }
}

export function holdsToken({ access_token, refresh_token, session_id }: Session): boolean {
  return [access_token, refresh_token, session_id].some(token => token !== undefined);
}

/** Only a session made with the present user name is used; a pasted one must be newer than it. */
export function belongsTo(username: Secret | undefined, session: Session, secret: Secret): boolean {
  if (!username) return true;
  if (session.username_version !== undefined) return session.username_version === username.version;
  return secret.createdAt >= username.createdAt;
}

/** The token that requests are made with; undefined where the session has none for this kind of sign-in. */
export function accessTokenOf(session: Session, signIn: PelotonConfig['signIn']): string | undefined {
  return signIn === 'session' ? session.session_id : session.access_token;
}

/** What a request needs to be made with the session. */
export function accessOf(session: Session, signIn: PelotonConfig['signIn']): Access | undefined {
  const token = accessTokenOf(session, signIn);
  if (token === undefined) return undefined;
  return {
    headers: signIn === 'session' ? { Cookie: `peloton_session_id=${token}` } : { Authorization: `Bearer ${token}` },
  };
}

/** True while the session need not be renewed, as far as it says itself. */
export function isFresh({ expires_at }: Session, now: Date): boolean {
  return expires_at === undefined || Date.parse(expires_at) - now.getTime() >= renewBeforeMs;
}
