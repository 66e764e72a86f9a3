// What the sign-in asks of the memory that runs share: the rungs, which are the ways to sign in, and the ledger, which knows what
// became of each. sync/ledger.ts keeps the ledger in state.json.

import * as z from 'zod';
import type { PelotonConfig } from '../config.ts';
import type { StatsError } from '../errors.ts';
import type { SecretVersions } from './sign-in-secrets.ts';

export const rungSchema = z.enum(['web', 'app', 'session']);

/** A way to sign in: Peloton's login page, the grant of its app, or the login of 2021. */
export type Rung = z.infer<typeof rungSchema>;

/** The rungs of each setting, in their first order. */
export const rungsOf: Record<PelotonConfig['signIn'], readonly Rung[]> = {
  auto: ['web', 'app'],
  web: ['web'],
  app: ['app'],
  session: ['session'],
};

export type SignInLedger = {
  /** A token that Peloton refused, or a refresh token whose successor arrived: it is not sent again. */
  isDead(token: string): boolean;
  /** Remembers the token as dead with the next write of state.json. */
  markDead(token: string): void;
  /** Proves that the result of a sign-in or a refresh can be written into state.json. */
  proveWritable(): Promise<void>;
  /**
   * The rungs that may be tried with these secrets, the one that got in last first.
   * @throws StatsError where there is none: three sign-ins were made in 24 hours, or the last one was refused.
   */
  openRungs(rungs: readonly Rung[], tried: SecretVersions): Rung[];
  /** Until when none of the rungs may be tried with these secrets; undefined where one may be tried now. */
  heldUntil(rungs: readonly Rung[], tried: SecretVersions): Date | undefined;
  /**
   * Writes down that the credentials are about to be posted.
   * @throws StatsError where three sign-ins were made in 24 hours.
   */
  countSignIn(): Promise<void>;
  /** Remembers with the next write of state.json how a rung ended. */
  endRung(rung: Rung, outcome: 'signed-in' | StatsError, tried: SecretVersions): void;
};
