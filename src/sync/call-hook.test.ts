import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startBench } from '../../test/bench.ts';
import { quarterMs, startReceiver, storeHooks } from '../../test/hook-bench.ts';

test('a redirect to another origin is not followed, and its target gets no token', async () => {
  const bench = await startBench();
  const target = await startReceiver();
  const receiver = await startReceiver({ status: 307, headers: { location: `${target.url}/elsewhere` } });
  storeHooks(bench, [{ url: receiver.url, token: 'canary' }]);
  await bench.tick();
  assert.equal(receiver.calls.length, 1);
  assert.deepEqual(target.calls, []);
  const [hook] = (await bench.state()).hooks;
  const reason =
    'it answered 307, a redirect to another origin, which is not followed. Store the address that it leads to.';
  assert.deepEqual([hook?.accepted, hook?.failed], [null, { since: bench.now.toISOString(), reason }]);
  bench.passTime(quarterMs);
  await bench.tick();
  assert.equal(receiver.calls.length, 2, 'it is still pending');
});

for (const status of [307, 308]) {
  test(`a ${status} within its own origin is followed with method, body and token`, async () => {
    const bench = await startBench();
    const receiver = await startReceiver({ status, headers: { location: '/moved?key=1' } });
    receiver.answers = { '/moved?key=1': { status: 204 } };
    storeHooks(bench, [{ url: `${receiver.url}/old`, token: 'canary' }]);
    await bench.tick();
    const [first, second] = receiver.calls;
    assert.deepEqual(second, { ...first, path: '/moved?key=1' });
    assert.deepEqual([second?.authorization, receiver.calls.length], ['Bearer canary', 2]);
    const { accepted, failed, tried } = (await bench.state()).hooks[0] ?? {};
    assert.deepEqual([accepted === null, failed, tried?.length], [false, null, 1]);
    assert.equal(bench.events('hook.called').length, 1);
  });
}

test('a redirect that is not followed says why, and an endless one ends', async () => {
  const rows: [Record<string, string>, number, RegExp, number][] = [
    [{ location: '/' }, 307, /answered 307, one redirect too many/, 4],
    [{ location: '/' }, 301, /answered 301, a redirect that may turn the POST into a GET and is not followed/, 1],
    [{ location: '/' }, 302, /answered 302, a redirect that may turn/, 1],
    [{ location: '/' }, 303, /answered 303, a redirect that may turn/, 1],
    [{}, 308, /answered 308, a redirect without a usable address/, 1],
    [{ location: 'http://' }, 308, /without a usable address/, 1],
    [{ location: 'ftp://127.0.0.1/' }, 308, /without a usable address/, 1],
    [{ location: '//me:canary@127.0.0.1/' }, 308, /without a usable address/, 1],
    [{ location: '/' }, 300, /answered 300\.$/, 1],
    [{ location: '/' }, 304, /answered 304\.$/, 1],
  ];
  for (const [headers, status, said, calls] of rows) {
    const bench = await startBench();
    const receiver = await startReceiver({ status, headers });
    storeHooks(bench, [{ url: receiver.url }]);
    await bench.tick();
    const [event] = bench.events('hook.failed');
    assert.match(String(event?.message), said);
    assert.deepEqual([event?.status, receiver.calls.length], [status, calls]);
    assert.doesNotMatch(bench.lines.join(), /canary/);
  }
});

test('a call is one event, hook.called, and no answer of Peloton', async () => {
  const bench = await startBench();
  const receiver = await startReceiver();
  storeHooks(bench, [{ url: receiver.url }]);
  await bench.tick();
  assert.equal(bench.events('hook.called').length, 1);
  const answered = bench.events('peloton.answered').map(({ request }) => String(request));
  assert.deepEqual(
    answered.filter(request => request.includes(new URL(receiver.url).host)),
    [],
  );
});
