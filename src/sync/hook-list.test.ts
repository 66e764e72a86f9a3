import assert from 'node:assert/strict';
import { test } from 'node:test';
import { passDay, quarterMs, startHookBench, startReceiver, storeHooks } from '../../test/hook-bench.ts';

test('a malformed build-hooks secret fails no sync, and health says so until it is mended', async () => {
  for (const secret of ['not json', '{}', 'null', '7', '{"url":"https://example.com/"}', '"https://example.com/"']) {
    const bench = await startHookBench();
    bench.vault.secrets.set('build-hooks', secret);
    await bench.tick();
    const { status, notices } = await bench.health();
    assert.equal(status, 'ok');
    const hint =
      'The secret build-hooks is not a list of hooks. Store build-hooks as JSON: [{"url":"https://…","token":"…"}], where the token is optional.';
    assert.deepEqual(notices, [{ code: 'hook-failing', hint, since: bench.now.toISOString() }]);
    const [event] = bench.events('hooks.failed');
    assert.equal(event?.code, 'vault');
    assert.match(String(event?.hint), /build-hooks/);
    assert.deepEqual(bench.events('notice'), [{ event: 'notice', code: 'hook-failing', hint }]);
    await passDay(bench);
    assert.equal(bench.events('notice').length, 1, 'once');
    storeHooks(bench, []);
    await passDay(bench);
    assert.deepEqual((await bench.health()).notices, []);
  }
});

test('a list with a byte order mark, with line ends or blank is read as it is meant', async () => {
  const receiver = await startReceiver();
  const list = JSON.stringify([{ url: receiver.url, token: ' canary\r\n' }]);
  for (const secret of [`\uFEFF${list}`, `\uFEFF\r\n ${list}\r\n`, `\u00A0${list}\n`]) {
    const bench = await startHookBench();
    bench.vault.secrets.set('build-hooks', secret);
    receiver.calls.length = 0;
    await bench.tick();
    assert.deepEqual([receiver.calls.length, receiver.calls[0]?.authorization], [1, 'Bearer canary']);
  }
  for (const secret of ['\uFEFF', ' \r\n', '[]', '\uFEFF[ ]']) {
    const bench = await startHookBench();
    bench.vault.secrets.set('build-hooks', secret);
    await bench.tick();
    assert.deepEqual([(await bench.health()).notices, bench.events('notice')], [[], []]);
  }
});

test('a malformed entry is named by its place and costs the others nothing; of two with one URL the last counts', async () => {
  const bench = await startHookBench();
  const receiver = await startReceiver();
  storeHooks(bench, [
    { url: 'http://example.com/' },
    { url: 'https://me:canary@a.example/' },
    { url: 'https://a.example/', token: 'a b' },
    7,
    { url: receiver.url, token: 'old' },
    { url: receiver.url, token: null },
    { uri: 'https://a.example/canary' },
    { url: 'https://a.example/', token: 7 },
  ]);
  await bench.tick();
  assert.deepEqual(bench.events('hooks.malformed')[0]?.entries, ['1', '2', '3', '4', '7', '8']);
  assert.deepEqual(
    receiver.calls.map(({ authorization }) => authorization),
    [undefined],
  );
  const { status, notices } = await bench.health();
  assert.deepEqual([status, notices.map(({ code }) => code)], ['ok', ['hook-failing']]);
  assert.match(
    notices[0]?.hint ?? '',
    /^In the secret build-hooks, entry 1 has a url that is no https address, entry 2 .*, entry 3 has a token that no header can hold, entry 4 is no object, entry 7 has no url, and 1 more are malformed\. Store/,
  );
  assert.doesNotMatch(JSON.stringify(notices), /canary|example\.com/);
  bench.passTime(quarterMs);
  await bench.tick();
  assert.equal(receiver.calls.length, 1);
});
