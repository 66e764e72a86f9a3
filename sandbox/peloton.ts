// The double of Peloton: its sign-in and its API on one loopback port, as strict as the real one, stricter about harm.
// Auth and API answer on 127.0.0.1; the middle of the redirect chain answers on `localhost`, with cookies of its own.

import { createFaults, type FaultRule, type Faults } from './faults.ts';
import { type Handler, type LoopbackServer, startLoopbackServer } from './loopback-server.ts';
import { findMember } from './members/members.ts';
import { listPrivateTexts } from './members/profile.ts';
import { createApi } from './peloton/api.ts';
import { type Call, type PelotonAnswer, type PelotonRoute, readCall, sendAnswer } from './peloton/call.ts';
import { type CookieRegister, createCookieRegister } from './peloton/cookies.ts';
import { createSignIn } from './peloton/sign-in.ts';
import {
  createTokenStore,
  expireAccessTokens,
  grantTokens,
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
  /** 0, the default, takes any free port; a taken port is replaced by a free one only with `orAnyPort`. */
  port?: number;
  orAnyPort?: boolean;
  /** `regular` (default), `newcomer`, `all` or `empty`. */
  member?: string;
  credentials?: Account;
  clock?: () => Date;
  faults?: readonly FaultRule[];
  /** 172,800 (48 h), as the real one. */
  tokenLifetimeSeconds?: number;
  /** Constants to ask for in place of today's, for clients whose settings were repaired. */
  signIn?: Partial<SignInConstants>;
};

export type PelotonDouble = Omit<LoopbackServer, 'url'> & {
  apiUrl: string;
  authUrl: string;
  userId: string;
  /** What a client may sign in with. */
  readonly credentials: Readonly<Account>;
  readonly behaviour: Behaviour;
  /** Every request in the order of arrival. */
  readonly requests: readonly RecordedRequest[];
  /** The requests that arrived so far, answered or not, by what they ask of the account. */
  readonly counts: Readonly<RequestCounts>;
  /** What a client did that harms an account or leaks a secret. Tests assert that it stays empty. */
  readonly violations: string[];
  readonly faults: Faults;
  /** Every token, code, cookie, id and private text given out: none of them may appear in a log or a public answer. */
  secrets(): string[];
  /** From here on only the new password signs in, and the refresh tokens of before are dead. */
  changePassword(password: string): void;
  /** Ends every session: refresh answers `invalid_grant`, the API 401. */
  revokeAll(): void;
  /** The access tokens given out so far expire now; refresh tokens stay good. */
  expireAccessTokens(): void;
  /** A session without a sign-in, as a browser would hold it: for tests that paste one. */
  issueSession(): ReturnType<typeof issueSession>;
};

/** Characters that a JSON body, a form and a query each write in another way. */
const defaultCredentials = { username: 'rider@example.invalid', password: 'sandbox "pass" & wörd+100%' };

type Parts = {
  world: World;
  cookies: CookieRegister;
  tokens: TokenStore;
  faults: Faults;
  requests: RecordedRequest[];
  counts: RequestCounts;
};

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
    secrets: () => [...world.secrets, ...listPrivateTexts(world.member)],
    changePassword: (password: string) => {
      world.credentials.password = password;
      world.secrets.add(password);
      stopRefreshing(tokens);
    },
    revokeAll: () => revokeAll(tokens),
    expireAccessTokens: () => expireAccessTokens(tokens),
    issueSession: () => issueSession(tokens),
  };
}

/** Writes every request down and judges it before faults and routes have their turn. */
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
      // A fault hands the route another response than the client's: what is sent there does not arrive.
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
