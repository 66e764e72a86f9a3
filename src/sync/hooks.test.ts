import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { type Fault, sendFault } from '../../sandbox/fault-answers.ts';
import { type LoopbackServer, readBody, startLoopbackServer } from '../../sandbox/loopback-server.ts';
import { type Bench, startBench } from '../../test/bench.ts';
import { hourMs } from '../stats/time.ts';
import { digestStats } from './hooks.ts';

type Call = { path: string; authorization: string | undefined; body: unknown };
type Receiver = LoopbackServer & { calls: Call[]; answer: Fault };

const quarterMs = hourMs / 4;
const receivers: Receiver[] = [];
after(() => Promise.all(receivers.map(receiver => receiver.close())));

/** What a site's build hook is: takes a POST, and answers as it is told. */
async function startReceiver(answer: Fault = { status: 204 }): Promise<Receiver> {
  const calls: Call[] = [];
  const server = await startLoopbackServer(async (request, response) => {
    const body = JSON.parse((await readBody(request)).toString() || 'null');
    calls.push({ path: request.url ?? '', authorization: request.headers.authorization, body });
    await sendFault(response, receiver.answer);
  });
  const receiver: Receiver = { ...server, calls, answer };
  receivers.push(receiver);
  return receiver;
}

function storeHooks(bench: Bench, hooks: unknown): void {
  bench.vault.secrets.set('build-hooks', JSON.stringify(hooks));
}

/** From now on the overview has one ride more for every day that passes. */
function changeDaily(bench: Bench): void {
  const startedAt = bench.now.getTime();
  bench.peloton.behaviour.alterOverview = overview => {
    const counts = overview.workout_counts as { total_workouts: number };
    return {
      ...overview,
      workout_counts: { ...counts, total_workouts: 5_000 + (bench.now.getTime() - startedAt) / hourMs },
    };
  };
}

/** The overview stays as it is now, whatever day it is. */
function freeze(bench: Bench): void {
  let frozen: Record<string, unknown> | undefined;
  bench.peloton.behaviour.alterOverview = overview => {
    frozen ??= overview;
    return frozen;
  };
}

async function passDay(bench: Bench): Promise<void> {
  bench.passTime(24 * hourMs);
  await bench.tick();
}

test('a sync that changed the stats calls every hook, with its token where it has one', async () => {
  const bench = await startBench();
  const [plain, withToken] = [await startReceiver(), await startReceiver({ status: 200, body: 'ok' })];
  storeHooks(bench, [{ url: `${plain.url}/build/abc` }, { url: `${withToken.url}/dispatches`, token: 'ghp_canary' }]);
  await bench.tick();
  const body = { event_type: 'peloton-stats-changed', client_payload: { date: '2026-11-22' } };
  assert.deepEqual(plain.calls, [{ path: '/build/abc', authorization: undefined, body }]);
  assert.deepEqual(withToken.calls, [{ path: '/dispatches', authorization: 'Bearer ghp_canary', body }]);
});

test('a day without change calls nobody, not even a hook that is new', async () => {
  const bench = await startBench();
  freeze(bench);
  const [old, fresh] = [await startReceiver(), await startReceiver()];
  storeHooks(bench, [{ url: old.url }]);
  await bench.tick();
  storeHooks(bench, [{ url: old.url }, { url: fresh.url }]);
  await passDay(bench);
  assert.equal(old.calls.length, 1);
  assert.equal(fresh.calls.length, 0);
  bench.peloton.behaviour.alterOverview = overview => overview;
  await passDay(bench);
  assert.equal(old.calls.length, 2);
  assert.equal(fresh.calls.length, 1);
});

for (const [what, answer] of Object.entries({
  'answers 500': { status: 500 },
  hangs: 'hang',
  'breaks the connection': 'reset',
} satisfies Record<string, Fault>)) {
  test(`a hook that ${what} is called three times in a day and fails no sync`, async () => {
    const bench = await startBench();
    const receiver = await startReceiver(answer);
    storeHooks(bench, [{ url: receiver.url }]);
    await bench.tick();
    assert.equal((await bench.health()).status, 'ok');
    const startedAt = bench.now.getTime();
    const triedAfter: number[] = [];
    for (let tick = 0; tick < 20; tick++) {
      bench.passTime(quarterMs);
      const { length } = receiver.calls;
      await bench.tick();
      if (receiver.calls.length > length) triedAfter.push((bench.now.getTime() - startedAt) / quarterMs);
    }
    assert.deepEqual(triedAfter, [1, 17], 'at the next tick, and four hours after that');
    assert.equal(bench.peloton.counts.overviews, 1);
  });
}

test('a hook that recovers is called once more and then left alone', async () => {
  const bench = await startBench();
  const receiver = await startReceiver({ status: 503 });
  storeHooks(bench, [{ url: receiver.url }]);
  await bench.tick();
  receiver.answer = { status: 202 };
  for (let tick = 0; tick < 4; tick++) {
    bench.passTime(quarterMs);
    await bench.tick();
  }
  assert.equal(receiver.calls.length, 2);
});

test('a redirect is not followed, and its target gets no token', async () => {
  const bench = await startBench();
  const target = await startReceiver();
  const receiver = await startReceiver({ status: 307, headers: { location: `${target.url}/elsewhere` } });
  storeHooks(bench, [{ url: receiver.url, token: 'canary' }]);
  await bench.tick();
  assert.equal(receiver.calls.length, 1);
  assert.deepEqual(target.calls, []);
  assert.equal((await bench.state()).hooks[0]?.accepted, null);
  bench.passTime(quarterMs);
  await bench.tick();
  assert.equal(receiver.calls.length, 2, 'it is still owed');
});

test('a call is written down before it is made, so that a crash cannot multiply it', async () => {
  const bench = await startBench();
  let tried: unknown;
  const receiver = await startLoopbackServer(async (_, response) => {
    tried = (await bench.state()).hooks[0]?.tried;
    response.writeHead(204).end();
  });
  storeHooks(bench, [{ url: receiver.url }]);
  await bench.tick();
  await receiver.close();
  assert.deepEqual(tried, [bench.now.toISOString()]);
});

test('a hook that fails day after day is called three times a day at most, and the others once', async () => {
  const bench = await startBench();
  changeDaily(bench);
  const [bad, good] = [await startReceiver({ status: 404 }), await startReceiver()];
  storeHooks(bench, [{ url: bad.url }, { url: good.url }]);
  for (let tick = 0; tick < 3 * 96; tick += 1) {
    if (tick % 96 < 20) await bench.tick();
    bench.passTime(quarterMs);
  }
  assert.ok(bad.calls.length >= 6 && bad.calls.length <= 9, `${bad.calls.length}`);
  assert.equal(good.calls.length, 3);
});

test('neither a token nor the path of a hook is in a log line or in the state', async () => {
  const bench = await startBench();
  const receiver = await startReceiver({ status: 500 });
  storeHooks(bench, [{ url: `${receiver.url}/path-canary?key=query-canary`, token: 'token-canary' }]);
  await bench.tick();
  const written = [...bench.lines, await bench.privateBlob('state.json'), await bench.blob('latest.json')].join('\n');
  assert.doesNotMatch(written, /canary/);
  assert.match(written, /hook\.called/);
});

test('a malformed build-hooks secret is said and fails no sync', async () => {
  for (const secret of ['not json', '{}', 'null', '7']) {
    const bench = await startBench();
    bench.vault.secrets.set('build-hooks', secret);
    await bench.tick();
    assert.equal((await bench.health()).status, 'ok');
    const [event] = bench.events('hooks.failed');
    assert.equal(event?.code, 'vault');
    assert.match(String(event?.hint), /build-hooks/);
  }
});

test('a malformed entry is named by its place and costs the others nothing; of two with one URL the last counts', async () => {
  const bench = await startBench();
  const receiver = await startReceiver();
  storeHooks(bench, [
    { url: 'http://example.com/' },
    { url: 'https://me:canary@a.example/' },
    { url: 'https://a.example/', token: 'a b' },
    7,
    { url: receiver.url, token: 'old' },
    { url: receiver.url, token: null },
  ]);
  await bench.tick();
  assert.deepEqual(bench.events('hooks.malformed')[0]?.entries, ['1', '2', '3', '4']);
  assert.deepEqual(
    receiver.calls.map(({ authorization }) => authorization),
    [undefined],
  );
  bench.passTime(quarterMs);
  await bench.tick();
  assert.equal(receiver.calls.length, 1);
});

test('a mended hook hears what it did not hear before, and says before why', async () => {
  for (const mend of ['url', 'token'] as const) {
    const bench = await startBench();
    freeze(bench);
    const [wrong, right] = [await startReceiver({ status: 404 }), await startReceiver()];
    storeHooks(bench, [{ url: wrong.url, token: 'old' }]);
    for (let tick = 0; tick < 20; tick++, bench.passTime(quarterMs)) await bench.tick();
    assert.equal(wrong.calls.length, 3);
    const [event] = bench.events('hook.failed');
    assert.deepEqual([event?.host, event?.status], [new URL(wrong.url).host, 404]);
    if (mend === 'token') wrong.answer = { status: 204 };
    storeHooks(bench, [mend === 'url' ? { url: right.url } : { url: wrong.url, token: 'new' }]);
    for (let day = 0; day < 3; day++) await passDay(bench);
    assert.deepEqual([wrong.calls.length, right.calls.length], mend === 'url' ? [3, 1] : [4, 0]);
  }
});

test('a hook taken out of the secret is not called again', async () => {
  const bench = await startBench();
  const receiver = await startReceiver({ status: 500 });
  storeHooks(bench, [{ url: receiver.url }]);
  await bench.tick();
  storeHooks(bench, []);
  bench.passTime(quarterMs);
  await bench.tick();
  bench.passTime(quarterMs);
  const reads = bench.vault.requests.length;
  await bench.tick();
  assert.equal(receiver.calls.length, 1);
  assert.equal(bench.vault.requests.length, reads, 'the state no longer knows the hook');
});

test('the digest of the stats is the same for another instant and day', async () => {
  const bench = await startBench();
  await bench.tick();
  const snapshot = JSON.parse((await bench.blob('latest.json')) ?? '');
  const later = { ...snapshot, synced_at: '2027-01-01T00:00:00.000Z', date: '2027-01-01' };
  assert.equal(digestStats(later), digestStats(snapshot));
  assert.notEqual(digestStats({ ...snapshot, streaks: {} }), digestStats(snapshot));
});
