// The API routes of the double: /api/me, the overview, the list of workouts, and POST /auth/login, the sign-in of 2021 that gives a session id.
// `?version=` selects the shape of the overview: a flat list of achievements in 1, counted achievements in 2 and without a
// version.

import { drawOverview, type OverviewShape } from '../members/overview.ts';
import { describeMember } from '../members/profile.ts';
import { drawWorkoutList, drawWorkoutPage } from '../members/workout-list.ts';
import { type Call, type PelotonAnswer, type PelotonRoute, readFields } from './call.ts';
import { isSignedIn, type TokenStore } from './tokens.ts';
import { retiredAnswer, type World } from './world.ts';

const notLoggedIn = refuse(401, 3020, 'Not logged in');

/** Creates the routes, by method and path template. */
export function createApi(store: TokenStore): Record<string, PelotonRoute> {
  const { world } = store;
  const signedIn =
    (route: PelotonRoute): PelotonRoute =>
    call =>
      isSignedIn(store, call) ? route(call) : notLoggedIn;
  return {
    'GET /api/me': signedIn(() => ({ status: 200, body: describeMember(world.member, world.clock()) })),
    'GET /api/user/{id}/overview': signedIn(call => answerOverview(world, call)),
    'GET /api/user/{id}/workouts': signedIn(call => answerWorkouts(world, call)),
    'POST /auth/login': call => logIn(store, call),
  };
}

function refuse(status: number, errorCode: number, message: string): PelotonAnswer {
  return { status, body: { status, error_code: errorCode, subcode: null, message, details: null } };
}

function answerOverview({ behaviour, member, clock }: World, { path, headers, query }: Call): PelotonAnswer {
  if (path.split('/')[3] !== member.id) return refuse(404, 2000, 'User not found');
  if (headers['peloton-platform'] !== 'web') return refuse(400, 1000, 'Unknown platform');
  if (behaviour.account === 402) return refuse(402, 3040, 'Subscription required');
  if (behaviour.account === 403) return refuse(403, 3030, 'Access forbidden');
  const shapes: Record<string, OverviewShape> = { '1': 'v1', '2': 'v2' };
  const asked = shapes[query.get('version') ?? ''] ?? 'unversioned';
  const shape = behaviour.overviewShape === 'as-asked' ? asked : behaviour.overviewShape;
  return { status: 200, body: behaviour.alterOverview(drawOverview(member, clock(), shape)) };
}

function answerWorkouts({ behaviour, member, clock }: World, { path, query }: Call): PelotonAnswer {
  if (path.split('/')[3] !== member.id) return refuse(404, 2000, 'User not found');
  const rows = behaviour.alterWorkouts(drawWorkoutList(member, clock()));
  return { status: 200, body: drawWorkoutPage(rows, query) };
}

function logIn({ world, sessionIds }: TokenStore, call: Call): PelotonAnswer {
  const { behaviour, credentials, member } = world;
  if (behaviour.sessionLogin === 'retired') return retiredAnswer;
  const { username_or_email: username, password } = readFields(call) ?? {};
  if (username !== credentials.username || password !== credentials.password) return refuse(401, 3000, 'Login failed');
  const sessionId = world.mint('sandbox-session-', 32);
  sessionIds.add(sessionId);
  return {
    status: 200,
    body: { session_id: sessionId, user_id: member.id, pubsub_session: {} },
    cookies: [`peloton_session_id=${sessionId}; Path=/; HttpOnly; SameSite=Lax`],
  };
}
