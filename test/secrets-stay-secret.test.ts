// Tests that nothing private leaks: every private value is a unique text (a canary), and after good and failing syncs no
// canary may be in a log line, an error, a public blob or an answer. A failing server repeats the whole request, as some
// do.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import type { Faults } from '../sandbox/faults.ts';
import { readBody } from '../sandbox/loopback-server.ts';
import type { WorkoutRow } from '../sandbox/members/workout-list.ts';
import { hourMs } from '../src/stats/time.ts';
import { type Bench, fakeRequest, startBench } from './bench.ts';

const canary = (place: string) => `canary-${place}-7f3a`;
const hook = {
  url: `http://127.0.0.1:9/${canary('hook-path')}?key=${canary('hook-query')}`,
  token: canary('hook-token'),
};
const own = ['key', 'value', 'nested', 'hook-path', 'hook-query', 'hook-token', 'import-title', 'import-ride'].map(
  canary,
);

async function startWithCanaries(settings: Record<string, string> = {}): Promise<Bench> {
  const credentials = { username: 'canary.rider@example.invalid', password: `${canary('password')} "ü"` };
  const bench = await startBench({
    storeFaults: true,
    settings: { WORKOUTS: 'classes', ...settings },
    peloton: { credentials, member: 'newcomer' },
  });
  bench.peloton.behaviour.userIdClaim = false; // so that /api/me is asked, whose answer is the most private of all
  bench.vault.secrets.set('build-hooks', JSON.stringify([hook]));
  return bench;
}

/** Adds a field of unknown name to the overview and to every object in it. */
function plantFields(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plantFields);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => [name, plantFields(member)]);
  return { ...Object.fromEntries(members), [canary('key')]: { a: canary('value'), b: [canary('nested')] } };
}

/** The list with an import of today, whose texts are those of another app. */
function withImport(rows: WorkoutRow[]): WorkoutRow[] {
  const [newest] = rows;
  if (!newest) return rows;
  const start_time = Number(newest.start_time) + 1;
  const texts = { title: canary('import-title'), name: canary('import-title'), ride: { title: canary('import-ride') } };
  return [{ ...newest, id: canary('import-title'), start_time, is_3p_fit_feed_workout: true, ...texts }, ...rows];
}

/** The secret as it is, and as JSON, a query and a Basic header write it. */
function spellings(secret: string): string[] {
  const escaped = JSON.stringify(secret).slice(1, -1);
  return [secret, escaped, encodeURIComponent(secret), Buffer.from(secret).toString('base64').replace(/=+$/, '')];
}

const publicHandlers = [
  'stats',
  'statsDay',
  'history',
  'activity',
  'workouts',
  'card',
  'badge',
  'page',
  'widget',
  'schema',
  'openapi',
] as const;

async function readAnswers({ app, now }: Bench): Promise<string[]> {
  const context = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const params = { date: now.toISOString().slice(0, 10) };
  const replies = await Promise.all(
    [...publicHandlers, 'health' as const].map(name => app[name](fakeRequest({ params }), context)),
  );
  return replies.map(({ headers, body = [] }) => JSON.stringify(headers) + Buffer.from(body).toString());
}

async function readPublicBlobs(bench: Bench): Promise<string[]> {
  const blobs = await Array.fromAsync(bench.container('public').listBlobsFlat());
  return await Promise.all(blobs.map(async ({ name }) => `${name}${await bench.blob(name)}`));
}

type Seen = Map<string, string>;

/** Syncs by the timer and over HTTP, and records the error of the first and the answer of the second. */
async function syncBothWays(bench: Bench, seen: Seen, name: string): Promise<void> {
  bench.passTime(24 * hourMs);
  await bench.tick().catch(error => seen.set(`${name}: the error`, inspect(error, { depth: null, showHidden: true })));
  const { body } = await bench.syncNow({ force: 'true' });
  seen.set(`${name}: the answer to POST /api/sync`, JSON.stringify(body));
  for (const answer of await readAnswers(bench)) seen.set(`${name}: an answer, ${seen.size}`, answer);
}

async function assertNothingLeaked(bench: Bench, seen: Seen): Promise<void> {
  for (const line of bench.lines) seen.set(`a log line, ${seen.size}`, line);
  for (const blob of await readPublicBlobs(bench)) seen.set(`a public blob, ${seen.size}`, blob);
  const given = bench.vault.secrets.versions('peloton-session').map(({ value }) => value);
  const secrets = new Set([...own, ...bench.peloton.secrets(), ...given.filter(value => value !== '{}')]);
  assert.ok(secrets.size > 25, `only ${secrets.size} canaries`);
  for (const [place, text] of seen) {
    for (const secret of secrets) {
      for (const spelling of spellings(secret))
        assert.ok(!text.includes(spelling), `${place} tells ${secret}: ${text}`);
    }
  }
}

test('good syncs, by a sign-in, a stored session, a refresh and a session that was ended, tell nothing private', async () => {
  const bench = await startWithCanaries();
  bench.peloton.behaviour.alterOverview = plantFields;
  bench.peloton.behaviour.alterWorkouts = rows => withImport(rows).map(row => plantFields(row) as typeof row);
  const seen: Seen = new Map();
  for (const name of ['sign-in', 'stored session', 'refresh']) await syncBothWays(bench, seen, name);
  bench.peloton.revokeAll();
  await syncBothWays(bench, seen, 'revoked session');
  for (const status of [401, 403, 404, 429, 500]) {
    const fault = echoAll(bench.peloton.faults, { path: /\/workouts/, status });
    await syncBothWays(bench, seen, `the list of workouts ${status}`);
    assert.ok(fault.fired > 0);
    fault.remove();
  }
  assert.ok(JSON.parse((await bench.blob('workouts.json')) ?? '').workouts[0].imported, 'an import is published');
  assert.equal(bench.events('sync.failed').length, 0);
  assert.ok(bench.events('sync.succeeded').length >= 4);
  assert.ok(bench.events('hook.called').length > 0, 'the hook was called');
  await assertNothingLeaked(bench, seen);
});

/** Refuses every fitting request from now on. The refusal repeats all that the client sent. */
function echoAll(faults: Faults, { path, method, status }: { path: RegExp; method?: string; status: number }) {
  const fault = { status, body: {} };
  return faults.add({
    fault,
    match: async request => {
      const { url = '', headers } = request;
      if (!path.test(url) || (method && method !== request.method)) return false;
      const sent = `${url} ${JSON.stringify(headers)} ${await readBody(request)}`;
      fault.body = { status, name: sent, error: sent, code: sent, message: sent, description: sent };
      return true;
    },
  });
}

type FailingStep = readonly [Faults, { path: RegExp; method?: string; status: number }];

/** The steps of a sync that signs in by the page, and then of one that does by the app's grant. */
const failingSteps: Record<string, (bench: Bench) => readonly FailingStep[]> = {
  web: ({ peloton: { faults }, vault, store }) => [
    ...[401, 403, 500].map(status => [faults, { path: /^\/usernamepassword\/login/, status }] as const),
    ...[/^\/authorize\?/, /^\/login\?/, /^\/login\/callback/, /^\/sso\/login_site/, /^\/continue/].map(
      path => [faults, { path, status: 400 }] as const,
    ),
    ...[400, 503].map(status => [faults, { path: /^\/oauth\/token/, status }] as const),
    ...[401, 402, 403, 404].map(status => [faults, { path: /^\/api\/me/, status }] as const),
    ...[401, 403, 429].map(status => [faults, { path: /\/overview/, status }] as const),
    ...['GET', 'PUT'].map(method => [vault.faults, { path: /peloton-session/, method, status: 403 }] as const),
    ...(store ? [[store.faults, { path: /\/raw\//, method: 'PUT', status: 403 }] as const] : []),
  ],
  app: ({ peloton: { faults } }) =>
    [200, 400, 401, 403, 429, 503].map(status => [faults, { path: /^\/oauth\/token/, status }]),
};

for (const [signIn, stepsOf] of Object.entries(failingSteps)) {
  test(`syncs that fail at any step (${signIn}), where all that was sent comes back in the answer, tell nothing private`, async () => {
    const bench = await startWithCanaries({ PELOTON_SIGN_IN: signIn });
    const { peloton, vault } = bench;
    await bench.tick();
    const seen: Seen = new Map();
    for (const [faults, step] of stepsOf(bench)) {
      vault.secrets.set('peloton-session', '{}');
      vault.secrets.set('peloton-password', peloton.credentials.password); // a new version ends an earlier refusal
      const fault = echoAll(faults, step);
      const failures = bench.events('sync.failed').length;
      await syncBothWays(bench, seen, `${step.path} ${step.status}`);
      assert.equal(bench.events('sync.failed').length, failures + 2, `${step.path} fails twice`);
      assert.ok(fault.fired > 0);
      fault.remove();
    }
    await assertNothingLeaked(bench, seen);
  });
}
