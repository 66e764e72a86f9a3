// The three secrets that a sign-in depends on, and their versions, by which a later run sees whether one has changed.
// The session is compared by its content, not by its version: the app writes the same session again to prove that it may, and
// after a crash it would take that version for an owner's.

import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { Secret, Vault } from '../azure/vault.ts';

export const sessionSecret = 'peloton-session';

export const secretVersions = z.object({
  username: z.string().nullable(),
  password: z.string().nullable(),
  session: z.string(),
});

/** The secrets that a sign-in was tried with: two versions, null where there was none, and a digest of the session. */
export type SecretVersions = z.infer<typeof secretVersions>;

/** Undefined for a secret that does not exist. */
export type SignInSecrets = Record<'session' | 'username' | 'password', Secret | undefined>;

/** @throws StatsError `vault`. */
export async function readSignInSecrets(vault: Pick<Vault, 'read'>): Promise<SignInSecrets> {
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

export function isSameVersions(one: SecretVersions, other: SecretVersions): boolean {
  return one.username === other.username && one.password === other.password && one.session === other.session;
}

export function digestSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
