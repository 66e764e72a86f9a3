import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { azureError, jsonContent, type Store, startStoreBench, storageFailureOf } from '../../test/store-bench.ts';
import type { Lease } from './lease.ts';

const bench = await startStoreBench();
after(() => bench.close());
beforeEach(() => bench.faults.clear());

const leaseMs = 15_000;
/** The query of everything that is done with a lease. */
const leasing = { method: 'PUT', query: /comp=lease/ };

type Timers = { enable(options: { apis: ('setInterval' | 'setTimeout')[] }): void; tick(ms: number): void };

/** A lease whose renewals wait for the test's timers. */
async function acquire(store: Store, timers: Timers): Promise<Lease> {
  const warm = await store.acquireLease(15);
  await warm?.release(); // the container is made
  timers.enable({ apis: ['setInterval', 'setTimeout'] });
  const lease = await store.acquireLease(15);
  assert.ok(lease);
  return lease;
}

/** Lets a quarter of the lease's length pass, and the renewal that is then due come back. */
async function passQuarter(timers: Timers): Promise<void> {
  const before = bench.requests.length;
  timers.tick(leaseMs / 4);
  while (bench.requests.length === before) await new Promise(setImmediate);
  for (let turns = 0; turns < 50; turns++) await new Promise(setImmediate);
}

test('a lease is had by one run at a time, and by the next once it is released', async () => {
  const store = bench.openStore();
  const [one, two] = await Promise.all([store.acquireLease(15), store.open().acquireLease(15)]);
  assert.equal([one, two].filter(lease => lease === undefined).length, 1);
  assert.equal(await store.acquireLease(15), undefined);
  await (one ?? two)?.release();
  const next = await store.acquireLease(15);
  assert.equal(next?.lost.aborted, false);
  await next?.release();
});

test('a lease does not stand in the way of reading and writing blobs', async () => {
  const store = bench.openStore();
  const lease = await store.acquireLease(15);
  const etag = await store.private.write('state.json', jsonContent('1'), 'absent');
  assert.notEqual(await store.private.write('state.json', jsonContent('2'), { etag }), 'conflict');
  await lease?.release();
});

test('a lease that is taken or being broken is busy, and any other conflict a failure', async () => {
  const store = bench.openStore();
  await store.private.write('state.json', jsonContent('{}'), 'any');
  for (const [code, isBusy] of [
    ['LeaseAlreadyPresent', true],
    ['LeaseIsBreakingAndCannotBeAcquired', true],
    ['ContainerBeingDeleted', false],
  ] as const) {
    bench.faults.clear();
    bench.faults.add({ match: leasing, fault: azureError(409, code) });
    if (isBusy) assert.equal(await store.acquireLease(15), undefined);
    else assert.match((await storageFailureOf(store.acquireLease(15))).message, /\(409 ContainerBeingDeleted\)\.$/);
  }
});

test('a lease is renewed as long as it is held, and not after', async t => {
  const lease = await acquire(bench.openStore(), t.mock.timers);
  for (let quarters = 0; quarters < 9; quarters++) await passQuarter(t.mock.timers);
  assert.equal(lease.lost.aborted, false);
  await lease.release();
  const before = bench.requests.length;
  t.mock.timers.tick(10 * leaseMs);
  for (let turns = 0; turns < 50; turns++) await new Promise(setImmediate);
  assert.equal(bench.requests.length, before);
  assert.equal(lease.lost.aborted, false);
});

test('a lease that somebody else has taken is lost at the next renewal', async t => {
  const store = bench.openStore();
  const lease = await acquire(store, t.mock.timers);
  const other = store.privateClient.getBlobLeaseClient();
  await other.breakLease(0);
  await other.acquireLease(15);
  await passQuarter(t.mock.timers);
  assert.equal(lease.lost.aborted, true);
  assert.match(lease.lost.reason.message, /did not renew the lease/);
  assert.equal(lease.lost.reason.code, 'storage');
  const { message } = await storageFailureOf(lease.release());
  assert.match(message, /did not release the lease of box-[0-9a-f]+-private \(409 \w+\)\.$/);
});

test('a renewal that fails is no loss yet, but a lease that nothing renews is lost before another run can have it', async t => {
  for (const fault of ['hang', { status: 403 }] as const) {
    bench.faults.clear();
    t.mock.timers.reset();
    const lease = await acquire(bench.openStore(), t.mock.timers);
    const rule = bench.faults.add({ match: leasing, fault, times: 1 });
    await passQuarter(t.mock.timers);
    assert.equal(rule.fired, 1);
    await passQuarter(t.mock.timers);
    await passQuarter(t.mock.timers);
    assert.equal(lease.lost.aborted, false);
    bench.faults.add({ match: leasing, fault });
    await passQuarter(t.mock.timers);
    await passQuarter(t.mock.timers);
    assert.equal(lease.lost.aborted, false);
    t.mock.timers.tick(leaseMs / 4 - 100);
    assert.equal(lease.lost.aborted, true);
  }
});
