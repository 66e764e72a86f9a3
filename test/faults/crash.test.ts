// Tests a crash before and after every request of a sync that signs in or refreshes. The lease of the dead run is broken,
// so that no test waits for its end; src/sync/run.test.ts waits for one.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createRunStarter } from '../../src/app.ts';
import { authorizeUrl, createAttempt } from '../../src/peloton/authorize.ts';
import { hourMs, minuteMs } from '../../src/stats/time.ts';
import { keepBrowserSignIn, proveBrowserSignIn } from '../../src/sync/sign-in-by-browser.ts';
import { type Bench, fastLimits, startBench } from '../bench.ts';
import { type Doom, type DoomedRun, runDoomed } from '../doomed-run.ts';
import { askedDuring, pasteSession, tickFailure } from '../session-bench.ts';
import { walkInBrowser } from '../sign-in-walker.ts';
import { assertPublicIsWhole, assertRecovers, fillYesterday, member, tickNext } from '../yesterday.ts';

let crashPoints = 0;
after(() => console.log(`${crashPoints} crash points`));

type Death = DoomedRun & { when: Doom['when']; maxPosts: number | undefined };

type Path = {
  name: string;
  settings?: Record<string, string>;
  prepare: (bench: Bench) => Promise<unknown>;
  run?: (bench: Bench) => Promise<unknown>;
  /** The first and the last request at which this path may crash; the others belong to another path. */
  between?: readonly [first: string, last: string];
  check?: (bench: Bench, death: Death) => Promise<void>;
  /** The postings of the crashed run and the next one; 2 where each makes one. */
  maxPosts?: number;
};

/**
 * Tells whether the process died after the answer to a refresh had arrived and before the vault had it. The next run cannot
 * know that and sends the spent token once more, as after any lost answer; Peloton then ends the token family, and the run
 * signs in.
 */
function isSuccessorLost({ requests, when }: Death): boolean {
  const [previous, last] = requests.slice(-2);
  const isRefresh = previous === 'POST /oauth/token' && !requests.includes('GET /authorize');
  return isRefresh && when === 'before' && last === 'PUT /secrets/peloton-session';
}

/** Both runs of `npm run sign-in`, with the walk of the person between them. */
async function signInByBrowser(bench: Bench): Promise<void> {
  const settings = { ...bench.settings, PELOTON_REDIRECT_URI: `${bench.peloton.authUrl}/callback` };
  const start = createRunStarter(settings, { clock: () => bench.now, limits: fastLimits });
  const first = await start(() => {});
  assert.equal(await proveBrowserSignIn(first).finally(first.end), 'ready');
  const attempt = createAttempt();
  const address = await walkInBrowser(bench.peloton, authorizeUrl(first.config.peloton, attempt).href);
  const code = new URL(address).searchParams.get('code') ?? '';
  const second = await start(() => {});
  await keepBrowserSignIn(second, { code, codeVerifier: attempt.codeVerifier }).finally(second.end);
}

const overviewRequest = 'GET /api/user/{id}/overview';

const paths: Path[] = [
  { name: 'the first sign-in', prepare: async () => {} },
  {
    name: 'the refresh of a session that ran out',
    prepare: async bench => {
      await fillYesterday(bench);
      pasteSession(bench, { livesMs: 0, user_id: bench.peloton.userId });
    },
  },
  {
    name: 'the refresh after a 401',
    between: [overviewRequest, overviewRequest],
    prepare: async bench => {
      await fillYesterday(bench);
      pasteSession(bench, { user_id: bench.peloton.userId });
      bench.peloton.expireAccessTokens();
    },
  },
  {
    name: 'the sign-in after a revoked family',
    between: ['POST /oauth/token', overviewRequest],
    prepare: async bench => {
      await fillYesterday(bench);
      pasteSession(bench, { livesMs: 0, user_id: bench.peloton.userId });
      bench.peloton.revokeAll();
    },
  },
  {
    name: "the sign-in by the app's grant, after the page",
    between: ['GET /u/login', overviewRequest],
    prepare: async bench => {
      await fillYesterday(bench);
      bench.peloton.behaviour.loginPage = 'universal';
    },
  },
  {
    name: "an unknown answer to the page, and then the app's grant",
    between: ['POST /usernamepassword/login', overviewRequest],
    maxPosts: 3, // after a crash the page is held back, or was posted alone
    prepare: async bench => {
      await fillYesterday(bench);
      bench.peloton.faults.add({
        // The last request of a crashed run has its answer kept back by another rule.
        match: ({ url, headers }) => url === '/usernamepassword/login' && !headers['x-last-request'],
        fault: { status: 418, body: { error: 'unheard_of' } },
      });
    },
  },
  {
    name: 'a sign-in with a browser',
    prepare: async bench => {
      await fillYesterday(bench);
      bench.vault.secrets.set('peloton-password', 'wrong');
      assert.equal(await tickFailure(bench), 'sign-in-refused');
      bench.vault.secrets.set('peloton-password', bench.peloton.credentials.password);
    },
    run: signInByBrowser,
    check: async bench => {
      await assertRecovers(bench);
      assert.deepEqual(bench.peloton.violations, []);
    },
  },
  {
    name: 'the sign-in of 2021',
    settings: { PELOTON_SIGN_IN: 'session' },
    between: ['PUT /secrets/peloton-session', overviewRequest],
    prepare: async bench => {
      await fillYesterday(bench);
      bench.peloton.behaviour.sessionLogin = 'open';
    },
  },
  {
    name: 'a forced sign-in while a refusal stands',
    prepare: async bench => {
      await fillYesterday(bench);
      bench.vault.secrets.set('peloton-password', 'wrong');
      assert.equal(await tickFailure(bench), 'sign-in-refused');
    },
    run: bench => bench.syncNow({ force: 'true' }),
    check: async bench => {
      const asked = await askedDuring(bench, async () => {
        for (let tick = 0; tick < 2; tick++) assert.equal(await tickNext(bench), undefined);
      });
      assert.deepEqual(asked, []);
      bench.vault.secrets.set('peloton-password', bench.peloton.credentials.password);
      bench.passTime(24 * hourMs);
      assert.equal(await tickNext(bench), undefined);
      assert.deepEqual(bench.peloton.violations, []);
    },
  },
];

async function assertRecoversUnharmed(bench: Bench, death: Death): Promise<void> {
  await assertRecovers(bench, undefined, death.maxPosts);
  const harm = isSuccessorLost(death) ? ['a spent refresh token was sent again'] : [];
  assert.deepEqual(bench.peloton.violations, harm);
}

async function startPath({ settings = {}, prepare }: Path): Promise<Bench> {
  const bench = await startBench({ at: '2026-11-23T09:00:00Z', storeFaults: true, peloton: { member }, settings });
  await prepare(bench);
  return bench;
}

/** Counts the requests of a run without a crash, and finds those at which this path may crash. */
async function rehearse(path: Path): Promise<{ first: number; last: number; total: number }> {
  const bench = await startPath(path);
  const { run = bench => bench.tick() } = path;
  const { requests } = await runDoomed(bench, { at: 0, when: 'before' }, () => run(bench));
  const names = requests.map(request => request.replace(bench.peloton.userId, '{id}'));
  const [from, to] = path.between ?? [names.at(0) ?? '', names.at(-1) ?? ''];
  const [first, last] = [names.indexOf(from) + 1, names.lastIndexOf(to) + 1];
  assert.ok(first > 0 && last > first + 2, names.join('\n'));
  return { first, last, total: requests.length };
}

for (const path of paths) {
  test(`a crash at any request of ${path.name} harms nothing, and the next run knows what to do`, async t => {
    const { run = bench => bench.tick(), check = assertRecoversUnharmed } = path;
    const { first, last, total } = await rehearse(path);
    for (let at = first; at <= last; at++) {
      for (const when of ['before', 'after'] as const) {
        const bench = await startPath(path);
        const lastGood = await bench.blob('latest.json');
        const dead = await runDoomed(bench, { at, when }, () => run(bench));
        const point = `a crash ${when} request ${at} of ${total}, ${dead.requests.at(-1)}`;
        assert.ok(dead.hasDied, point);
        await bench.breakLease();
        await assertPublicIsWhole(bench, lastGood);
        await check(bench, { ...dead, when, maxPosts: path.maxPosts }).catch(cause => {
          throw new Error(point, { cause });
        });
        await bench.close();
        crashPoints += 1;
      }
    }
    t.diagnostic(`requests ${first} to ${last} of ${total}`);
  });
}

test('a process that crashes at its credentials every time posts them three times in 24 hours, and then waits', async () => {
  for (const when of ['before', 'after'] as const) {
    const bench = await startPath({ name: '', prepare: async () => {} });
    const from = bench.now.getTime();
    for (let tick = 0; tick < 3; tick++, bench.passTime(15 * minuteMs)) {
      const app = bench.startApp();
      const { hasDied } = await runDoomed(bench, { at: 'POST /usernamepassword/login', when }, () => bench.tick(app));
      assert.ok(hasDied);
      await bench.breakLease();
    }
    assert.equal(await tickNext(bench), 'upstream-unavailable');
    assert.equal((await bench.health()).next_attempt, new Date(from + 24 * hourMs).toISOString());
    bench.now = new Date(from + 24 * hourMs - 15 * minuteMs);
    assert.equal(await tickNext(bench), undefined);
    assert.equal((await bench.health()).status, 'ok');
    assert.deepEqual(bench.peloton.violations, []);
  }
});
