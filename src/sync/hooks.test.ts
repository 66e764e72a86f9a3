import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fault } from '../../sandbox/fault-answers.ts';
import { startLoopbackServer } from '../../sandbox/loopback-server.ts';
import { fastLimits } from '../../test/bench.ts';
import {
  changeDaily,
  freeze,
  passDay,
  quarterMs,
  startHookBench,
  startReceiver,
  storeHooks,
} from '../../test/hook-bench.ts';
import { hourMs } from '../stats/time.ts';
import { digestStats } from './hooks.ts';

test('a sync that changed the stats calls every hook, with its token where it has one', async () => {
  const bench = await startHookBench();
  const [plain, withToken] = [await startReceiver(), await startReceiver({ status: 200, body: 'ok' })];
  storeHooks(bench, [{ url: `${plain.url}/build/abc` }, { url: `${withToken.url}/dispatches`, token: 'ghp_canary' }]);
  await bench.tick();
  const body = { event_type: 'peloton-stats-changed', client_payload: { date: '2026-11-22' } };
  assert.deepEqual(plain.calls, [{ path: '/build/abc', authorization: undefined, body }]);
  assert.deepEqual(withToken.calls, [{ path: '/dispatches', authorization: 'Bearer ghp_canary', body }]);
});

test('a day without change calls nobody, not even a hook that is new', async () => {
  const bench = await startHookBench();
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
    const bench = await startHookBench();
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
  const bench = await startHookBench();
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

test('a call is written down before it is made, so that a crash cannot multiply it', async () => {
  const bench = await startHookBench();
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
  const bench = await startHookBench();
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

test('a hook that uses up the time of the run is blamed itself, and not Peloton', async () => {
  const bench = await startHookBench();
  storeHooks(bench, [{ url: (await startReceiver('hang')).url }]);
  await bench.tick(bench.startApp({ limits: { ...fastLimits, http: { timeoutMs: 20_000 }, workMs: 1_000 } }));
  const reason = 'The run used up its time waiting for a site.';
  assert.deepEqual((await bench.state()).hooks[0]?.failed, { since: bench.now.toISOString(), reason });
  assert.equal((await bench.health()).status, 'ok');
});

test('neither a token nor the path of a hook is in a log line or in the state', async () => {
  const bench = await startHookBench();
  const receiver = await startReceiver({ status: 500 });
  storeHooks(bench, [{ url: `${receiver.url}/path-canary?key=query-canary`, token: 'token-canary' }]);
  await bench.tick();
  const written = [...bench.lines, await bench.privateBlob('state.json'), await bench.blob('latest.json')].join('\n');
  assert.doesNotMatch(written, /canary/);
  assert.match(written, /hook\.called/);
});

test('a hook that a slip of the owner makes unreadable hears, once the slip is mended, what it did not hear', async () => {
  const receiver = await startReceiver();
  const good = [{ url: receiver.url, token: 'x' }];
  for (const slip of ['not json', JSON.stringify([{ uri: receiver.url, token: 'x' }])]) {
    const bench = await startHookBench();
    receiver.calls.length = 0;
    storeHooks(bench, good);
    await bench.tick();
    changeDaily(bench);
    bench.vault.secrets.set('build-hooks', slip);
    await passDay(bench);
    freeze(bench);
    assert.equal(receiver.calls.length, 1);
    const reads = () => bench.vault.requests.filter(({ path }) => path.includes('build-hooks')).length;
    const before = reads();
    for (let tick = 0; tick < 40; tick++, bench.passTime(quarterMs)) await bench.tick();
    assert.equal(reads() - before, 2, 'the list is looked at three times a day');
    storeHooks(bench, good);
    await passDay(bench);
    assert.equal(receiver.calls.length, 2);
    assert.deepEqual((await bench.health()).notices, []);
  }
});

test('a hook that accepts nothing for three days is told in health and once in the log, until it accepts', async () => {
  const bench = await startHookBench();
  changeDaily(bench);
  const [bad, good] = [await startReceiver({ status: 401 }), await startReceiver()];
  storeHooks(bench, [{ url: good.url }, { url: `${bad.url}/path-canary`, token: 'token-canary' }]);
  await bench.tick();
  const since = bench.now.toISOString();
  const told: boolean[] = [];
  for (let day = 0; day < 8; day++) {
    told.push((await bench.health()).notices.length > 0);
    for (const waitMs of [quarterMs, 4 * hourMs]) {
      bench.passTime(waitMs);
      await bench.tick();
    }
    bench.passTime(19.75 * hourMs);
    await bench.tick();
  }
  assert.deepEqual(told, [false, false, false, true, true, true, true, true]);
  const { status, problem, notices } = await bench.health();
  assert.deepEqual([status, problem], ['ok', null]);
  const hint = `Entry 2 of the secret build-hooks has accepted no call since ${since}: it answered 401.`;
  assert.deepEqual(notices, [{ code: 'hook-failing', hint, since }]);
  assert.deepEqual(bench.events('notice'), [{ event: 'notice', code: 'hook-failing', hint }]);
  assert.doesNotMatch(JSON.stringify(notices), /canary|127\.0/);
  bad.answer = { status: 200 };
  await passDay(bench);
  assert.deepEqual((await bench.health()).notices, []);
  bad.answer = { status: 500 };
  for (let day = 0; day < 4; day++) await passDay(bench);
  assert.equal(bench.events('notice').length, 2, 'and once when it begins again');
});

test('the notice ends with the hook, and a hook in its place has three days of its own', async () => {
  for (const mend of [[], [{ url: 'http://127.0.0.1:9/' }]]) {
    const bench = await startHookBench();
    changeDaily(bench);
    const bad = await startReceiver({ status: 404 });
    storeHooks(bench, [{ url: bad.url }]);
    for (let day = 0; day < 4; day++) await passDay(bench);
    assert.equal((await bench.health()).notices.length, 1);
    storeHooks(bench, mend);
    await passDay(bench);
    assert.deepEqual((await bench.health()).notices, []);
  }
});

test('a list that the vault does not give is told after three days, where hooks wait for it', async () => {
  const bench = await startHookBench();
  changeDaily(bench);
  const receiver = await startReceiver();
  storeHooks(bench, [{ url: receiver.url }]);
  await bench.tick();
  bench.vault.secrets.disable('build-hooks');
  for (let day = 0; day < 3; day++) await passDay(bench);
  assert.deepEqual((await bench.health()).notices, []);
  await passDay(bench);
  const [notice] = (await bench.health()).notices;
  assert.match(notice?.hint ?? '', /^The secret build-hooks could not be read: .*SecretDisabled/);
  storeHooks(bench, [{ url: receiver.url }]);
  await passDay(bench);
  assert.deepEqual([(await bench.health()).notices, receiver.calls.length], [[], 2]);
});

test('a vault that is away for a moment ends no notice, and so begins none anew', async () => {
  const bench = await startHookBench();
  changeDaily(bench);
  storeHooks(bench, [{ uri: 'https://a.example/' }]);
  await bench.tick();
  const away = bench.vault.faults.add({ match: { path: /build-hooks/ }, fault: { status: 503 } });
  await passDay(bench);
  assert.equal((await bench.health()).notices.length, 1);
  away.remove();
  await passDay(bench);
  assert.equal(bench.events('notice').length, 1);
});

test('a failure that a wrong clock wrote down is one of now', async () => {
  const bench = await startHookBench({ at: '2031-01-01T09:00:00.000Z' });
  const receiver = await startReceiver({ status: 404 });
  storeHooks(bench, [{ url: receiver.url }]);
  await bench.tick();
  bench.now = new Date('2026-11-22T09:00:00.000Z');
  const { hooks, ...state } = await bench.state();
  const text = JSON.stringify({ ...state, hooks: hooks.map(hook => ({ ...hook, tried: [] })) });
  await bench.container('private').getBlockBlobClient('state.json').upload(text, Buffer.byteLength(text));
  await bench.syncNow({ force: 'true' });
  assert.equal((await bench.state()).hooks[0]?.failed?.since, bench.now.toISOString());
});

test('a mended hook hears what it did not hear before, and says before why', async () => {
  for (const mend of ['url', 'token'] as const) {
    const bench = await startHookBench();
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
  const bench = await startHookBench();
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
  const bench = await startHookBench();
  await bench.tick();
  const snapshot = JSON.parse((await bench.blob('latest.json')) ?? '');
  const later = { ...snapshot, synced_at: '2027-01-01T00:00:00.000Z', date: '2027-01-01' };
  assert.equal(digestStats(later), digestStats(snapshot));
  assert.notEqual(digestStats({ ...snapshot, streaks: {} }), digestStats(snapshot));
});
