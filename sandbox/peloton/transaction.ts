// The state that the steps of the sign-in share: one transaction for each attempt, and the cookies that the client must
// send.

import type { Call, PelotonAnswer } from './call.ts';
import type { CookieRegister } from './cookies.ts';
import { errorPage } from './login-pages.ts';
import type { TokenStore } from './tokens.ts';
import type { World } from './world.ts';

/** One attempt to sign in. */
export type Transaction = {
  /** Auth0's own state, not the client's in `asked`. */
  state: string;
  /** The query of /authorize. */
  asked: Record<string, string>;
  csrf: string;
  /** The cookies that the client must send, by name; the newest value counts. */
  cookies: Map<string, string>;
  /** The hidden fields that the client must post. */
  form?: Record<string, string>;
};

/** A hop of the redirect chain that the client has to take. The answer is kept, for a client that asks again. */
export type PendingHop = { transaction: Transaction; index: number; answer?: PelotonAnswer };

export type SignInContext = {
  world: World;
  tokens: TokenStore;
  cookies: CookieRegister;
  /** By the state that the client sends, as are `hops`. */
  transactions: Map<string, Transaction>;
  hops: Map<string, PendingHop>;
};

/** The page of the double that a browser may be sent home to, besides Peloton's own. */
export function loopbackCallback({ origins }: World): string {
  return `${origins.auth}/callback`;
}

/** The line of a login page that says who may sign in here. */
export function noteFor({ credentials }: World): string {
  return `The member of this sandbox is ${credentials.username}, with the password ${credentials.password}`;
}

/** The values that fields and parameters of the sign-in must have, by Auth0's names. */
export function expectedFields({ constants }: World): Record<string, string> {
  return {
    client_id: constants.clientId,
    scope: constants.scope,
    audience: constants.audience,
    response_type: 'code',
    code_challenge_method: 'S256',
  };
}

/** Adds a cookie that the transaction will ask for, and returns its `Set-Cookie` value. */
export function giveCookie(
  { world, cookies }: SignInContext,
  transaction: Transaction,
  { name, origin = world.origins.auth, path = '/', value = world.mint('', 40) }: GivenCookie,
): string {
  transaction.cookies.set(name, value);
  return cookies.issue({ name, value, host: new URL(origin).hostname, path });
}

type GivenCookie = { name: string; origin?: string; path?: string; value?: string };

export function holdsCookies(call: Call, transaction: Transaction, names: readonly string[]): boolean {
  return names.every(name => transaction.cookies.has(name) && call.cookies.get(name) === transaction.cookies.get(name));
}

/** The error page for a request that does not belong to the transaction. */
export function wrongTurn(description: string): PelotonAnswer {
  return { status: 403, body: errorPage(description) };
}

/** The way home with an error, for a member whom Peloton refuses in that way at that step. */
export function refuseHome(
  { behaviour }: World,
  { asked }: Transaction,
  at: 'credentials' | 'form',
): PelotonAnswer | undefined {
  const { refusedHome } = behaviour;
  if (refusedHome?.at !== at) return undefined;
  const { error, description } = refusedHome;
  const query = new URLSearchParams({ error, error_description: description, state: asked.state ?? '' });
  return { status: 302, headers: { location: `${asked.redirect_uri}?${query}` } };
}
