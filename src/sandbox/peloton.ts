// The double of Peloton: its sign-in and its API on one loopback port, as strict as the real one and stricter about harm.
// Auth and API answer on 127.0.0.1; the middle of the sign-in's redirect chain answers on `localhost`, which has cookies of its own.

import type { FaultRule, Faults } from './faults.ts';

export type PelotonOptions = {
  /** 0, the default, takes any free port; a taken port is replaced by a free one only with `orAnyPort`. */
  port?: number;
  orAnyPort?: boolean;
  /** One of the members' names: `newcomer`, `regular` (default), `all`, `empty`. */
  member?: string;
  credentials?: Credentials;
  clock?: () => Date;
  faults?: readonly FaultRule[];
  /** 172,800 (48 h), as the real one. */
  tokenLifetimeSeconds?: number;
  /** Constants that the double asks for in place of today's, for clients whose settings were repaired. */
  signIn?: Partial<SignInConstants>;
};

export type Credentials = { username: string; password: string };

export type SignInConstants = {
  clientId: string;
  redirectUri: string;
  scope: string;
  audience: string;
  tenant: string;
  connection: string;
};

/** How Peloton behaves from the next request on. Assign to any of these at any time. */
export type Behaviour = {
  /** `as-asked` honours `?version=`; a named shape is sent whatever was asked for, as some regions did. */
  overviewShape: 'as-asked' | 'v1' | 'v2' | 'unversioned';
  /** The last word on an overview before it is sent, for drift and hostile data. */
  alterOverview: (overview: unknown) => unknown;
  /** Where a second factor is asked for: the credentials' answer as JSON or page, the page after the form, the token request. */
  secondFactor: 'off' | 'json' | 'page' | 'after-form' | 'token';
  /** Refuses right credentials with this status and code (`too_many_attempts`, `password_leaked`, `blocked`, …). */
  credentialsRefusal: { status: number; code: string } | undefined;
  /** The status with which the API refuses the overview of a member who is signed in. */
  account: 'good' | 402 | 403;
  /** Which of the two sources of `_csrf` the sign-in page offers. */
  csrf: 'both' | 'cookie' | 'page' | 'none';
  /** Whether a refresh brings a new refresh token (as today) or the old one stays good and the answer has none. */
  refreshTokens: 'rotate' | 'stay';
  oauth: 'open' | 'retired';
  /** POST /auth/login, the way of 2021. */
  sessionLogin: 'open' | 'retired';
};

export type RecordedRequest = {
  at: Date;
  method: string;
  /** Host name without the port. */
  host: string;
  /** The path with ids replaced, e.g. `/api/user/{id}/overview`. */
  path: string;
  url: string;
  /** Of POST /oauth/token. */
  grantType?: string;
  /** What the client was sent, faults included; absent while there is no answer. */
  status?: number;
};

export type PelotonDouble = {
  apiUrl: string;
  authUrl: string;
  port: number;
  userId: string;
  /** What a client may sign in with; `changePassword` changes it. */
  readonly credentials: Readonly<Credentials>;
  behaviour: Behaviour;
  /** Every request in the order of arrival. */
  readonly requests: readonly RecordedRequest[];
  /** What a client did that harms an account or leaks a secret. Tests assert that it stays empty. */
  readonly violations: string[];
  readonly faults: Faults;
  readonly counts: {
    credentialPosts: number;
    refreshes: number;
    codeExchanges: number;
    overviews: number;
    profiles: number;
  };
  /** Every token, code, cookie, id and private value that was given out: none of them may appear in a log or a public answer. */
  secrets(): string[];
  /** From here on only the new password signs in, and no refresh token is good. */
  changePassword(password: string): void;
  /** Ends all sessions: refresh answers `invalid_grant`, the API 401. */
  revokeAll(): void;
  /** The access tokens given out so far expire now; refresh tokens stay good. */
  expireAccessTokens(): void;
  /** A session as a browser would hold it, made without a sign-in: for tests that paste one. */
  issueSession(): { accessToken: string; refreshToken: string; expiresAt: Date };
  /** Stops listening, so that clients are refused, until `reopen`. */
  refuse(): Promise<void>;
  reopen(): Promise<void>;
  close(): Promise<void>;
};

export type StartPelotonDouble = (options?: PelotonOptions) => Promise<PelotonDouble>;
