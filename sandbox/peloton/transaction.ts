// What the steps of the sign-in hand on: one transaction for each client, and the cookies it must show.

import type { Call, PelotonAnswer } from './call.ts';
import type { CookieRegister } from './cookies.ts';
import { errorPage } from './login-pages.ts';
import type { TokenStore } from './tokens.ts';
import type { World } from './world.ts';

/** One try at signing in. */
export type Transaction = {
  /** Auth0's own state, not the one in `asked`. */
  state: string;
  /** The query of /authorize. */
  asked: Record<string, string>;
  csrf: string;
  /** By name: what was given last is what must be shown. */
  cookies: Map<string, string>;
  /** The hidden fields that are expected back. */
  form?: Record<string, string>;
};

/** A place in the redirect chain that waits for the client; once taken, its answer stays. */
export type PendingHop = { transaction: Transaction; index: number; answer?: PelotonAnswer };

export type SignInContext = {
  world: World;
  tokens: TokenStore;
  cookies: CookieRegister;
  /** Both by the state that the client has to name. */
  transactions: Map<string, Transaction>;
  hops: Map<string, PendingHop>;
};

/** What every step that names them has to say, in Auth0's names. */
export function expectedFields({ constants }: World): Record<string, string> {
  return {
    client_id: constants.clientId,
    redirect_uri: constants.redirectUri,
    scope: constants.scope,
    audience: constants.audience,
    response_type: 'code',
    code_challenge_method: 'S256',
  };
}

/** A `Set-Cookie` value of a new cookie that the transaction will ask for. */
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

/** The page for a client that is not where it should be. */
export function wrongTurn(description: string): PelotonAnswer {
  return { status: 403, body: errorPage(description) };
}
