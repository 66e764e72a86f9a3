// Every fault that the doctor knows, planted one at a time: the line that says so, and its next step.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startLoopbackServer } from '../../../sandbox/loopback-server.ts';
import { type Bench, type BenchOptions, fastLimits, startBench } from '../../../test/bench.ts';
import { pasteSession } from '../../../test/session-bench.ts';
import { createRunStarter } from '../../app.ts';
import { hourMs } from '../../stats/time.ts';
import { examine } from './examine.ts';
import { isFault, lineOf } from './finding.ts';

const quick = { maxTries: 1, retryDelayMs: 1, maxRetryDelayMs: 1 };
// Two tries of the vault, since the first may meet a connection that was just cut.
const limits = { ...fastLimits, storage: quick, vault: { ...quick, maxTries: 2 } };

async function lines(bench: Bench, { signsIn = false, settings = {} } = {}) {
  const all = { ...bench.settings, ...settings };
  const start = createRunStarter(all, { clock: () => bench.now, limits });
  const findings = await Array.fromAsync(
    examine({ settings: all, start: () => start(() => {}), has: flag => signsIn && flag === 'sign-in' }),
  );
  for (const { text } of findings)
    for (const secret of bench.peloton.secrets()) assert.ok(!text.includes(secret), text);
  return { all: findings.map(lineOf), faults: findings.filter(isFault).map(lineOf) };
}

/** A service with one day's stats. */
async function workingBench(options: BenchOptions = {}): Promise<Bench> {
  const bench = await startBench(options);
  await bench.tick();
  return bench;
}

const overwrite = (bench: Bench, name: string, text: string) =>
  bench.container('public').getBlockBlobClient(name).upload(text, text.length);

/** The session is all there is: pasted, and no user name or password. */
function pasteAlone(bench: Bench, fields: { livesMs?: number; refresh_token?: undefined } = {}) {
  for (const name of ['peloton-username', 'peloton-password']) bench.vault.secrets.delete(name);
  pasteSession(bench, fields);
}

const setCredentials = /→ bash infra\/scripts\/set-credentials\.sh/;

type Fault = { fault: string; plant: (bench: Bench) => unknown; line: RegExp[]; options?: BenchOptions };
const faults: Fault[] = [
  {
    fault: 'a snapshot that a wrong clock dated ahead',
    plant: async bench => {
      const latest = (await bench.blob('latest.json')) ?? '';
      await overwrite(
        bench,
        'latest.json',
        latest.replace(/"synced_at":"[^"]*"/, '"synced_at":"2026-11-24T00:00:00.000Z"'),
      );
    },
    line: [/^FIX {3}latest\.json +a clock that was wrong dated it ahead: 2026-11-24T.* → npm run sync -- --force$/],
  },
  {
    fault: 'a day of the series that a wrong clock dated years ahead',
    plant: async bench => {
      const series = (await bench.blob('history.json')) ?? '';
      await overwrite(bench, 'history.json', series.replace(/"date":"[^"]*"/, '"date":"2031-11-22"'));
    },
    line: [/^FIX {3}history\.json +a wrong clock dated ahead: 2031-11-22 → npm run rebuild-history$/],
  },
  {
    fault: 'a missing user name',
    plant: ({ vault }) => vault.secrets.delete('peloton-username'),
    line: [/^FIX {3}peloton-username +the vault has no such secret/, setCredentials],
  },
  {
    fault: 'an empty password',
    plant: ({ vault }) => vault.secrets.set('peloton-password', '\n'),
    line: [/^FIX {3}peloton-password +the secret is empty/, setCredentials],
  },
  {
    fault: 'a user name that is two lines',
    plant: ({ vault }) => vault.secrets.set('peloton-username', 'me@example.com\r\nsecret'),
    line: [/^FIX {3}peloton-username +it has a line end inside/, setCredentials],
  },
  {
    fault: 'a password that is two lines',
    plant: ({ vault }) => vault.secrets.set('peloton-password', 'me@example.com\nsecret'),
    line: [/^FIX {3}peloton-password +it has a line end inside/, setCredentials],
  },
  ...['me @example.com', 'me\t@example.com', 'me\u00A0@example.com', 'me\u200B@example.com'].map(username => ({
    fault: `a user name with a character inside that nobody sees, ${JSON.stringify(username)}`,
    plant: ({ vault }: Bench) => vault.secrets.set('peloton-username', username),
    line: [/^FIX {3}peloton-username +it has white space or an invisible character inside/, setCredentials],
  })),
  {
    fault: 'a user name of white space',
    plant: ({ vault }) => vault.secrets.set('peloton-username', '\uFEFF\t \r\n'),
    line: [/^FIX {3}peloton-username +the secret is empty/, setCredentials],
  },
  {
    fault: 'a password that is the user name',
    plant: ({ vault, peloton }) => vault.secrets.set('peloton-password', `${peloton.credentials.username}\n`),
    line: [/^FIX {3}peloton-password +it is the same as the user name/, setCredentials],
  },
  {
    fault: 'a session that is none',
    plant: ({ vault }) => vault.secrets.set('peloton-session', 'see the other note'),
    line: [/^FIX {3}peloton-session +nothing in it can be read as a session → .*store \{"access_token":"…"\} or /],
  },
  {
    fault: 'a disabled secret',
    plant: ({ vault }) => vault.secrets.disable('peloton-password'),
    line: [/^FIX {3}peloton-password +vault: .*SecretDisabled/, /→ Enable the secret peloton-password/],
  },
  {
    fault: 'a vault that refuses us, said once',
    plant: ({ vault }) => vault.faults.add({ match: {}, fault: { status: 403 } }),
    line: [/^FIX {3}vault +vault: .*403/, /→ Give .* the right to get secrets/],
  },
  {
    fault: 'a sandbox that is not running',
    plant: ({ vault }) => vault.refuse(),
    line: [/^FIX {3}vault +nobody answers at http:\/\/127/, /→ npm start, in another terminal/],
  },
  {
    fault: 'an expired session that nothing renews',
    plant: bench => pasteAlone(bench, { livesMs: -3 * hourMs, refresh_token: undefined }),
    line: [/^FIX {3}peloton-session +its token expired 3 hours ago/, setCredentials],
  },
  {
    fault: 'a session that nobody can read',
    plant: ({ vault }) => vault.secrets.set('peloton-session', '{"token":"?"}'),
    line: [
      /^FIX {3}peloton-session +nothing in it can be read as a session/,
      /→ .*is no session: store \{"access_token"/,
    ],
  },
  {
    fault: 'build hooks that are no list',
    plant: ({ vault }) => vault.secrets.set('build-hooks', '{"url":"https://a.example/"}'),
    line: [/^FIX {3}build-hooks +nobody can be told/, /→ The secret build-hooks is not a list of hooks\. Store/],
  },
  {
    fault: 'a malformed build hook',
    plant: ({ vault }) =>
      vault.secrets.set('build-hooks', '[{"url":"https://a.example/path-canary"},{"uri":"https://b.example/"}]'),
    line: [/^FIX {3}build-hooks +1 hook: a\.example → In the secret build-hooks, entry 2 has no url/],
  },
  {
    fault: 'a disabled list of build hooks',
    plant: ({ vault }) => {
      vault.secrets.set('build-hooks', '[]');
      vault.secrets.disable('build-hooks');
    },
    line: [/^FIX {3}build-hooks +vault: .*SecretDisabled/],
  },
  {
    fault: 'a build hook that has failed for days',
    plant: async bench => {
      bench.vault.secrets.set('build-hooks', '[{"url":"http://127.0.0.1:9/"}]');
      bench.peloton.behaviour.alterOverview = ({ streaks: _changed, ...overview }) => overview;
      for (let day = 0; day < 4; day++) {
        bench.passTime(24 * hourMs);
        await bench.tick();
      }
    },
    line: [/^FIX {3}hook-failing +a notice of the syncs, since 2026-11-23T/, /→ Entry 1 of the secret build-hooks/],
  },
  {
    fault: 'a part of the stats that is gone',
    plant: async bench => {
      bench.peloton.behaviour.alterOverview = ({ streaks: _lost, ...overview }) => overview;
      bench.passTime(24 * hourMs);
      await bench.tick();
    },
    line: [/^FIX {3}parts-lost +a notice of the syncs, since 2026-11-23T/, /→ .*used to come with streaks/],
  },
  {
    fault: 'a refused session that nothing renews',
    plant: bench => {
      pasteAlone(bench, { refresh_token: undefined });
      bench.peloton.revokeAll();
    },
    line: [/^FIX {3}\/api\/me +Peloton refuses the stored session/, setCredentials],
  },
  {
    fault: 'an account that Peloton refuses',
    plant: ({ peloton }) => peloton.faults.add({ match: { path: /^\/api\/me$/ }, fault: { status: 402 } }),
    line: [/^FIX {3}\/api\/me +account-refused: GET /, /→ .*check the membership/],
  },
  {
    fault: 'a Peloton that says nothing',
    plant: ({ peloton }) => peloton.faults.add({ match: { path: /^\/api\/me$/ }, fault: 'hang' }),
    line: [
      /^FIX {3}\/api\/me +upstream-unavailable: GET \S+\/api\/me gave no whole answer/,
      /→ open members\..* wait$/,
    ],
  },
  {
    fault: 'a Peloton of the sandbox that is not running',
    plant: ({ peloton }) => peloton.close(),
    line: [/^FIX {3}sign-in page +upstream-unavailable: .*ECONNREFUSED/, /→ npm start, in another terminal/],
  },
  {
    fault: 'a sign-in that Peloton has changed',
    plant: ({ peloton }) => {
      peloton.behaviour.oauth = 'retired';
    },
    line: [/^FIX {3}sign-in page +upstream-changed: /, /→ Upgrade: git pull, npm ci, azd up \(docs/],
  },
  {
    fault: 'a damaged snapshot',
    plant: bench => overwrite(bench, 'latest.json', '{'),
    line: [/^FIX {3}latest\.json +it is damaged/, /→ npm run sync -- --force/],
  },
  {
    fault: 'a damaged series',
    plant: bench => overwrite(bench, 'history.json', '{}'),
    line: [/^FIX {3}history\.json +it is damaged/, /→ npm run rebuild-history/],
  },
  {
    fault: 'a missing series',
    plant: bench => bench.container('public').deleteBlob('history.json'),
    line: [/^FIX {3}history\.json +it is missing/, /→ npm run rebuild-history/],
  },
  {
    fault: 'a damaged activity',
    plant: bench => overwrite(bench, 'activity.json', '{}'),
    line: [/^FIX {3}activity\.json +it is damaged/, /→ npm run backfill/],
  },
  {
    fault: 'a damaged state',
    plant: bench => bench.container('private').getBlockBlobClient('state.json').upload('{', 1),
    line: [/^FIX {3}state\.json +it is damaged/, /→ npm run sync/],
  },
  {
    fault: 'a timer that does not run',
    plant: bench => bench.passTime(40 * hourMs),
    line: [/^FIX {3}state\.json +stale \(overdue\) since /, /→ .*the timer is not running/],
  },
  {
    fault: 'a store that refuses us',
    options: { storeFaults: true },
    plant: ({ store }) => store?.faults.add({ match: { method: 'GET' }, fault: { status: 403 } }),
    line: [/^FIX {3}store +storage: .*403/, /→ .*may read and write blobs/],
  },
  {
    fault: 'a lease that we may not take',
    options: { storeFaults: true },
    plant: ({ store }) => store?.faults.add({ match: { query: /comp=lease/ }, fault: { status: 403 } }),
    line: [/^FIX {3}lease +storage: .*403/, /→ .*may read and write blobs/],
  },
];

describe('the doctor', () => {
  for (const { fault, plant, line, options } of faults) {
    it(`finds ${fault}, and names the next step`, async () => {
      const bench = await workingBench(options);
      await plant(bench);
      const { faults } = await lines(bench);
      const found = faults.find(text => line.every(part => part.test(text)));
      assert.ok(found, `${line.join(' ')} is in none of:\n${faults.join('\n')}`);
    });
  }

  it('has nothing to fix where Peloton answers and is away, and says that the syncs wait for it', async () => {
    const bench = await workingBench();
    const away = bench.peloton.faults.add({ match: {}, fault: { status: 503 } });
    const { all, faults } = await lines(bench);
    assert.deepEqual(faults, []);
    for (const subject of ['/api/me', 'sign-in page']) {
      const line = all.find(text => text.includes(` ${subject} `)) ?? '';
      assert.match(line, /^note {2}.*upstream-unavailable: GET \S+ answered 503\. Nothing to do: /);
    }
    const signedIn = await lines(bench, { signsIn: true });
    assert.match(signedIn.all.at(-1) ?? '', /^FIX {3}sign-in +upstream-unavailable: .*503\. → try again later\.$/);
    away.remove();
  });

  it('sends whoever has no stats yet to the first sync', async () => {
    const { faults } = await lines(await startBench());
    assert.deepEqual(
      faults.map(line => line.slice(0, 50).trim()),
      ['FIX   latest.json      there is none yet → npm run'],
    );
  });

  it('says what the last failure was, and what it waits for', async () => {
    const bench = await startBench();
    bench.vault.secrets.set('peloton-password', 'wrong');
    await assert.rejects(bench.tick());
    bench.passTime(23 * hourMs);
    const { faults } = await lines(bench);
    const state = faults.find(line => line.includes('state.json')) ?? '';
    assert.match(
      state,
      /failing \(sign-in-refused\) since \S+, 1 of 3 sign-ins in 24 hours, next attempt once a secret/,
    );
    assert.match(state, /→ Peloton does not know this user name with this password/);
  });

  it('is content with a pasted session alone, with one that the next sync renews, and while another run works', async () => {
    const pasted = await workingBench();
    pasteAlone(pasted);
    const withoutCredentials = await lines(pasted);
    assert.deepEqual(withoutCredentials.faults, []);
    assert.ok(withoutCredentials.all.some(line => /^note {2}peloton-password +none: /.test(line)));

    const expired = await workingBench();
    expired.passTime(60 * hourMs);
    const { all } = await lines(expired);
    assert.ok(all.some(line => /^note {2}peloton-session +its token expired 12 hours ago: .*renews/.test(line)));
    assert.ok(all.some(line => /^note {2}\/api\/me +not asked/.test(line)));

    const busy = await workingBench();
    await busy.container('private').getBlobLeaseClient().acquireLease(60);
    assert.deepEqual((await lines(busy)).faults, []);
    await busy.breakLease();
  });

  it('says what around the credentials is ignored, what is not, and what looks swapped', async () => {
    const bench = await workingBench();
    const { username, password } = bench.peloton.credentials;
    for (const [name, value, line] of [
      [
        'username',
        `\uFEFF${username}\r\n`,
        /^note {2}\S+ +stored on \S+, with a byte order mark or line ends around it, .* ignores$/,
      ],
      [
        'username',
        `${username}\u00A0`,
        /^note {2}\S+ +stored on \S+, with white space around it, which the service ignores$/,
      ],
      ['username', username, /^ok {4}/],
      ['password', `${password}\r\n`, /^note {2}\S+ +stored on \S+, with a byte order mark or line ends around it/],
      [
        'password',
        ` ${password}`,
        /^note {2}\S+ +stored on \S+, with white space around it, which counts as part of it$/,
      ],
      [
        'password',
        `${password}\u200Bx`,
        /^note {2}\S+ +stored on \S+, with an invisible character inside, which counts/,
      ],
      ['password', 'me@example.com', /^ok {4}/],
    ] as const) {
      bench.vault.secrets.set(`peloton-${name}`, value);
      const { all, faults } = await lines(bench);
      assert.match(all.find(text => text.includes(` peloton-${name} `)) ?? '', line, JSON.stringify(value));
      assert.deepEqual(faults, []);
    }
    bench.vault.secrets.set('peloton-username', 'secret');
    const swapped = await lines(bench);
    assert.match(
      swapped.all.find(text => text.includes('-password')) ?? '',
      /^note .* form of an e-mail address, .* swapped/,
    );
  });

  it('notes a proxy that Node.js does not go by, and says nothing of one that it does', async () => {
    const bench = await workingBench();
    const proxy = 'http://somebody:proxy-password@proxy.invalid:3128';
    for (const [settings, isNoted] of [
      [{ HTTPS_PROXY: proxy }, true],
      [{ https_proxy: proxy, NODE_USE_ENV_PROXY: '0' }, true],
      [{ HTTPS_PROXY: proxy, NODE_USE_ENV_PROXY: '1' }, false],
      [{ HTTPS_PROXY: proxy, NODE_OPTIONS: '--use-env-proxy' }, false],
      [{ HTTPS_PROXY: '' }, false],
    ] as const) {
      const { all, faults } = await lines(bench, { settings });
      const noted = all.filter(line =>
        /^note {2}proxy +HTTPS_PROXY is set, .*NODE_USE_ENV_PROXY=1 and NO_PROXY=/.test(line),
      );
      assert.equal(noted.length === 1, isNoted, JSON.stringify(settings));
      assert.deepEqual(faults, []);
      assert.ok(!all.join().includes('proxy-password'));
    }
  });

  it('is content with a refresh token alone', async () => {
    const bench = await startBench({ secrets: {} });
    bench.vault.secrets.set('peloton-session', bench.peloton.issueSession().refreshToken);
    await bench.tick();
    bench.vault.secrets.set('peloton-session', bench.peloton.issueSession().refreshToken);
    const { all, faults } = await lines(bench);
    assert.deepEqual(faults, []);
    assert.ok(all.some(line => /^note {2}peloton-session +without a token .*: the next sync gets one/.test(line)));
  });

  it('judges the build hooks without calling them, and shows of each the host alone', async () => {
    const bench = await workingBench();
    let calls = 0;
    const receiver = await startLoopbackServer((_, response) => {
      calls += 1;
      response.writeHead(204).end();
    });
    const none = await lines(bench);
    assert.ok(none.all.some(line => /^note {2}build-hooks +none: no site is told/.test(line)));
    const hooks = [{ url: `${receiver.url}/path-canary`, token: 'token-canary' }, { url: 'https://a.example/x' }];
    bench.vault.secrets.set('build-hooks', `\uFEFF${JSON.stringify(hooks)}`);
    const { all, faults } = await lines(bench);
    await receiver.close();
    const line = all.find(text => text.includes('build-hooks')) ?? '';
    assert.match(line, /^ok {4}build-hooks +2 hooks: 127\.0\.0\.1:\d+, a\.example; none was called$/);
    assert.deepEqual([calls, faults], [0, []]);
    assert.doesNotMatch(all.join(), /canary/);
  });

  it('says how far the list of workouts has been read, and that nothing of it is published', async () => {
    const bench = await workingBench();
    const lineOf = async (settings = {}) =>
      (await lines(bench, { settings })).all.find(text => text.includes(' activity.json '));
    assert.match(
      (await lineOf()) ?? '',
      /^ok {4}activity\.json +\d+ days with a workout since 2\d{3}-\d\d-\d\d, as of /,
    );
    assert.match((await lineOf({ WORKOUTS: 'off' })) ?? '', /^note {2}activity\.json +not published: WORKOUTS=off$/);
    const activity = (await bench.blob('activity.json')) ?? '';
    await overwrite(bench, 'activity.json', activity.replace(/"complete_since":"[^"]*"/, '"complete_since":null'));
    assert.match((await lineOf()) ?? '', /^note {2}activity\.json .* so far: the timer is still reading the past$/);
    await bench.container('public').deleteBlob('activity.json');
    assert.match((await lineOf()) ?? '', /^note {2}activity\.json +there is none yet/);
  });

  it('changes nothing by looking: no post, no refresh, no write', async () => {
    const bench = await workingBench({ storeFaults: true });
    const before = bench.peloton.requests.length;
    const vaultBefore = bench.vault.requests.length;
    const stored = await Promise.all(['latest.json', 'history.json'].map(bench.blob));
    const state = await bench.privateBlob('state.json');
    await lines(bench);
    const asked = bench.peloton.requests.slice(before).map(({ method, path }) => `${method} ${path}`);
    assert.deepEqual(asked, ['GET /api/me', 'GET /authorize', 'GET /login']);
    assert.ok(bench.vault.requests.slice(vaultBefore).every(({ method }) => method === 'GET'));
    assert.deepEqual(await Promise.all(['latest.json', 'history.json'].map(bench.blob)), stored);
    assert.equal(await bench.privateBlob('state.json'), state);
    assert.deepEqual(bench.peloton.violations, []);
  });

  it('says which rungs are open, and of the session its age, its end and its client', async () => {
    const bench = await workingBench({ settings: { PELOTON_SIGN_IN: 'auto' } });
    bench.passTime(3 * hourMs);
    const line = async (subject: string) => (await lines(bench)).all.find(text => text.includes(` ${subject} `)) ?? '';
    assert.match(await line('sign-in page'), /^ok {4}sign-in page +opens at 127/);
    assert.match(await line("app's grant"), /^note {2}app's grant +may be tried\. Not asked/);
    const end = new Date(bench.now.getTime() + 45 * hourMs).toISOString();
    assert.match(
      await line('peloton-session'),
      new RegExp(`^ok {4}peloton-session +stored 3 hours ago for the web client, its token .* 45 hours, until ${end}$`),
    );

    bench.peloton.behaviour.loginPage = 'universal';
    bench.peloton.revokeAll();
    bench.passTime(24 * hourMs);
    await bench.tick();
    assert.match(await line('peloton-session'), / for the app, /);
    assert.match(await line("app's grant"), /it got in last, and goes first/);
    assert.match(await line('sign-in page'), /^FIX {3}sign-in page +upstream-changed: .*login page of another kind/);

    bench.peloton.behaviour.appGrant = 'closed';
    bench.peloton.revokeAll();
    bench.passTime(24 * hourMs);
    await assert.rejects(bench.tick());
    assert.match(await line("app's grant"), /held back until \S+Z: its last answer was unknown, or it is closed/);
  });

  it('has no page to open for the sign-in of 2021', async () => {
    const bench = await startBench({ settings: { PELOTON_SIGN_IN: 'session' } });
    bench.peloton.behaviour.sessionLogin = 'open';
    await bench.tick();
    const { all, faults } = await lines(bench);
    assert.deepEqual(faults, []);
    assert.ok(all.some(line => /^ok {4}\/api\/me/.test(line)));
    assert.ok(all.some(line => /^note {2}sign-in page/.test(line)));
  });

  it('signs in where it is told to, and says why that did not work', async () => {
    const bench = await workingBench();
    const good = await lines(bench, { signsIn: true });
    assert.match(good.all.at(-1) ?? '', /^ok {4}sign-in +Peloton let us in/);
    bench.peloton.changePassword('known to Peloton alone');
    const refused = await lines(bench, { signsIn: true });
    assert.match(
      refused.all.at(-1) ?? '',
      /^FIX {3}sign-in +sign-in-refused: .*invalid_user_password.* → Peloton does not know/,
    );
    await bench.container('private').getBlobLeaseClient().acquireLease(60);
    const busy = await lines(bench, { signsIn: true });
    assert.match(busy.all.at(-1) ?? '', /^FIX {3}sign-in +another run holds the lease → try again/);
    await bench.breakLease();
  });
});

describe('the doctor at the public URL', () => {
  /** What readers get: the answers of the service, or others. */
  async function serve(answers: Record<string, { status: number; body: string }>) {
    const server = await startLoopbackServer((request, response) => {
      const { status, body } = answers[request.url ?? ''] ?? { status: 404, body: '<html>' };
      response.writeHead(status).end(body);
    });
    return server;
  }

  async function look(bench: Bench, answers: Record<string, { status: number; body: string }>) {
    const server = await serve(answers);
    try {
      const { all } = await lines(bench, { settings: { PUBLIC_URL: `${server.url}/` } });
      return all.filter(line => / \/api\/(health|stats) /.test(line));
    } finally {
      await server.close();
    }
  }

  async function answersOf(bench: Bench) {
    const [health, stats] = await Promise.all([bench.get('health'), bench.get('stats')]);
    return {
      '/api/health': { status: health.reply.status, body: JSON.stringify(health.json) },
      '/api/stats': { status: stats.reply.status, body: JSON.stringify(stats.json) },
    };
  }

  it('finds the stats of the store', async () => {
    const bench = await workingBench();
    const [health, stats] = await look(bench, await answersOf(bench));
    assert.match(health ?? '', /^ok {4}\/api\/health +ok$/);
    assert.match(stats ?? '', /^ok {4}\/api\/stats +serves the stats of 2026-11-22/);
  });

  it('finds a failing service, and stats that stay behind the store', async () => {
    const bench = await workingBench();
    const { '/api/stats': old } = await answersOf(bench);
    bench.passTime(24 * hourMs);
    await bench.tick();
    bench.passTime(hourMs);
    bench.peloton.behaviour.account = 402;
    await bench.syncNow({ force: 'true' });
    const [health, stats] = await look(bench, { ...(await answersOf(bench)), '/api/stats': old });
    assert.match(health ?? '', /^FIX {3}\/api\/health +failing \(account-refused\) since \S+ → .*check the membership/);
    assert.match(stats ?? '', /^FIX {3}\/api\/stats +serves 2026-11-22, older stats .* → check that PUBLIC_URL/);
  });

  it('names the notices of a service that is well, and understands a service of another version', async () => {
    const bench = await workingBench();
    const answers = await answersOf(bench);
    const { notices: _none, ...older } = JSON.parse(answers['/api/health'].body);
    const newer = { ...older, notices: [{ code: 'moon-is-full', more: 1 }] };
    for (const [body, said] of [
      [older, /^ok {4}\/api\/health +ok$/],
      [newer, /^ok {4}\/api\/health +ok, with the notice moon-is-full$/],
    ] as const) {
      const [health] = await look(bench, { ...answers, '/api/health': { status: 200, body: JSON.stringify(body) } });
      assert.match(health ?? '', said);
    }
  });

  it('finds somebody else there', async () => {
    const found = await look(await workingBench(), {});
    assert.match(found[0] ?? '', /^FIX {3}\/api\/health +answered 404 without health → check that PUBLIC_URL/);
    assert.match(found[1] ?? '', /^FIX {3}\/api\/stats +answered 404 without stats → check that PUBLIC_URL/);
  });
});
