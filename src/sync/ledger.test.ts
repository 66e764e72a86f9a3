import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Bench, startBench } from '../../test/bench.ts';
import { pasteSession, tickFailure } from '../../test/session-bench.ts';
import { hourMs, minuteMs } from '../stats/time.ts';

const credentialsPath = /^\/usernamepassword\/login$/;

function posts(bench: Bench): number {
  return bench.peloton.counts.credentialPosts;
}

function spoilCredentials(bench: Bench): void {
  bench.vault.secrets.set('peloton-password', 'wrong');
}

/** Forces a run; the code of its failure, or its outcome. */
async function force(bench: Bench): Promise<unknown> {
  const { body } = await bench.syncNow({ force: 'true' });
  return body.code ?? body.outcome;
}

test('three sign-ins are made in 24 hours, and the fourth waits until the first of them is past', async () => {
  const bench = await startBench();
  const first = bench.now.getTime();
  bench.peloton.faults.add({ match: { path: credentialsPath }, fault: { status: 503 } });
  for (const minutes of [15, 30, 60]) {
    assert.equal(await tickFailure(bench), 'upstream-unavailable');
    bench.passTime(minutes * minuteMs);
  }
  assert.equal(posts(bench), 3);
  assert.equal(await tickFailure(bench), 'upstream-unavailable');
  assert.equal((await bench.health()).next_attempt, new Date(first + 24 * hourMs).toISOString());
  bench.peloton.faults.clear();
  bench.now = new Date(first + 24 * hourMs - 1);
  await bench.tick();
  assert.equal(posts(bench), 3);
  bench.passTime(1);
  await bench.tick();
  assert.equal(posts(bench), 4);
  assert.deepEqual(bench.peloton.violations, []);
});

test('the window slides: each sign-in is held against the next for 24 hours of its own', async () => {
  const bench = await startBench();
  bench.vault.secrets.set('peloton-password', 'wrong');
  const at = [0, 10, 20, 24, 34, 44, 47];
  const madeAt = [];
  for (const hour of at) {
    bench.now = new Date(Date.parse('2026-11-22T09:00:00Z') + hour * hourMs);
    const before = posts(bench);
    assert.equal(await force(bench), 'sign-in-refused');
    if (posts(bench) > before) madeAt.push(hour);
  }
  assert.deepEqual(madeAt, [0, 10, 20, 24, 34, 44]);
  assert.deepEqual(bench.peloton.violations, []);
});

const endings: [code: string, spoil: (bench: Bench) => unknown][] = [
  ['sign-in-refused', spoilCredentials],
  [
    'upstream-changed',
    ({ peloton }) => Object.assign(peloton.behaviour, { credentialsRefusal: { status: 400, code: '?' } }),
  ],
  ['upstream-unavailable', ({ peloton }) => peloton.faults.add({ match: { path: credentialsPath }, fault: 'reset' })],
  [
    'vault',
    ({ vault }) => vault.faults.add({ match: { method: 'PUT', body: /access_token/ }, fault: { status: 403 } }),
  ],
  ['account-refused', ({ peloton }) => Object.assign(peloton.behaviour, { account: 402 })],
];
for (const [code, spoil] of endings) {
  test(`over the cap a run fails with the code and the hint of the last sign-in, force or not: ${code}`, async () => {
    const bench = await startBench({ settings: { PELOTON_SIGN_IN: 'web' } });
    spoil(bench);
    for (let run = 0; run < 3; run++) {
      assert.equal(await force(bench), code);
      assert.equal(posts(bench), run + 1);
      bench.peloton.revokeAll();
      bench.passTime(minuteMs);
    }
    const hint = (await bench.health()).problem?.hint;
    assert.equal(await force(bench), code);
    assert.equal(posts(bench), 3);
    const after = await bench.health();
    const capHint = 'Until then a session that is pasted into peloton-session is tried at once.';
    assert.equal(after.problem?.hint, hint?.replace(' There are no stats yet.', ` ${capHint} There are no stats yet.`));
    const fromNow = (ms: number) => new Date(bench.now.getTime() + ms).toISOString();
    const capEnds = fromNow(24 * hourMs - 3 * minuteMs);
    // What the answer to the credentials asks for holds besides.
    const judgedUntil = { 'sign-in-refused': null, 'upstream-changed': fromNow(24 * hourMs - minuteMs) };
    assert.equal(after.next_attempt, { [code]: capEnds, ...judgedUntil }[code]);
    bench.passTime(15 * minuteMs);
    await bench.tick();
    assert.equal(posts(bench), 3);
    assert.deepEqual(bench.peloton.violations, []);
  });
}

test('over the cap it is the last sign-in whose code is said, and nothing is written into the vault', async () => {
  const bench = await startBench();
  spoilCredentials(bench);
  assert.equal(await force(bench), 'sign-in-refused');
  bench.peloton.faults.add({ match: { path: credentialsPath }, fault: { status: 503 } });
  for (let run = 0; run < 2; run++) assert.equal(await force(bench), 'upstream-unavailable');
  const { length } = bench.vault.secrets.versions('peloton-session');
  assert.equal(await force(bench), 'upstream-unavailable');
  assert.equal(bench.vault.secrets.versions('peloton-session').length, length);
  assert.equal(posts(bench), 3);
});

test('at the cap a pasted session is tried at once, and other credentials are not posted', async () => {
  const bench = await startBench();
  spoilCredentials(bench);
  for (let run = 0; run < 3; run++, bench.passTime(minuteMs)) assert.equal(await force(bench), 'sign-in-refused');
  const capEnds = new Date(bench.now.getTime() + 24 * hourMs - 3 * minuteMs).toISOString();
  bench.vault.secrets.set('peloton-password', bench.peloton.credentials.password);
  assert.equal(await tickFailure(bench), 'sign-in-refused');
  assert.equal(await tickFailure(bench), undefined); // the same secrets wait
  assert.equal((await bench.health()).next_attempt, capEnds);
  pasteSession(bench);
  await bench.tick();
  assert.ok(await bench.blob('latest.json'));
  assert.equal(posts(bench), 3);
});

test('sign-ins that a wrong clock dated days ahead are none', async () => {
  const bench = await startBench();
  await bench.tick();
  const at = new Date(bench.now.getTime() + 72 * hourMs).toISOString();
  const state = { ...(await bench.state()), sign_ins: Array(3).fill({ at, outcome: 'signed-in' }) };
  const text = JSON.stringify(state);
  await bench.container('private').getBlockBlobClient('state.json').upload(text, text.length);
  bench.peloton.revokeAll();
  bench.passTime(24 * hourMs);
  await bench.tick();
  assert.equal(posts(bench), 2);
});

test('the end of the cap does not end a refusal', async () => {
  const bench = await startBench();
  spoilCredentials(bench);
  for (let run = 0; run < 4; run++) assert.equal(await force(bench), 'sign-in-refused');
  bench.passTime(48 * hourMs);
  await bench.tick();
  assert.equal(posts(bench), 3);
});

test('a sign-in that is written down in a way that cannot be read hides no other', async () => {
  const bench = await startBench();
  spoilCredentials(bench);
  for (let run = 0; run < 3; run++) assert.equal(await force(bench), 'sign-in-refused');
  const state = await bench.state();
  const sign_ins = [{ at: 'yesterday', outcome: 'signed-in' }, ...state.sign_ins, null];
  const damaged = JSON.stringify({ ...state, sign_ins });
  await bench.container('private').getBlockBlobClient('state.json').upload(damaged, damaged.length);
  assert.equal(await force(bench), 'sign-in-refused');
  assert.equal(posts(bench), 3);
});

for (const [way, path] of [
  ['oauth', '/usernamepassword/login'],
  ['session', '/auth/login'],
] as const) {
  test(`a sign-in is counted before its credentials are sent: ${way}`, async () => {
    const bench = await startBench({ settings: { PELOTON_SIGN_IN: way } });
    bench.peloton.behaviour.sessionLogin = 'open';
    let counted: number | undefined;
    bench.peloton.faults.add({
      match: async ({ url }) => {
        if (url === path) counted = (await bench.state()).sign_ins.length;
        return false;
      },
      fault: 'reset',
    });
    await bench.tick();
    assert.equal(counted, 1);
    assert.deepEqual(
      (await bench.state()).sign_ins.map(({ outcome }) => outcome),
      ['signed-in'],
    );
  });
}

test('a sign-in that cannot be counted is not made', async () => {
  const bench = await startBench({ storeFaults: true });
  bench.store?.faults.add({ match: { method: 'PUT', path: /state\.json$/ }, fault: { status: 403 } });
  for (let run = 0; run < 5; run++, bench.passTime(15 * minuteMs)) assert.equal(await tickFailure(bench), 'storage');
  assert.equal(posts(bench), 0);
});
