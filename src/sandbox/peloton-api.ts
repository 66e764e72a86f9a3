// The API of the double: /api/me, the overview in its shapes, and the sign-in of 2021 with its session id.
// The overview's shape changes with `?version=`: a flat list of achievements in 1, counted templates in 2 and without a version.

import { type Answer, type Call, type Route, readFields } from './call.ts';
import { describeMember } from './member-profile.ts';
import { drawOverview, type OverviewShape } from './overview.ts';
import type { PelotonTokens } from './peloton-tokens.ts';
import { retiredAnswer, type World } from './peloton-world.ts';

const notLoggedIn = refuse(401, 3020, 'Not logged in');

export function createApi(world: World, tokens: PelotonTokens): Record<string, Route> {
  const signedIn =
    (answer: (world: World, call: Call) => Answer): Route =>
    call =>
      tokens.isSignedIn(call) ? answer(world, call) : notLoggedIn;
  return {
    'GET /api/me': signedIn(() => ({ status: 200, body: describeMember(world.member, world.clock()) })),
    'GET /api/user/{id}/overview': signedIn(answerOverview),
    'POST /auth/login': call => logIn(world, tokens, call),
  };
}

function refuse(status: number, errorCode: number, message: string): Answer {
  return { status, body: { status, error_code: errorCode, subcode: null, message, details: null } };
}

function answerOverview({ behaviour, member, clock }: World, { path, headers, query }: Call): Answer {
  if (path.split('/')[3] !== member.id) return refuse(404, 2000, 'User not found');
  if (headers['peloton-platform'] !== 'web') return refuse(400, 1000, 'Unknown platform');
  if (behaviour.account === 402) return refuse(402, 3040, 'Subscription required');
  if (behaviour.account === 403) return refuse(403, 3030, 'Access forbidden');
  const shapes: Record<string, OverviewShape> = { '1': 'v1', '2': 'v2' };
  const asked = shapes[query.get('version') ?? ''] ?? 'unversioned';
  const shape = behaviour.overviewShape === 'as-asked' ? asked : behaviour.overviewShape;
  return { status: 200, body: behaviour.alterOverview(drawOverview(member, clock(), shape)) };
}

function logIn({ behaviour, credentials, member }: World, tokens: PelotonTokens, call: Call): Answer {
  if (behaviour.sessionLogin === 'retired') return retiredAnswer;
  const { username_or_email: username, password } = readFields(call) ?? {};
  if (username !== credentials.username || password !== credentials.password) return refuse(401, 3000, 'Login failed');
  const sessionId = tokens.issueSessionId();
  return {
    status: 200,
    body: { session_id: sessionId, user_id: member.id, pubsub_session: {} },
    cookies: [`peloton_session_id=${sessionId}; Path=/; HttpOnly; SameSite=Lax`],
  };
}
