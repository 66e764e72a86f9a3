// The three secrets that a sign-in depends on, and what tells them from those of an earlier one.
// The session counts by its content, not by its version: the app writes it again to prove that it may, and a crash could make
// it forget that it did.

import { digestSecret, type SecretVersions } from '../state.ts';
import type { Secret, Vault } from '../vault.ts';

export const sessionSecret = 'peloton-session';

/** Undefined for a secret that does not exist. */
export type SignInSecrets = Record<'session' | 'username' | 'password', Secret | undefined>;

/** @throws StatsError `vault`. */
export async function readSignInSecrets(vault: Vault): Promise<SignInSecrets> {
  const [session, username, password] = await Promise.all([
    vault.read(sessionSecret),
    vault.read('peloton-username'),
    vault.read('peloton-password'),
  ]);
  return { session, username, password };
}

/** A missing session is as good as an empty one, which is what the app puts in its place. */
export function versionsOf({ session, username, password }: SignInSecrets): SecretVersions {
  return {
    username: username?.version ?? null,
    password: password?.version ?? null,
    session: digestSecret(session?.value ?? '{}'),
  };
}
