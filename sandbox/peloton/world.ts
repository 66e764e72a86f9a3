// What all parts of Peloton's double share: the clock, the account, how Peloton behaves, every secret it gave out.
// `mint` is the only source of secrets, so that a test can look for every one of them where none may be.

import { randomBytes } from 'node:crypto';
import type { StartedMember } from '../members/members.ts';

/** What a member signs in with. */
export type Account = { username: string; password: string };

export type SignInConstants = {
  clientId: string;
  redirectUri: string;
  scope: string;
  audience: string;
  tenant: string;
  connection: string;
};

export const signInConstants: SignInConstants = {
  clientId: 'WVoJxVDdPoFx4RNewvvg6ch2mZ7bwnsM',
  redirectUri: 'https://members.onepeloton.com/callback',
  scope: 'offline_access openid peloton-api.members:default',
  audience: 'https://api.onepeloton.com/',
  tenant: 'peloton-prod',
  connection: 'pelo-user-password',
};

/** How Peloton behaves from the next request on. Assign to any of these at any time. */
export type Behaviour = {
  /** `as-asked` honours `?version=`; a named shape is sent whatever was asked for, as some regions did. */
  overviewShape: 'as-asked' | 'v1' | 'v2' | 'unversioned';
  /** The last word on an overview before it is sent: for drift and hostile data. */
  alterOverview: (overview: Record<string, unknown>) => unknown;
  /** Where a second factor is asked for: the credentials' answer as JSON or page, after the form, the token request. */
  secondFactor: 'off' | 'json' | 'page' | 'after-form' | 'token';
  /** Refuses right credentials with this status and code (`too_many_attempts`, `password_leaked`, `blocked`, …). */
  credentialsRefusal: { status: number; code: string } | undefined;
  /** The status with which the API refuses the overview of a member who is signed in. */
  account: 'good' | 402 | 403;
  /** Which of the two sources of `_csrf` the sign-in page offers. */
  csrf: 'both' | 'cookie' | 'page' | 'none';
  /** Whether a refresh brings a new refresh token, or the answer has none and the old one stays good. */
  refreshTokens: 'rotate' | 'stay';
  oauth: 'open' | 'retired';
  /** POST /auth/login, the way of 2021. */
  sessionLogin: 'open' | 'retired';
};

export type World = {
  clock: () => Date;
  member: StartedMember;
  credentials: Account;
  constants: SignInConstants;
  behaviour: Behaviour;
  tokenLifetimeSeconds: number;
  /** Origins of the two hosts of the sign-in; known once the server listens. */
  origins: { auth: string; orca: string };
  violations: string[];
  secrets: Set<string>;
  /** A new secret: the prefix and so many url-safe characters. */
  mint: (prefix: string, length: number) => string;
};

export function createBehaviour(): Behaviour {
  return {
    overviewShape: 'as-asked',
    alterOverview: overview => overview,
    secondFactor: 'off',
    credentialsRefusal: undefined,
    account: 'good',
    csrf: 'both',
    refreshTokens: 'rotate',
    oauth: 'open',
    sessionLogin: 'retired',
  };
}

/** Mints into `secrets`. */
export function createMint(secrets: Set<string>): World['mint'] {
  return (prefix, length) => {
    const secret = prefix + randomBytes(length).toString('base64url').slice(0, length);
    secrets.add(secret);
    return secret;
  };
}

/** A token that looks like a JWT: readable claims, and a signature that is only random. */
export function mintJwt(world: World, claims: Record<string, unknown>): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const jwt = `${part({ alg: 'RS256', typ: 'JWT', kid: 'sandbox' })}.${part(claims)}.${world.mint('', 86)}`;
  world.secrets.add(jwt);
  return jwt;
}

/** Retired endpoints of Peloton all say this. */
export const retiredAnswer = {
  status: 403,
  body: { status: 403, message: 'Access forbidden. Endpoint no longer accepting requests.' },
};
