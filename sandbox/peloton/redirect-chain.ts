// The redirect chain of the sign-in after the form: by way of Peloton's session service on another host (`orca`) to the
// redirect URI with the code. Locations are relative where Peloton's are, and each host gets its own cookies only.

import type { Call, PelotonAnswer, PelotonRoute } from './call.ts';
import { issueCode } from './tokens.ts';
import { giveCookie, holdsCookies, type SignInContext, type Transaction, wrongTurn } from './transaction.ts';
import type { World } from './world.ts';

type Hop = {
  route: string;
  /** The cookies that the client must send. */
  needs: readonly string[];
  /** The cookies that the answer sets. */
  sets: readonly string[];
  status: 302 | 303;
  /** The next location without its `state`; undefined at the end of the chain. */
  to?: (world: World) => string;
};

const session = ['did', 'auth0', 'auth0_compat'];
const visit = ['peloton_logged_in_user_hash', 'peloton_visited_sites'];

const chain: readonly Hop[] = [
  { route: 'GET /authorize/resume', needs: session, sets: [], status: 302, to: locateLoginSite },
  { route: 'GET orca/sso/login_site', needs: [], sets: visit, status: 303, to: locateLoginDomain },
  {
    route: 'GET orca/sso/login_domain',
    needs: visit,
    sets: ['peloton_visited_domains'],
    status: 303,
    to: ({ origins }) => `${origins.auth}/continue?`,
  },
  { route: 'GET /continue', needs: session, sets: [], status: 302, to: () => '/authorize/resume?' },
  { route: 'GET /authorize/resume', needs: session, sets: [], status: 302 },
];

function locateLoginSite({ origins, member, mint }: World): string {
  const visitor = { user_id: member.id, session_claim_token: mint('sandbox-claim-', 40) };
  const query = new URLSearchParams({ visited_site: 'members.onepeloton.com', client_name: 'Members', ...visitor });
  return `${origins.orca}/sso/login_site?${query}&`;
}

function locateLoginDomain(): string {
  return '/sso/login_domain?visited_domain=onepeloton.com&';
}

/** Creates the routes of all hops. */
export function createChain(context: SignInContext): Record<string, PelotonRoute> {
  return Object.fromEntries(chain.map(({ route }) => [route, call => follow(context, route, call)]));
}

/** The location that the chain begins with, for a client that has posted the form. */
export function locateChain(context: SignInContext, transaction: Transaction): string {
  return `/authorize/resume?state=${expectAt(context, transaction, 0)}`;
}

function expectAt({ world, hops }: SignInContext, transaction: Transaction, index: number): string {
  const state = world.mint('', 60);
  hops.set(state, { transaction, index });
  return state;
}

function follow(context: SignInContext, route: string, call: Call): PelotonAnswer {
  const pending = context.hops.get(call.query.get('state') ?? '');
  const hop = pending && chain[pending.index];
  if (!pending || hop?.route !== route) return wrongTurn('The state is unknown here.');
  if (!holdsCookies(call, pending.transaction, hop.needs)) return wrongTurn('A cookie is missing.');
  // A second request gets the same answer: the client may have lost the first one.
  pending.answer ??= takeHop(context, pending.transaction, pending.index);
  return pending.answer;
}

function takeHop(context: SignInContext, transaction: Transaction, index: number): PelotonAnswer {
  const hop = chain[index];
  if (!hop?.to) return { status: 302, headers: { location: locateCallback(context, transaction) } };
  const origin = hop.route.startsWith('GET orca') ? context.world.origins.orca : context.world.origins.auth;
  const cookies = hop.sets.map(name => giveCookie(context, transaction, { name, origin }));
  const location = `${hop.to(context.world)}state=${expectAt(context, transaction, index + 1)}`;
  return { status: hop.status, headers: { location }, cookies };
}

function locateCallback({ tokens }: SignInContext, { asked }: Transaction): string {
  const { code_challenge: challenge = '', nonce = '', redirect_uri: redirectUri = '' } = asked;
  const code = issueCode(tokens, { challenge, nonce, redirectUri });
  return `${redirectUri}?${new URLSearchParams({ code, state: asked.state ?? '' })}`;
}
