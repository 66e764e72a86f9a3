// The user name and the password of the vault, as they are sent: without the invisible characters around them. A password
// keeps its blanks, which may be part of it; a user name has none around it.

import type { Secret } from '../azure/vault.ts';
import { StatsError } from '../errors.ts';
import type { SignInSecrets } from './sign-in-secrets.ts';
import { isUnreadable, unreadableHint } from './stored-session.ts';

export type Credentials = { username: string; password: string };

/** White space of every kind, and characters without a width or a form: a byte order mark, a mark of direction, a NUL. */
const unseenAround = /^[\s\p{Cc}\p{Cf}]+|[\s\p{Cc}\p{Cf}]+$/gu;

/** The secret without byte order marks and line ends around it, which editors, shells and Windows put there unseen. */
export function trimSecret(value: string): string {
  return value.replace(/^[\uFEFF\r\n]+|[\uFEFF\r\n]+$/g, '');
}

export function usernameOf(secret: Secret): string {
  return secret.value.replace(unseenAround, '');
}

export function passwordOf(secret: Secret): string {
  return trimSecret(secret.value);
}

function missing(name: string, session: Secret | undefined): StatsError {
  const hint = `Store the secret ${name} in the vault (infra/scripts/set-credentials does), or paste a new session.`;
  return new StatsError('vault', `The vault has no secret ${name}, which the sign-in needs.`, {
    hint: isUnreadable(session) ? `${unreadableHint} Or: ${hint}` : hint,
  });
}

/** @throws StatsError `vault` that names the secret which is missing or empty. */
export function readCredentials(secrets: Partial<SignInSecrets> = {}): Credentials {
  const { username: storedUsername, password: storedPassword, session } = secrets;
  const username = storedUsername && usernameOf(storedUsername);
  const password = storedPassword && passwordOf(storedPassword);
  if (!username) throw missing('peloton-username', session);
  if (!password) throw missing('peloton-password', session);
  return { username, password };
}
