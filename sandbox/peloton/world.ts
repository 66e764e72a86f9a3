// The state that all parts of Peloton's double share: the clock, the account, the behaviour, and every secret that was
// given out. `mint` makes all of the secrets, so that a test can search for each of them where none may be.

import { randomBytes } from 'node:crypto';
import type { StartedMember } from '../members/members.ts';
import type { WorkoutRow } from '../members/workout-list.ts';

/** The credentials that a member signs in with. */
export type Account = { username: string; password: string };

export type SignInConstants = {
  clientId: string;
  /** The client of the app, which has the password grant. */
  appClientId: string;
  redirectUri: string;
  scope: string;
  audience: string;
  tenant: string;
  connection: string;
};

export const signInConstants: SignInConstants = {
  clientId: 'WVoJxVDdPoFx4RNewvvg6ch2mZ7bwnsM',
  appClientId: 'mgsmWCD0A8Qn6uz6mmqI6qeBNHH9IPwS',
  redirectUri: 'https://members.onepeloton.com/callback',
  scope: 'offline_access openid peloton-api.members:default',
  audience: 'https://api.onepeloton.com/',
  tenant: 'peloton-prod',
  connection: 'pelo-user-password',
};

/** Switches of the double, which a test may assign at any time. They count from the next request on. */
export type Behaviour = {
  /** `as-asked` obeys `?version=`; a named shape is sent whatever the client asks for, as some regions did. */
  overviewShape: 'as-asked' | 'v1' | 'v2' | 'unversioned';
  /** Changes an overview before it is sent, for tests of changed shapes and hostile data. */
  alterOverview: (overview: Record<string, unknown>) => unknown;
  /** Changes the list of workouts, for tests of a list that moves while one walks through it. */
  alterWorkouts: (rows: WorkoutRow[]) => readonly WorkoutRow[];
  /** The step that asks for a second factor: the credentials (as JSON or a page), after the form, or the token request. */
  secondFactor: 'off' | 'json' | 'page' | 'after-form' | 'token';
  /** Refuses right credentials with this status and code (`too_many_attempts`, `password_leaked`, `blocked`, …). */
  credentialsRefusal: { status: number; code: string } | undefined;
  /**
   * Sends right credentials home with an error and without a code: by the answer to them, or after the form. Auth0 does so with a
   * user who is blocked.
   */
  refusedHome: { error: string; description: string; at: 'credentials' | 'form' } | undefined;
  /** The login page that /authorize leads to: today's, or Auth0's New Universal Login at /u/login. */
  loginPage: 'classic' | 'universal';
  /** `closed` is the password grant of the app; `gone` is its client, whose sessions end. */
  appGrant: 'open' | 'closed' | 'gone';
  /** Refuses right credentials in the app's grant alone, with this status and error (`requires_verification`, …). */
  grantRefusal: { status: number; error: string } | undefined;
  /** The status with which the API refuses the overview of a member who is signed in. */
  account: 'good' | 402 | 403;
  /** The places in which the login page gives `_csrf`: the cookie, the embedded configuration, both or none. */
  csrf: 'both' | 'cookie' | 'page' | 'none';
  /** `rotate`: a refresh gives a new refresh token. `stay`: it gives none, and the old one stays good. */
  refreshTokens: 'rotate' | 'stay';
  /** The same for the sessions of the app. */
  appRefreshTokens: 'rotate' | 'stay';
  /** Whether an access token says whose it is, as today's do. Otherwise only /api/me says so. */
  userIdClaim: boolean;
  oauth: 'open' | 'retired';
  /** POST /auth/login, the sign-in of 2021. */
  sessionLogin: 'open' | 'retired';
};

export type World = {
  clock: () => Date;
  member: StartedMember;
  credentials: Account;
  constants: SignInConstants;
  behaviour: Behaviour;
  tokenLifetimeSeconds: number;
  /** The origins of the two hosts of the sign-in; set when the server listens. */
  origins: { auth: string; orca: string };
  violations: string[];
  secrets: Set<string>;
  /** Makes a new secret: the prefix, then `length` url-safe characters. */
  mint: (prefix: string, length: number) => string;
};

export function createBehaviour(): Behaviour {
  return {
    overviewShape: 'as-asked',
    alterOverview: overview => overview,
    alterWorkouts: rows => rows,
    secondFactor: 'off',
    credentialsRefusal: undefined,
    refusedHome: undefined,
    loginPage: 'classic',
    appGrant: 'open',
    grantRefusal: undefined,
    account: 'good',
    csrf: 'both',
    refreshTokens: 'rotate',
    appRefreshTokens: 'stay',
    userIdClaim: true,
    oauth: 'open',
    sessionLogin: 'retired',
  };
}

/** Creates `mint`, which adds each secret to `secrets`. */
export function createMint(secrets: Set<string>): World['mint'] {
  return (prefix, length) => {
    const secret = prefix + randomBytes(length).toString('base64url').slice(0, length);
    secrets.add(secret);
    return secret;
  };
}

/** A token in the form of a JWT: readable claims, and random characters as the signature. */
export function mintJwt(world: World, claims: Record<string, unknown>): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const jwt = `${part({ alg: 'RS256', typ: 'JWT', kid: 'sandbox' })}.${part(claims)}.${world.mint('', 86)}`;
  world.secrets.add(jwt);
  return jwt;
}

/** The answer of every endpoint that Peloton has retired. */
export const retiredAnswer = {
  status: 403,
  body: { status: 403, message: 'Access forbidden. Endpoint no longer accepting requests.' },
};
