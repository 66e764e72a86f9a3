// The notice of a session that nobody can read. What else a run writes down of its end is tested with tick.ts.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Bench, startBench } from '../../test/bench.ts';
import { pasteSession, tickFailure } from '../../test/session-bench.ts';
import { minuteMs } from '../stats/time.ts';

const nothingOfOurs = ['{"token":"canary-1"}', 'canary 2', '[]', '{"access_token":7}', '"\u0000"', '<html> </html>'];

async function noticesOf(bench: Bench): Promise<string[]> {
  return (await bench.health()).notices.map(({ code }) => code);
}

test('a secret that holds no session is told in health and once in the log, until it is replaced', async () => {
  for (const secret of nothingOfOurs) {
    const bench = await startBench({ secrets: { 'peloton-session': secret } });
    const since = bench.now.toISOString();
    for (let tick = 0; tick < 2; tick++, bench.passTime(15 * minuteMs)) assert.equal(await tickFailure(bench), 'vault');
    const { problem, notices } = await bench.health();
    assert.equal(problem?.code, 'vault');
    assert.deepEqual([notices[0]?.code, notices[0]?.since], ['session-unreadable', since], secret);
    assert.match(notices[0]?.hint ?? '', /peloton-session is no session: store \{"access_token"/);
    assert.equal(bench.events('notice').length, 1);
    pasteSession(bench);
    await bench.tick();
    assert.deepEqual(await noticesOf(bench), []);
    assert.doesNotMatch(bench.lines.join(), /canary/);
  }
});

test('the notice stays while nothing of the vault can be read, and ends where the secret is emptied or deleted', async () => {
  for (const mend of ['{}', '', ' \r\n', '\uFEFF', undefined]) {
    const bench = await startBench({ secrets: { 'peloton-session': '<html> </html>' } });
    await tickFailure(bench);
    bench.passTime(15 * minuteMs);
    const away = bench.vault.faults.add({ match: {}, fault: { status: 503 } });
    await tickFailure(bench);
    assert.deepEqual(await noticesOf(bench), ['session-unreadable']);
    away.remove();
    if (mend === undefined) bench.vault.secrets.delete('peloton-session');
    else bench.vault.secrets.set('peloton-session', mend);
    bench.passTime(15 * minuteMs);
    assert.equal(await tickFailure(bench), 'vault');
    assert.deepEqual(await noticesOf(bench), []);
  }
});

test('a run that can sign in replaces what it cannot read, and nobody has to be told; one that cannot tells', async () => {
  const bench = await startBench();
  bench.vault.secrets.set('peloton-session', '<html> </html>');
  await bench.tick();
  assert.deepEqual([await noticesOf(bench), bench.events('notice')], [[], []]);

  const refused = await startBench();
  refused.vault.secrets.set('peloton-session', '<html> </html>');
  refused.vault.secrets.set('peloton-password', 'wrong');
  assert.equal(await tickFailure(refused), 'sign-in-refused');
  assert.deepEqual(await noticesOf(refused), ['session-unreadable']);
});
