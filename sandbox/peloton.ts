// The double of Peloton: sign-in and API on one loopback port, as strict as the real ones. The double also records every
// request that would harm a real account (`violations`). Auth and API answer on 127.0.0.1; the middle of the redirect
// chain answers on `localhost`, as another host with cookies of its own.

import { createFaults, type FaultRule, type Faults } from './faults.ts';
import { type Handler, type LoopbackServer, startLoopbackServer } from './loopback-server.ts';
import { findMember } from './members/members.ts';
import { listPrivateTexts } from './members/profile.ts';
import { listPrivateOfWorkouts } from './members/workout-list.ts';
import { createApi } from './peloton/api.ts';
import { type Call, type PelotonAnswer, type PelotonRoute, readCall, sendAnswer } from './peloton/call.ts';
import { type CookieRegister, createCookieRegister } from './peloton/cookies.ts';
import { createSignIn } from './peloton/sign-in.ts';
import { grantTokens } from './peloton/token-endpoint.ts';
import {
  createTokenStore,
  expireAccessTokens,
  issueSession,
  revokeAll,
  stopRefreshing,
  type TokenStore,
} from './peloton/tokens.ts';
import {
  countRequest,
  createCounts,
  findViolations,
  type RecordedRequest,
  type RequestCounts,
  recordCall,
  templatePath,
} from './peloton/watch.ts';
import {
  type Account,
  type Behaviour,
  createBehaviour,
  createMint,
  type SignInConstants,
  signInConstants,
  type World,
} from './peloton/world.ts';

export type PelotonOptions = {
  /** 0, the default, takes any free port. With `orAnyPort` a free port replaces one that is in use. */
  port?: number;
  orAnyPort?: boolean;
  /** `regular` (default), `newcomer`, `all` or `empty`. */
  member?: string;
  credentials?: Account;
  clock?: () => Date;
  faults?: readonly FaultRule[];
  /** 172,800 (48 h) by default, as at Peloton. */
  tokenLifetimeSeconds?: number;
  /** Constants of the sign-in that differ from today's, to test a client whose settings were changed to match. */
  signIn?: Partial<SignInConstants>;
};

export type PelotonDouble = Omit<LoopbackServer, 'url'> & {
  apiUrl: string;
  authUrl: string;
  userId: string;
  /** The user name and password that sign in. */
  readonly credentials: Readonly<Account>;
  readonly behaviour: Behaviour;
  /** Every request in the order of arrival. */
  readonly requests: readonly RecordedRequest[];
  /** The number of requests so far, answered or not, of each kind that matters to an account. */
  readonly counts: Readonly<RequestCounts>;
  /** One sentence for each request that would harm an account or leak a secret. Tests assert that there are none. */
  readonly violations: string[];
  readonly faults: Faults;
  /** Every token, code, cookie, id and private text that was given out. None may appear in a log or a public answer. */
  secrets(): string[];
  /** Changes the password: only the new one signs in, and earlier refresh tokens are refused. */
  changePassword(password: string): void;
  /** Ends every session: a refresh is answered with `invalid_grant`, an API request with 401. */
  revokeAll(): void;
  /** Makes the access tokens given out so far expire now; refresh tokens stay good. */
  expireAccessTokens(): void;
  /** Issues a session without a sign-in, for tests that paste a browser's session into the vault. */
  issueSession(client?: 'web' | 'app'): ReturnType<typeof issueSession>;
};

/** The default password has characters that JSON, forms and queries each write in another way. */
const defaultCredentials = { username: 'rider@example.invalid', password: 'sandbox "pass" & wörd+100%' };

type Parts = {
  world: World;
  cookies: CookieRegister;
  tokens: TokenStore;
  faults: Faults;
  requests: RecordedRequest[];
  counts: RequestCounts;
};

/** Starts the double. A test reads `violations` at its end. */
export async function startPelotonDouble(options: PelotonOptions = {}): Promise<PelotonDouble> {
  const world = createWorld(options);
  const parts = {
    world,
    faults: createFaults(options.faults),
    cookies: createCookieRegister(),
    tokens: createTokenStore(world),
    requests: [],
    counts: createCounts(),
  };
  const { url, ...server } = await startLoopbackServer(createHandler(parts), options);
  world.origins = { auth: url, orca: `http://localhost:${server.port}` };
  return {
    ...server,
    ...createControls(parts),
    apiUrl: url,
    authUrl: url,
    userId: world.member.id,
    credentials: world.credentials,
    behaviour: world.behaviour,
    violations: world.violations,
    requests: parts.requests,
    counts: parts.counts,
    faults: parts.faults,
  };
}

function createWorld(options: PelotonOptions): World {
  const { member = 'regular', clock = () => new Date(), tokenLifetimeSeconds = 172_800 } = options;
  const credentials = { ...(options.credentials ?? defaultCredentials) };
  const secrets = new Set(Object.values(credentials));
  return {
    clock,
    credentials,
    secrets,
    tokenLifetimeSeconds,
    member: findMember(member, clock()),
    constants: { ...signInConstants, ...options.signIn },
    behaviour: createBehaviour(),
    origins: { auth: '', orca: '' },
    violations: [],
    mint: createMint(secrets),
  };
}

function createControls({ world, tokens }: Parts) {
  return {
    secrets: () => [
      ...world.secrets,
      ...listPrivateTexts(world.member),
      ...listPrivateOfWorkouts(world.member, world.clock()),
    ],
    changePassword: (password: string) => {
      world.credentials.password = password;
      world.secrets.add(password);
      stopRefreshing(tokens);
    },
    revokeAll: () => revokeAll(tokens),
    expireAccessTokens: () => expireAccessTokens(tokens),
    issueSession: (client?: 'web' | 'app') => issueSession(tokens, client),
  };
}

/** Creates the handler: records every request and looks for violations, before faults and routes answer. */
function createHandler(parts: Parts): Handler {
  const { world, cookies, tokens, faults, requests, counts } = parts;
  const routes: Record<string, PelotonRoute> = {
    ...createSignIn(parts),
    ...createApi(tokens),
    'POST /oauth/token': call => grantTokens(tokens, call),
  };
  return async (request, response) => {
    const call = await readCall(request);
    const record = recordCall(world, call);
    requests.push(record);
    countRequest(counts, record);
    world.violations.push(...findViolations(world, call, requests), ...cookies.findLeaks(call));
    response.on('finish', () => {
      record.status = response.statusCode;
    });
    const route = faults.wrap((_, target) => {
      const answer = answerCall(routes, call);
      // A fault with `when: 'after'` gives the route another response than the client's, which never arrives.
      if (target === response && answer.onDelivered) response.on('finish', answer.onDelivered);
      sendAnswer(call, answer, target);
    });
    await route(request, response);
  };
}

function answerCall(routes: Record<string, PelotonRoute>, call: Call): PelotonAnswer {
  const route = routes[`${call.method} ${call.host === 'localhost' ? 'orca' : ''}${templatePath(call.path)}`];
  return route?.(call) ?? { status: 404, body: { status: 404, message: 'There is nothing at this path.' } };
}
