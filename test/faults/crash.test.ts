// Tests a crash before and after every request of a sync that signs in or refreshes. The lease of the dead run is broken,
// so that no test waits for its end; src/sync/run.test.ts waits for one.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { signInConstants } from '../../sandbox/peloton/world.ts';
import { parseHistory, toPoint } from '../../src/stats/history.ts';
import { parseSnapshot, type Snapshot } from '../../src/stats/snapshot.ts';
import { hourMs, minuteMs } from '../../src/stats/time.ts';
import { type Bench, startBench } from '../bench.ts';
import { askedDuring, pasteSession, storedSession, tickFailure } from '../custody-bench.ts';
import { type Doom, type DoomedRun, runDoomed } from '../doomed-run.ts';

const member = 'newcomer';

let crashPoints = 0;
after(() => console.log(`${crashPoints} crash points`));

function readWhole(text: string | undefined, name: string): Snapshot | undefined {
  const snapshot = text === undefined ? undefined : parseSnapshot(Buffer.from(text));
  assert.equal(snapshot === undefined, text === undefined, `${name} is damaged`);
  return snapshot;
}

/** Asserts that latest.json is either unchanged or new, and in the second case that its day and its point are stored too. */
async function assertPublicIsWhole(bench: Bench, lastGood: string | undefined): Promise<void> {
  const text = await bench.blob('latest.json');
  if (text === lastGood) return;
  const latest = readWhole(text, 'latest.json');
  assert.ok(latest);
  assert.deepEqual(readWhole(await bench.blob(`history/${latest.date}.json`), 'the day'), latest);
  const history = parseHistory(Buffer.from((await bench.blob('history.json')) ?? ''));
  assert.deepEqual(history?.points.at(-1), toPoint(latest));
}

type StoredText = readonly [container: 'public' | 'private', name: string, text: string];
let yesterday: Promise<StoredText[]> | undefined;

async function syncYesterday(): Promise<StoredText[]> {
  const bench = await startBench({ at: '2026-11-22T09:00:00Z', peloton: { member } });
  await bench.tick();
  const read = async (name: string) => ['public', name, (await bench.blob(name)) ?? ''] as const;
  const state = JSON.stringify({ ...(await bench.state()), sign_ins: [] });
  const names = ['latest.json', 'history.json', 'history/2026-11-22.json'];
  return [...(await Promise.all(names.map(read))), ['private', 'state.json', state]];
}

/** Fills the containers as a service leaves them after yesterday's sync. */
async function fillYesterday(bench: Bench): Promise<void> {
  yesterday ??= syncYesterday();
  await Promise.all([bench.container('public').create(), bench.container('private').create()]);
  const upload = async ([container, name, text]: StoredText) => {
    await bench.container(container).getBlockBlobClient(name).upload(text, Buffer.byteLength(text));
  };
  await Promise.all((await yesterday).map(upload));
}

type Death = DoomedRun & { when: Doom['when'] };

type Path = {
  name: string;
  settings?: Record<string, string>;
  prepare: (bench: Bench) => Promise<unknown>;
  run?: (bench: Bench) => Promise<unknown>;
  /** The first and the last request at which this path may crash; the others belong to another path. */
  between?: readonly [first: string, last: string];
  check?: (bench: Bench, death: Death) => Promise<void>;
};

/** Runs the next tick on another host. */
async function tickNext(bench: Bench): Promise<string | undefined> {
  bench.passTime(15 * minuteMs);
  return await tickFailure(bench, bench.startApp());
}

async function canRefresh(bench: Bench): Promise<boolean> {
  const { refresh_token } = storedSession(bench);
  const body = JSON.stringify({ grant_type: 'refresh_token', client_id: signInConstants.clientId, refresh_token });
  const headers = { 'Content-Type': 'application/json' };
  return (await fetch(`${bench.peloton.authUrl}/oauth/token`, { method: 'POST', headers, body })).ok;
}

/** Asserts that the next run syncs with at most one more sign-in, and leaves a session that can be refreshed. */
async function assertRecovers(bench: Bench): Promise<void> {
  assert.equal(await tickNext(bench), undefined);
  assert.equal(readWhole(await bench.blob('latest.json'), 'latest.json')?.date, '2026-11-23');
  await assertPublicIsWhole(bench, undefined);
  assert.equal((await bench.health()).status, 'ok');
  assert.ok(bench.peloton.counts.credentialPosts <= 2);
  if (bench.settings.PELOTON_SIGN_IN !== 'session') assert.ok(await canRefresh(bench));
}

/**
 * Tells whether the process died after the answer to a refresh had arrived and before the vault had it. The next run cannot
 * know that and sends the spent token once more, as after any lost answer; Peloton then ends the token family, and the run
 * signs in.
 */
function isSuccessorLost({ requests, when }: Death): boolean {
  const [previous, last] = requests.slice(-2);
  const isRefresh = previous === 'POST /oauth/token' && !requests.includes('POST /usernamepassword/login');
  return isRefresh && when === 'before' && last === 'PUT /secrets/peloton-session';
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
  await assertRecovers(bench);
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
        await check(bench, { ...dead, when }).catch(cause => {
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
