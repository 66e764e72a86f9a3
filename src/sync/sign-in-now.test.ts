import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Bench, fastLimits, startBench } from '../../test/bench.ts';
import { storedSession, tickFailure } from '../../test/session-bench.ts';
import { createRunStarter } from '../app.ts';
import { hourMs } from '../stats/time.ts';
import { signInNow } from './sign-in-now.ts';

async function signIn(bench: Bench): Promise<string> {
  const start = createRunStarter(bench.settings, { clock: () => bench.now, limits: fastLimits });
  const run = await start(() => {});
  return await signInNow(run)
    .catch(error => error.code)
    .finally(run.end);
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

  it('that is refused is remembered: no sync posts the same credentials, until force or another password', async () => {
    for (const end of ['password', 'force']) {
      const bench = await startBench();
      bench.vault.secrets.set('peloton-password', 'wrong');
      assert.equal(await signIn(bench), 'sign-in-refused');
      for (const hours of [0.25, 48, 48]) {
        assert.equal(await tickFailure(bench), hours === 0.25 ? 'sign-in-refused' : undefined);
        bench.passTime(hours * hourMs);
      }
      assert.equal((await bench.health()).problem?.code, 'sign-in-refused');
      assert.equal(bench.peloton.counts.credentialPosts, 1);
      if (end === 'password') bench.vault.secrets.set('peloton-password', 'still wrong');
      assert.equal((await bench.syncNow(end === 'force' ? { force: 'true' } : {})).body.code, 'sign-in-refused');
      assert.equal(bench.peloton.counts.credentialPosts, 2);
    }
  });

  it('that is refused is made once more by a sync that is forced', async () => {
    const bench = await startBench();
    bench.vault.secrets.set('peloton-password', 'wrong');
    assert.equal(await signIn(bench), 'sign-in-refused');
    assert.equal((await bench.syncNow({ force: 'true' })).body.code, 'sign-in-refused');
    assert.equal(bench.peloton.counts.credentialPosts, 2);
  });

  it('that is refused stops no sync that has a good session, and is still known when that ends', async () => {
    const bench = await startBench();
    await bench.tick();
    bench.vault.secrets.set('peloton-password', 'wrong');
    assert.equal(await signIn(bench), 'sign-in-refused');
    assert.ok((await bench.health()).next_attempt, 'no sync waits for an owner');
    for (let day = 0; day < 4; day++) {
      bench.passTime(24 * hourMs);
      assert.equal(await tickFailure(bench), undefined); // with refreshed tokens, every second day
      assert.equal((await bench.health()).status, 'ok');
    }
    bench.peloton.revokeAll();
    bench.passTime(24 * hourMs);
    assert.equal(await tickFailure(bench), 'sign-in-refused');
    assert.equal(bench.peloton.counts.credentialPosts, 2);
    bench.vault.secrets.set('peloton-password', bench.peloton.credentials.password);
    bench.passTime(15 * 60_000);
    await bench.tick();
    assert.equal(bench.peloton.counts.credentialPosts, 3);
  });

  it('that has an unknown answer holds its credentials back for 24 hours, though a sync comes to need them', async () => {
    const bench = await startBench({ settings: { PELOTON_SIGN_IN: 'web' } });
    bench.peloton.behaviour.credentialsRefusal = { status: 400, code: 'something_new' };
    assert.equal(await signIn(bench), 'upstream-changed');
    const until = new Date(bench.now.getTime() + 24 * hourMs).toISOString();
    bench.passTime(hourMs);
    assert.equal(await tickFailure(bench), 'upstream-changed');
    assert.equal((await bench.health()).next_attempt, until);
    assert.equal(bench.peloton.counts.credentialPosts, 1);
    bench.peloton.behaviour.credentialsRefusal = undefined;
    bench.now = new Date(until);
    await bench.tick();
    assert.equal(bench.peloton.counts.credentialPosts, 2);
  });

  it('that had an unknown answer holds no sync back a day later', async () => {
    const bench = await startBench({ settings: { PELOTON_SIGN_IN: 'web' } });
    bench.peloton.behaviour.credentialsRefusal = { status: 400, code: 'something_new' };
    assert.equal(await signIn(bench), 'upstream-changed');
    bench.peloton.behaviour.credentialsRefusal = undefined;
    bench.passTime(24 * hourMs);
    await bench.tick();
    assert.equal(bench.peloton.counts.credentialPosts, 2);
  });

  it('that fails leaves a sync no wait', async () => {
    const bench = await startBench();
    bench.peloton.faults.add({ match: {}, fault: { status: 429, headers: { 'retry-after': '86400' } } });
    assert.equal(await signIn(bench), 'upstream-unavailable');
    bench.peloton.faults.clear();
    await bench.tick();
    assert.ok(await bench.blob('latest.json'));
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
