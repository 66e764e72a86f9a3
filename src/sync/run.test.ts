import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, test } from 'node:test';
import type { ContainerClient } from '@azure/storage-blob';
import { type Faults, slowBy } from '../../sandbox/faults.ts';
import { type Bench, fastLimits, startBench } from '../../test/bench.ts';
import { runDoomed } from '../../test/doomed-run.ts';
import { askedDuring, pasteSession, storedSession, tickFailure } from '../../test/session-bench.ts';
import { createRunStarter } from '../app.ts';
import { releaseTimeoutMs } from '../azure/lease.ts';
import { vaultLimits } from '../azure/vault.ts';
import { httpLimits } from '../http.ts';
import { hourMs, minuteMs } from '../stats/time.ts';
import { runLimits } from './run.ts';

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms));
}

/** Holds the lease as another host's run does. */
async function takeLease(bench: Bench): Promise<void> {
  const container = bench.container('private');
  await container.createIfNotExists();
  await container.getBlobLeaseClient().acquireLease(60);
}

async function listVersions(container: ContainerClient): Promise<string[]> {
  return await Array.fromAsync(container.listBlobsFlat(), ({ name, properties }) => `${name} ${properties.etag}`);
}

async function startDue(options: Parameters<typeof startBench>[0] = {}) {
  const bench = await startBench(options);
  await bench.tick();
  bench.passTime(24 * hourMs);
  return bench;
}

function overview({ peloton }: Bench): string {
  return `/api/user/${peloton.userId}/overview`;
}

/** Does something once, when Peloton is asked for the overview and has not answered yet. */
function duringRun(bench: Bench, work: () => Promise<unknown>): void {
  const rule = bench.peloton.faults.add({
    match: async ({ url = '' }) => {
      if (url !== overview(bench)) return false;
      rule.remove();
      await work();
      return false;
    },
    fault: 'reset',
  });
}

test('a timer run that finds the lease taken ends quietly, and a sync asked for is told so', async () => {
  const bench = await startBench();
  await takeLease(bench);
  const asked = await askedDuring(bench, bench.tick);
  assert.deepEqual([asked, bench.events('sync.failed')], [[], []]);
  const { status, body } = await bench.syncNow();
  assert.deepEqual([status, body.outcome], [409, 'busy']);
  assert.equal((await bench.syncNow({ force: 'true' })).status, 409);
  await bench.breakLease();
  await bench.tick();
  assert.equal(bench.peloton.counts.overviews, 1);
});

test('a lease that is being broken is still one', async () => {
  const bench = await startBench({ storeFaults: true });
  // As the real store says it; Azurite names any taken lease alike.
  const body = '<Error><Code>LeaseIsBreakingAndCannotBeAcquired</Code><Message>…</Message></Error>';
  const fault = { status: 409, body, contentType: 'application/xml' };
  bench.store?.faults.add({ match: { query: /comp=lease/ }, fault, times: 1 });
  assert.equal((await bench.syncNow()).status, 409);
});

test('a run leaves no lease behind, whether it ended well or not', async () => {
  const bench = await startBench();
  bench.vault.readOnly = true;
  assert.equal(await tickFailure(bench), 'vault');
  bench.vault.readOnly = false;
  await bench.tick();
  assert.equal((await bench.container('private').getProperties()).leaseState, 'available');
});

test('of two hosts that tick at once one syncs, and the other ends quietly', async () => {
  const bench = await startBench();
  const other = bench.startApp();
  for (let day = 1; day <= 3; day++, bench.passTime(24 * hourMs)) {
    await Promise.all([bench.tick(), bench.tick(other), bench.tick(), bench.tick(other)]);
    assert.equal(bench.peloton.counts.overviews, day);
  }
  assert.deepEqual([bench.events('sync.failed'), bench.peloton.violations], [[], []]);
  assert.deepEqual([bench.peloton.counts.credentialPosts, bench.peloton.counts.refreshes], [1, 1]);
});

test('a host that gets the lease as another has just synced finds that there is nothing left to do', async () => {
  const bench = await startDue({ storeFaults: true });
  const rule = bench.store?.faults.add({
    match: async ({ url }) => {
      if (!url?.includes('comp=lease')) return false;
      rule?.remove();
      await bench.tick(bench.startApp());
      return false;
    },
    fault: 'reset',
  });
  assert.equal((await bench.syncNow()).body.outcome, 'not-due');
  assert.equal(bench.peloton.counts.overviews, 2);
});

test('a state that somebody else has written meanwhile is not written over, and that is said', async () => {
  const bench = await startDue();
  duringRun(bench, async () => {
    await bench.container('private').getBlockBlobClient('state.json').upload('{"by":"another"}', 16);
  });
  await bench.tick();
  assert.equal(await bench.privateBlob('state.json'), '{"by":"another"}');
  assert.equal(bench.events('state.not-written')[0]?.code, 'storage');
});

test('a run has time for its work, then for writing down why it failed, and then for its lease, in 90 s', () => {
  const { leaseSeconds, workMs, endMs } = runLimits;
  assert.ok(leaseSeconds >= 15 && leaseSeconds <= 60, `a lease of ${leaseSeconds} s`);
  // A token that came at the last moment is still kept.
  assert.ok(workMs + vaultLimits.callTimeoutMs < endMs);
  assert.ok(endMs + releaseTimeoutMs <= 90_000);
  const { retries, timeoutMs, retryDelayMs, maxRetryAfterMs } = httpLimits;
  const waitsMs = Array.from({ length: retries }, (_, done) => Math.max(2 * retryDelayMs * 2 ** done, maxRetryAfterMs));
  const stepMs = (retries + 1) * timeoutMs + waitsMs.reduce((sum, waitMs) => sum + waitMs, 0);
  assert.ok(stepMs < workMs, `a step with all its tries takes up to ${stepMs} ms`);
});

/** Holds requests back that fit, until a promise settles, and lets them pass then. */
function delay(faults: Faults, isMeant: (request: IncomingMessage) => boolean, until: () => Promise<unknown>): void {
  faults.add({
    match: async request => {
      if (isMeant(request)) await until();
      return false;
    },
    fault: 'reset',
  });
}

const isStateWrite = ({ method, url = '' }: IncomingMessage) => method === 'PUT' && url.includes('/state.json');

/** A service whose session has to be refreshed, and what its store and vault are asked. */
async function startExpired() {
  const bench = await startDue({ storeFaults: true });
  pasteSession(bench, { livesMs: 0, user_id: bench.peloton.userId });
  assert.ok(bench.store);
  return { bench, store: bench.store, versions: () => bench.vault.secrets.versions('peloton-session').length };
}

test('a run whose state cannot be written ends no sooner than its write to the vault has landed', async () => {
  const { bench, store, versions } = await startExpired();
  const before = versions();
  store.faults.add({ match: isStateWrite, fault: { status: 403 } });
  const { promise: released, resolve: release } = Promise.withResolvers<number>();
  store.faults.add({
    match: ({ headers }) => {
      if (headers['x-ms-lease-action'] === 'release') release(versions());
      return false;
    },
    fault: 'reset',
  });
  delay(
    bench.vault.faults,
    ({ method }) => method === 'PUT',
    () => Promise.race([released, pause(300)]),
  );
  assert.equal(await tickFailure(bench), 'storage');
  assert.equal(await released, before + 1, 'the write had landed when the lease was given back');
  assert.equal(bench.peloton.counts.refreshes, 0);
});

test('a vault that refuses is written down although the state is being proved at that moment', async () => {
  const { bench, store } = await startExpired();
  bench.vault.readOnly = true;
  delay(store.faults, isStateWrite, () => pause(300));
  assert.equal(await tickFailure(bench), 'vault');
  assert.equal((await bench.state()).last_failure?.code, 'vault');
  assert.equal((await bench.health()).status, 'failing');
});

for (const clock of ['wallMs', 'monotonicMs'] as const) {
  test(`a run that finds by its clocks that its lease has run out writes nothing more: ${clock}`, async () => {
    const bench = await startDue();
    const before = [await bench.blob('latest.json'), await bench.privateBlob('state.json')];
    const times = { wallMs: 0, monotonicMs: 0 };
    const leaseClocks = { wallMs: () => times.wallMs, monotonicMs: () => times.monotonicMs };
    duringRun(bench, async () => {
      times[clock] += 41_000;
    });
    assert.equal(await tickFailure(bench, bench.startApp({ leaseClocks })), 'storage');
    assert.deepEqual([await bench.blob('latest.json'), await bench.privateBlob('state.json')], before);
    assert.equal(bench.events('state.not-written').length, 1);
  });
}

test('a run that lost its lease keeps tokens that have just come only where the vault holds the session that it knows', async () => {
  for (const isOvertaken of [false, true]) {
    const { bench } = await startExpired();
    const times = { wallMs: 0, monotonicMs: 0 };
    const leaseClocks = { wallMs: () => times.wallMs, monotonicMs: () => times.monotonicMs };
    bench.peloton.faults.add({
      match: ({ url }) => {
        if (url !== '/oauth/token') return false;
        times.monotonicMs += 41_000;
        if (isOvertaken) bench.vault.secrets.set('peloton-session', '{"access_token":"of-another-run"}');
        return false;
      },
      fault: 'reset',
    });
    const { refresh_token: spent } = storedSession(bench);
    assert.equal(await tickFailure(bench, bench.startApp({ leaseClocks })), 'storage');
    const { access_token, refresh_token } = storedSession(bench);
    if (isOvertaken) assert.equal(access_token, 'of-another-run');
    else assert.ok(refresh_token && refresh_token !== spent, 'the rotated token is in the vault');
  }
});

// The shortest lease there is lasts 15 seconds: these wait side by side.
test('a run that never took the lease writes nothing, a session least of all', async () => {
  const bench = await startBench();
  const run = await createRunStarter(bench.settings, { limits: fastLimits })(() => {});
  const content = { bytes: Buffer.from('{}'), contentType: 'application/json' };
  const writes = [
    run.storage.private.write('state.json', content, 'any'),
    run.closing.write('state.json', content, 'any'),
    run.vault.write('peloton-session', '{}'),
    run.vault.keep('peloton-session', '{}', undefined),
  ];
  for (const result of await Promise.allSettled(writes)) assert.equal(result.status, 'rejected');
  await run.end();
  assert.deepEqual(
    [bench.vault.secrets.get('peloton-session'), await bench.privateBlob('state.json')],
    [undefined, undefined],
  );
});

describe('in real time', { concurrency: true }, () => {
  const limits = { leaseSeconds: 15, workMs: 30_000, endMs: 35_000, http: { timeoutMs: 25_000 } };

  test('a lease is renewed while the run works, however long that takes', async () => {
    const bench = await startDue({ limits });
    const other = bench.startApp();
    duringRun(bench, async () => {
      await pause(16_500);
      await bench.tick(other);
      assert.equal(bench.peloton.counts.overviews, 2);
    });
    await bench.tick();
    assert.equal(JSON.parse((await bench.blob('latest.json')) ?? '').date, '2026-11-23');
    assert.equal(bench.peloton.counts.overviews, 2);
  });

  test('the lease of a run that died ends by itself, and the next run goes on', async () => {
    const bench = await startDue({ limits, storeFaults: true });
    const { hasDied } = await runDoomed(bench, { at: `GET ${overview(bench)}`, when: 'after' }, () => bench.tick());
    assert.ok(hasDied);
    const other = bench.startApp();
    const asked = await askedDuring(bench, () => bench.tick(other));
    assert.deepEqual(asked, []);
    await pause(15_100);
    await bench.tick(other);
    assert.equal(JSON.parse((await bench.blob('latest.json')) ?? '').date, '2026-11-23');
  });

  test('a run whose lease another has taken writes nothing more, not even why', async () => {
    const bench = await startDue({ limits });
    const before = [await bench.blob('latest.json'), await bench.privateBlob('state.json')];
    duringRun(bench, async () => {
      await bench.breakLease();
      await takeLease(bench);
      await pause(5_000);
    });
    assert.equal(await tickFailure(bench), 'storage');
    assert.deepEqual([await bench.blob('latest.json'), await bench.privateBlob('state.json')], before);
    assert.equal(await bench.blob('history/2026-11-23.json'), undefined);
  });

  test('a run that cannot renew its lease stops before another may begin', async () => {
    const bench = await startDue({ limits, storeFaults: true });
    const startedAt = performance.now();
    let endedAt = 0;
    duringRun(bench, async () => {
      bench.store?.faults.add({ match: { method: 'PUT', query: /comp=lease/ }, fault: 'hang' });
      await pause(14_000);
    });
    const failure = tickFailure(bench).finally(() => {
      endedAt = performance.now();
    });
    assert.equal(await failure, 'storage');
    assert.ok(endedAt - startedAt > 9_000);
    assert.equal(await bench.blob('history/2026-11-23.json'), undefined);
  });

  test('a run whose event loop stood still for longer than its lease writes nothing more', async () => {
    const { bench } = await startExpired();
    const child = spawn(process.execPath, [join(import.meta.dirname, '../../test/blocked-run.ts'), '17000'], {
      env: { ...bench.settings, NOW: bench.now.toISOString() },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    assert.equal((await lines.next()).value, 'blocked');
    await pause(15_500);
    const other = bench.startApp();
    bench.passTime(1_000);
    await bench.tick(other);
    assert.equal(JSON.parse((await bench.blob('latest.json')) ?? '').synced_at, bench.now.toISOString());
    const versions = async () => {
      const blobs = [
        ...(await listVersions(bench.container('public'))),
        ...(await listVersions(bench.container('private'))),
      ];
      return [...blobs, bench.vault.secrets.versions('peloton-session').length];
    };
    const after = await versions();
    assert.equal((await lines.next()).value, 'storage');
    assert.deepEqual(await versions(), after);
  });

  test('a run that hangs at Peloton ends with its time, and says so', async () => {
    const bench = await startDue();
    const app = bench.startApp({ limits: { workMs: 2_000, endMs: 20_000, http: { timeoutMs: 30_000 } } });
    bench.peloton.faults.add({ match: { path: /overview/ }, fault: 'hang' });
    const startedAt = performance.now();
    assert.equal(await tickFailure(bench, app), 'upstream-unavailable');
    assert.ok(performance.now() - startedAt < 10_000);
    assert.equal((await bench.state()).last_failure?.code, 'upstream-unavailable');
  });

  test('a run that hangs at the vault ends with its time, and blames the vault', async () => {
    const bench = await startDue();
    const app = bench.startApp({ limits: { ...fastLimits, workMs: 4_000 } });
    bench.vault.faults.add({ match: {}, fault: 'hang' });
    const startedAt = performance.now();
    assert.equal(await tickFailure(bench, app), 'vault');
    assert.deepEqual([(await bench.state()).last_failure?.code, (await bench.state()).next_attempt], ['vault', null]);
    assert.ok(performance.now() - startedAt < 10_000);
  });

  test('a run whose time is up while the vault proves that it can be written asks Peloton no more', async () => {
    const bench = await startDue();
    pasteSession(bench, { livesMs: 0 });
    bench.vault.faults.add(slowBy(1_500, ({ method }) => method === 'PUT'));
    const app = bench.startApp({ limits: { ...fastLimits, workMs: 1_000 } });
    const asked = await askedDuring(bench, async () => assert.equal(await tickFailure(bench, app), 'vault'));
    assert.deepEqual(asked, []);
    assert.equal((await bench.state()).last_failure?.code, 'vault');
  });

  test('a run ends with its time when the store hangs before there is a lease, and blames the store', async () => {
    const bench = await startDue({ storeFaults: true });
    const app = bench.startApp({ limits: { workMs: 3_000, endMs: 60_000 } });
    bench.store?.faults.add({ match: { query: /comp=lease/ }, fault: 'hang' });
    const startedAt = performance.now();
    assert.equal(await tickFailure(bench, app), 'storage');
    assert.ok(performance.now() - startedAt < 10_000);
  });

  test('a run ends with its time when the store hangs, even in writing down why', async () => {
    const bench = await startDue({ storeFaults: true });
    const app = bench.startApp({ limits: { workMs: 4_000, endMs: 6_000 } });
    const isLate = ({ method, url = '', headers }: IncomingMessage) =>
      (method === 'PUT' && /raw\/|state\.json/.test(url)) || headers['x-ms-lease-action'] === 'release';
    bench.store?.faults.add({ match: isLate, fault: 'hang' });
    const startedAt = performance.now();
    assert.equal(await tickFailure(bench, app), 'storage');
    const tookMs = performance.now() - startedAt;
    assert.ok(tookMs > 5_900 && tookMs < 15_000, `${tookMs} ms`);
    bench.store?.faults.clear();
    await bench.breakLease();
    bench.passTime(15 * minuteMs);
    await bench.tick();
    assert.equal(JSON.parse((await bench.blob('latest.json')) ?? '').date, '2026-11-23');
  });
});
