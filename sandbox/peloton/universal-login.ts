// Auth0's New Universal Login: a whole page at /u/login with a form that a browser posts, and without the embedded configuration
// and the _csrf that today's page has. Behind it the way home is the same.

import { type Call, type PelotonAnswer, type PelotonRoute, readFields } from './call.ts';
import { refuseMember } from './credentials.ts';
import { secondFactorPage, universalLoginPage } from './login-pages.ts';
import { locateChain } from './redirect-chain.ts';
import { giveCookie, holdsCookies, noteFor, refuseHome, type SignInContext, wrongTurn } from './transaction.ts';

/** Creates the routes of the page. */
export function createUniversalLogin(context: SignInContext): Record<string, PelotonRoute> {
  return {
    'GET /u/login': call => show(context, call),
    'POST /u/login': call => takeCredentials(context, call),
  };
}

function findTransaction({ transactions }: SignInContext, call: Call) {
  const transaction = transactions.get(call.query.get('state') ?? '');
  return transaction && holdsCookies(call, transaction, ['did']) ? transaction : undefined;
}

function show(context: SignInContext, call: Call): PelotonAnswer {
  const transaction = findTransaction(context, call);
  if (!transaction) return wrongTurn('The state or its cookie is unknown.');
  return { status: 200, body: universalLoginPage(transaction.state, noteFor(context.world)) };
}

function takeCredentials(context: SignInContext, call: Call): PelotonAnswer {
  const { world } = context;
  const transaction = findTransaction(context, call);
  if (!transaction) return wrongTurn('The state or its cookie is unknown.');
  const refusal = refuseMember(world, readFields(call) ?? {});
  if (refusal)
    return { status: 400, body: universalLoginPage(transaction.state, noteFor(world), 'Wrong email or password') };
  const home = refuseHome(world, transaction, 'credentials');
  if (home) return home;
  if (world.behaviour.secondFactor !== 'off') return { status: 200, body: secondFactorPage(transaction.state) };
  const cookies = ['auth0', 'auth0_compat'].map(name => giveCookie(context, transaction, { name }));
  return { status: 302, headers: { location: locateChain(context, transaction) }, cookies };
}
