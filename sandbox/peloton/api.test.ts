import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { test } from 'node:test';
import { post } from '../../test/sign-in-walker.ts';
import { type PelotonDouble, type PelotonOptions, startPelotonDouble } from '../peloton.ts';

async function start(options: PelotonOptions = {}) {
  const double = await startPelotonDouble({ clock: () => new Date('2026-11-22T08:00:00Z'), ...options });
  const { accessToken } = double.issueSession();
  const headers = { authorization: `Bearer ${accessToken}`, 'peloton-platform': 'web' };
  return { ...double, headers };
}

async function get(double: PelotonDouble, path: string, headers: Record<string, string>) {
  const answer = await fetch(double.apiUrl + path, { headers });
  return { status: answer.status, body: JSON.parse(await answer.text()) };
}

const notLoggedIn = { status: 401, error_code: 3020, subcode: null, message: 'Not logged in', details: null };

test('/api/me tells the id among many private things, to a signed-in client only', async () => {
  await using double = await start();
  const { body } = await get(double, '/api/me', double.headers);
  assert.equal(body.id, double.userId);
  assert.ok(Array.isArray(body.workout_counts));
  for (const key of ['email', 'phone_number', 'location', 'image_url'])
    assert.ok(double.secrets().includes(body[key]), key);
  assert.ok(double.secrets().includes(body.paired_devices[0].serial_number));
  assert.deepEqual(await get(double, '/api/me', {}), { status: 401, body: notLoggedIn });
});

test('the overview has the shape of the version that was asked for', async () => {
  await using double = await start();
  const path = `/api/user/${double.userId}/overview`;
  const [v1, v2, none] = await Promise.all(
    ['?version=1', '?version=2', ''].map(query => get(double, path + query, double.headers)),
  );
  const shared = ['id', 'workout_counts', 'personal_records', 'streaks'];
  const imports = ['first_party_or_partner_3p_workout_counts', 'user_has_imported_non_partner_3p_workout'];
  assert.deepEqual(Object.keys(v1?.body).sort(), [...shared, 'achievements'].sort());
  assert.deepEqual(Object.keys(v2?.body).sort(), [...shared, 'achievement_counts'].sort());
  assert.deepEqual(Object.keys(none?.body).sort(), [...shared, ...imports, 'achievement_counts'].sort());
  assert.equal(v1?.body.streaks.current_daily, undefined);
  assert.equal(v1?.body.achievements.length, v2?.body.achievement_counts.achievements.length);
  assert.deepEqual(Object.keys(v1?.body.workout_counts.workouts[0]), [
    'name',
    'slug',
    'count',
    'icon_url',
    'workout_name',
  ]);
  assert.deepEqual(double.violations, []);
});

test('a region can send one shape whatever was asked for, and a test can have the last word', async () => {
  await using double = await start();
  const path = `/api/user/${double.userId}/overview?version=2`;
  double.behaviour.overviewShape = 'v1';
  assert.ok('achievements' in (await get(double, path, double.headers)).body);
  double.behaviour.alterOverview = overview => ({ ...overview, surprise: 1 });
  assert.equal((await get(double, path, double.headers)).body.surprise, 1);
});

test('the overview is refused without the platform, for another member, and for a refused account', async () => {
  await using double = await start();
  const path = `/api/user/${double.userId}/overview`;
  const statusOf = async (path: string, headers: Record<string, string>) => (await get(double, path, headers)).status;
  assert.equal(await statusOf(path, { authorization: double.headers.authorization }), 400);
  assert.equal(await statusOf('/api/user/0123/overview', double.headers), 404);
  assert.equal(await statusOf(path, { 'peloton-platform': 'web' }), 401);
  for (const status of [402, 403] as const) {
    double.behaviour.account = status;
    assert.equal(await statusOf(path, double.headers), status);
  }
  assert.equal(await statusOf('/api/unknown', double.headers), 404);
});

test('answers are compressed for those who ask for it', async () => {
  await using double = await start();
  const encodingFor = (headers: Record<string, string>) =>
    new Promise((resolve, reject) => {
      httpRequest(`${double.apiUrl}/api/me`, { headers: { ...double.headers, ...headers } }, response => {
        response.resume().on('end', () => resolve(response.headers['content-encoding']));
      })
        .on('error', reject)
        .end();
    });
  assert.equal(await encodingFor({ 'accept-encoding': 'gzip, deflate, br' }), 'gzip');
  assert.equal(await encodingFor({}), undefined);
});

test('the sign-in of 2021 is retired until it is opened, and gives a session id that the API takes', async () => {
  await using double = await start();
  const { username, password } = double.credentials;
  const logIn = (body: Record<string, string>) => fetch(`${double.apiUrl}/auth/login`, post(body));
  const retired = await logIn({ username_or_email: username, password });
  assert.equal(retired.status, 403);
  assert.deepEqual(await retired.json(), {
    status: 403,
    message: 'Access forbidden. Endpoint no longer accepting requests.',
  });
  double.behaviour.sessionLogin = 'open';
  const wrong = await logIn({ username_or_email: username, password: 'wrong' });
  assert.deepEqual([wrong.status, JSON.parse(await wrong.text()).message], [401, 'Login failed']);
  const session = JSON.parse(await (await logIn({ username_or_email: username, password })).text());
  assert.deepEqual([session.user_id, session.pubsub_session], [double.userId, {}]);
  const cookie = `peloton_session_id=${session.session_id}`;
  assert.equal((await get(double, '/api/me', { cookie })).status, 200);
  double.revokeAll();
  assert.equal((await get(double, '/api/me', { cookie })).status, 401);
  assert.equal(double.counts.credentialPosts, 3);
});
