import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createParts } from './app.ts';
import { type Bench, fastLimits, hourMs, startBench } from './sandbox/bench.ts';
import { storedSession } from './sandbox/custody-bench.ts';
import { signInNow } from './sign-in-now.ts';

async function signIn(bench: Bench): Promise<string> {
  const open = createParts(bench.settings, { clock: () => bench.now, limits: fastLimits });
  return await signInNow(await open(() => {})).catch(error => error.code);
}

describe('a sign-in for its own sake', () => {
  it('is counted, keeps its session, and leaves the next sync nothing to sign in for', async () => {
    const bench = await startBench();
    assert.equal(await signIn(bench), 'signed-in');
    assert.deepEqual((await bench.state()).sign_ins, [{ at: bench.now.toISOString(), outcome: 'signed-in' }]);
    assert.ok(storedSession(bench).user_id);
    assert.equal(await bench.blob('latest.json'), undefined);
    await bench.tick();
    assert.equal(bench.peloton.counts.credentialPosts, 1);
    assert.deepEqual(bench.peloton.violations, []);
  });

  it('is made although the stored session is good, which it replaces', async () => {
    const bench = await startBench();
    await bench.tick();
    const before = storedSession(bench).access_token;
    assert.equal(await signIn(bench), 'signed-in');
    assert.notEqual(storedSession(bench).access_token, before);
    assert.equal((await bench.state()).sign_ins.length, 2);
  });

  it('is refused by the cap without a post: three in 24 hours are all there are', async () => {
    const bench = await startBench();
    for (let made = 0; made < 3; made++) assert.equal(await signIn(bench), 'signed-in');
    assert.equal(await signIn(bench), 'upstream-changed');
    assert.equal(bench.peloton.counts.credentialPosts, 3);
    bench.passTime(24 * hourMs);
    assert.equal(await signIn(bench), 'signed-in');
    assert.deepEqual(bench.peloton.violations, []);
  });

  it('that is refused is remembered: the timer does not post the same credentials', async () => {
    const bench = await startBench();
    bench.vault.secrets.set('peloton-password', 'wrong');
    assert.equal(await signIn(bench), 'sign-in-refused');
    assert.equal((await bench.health()).problem?.code, 'sign-in-refused');
    await bench.tick();
    assert.equal(bench.peloton.counts.credentialPosts, 1);
  });

  it('that works ends an earlier refusal', async () => {
    const bench = await startBench();
    bench.peloton.behaviour.secondFactor = 'json';
    await assert.rejects(bench.tick());
    bench.peloton.behaviour.secondFactor = 'off';
    await bench.tick(); // waits for a secret that changes
    assert.equal(await bench.blob('latest.json'), undefined);
    assert.equal(await signIn(bench), 'signed-in');
    assert.equal((await bench.state()).refused, null);
    await bench.tick();
    assert.ok(await bench.blob('latest.json'));
  });

  it('waits for nobody: another run that holds the lease keeps it from happening', async () => {
    const bench = await startBench();
    await bench.tick();
    await bench.container('private').getBlobLeaseClient().acquireLease(60);
    assert.equal(await signIn(bench), 'busy');
    assert.equal(bench.peloton.counts.credentialPosts, 1);
    await bench.breakLease();
  });
});
