// The rungs of a sign-in: which goes first, when the next one is tried, and what each posting of the credentials costs.

import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { describe, it } from 'node:test';
import type { Fault } from '../../sandbox/fault-answers.ts';
import { readBody } from '../../sandbox/loopback-server.ts';
import { signInConstants } from '../../sandbox/peloton/world.ts';
import { type Bench, type BenchOptions, startBench } from '../../test/bench.ts';
import { askedDuring, pasteSession, storedSession, tickFailure } from '../../test/session-bench.ts';
import { hourMs, minuteMs } from '../stats/time.ts';

const page = '/usernamepassword/login';
const grant = '/oauth/token password';
const overview = '/api/user/{id}/overview';
const { clientId, appClientId } = signInConstants;
const tokenPath = /^\/oauth\/token$/;
const isGrant = { path: tokenPath, body: /"password"/ };

async function startRungs(options: BenchOptions = {}): Promise<Bench> {
  return await startBench({
    peloton: { member: 'newcomer' },
    ...options,
    settings: { WORKOUTS: 'off', ...options.settings },
  });
}

/** The postings of the credentials in a tick, and the code with which it failed. */
async function tickOf(bench: Bench): Promise<{ posted: string[]; code: string | undefined }> {
  let code: string | undefined;
  const asked = await askedDuring(bench, async () => {
    code = await tickFailure(bench);
  });
  return { posted: asked.filter(request => request === page || request === grant), code };
}

async function nextDay(bench: Bench) {
  bench.peloton.revokeAll();
  bench.passTime(24 * hourMs);
  return await tickOf(bench);
}

type Spoil = (bench: Bench) => unknown;
const spoil =
  (match: object, fault: Fault): Spoil =>
  ({ peloton }) =>
    peloton.faults.add({ match, fault });
const behave =
  (behaviour: Partial<Bench['peloton']['behaviour']>): Spoil =>
  ({ peloton }) =>
    Object.assign(peloton.behaviour, behaviour);
const challenge = { body: '<title>Just a moment...</title>', contentType: 'text/html' };
const opening = { path: /^\/authorize$/ };
const posting = { path: /^\/usernamepassword\/login$/ };
const unheardOf = { status: 418, body: { error: 'unheard_of' } };

describe('the login page comes to no judgement, and the app gets in with the same run', () => {
  const rows: [string, Spoil, string[]][] = [
    ['a login page of another kind', behave({ loginPage: 'universal' }), [grant]],
    ['no _csrf', behave({ csrf: 'none' }), [grant]],
    ['a bot check before the page', spoil(opening, { status: 403, ...challenge }), [grant]],
    ['a page that is gone', spoil(opening, { status: 404, body: {} }), [grant]],
    ['a bot check at the posting', spoil(posting, { status: 403, ...challenge }), [page, grant]],
    [
      'AnomalyDetected',
      spoil(posting, { status: 403, body: { name: 'AnomalyDetected', code: 'access_denied' } }),
      [page, grant],
    ],
    ['an unknown answer to the posting', spoil(posting, unheardOf), [page, grant]],
    [
      'a redirect chain that leads elsewhere',
      spoil({ path: /^\/continue$/ }, { status: 302, headers: { location: 'https://other.example/' } }),
      [page, grant],
    ],
    [
      'an unknown page at the end',
      spoil({ path: /^\/continue$/ }, { status: 200, body: '<h1>Welcome', contentType: 'text/html' }),
      [page, grant],
    ],
    [
      'an exchange that gives no token',
      spoil({ path: tokenPath, body: /authorization_code/ }, { status: 200, body: { token_type: 'Bearer' } }),
      [page, grant],
    ],
    [
      'a code that is refused',
      spoil({ path: tokenPath, body: /authorization_code/ }, { status: 403, body: { error: 'invalid_grant' } }),
      [page, grant],
    ],
  ];
  for (const [what, plant, posted] of rows) {
    it(what, async () => {
      const bench = await startRungs();
      plant(bench);
      assert.deepEqual(await tickOf(bench), { posted, code: undefined });
      const { sign_ins, last_rung } = await bench.state();
      assert.deepEqual([sign_ins.length, sign_ins.at(-1)?.outcome, last_rung], [posted.length, 'signed-in', 'app']);
      assert.equal(storedSession(bench).client_id, appClientId);
      assert.deepEqual(bench.peloton.violations, []);
    });
  }
});

describe('an outage is waited for, and a judgement is one: the app is not tried', () => {
  const rows: [string, Spoil, string][] = [
    ['a time-out of the posting', spoil(posting, 'hang'), 'upstream-unavailable'],
    ['a reset at the posting', spoil(posting, 'reset'), 'upstream-unavailable'],
    ['a rate limit', spoil(posting, { status: 429 }), 'upstream-unavailable'],
    ['a server that fails', spoil(posting, { status: 503, ...challenge }), 'upstream-unavailable'],
    ['an answer that breaks off', spoil(posting, 'cut'), 'upstream-unavailable'],
    ['an empty answer', spoil(posting, 'empty'), 'upstream-unavailable'],
    ['a page that does not open', spoil(opening, { status: 503 }), 'upstream-unavailable'],
    ['a page that cannot be reached', spoil(opening, 'reset'), 'upstream-unavailable'],
    ['a wrong password', ({ peloton }) => peloton.changePassword('another'), 'sign-in-refused'],
    ['a second factor after the form', behave({ secondFactor: 'after-form' }), 'sign-in-refused'],
    [
      'too many attempts',
      behave({ credentialsRefusal: { status: 429, code: 'too_many_attempts' } }),
      'sign-in-refused',
    ],
    ['a captcha', behave({ credentialsRefusal: { status: 400, code: 'invalid_captcha' } }), 'sign-in-refused'],
    [
      'a blocked user, told by a redirect',
      behave({ refusedHome: { error: 'unauthorized', description: 'user is blocked', at: 'credentials' } }),
      'sign-in-refused',
    ],
    [
      'a blocked user, told after the form',
      behave({ refusedHome: { error: 'unauthorized', description: 'user is blocked', at: 'form' } }),
      'sign-in-refused',
    ],
  ];
  for (const [what, plant, code] of rows) {
    it(what, async () => {
      const bench = await startRungs({ limits: { http: { timeoutMs: 200, retryDelayMs: 1 } } });
      plant(bench);
      const { posted, code: failed } = await tickOf(bench);
      assert.equal(failed, code);
      assert.ok(!posted.includes(grant), posted.join());
      assert.deepEqual((await bench.state()).held_rungs, []);
      if (code !== 'sign-in-refused') return;
      bench.passTime(5 * 24 * hourMs);
      assert.deepEqual(await tickOf(bench), { posted: [], code: undefined }, 'the same credentials are posted once');
    });
  }
});

describe('where the app goes first', () => {
  /** A bench that got in by the app, and whose page is good again. */
  async function startAppFirst(options: BenchOptions = {}): Promise<Bench> {
    const bench = await startRungs(options);
    bench.peloton.behaviour.loginPage = 'universal';
    assert.deepEqual(await tickOf(bench), { posted: [grant], code: undefined });
    bench.peloton.behaviour.loginPage = 'classic';
    return bench;
  }

  it('the next sign-in begins with it, and opens no page', async () => {
    const bench = await startAppFirst();
    bench.peloton.revokeAll();
    bench.passTime(24 * hourMs);
    assert.deepEqual(await askedDuring(bench, bench.tick), [overview, '/oauth/token refresh_token', grant, overview]);
  });

  const closed: [string, Spoil][] = [
    ['the grant is closed to the client', behave({ appGrant: 'closed' })],
    ['the client is gone', behave({ appGrant: 'gone' })],
    ['the answer is none of the known', spoil(isGrant, unheardOf)],
    [
      'the endpoint is retired',
      spoil(isGrant, { status: 403, body: { status: 403, message: 'No longer accepting requests.' } }),
    ],
    ['the answer has no tokens', spoil(isGrant, { status: 200, body: { token_type: 'Bearer' } })],
    ['no header can hold the token', spoil(isGrant, { status: 200, body: { access_token: 'ä' } })],
  ];
  for (const [what, plant] of closed) {
    it(`the page gets in where ${what}, and then goes first`, async () => {
      const bench = await startAppFirst();
      plant(bench);
      assert.deepEqual(await nextDay(bench), { posted: [grant, page], code: undefined });
      assert.equal(storedSession(bench).client_id, clientId);
      const { held_rungs, last_rung } = await bench.state();
      assert.deepEqual([held_rungs.map(({ rung }) => rung), last_rung], [['app'], 'web']);
      assert.deepEqual(await nextDay(bench), { posted: [page], code: undefined });
      assert.deepEqual(bench.peloton.violations, []);
    });
  }

  it('the page is tried after a bot check, which holds nothing back, whatever its status and its words', async () => {
    for (const fault of [
      { status: 403, ...challenge },
      { status: 200, body: '<h1>Solve this captcha</h1>', contentType: 'text/html' },
    ]) {
      const bench = await startAppFirst();
      bench.peloton.faults.add({ match: isGrant, fault });
      assert.deepEqual(await nextDay(bench), { posted: [grant, page], code: undefined });
      assert.deepEqual((await bench.state()).held_rungs, []);
    }
  });

  it('a refresh token without an access token is kept, and refreshed at the next attempt', async () => {
    const bench = await startAppFirst();
    bench.peloton.revokeAll();
    const { refreshToken: fresh } = bench.peloton.issueSession('app');
    bench.peloton.faults.add({ match: isGrant, fault: { status: 200, body: { refresh_token: fresh } }, times: 1 });
    bench.passTime(24 * hourMs);
    assert.deepEqual(await tickOf(bench), { posted: [grant], code: 'upstream-changed' });
    assert.equal(storedSession(bench).refresh_token, fresh);
    bench.passTime(4 * hourMs);
    assert.deepEqual(await tickOf(bench), { posted: [], code: undefined });
  });

  it('the cap may end a run before the page: the failure is the grant’s, and lasts until a sign-in leaves the window', async () => {
    const bench = await startAppFirst();
    for (const match of [isGrant, posting]) bench.peloton.faults.add({ match, fault: { status: 403, ...challenge } });
    assert.deepEqual(await nextDay(bench), { posted: [grant, page], code: 'upstream-unavailable' });
    const end = new Date(bench.now.getTime() + 24 * hourMs).toISOString();
    bench.passTime(15 * minuteMs);
    assert.deepEqual(await tickOf(bench), { posted: [grant], code: 'upstream-unavailable' });
    assert.match(String(bench.events('sync.failed').at(-1)?.message), /^POST [^/]+\/oauth\/token answered 403/);
    assert.equal((await bench.health()).next_attempt, end);
  });

  it('an outage of the grant is waited for, and a judgement of the grant is one', async () => {
    const rows: [Spoil, string, RegExp][] = [
      [spoil(isGrant, { status: 503, ...challenge }), 'upstream-unavailable', /^Nothing to do/],
      [spoil(isGrant, 'truncated'), 'upstream-unavailable', /^Nothing to do/],
      [spoil(isGrant, 'reset'), 'upstream-unavailable', /^Nothing to do/],
      [spoil(isGrant, { status: 429 }), 'upstream-unavailable', /^Nothing to do/],
      [({ peloton }) => peloton.changePassword('another'), 'sign-in-refused', /does not know this user name/],
      [behave({ secondFactor: 'json' }), 'sign-in-refused', /second factor.*npm run sign-in/],
      [
        behave({ grantRefusal: { status: 401, error: 'requires_verification' } }),
        'sign-in-refused',
        /verify.*npm run sign-in/,
      ],
      [behave({ grantRefusal: { status: 429, error: 'too_many_attempts' } }), 'sign-in-refused', /too many attempts/],
      [
        behave({ refusedHome: { error: 'unauthorized', description: 'user is blocked', at: 'form' } }),
        'sign-in-refused',
        /blocked this user/,
      ],
      [behave({ grantRefusal: { status: 403, error: 'access_denied' } }), 'sign-in-refused', /denies this account/],
    ];
    const bench = await startAppFirst();
    for (const [plant, code, hint] of rows) {
      bench.passTime(25 * hourMs);
      const before = { ...bench.peloton.behaviour };
      plant(bench);
      assert.deepEqual(await nextDay(bench), { posted: [grant], code }, String(hint));
      assert.match((await bench.health()).problem?.hint ?? '', hint);
      bench.peloton.faults.clear();
      Object.assign(bench.peloton.behaviour, before);
      bench.vault.secrets.set('peloton-password', bench.peloton.credentials.password);
    }
    assert.doesNotMatch(bench.lines.join(), /sandbox-mfa-/);
    assert.deepEqual(bench.peloton.violations, []);
  });
});

describe('where no rung gets in', () => {
  it('the run fails with the code and the hint of the page', async () => {
    const bench = await startRungs();
    behave({ loginPage: 'universal', appGrant: 'closed' })(bench);
    assert.deepEqual(await tickOf(bench), { posted: [grant], code: 'upstream-changed' });
    assert.match((await bench.health()).problem?.hint ?? '', /^Upgrade/);
    assert.match(String(bench.events('sync.failed')[0]?.message), /login page of another kind/);
    const [failed] = bench.events('sign-in.rung-failed');
    assert.deepEqual([failed?.rung, failed?.code], ['web', 'upstream-changed']);
  });

  it('each unknown answer holds its own rung back for a day, and the page goes on being opened', async () => {
    const bench = await startRungs();
    behave({ loginPage: 'universal', appGrant: 'closed' })(bench);
    const { posted } = await tickOf(bench);
    assert.deepEqual(posted, [grant]);
    const from = bench.now.getTime();
    for (const hours of [4, 8, 12, 16, 20]) {
      bench.now = new Date(from + hours * hourMs);
      const asked = await askedDuring(bench, async () => assert.equal(await tickFailure(bench), 'upstream-changed'));
      assert.deepEqual(asked, ['/authorize', '/u/login'], `${hours} h`);
    }
    bench.now = new Date(from + 24 * hourMs);
    assert.deepEqual((await tickOf(bench)).posted, [grant], 'a day later the grant is tried again');
    bench.passTime(4 * hourMs);
    bench.peloton.behaviour.loginPage = 'classic';
    assert.deepEqual(await tickOf(bench), { posted: [page], code: undefined }, 'the page works while the app is held');
  });

  it('unknown answers of all rungs are waited for until the first of them is a day old, or a secret or force ends the wait', async () => {
    for (const end of ['time', 'secret', 'force'] as const) {
      const bench = await startRungs();
      const [web, app] = [posting, isGrant].map(match => bench.peloton.faults.add({ match, fault: unheardOf }));
      assert.deepEqual(await tickOf(bench), { posted: [page, grant], code: 'upstream-changed' });
      const next = new Date(bench.now.getTime() + 24 * hourMs).toISOString();
      assert.equal((await bench.health()).next_attempt, next);
      bench.passTime(5 * hourMs);
      assert.deepEqual(await tickOf(bench), { posted: [], code: undefined });
      web?.remove();
      app?.remove();
      if (end === 'time') bench.now = new Date(next);
      if (end === 'secret') bench.vault.secrets.set('peloton-password', bench.peloton.credentials.password);
      if (end === 'force') assert.equal((await bench.syncNow({ force: 'true' })).status, 200);
      else assert.deepEqual(await tickOf(bench), { posted: [page], code: undefined });
      assert.deepEqual(
        (await bench.state()).held_rungs.map(({ rung }) => rung),
        ['app'],
      );
    }
  });

  it('a judgement of the second rung is the one that is told', async () => {
    const bench = await startRungs();
    bench.peloton.behaviour.loginPage = 'universal';
    bench.peloton.changePassword('another');
    assert.deepEqual(await tickOf(bench), { posted: [grant], code: 'sign-in-refused' });
    bench.passTime(48 * hourMs);
    assert.deepEqual(await tickOf(bench), { posted: [], code: undefined });
  });

  it('an outage of the second rung leaves the code of the page, and obeys a Retry-After', async () => {
    const bench = await startRungs();
    bench.peloton.behaviour.loginPage = 'universal';
    bench.peloton.faults.add({ match: isGrant, fault: { status: 429, headers: { 'retry-after': '36000' } } });
    assert.deepEqual(await tickOf(bench), { posted: [grant], code: 'upstream-changed' });
    assert.equal((await bench.health()).next_attempt, new Date(bench.now.getTime() + 10 * hourMs).toISOString());
  });

  it('a hold that a wrong clock set more than two days ahead is none', async () => {
    const bench = await startRungs();
    for (const match of [posting, isGrant]) bench.peloton.faults.add({ match, fault: unheardOf, times: 1 });
    await tickOf(bench);
    bench.passTime(-3 * 24 * hourMs);
    assert.deepEqual(await tickOf(bench), { posted: [page], code: undefined });
  });

  it('a vault that takes no session is told, and no page is blamed', async () => {
    const bench = await startRungs();
    bench.peloton.behaviour.loginPage = 'universal';
    bench.vault.faults.add({ match: { method: 'PUT', body: /access_token/ }, fault: { status: 403 } });
    assert.deepEqual(await tickOf(bench), { posted: [grant], code: 'vault' });
  });
});

describe('the cap', () => {
  it('counts every posting before it is sent, and is not passed within a run', async () => {
    const bench = await startRungs();
    const counted: number[] = [];
    bench.peloton.faults.add({
      match: async ({ url }) => {
        if (/^\/(usernamepassword\/login|oauth\/token)$/.test(url ?? ''))
          counted.push((await bench.state()).sign_ins.length);
        return false;
      },
      fault: 'reset',
    });
    bench.peloton.faults.add({ match: posting, fault: unheardOf });
    bench.peloton.faults.add({ match: isGrant, fault: unheardOf });
    const firstLeaves = new Date(bench.now.getTime() + 24 * hourMs).toISOString();
    for (let run = 0; run < 3; run++) {
      assert.equal((await bench.syncNow({ force: 'true' })).body.code, 'upstream-changed');
      if (run > 0) assert.equal((await bench.health()).next_attempt, firstLeaves);
      bench.passTime(minuteMs);
    }
    const [, second, third] = bench.events('sync.failed').map(({ message }) => String(message));
    assert.match(second ?? '', /in a way that is not known/, 'the page has failed, and the app was not tried');
    assert.match(third ?? '', /^3 sign-ins were made/);
    assert.deepEqual(counted, [1, 2, 3]);
    const { sign_ins } = await bench.state();
    assert.deepEqual(new Set(sign_ins.map(({ outcome }) => outcome)), new Set(['upstream-changed']));
    assert.equal(bench.peloton.counts.credentialPosts, 3);
    assert.deepEqual(bench.peloton.violations, []);
  });
});

describe('two hosts', () => {
  it('that run at the same time post the credentials once', async () => {
    const bench = await startRungs();
    behave({ loginPage: 'universal' })(bench);
    const apps = [bench.app, bench.startApp(), bench.startApp()];
    assert.deepEqual(await Promise.all(apps.map(app => tickFailure(bench, app))), [undefined, undefined, undefined]);
    assert.deepEqual([bench.peloton.counts.credentialPosts, bench.peloton.counts.overviews], [1, 1]);
    assert.equal((await bench.state()).sign_ins.length, 1);
  });

  it('share what one of them learned of the rungs', async () => {
    const bench = await startRungs();
    behave({ loginPage: 'universal' })(bench);
    await bench.tick();
    behave({ loginPage: 'classic' })(bench);
    bench.peloton.revokeAll();
    bench.passTime(24 * hourMs);
    const posted = await askedDuring(bench, () => bench.tick(bench.startApp()));
    assert.ok(posted.includes(grant) && !posted.includes('/authorize'), posted.join());
  });
});

describe('one rung alone', () => {
  it('web posts nothing to the grant, and app opens no page', async () => {
    const web = await startRungs({ settings: { PELOTON_SIGN_IN: 'web' } });
    web.peloton.behaviour.loginPage = 'universal';
    assert.deepEqual(await tickOf(web), { posted: [], code: 'upstream-changed' });
    const app = await startRungs({ settings: { PELOTON_SIGN_IN: 'app' } });
    assert.deepEqual(await askedDuring(app, app.tick), [grant, overview]);
  });

  it('app says of a closed grant which setting opens the page', async () => {
    const bench = await startRungs({ settings: { PELOTON_SIGN_IN: 'app' } });
    bench.peloton.behaviour.appGrant = 'closed';
    assert.deepEqual(await tickOf(bench), { posted: [grant], code: 'upstream-changed' });
    assert.match((await bench.health()).problem?.hint ?? '', /set PELOTON_SIGN_IN to auto or web/);
  });
});

describe('a session remembers its client', () => {
  /** The client ids that were sent to /oauth/token. */
  function watchClients(bench: Bench): (string | undefined)[] {
    const clients: (string | undefined)[] = [];
    const match = async (request: IncomingMessage) => {
      if (request.url === '/oauth/token') clients.push(JSON.parse((await readBody(request)).toString()).client_id);
      return false;
    };
    bench.peloton.faults.add({ match, fault: 'reset' });
    return clients;
  }

  it('and is refreshed with that one, whatever the settings say, and keeps a refresh token that has no successor', async () => {
    const bench = await startRungs({ settings: { PELOTON_SIGN_IN: 'app' } });
    await bench.tick();
    const before = storedSession(bench);
    assert.equal(before.client_id, appClientId);
    const clients = watchClients(bench);
    const settings = { ...bench.settings, PELOTON_SIGN_IN: 'web' };
    Object.assign(bench.settings, settings);
    bench.passTime(48 * hourMs);
    assert.equal(await tickFailure(bench, bench.startApp()), undefined);
    assert.deepEqual(clients, [appClientId]);
    const after = storedSession(bench);
    assert.deepEqual([after.client_id, after.refresh_token], [appClientId, before.refresh_token]);
    assert.notEqual(after.access_token, before.access_token);
    assert.equal(bench.peloton.counts.credentialPosts, 1);
  });

  it('by the claim azp of a pasted token, and counts as the web client’s where nothing says more', async () => {
    const bench = await startRungs({ secrets: {} });
    const clients = watchClients(bench);
    pasteSession(bench, { livesMs: 0, client: 'app' });
    await bench.tick();
    bench.passTime(24 * hourMs);
    const { refreshToken } = bench.peloton.issueSession();
    bench.vault.secrets.set('peloton-session', refreshToken);
    await bench.tick();
    assert.deepEqual(clients, [appClientId, clientId]);
    assert.equal(storedSession(bench).client_id, clientId);
  });

  it('signs in anew where its client is gone for good', async () => {
    const bench = await startRungs();
    bench.peloton.behaviour.loginPage = 'universal';
    await bench.tick();
    behave({ loginPage: 'classic', appGrant: 'gone' })(bench);
    bench.passTime(48 * hourMs);
    assert.deepEqual(await tickOf(bench), { posted: [grant, page], code: undefined });
    assert.deepEqual(bench.peloton.violations, []);
  });

  it('lives without a refresh token where the grant gives none, and is made anew when it ends', async () => {
    const bench = await startRungs({ settings: { PELOTON_SIGN_IN: 'app', PELOTON_APP_SCOPE: 'openid' } });
    await bench.tick();
    assert.equal(storedSession(bench).refresh_token, undefined);
    bench.passTime(24 * hourMs);
    assert.deepEqual(await tickOf(bench), { posted: [], code: undefined });
    bench.passTime(24 * hourMs);
    assert.deepEqual(await tickOf(bench), { posted: [grant], code: undefined });
  });

  it('signs in where the browser has spent the refresh token of a pasted pair', async () => {
    const bench = await startRungs();
    const { refreshToken } = pasteSession(bench, { livesMs: 0 });
    const body = JSON.stringify({ grant_type: 'refresh_token', client_id: clientId, refresh_token: refreshToken });
    const headers = { 'Content-Type': 'application/json' };
    bench.peloton.faults.add({ match: { path: tokenPath }, fault: 'reset', when: 'after', times: 1 });
    await assert.rejects(fetch(`${bench.peloton.authUrl}/oauth/token`, { method: 'POST', headers, body }));
    assert.deepEqual(await tickOf(bench), { posted: [page], code: undefined });
  });
});

it('the hosts of the sign-in see a browser, or what the setting says, and the API sees a name of ours', async () => {
  for (const [settings, expected] of [
    [{}, /^Mozilla\/5\.0 \(.*Firefox\//],
    [{ PELOTON_USER_AGENT: 'Other/1.0' }, /^Other\/1\.0$/],
  ] as const) {
    const bench = await startRungs({ settings });
    bench.peloton.faults.add({ match: posting, fault: unheardOf, times: 1 });
    await bench.tick();
    for (const { path, userAgent } of bench.peloton.requests) {
      assert.match(userAgent ?? '', path.startsWith('/api/') ? /^peloton-stats/ : expected, path);
    }
    assert.ok(bench.peloton.requests.length > 3);
  }
});

it('an ordinary renewal warns of nothing', async () => {
  const bench = await startRungs();
  await bench.tick();
  bench.peloton.expireAccessTokens();
  bench.passTime(hourMs);
  bench.lines.splice(0);
  const levels: string[] = [];
  const note = (level: string) => (line: string) => void levels.push(`${level} ${JSON.parse(line).event}`);
  const app = bench.startApp();
  bench.passTime(24 * hourMs);
  await app.sync({}, { debug: () => {}, info: note('info'), warn: note('warn'), error: note('error') });
  assert.deepEqual(
    levels.filter(line => !line.startsWith('info')),
    [],
  );
  assert.ok(levels.includes('info peloton.refresh'), levels.join());
  assert.equal(levels.filter(line => line === 'info peloton.overview').length, 2);
});
