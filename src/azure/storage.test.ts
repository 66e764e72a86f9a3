import assert from 'node:assert/strict';
import { after, beforeEach, describe, it } from 'node:test';
import type { Fault } from '../../sandbox/fault-answers.ts';
import { azureError, jsonContent, type Store, startStoreBench, storageFailureOf } from '../../test/store-bench.ts';
import { StatsError } from '../errors.ts';

const bench = await startStoreBench();
after(() => bench.close());
beforeEach(() => bench.faults.clear());

async function textOf({ public: container }: Pick<Store, 'public'>, name: string): Promise<string | undefined> {
  const blob = await container.read(name);
  return typeof blob === 'object' ? blob.bytes.toString() : blob;
}

describe('a container of the store', () => {
  it('is made when the first write finds it missing, and not before', async () => {
    const store = bench.openStore();
    assert.equal(await store.public.read('latest.json'), undefined);
    assert.deepEqual(await store.public.list(''), []);
    assert.equal(await store.privateClient.exists(), false);
    const etag = await store.private.write('state.json', jsonContent('{}'), 'absent');
    assert.equal(await store.privateClient.exists(), true);
    assert.equal(await store.publicClient.exists(), false);
    const blob = await store.private.read('state.json');
    assert.ok(typeof blob === 'object');
    assert.deepEqual([blob.bytes.toString(), blob.etag], ['{}', etag]);
    assert.ok(Math.abs(blob.lastModified.getTime() - Date.now()) < 60_000);
    const asked = bench.requests.length;
    await store.private.write('state.json', jsonContent('1'), { etag });
    assert.equal(bench.requests.length - asked, 1, 'a container that is there is not made again');
  });

  it('keeps the type and the caching that a blob is written with', async () => {
    const store = bench.openStore();
    const cacheControl = 'public, max-age=300';
    await store.public.write('latest.json', { ...jsonContent('{}'), cacheControl }, 'any');
    const client = store.publicClient.getBlobClient('latest.json');
    const { contentType, cacheControl: kept } = await client.getProperties();
    assert.deepEqual([contentType, kept], ['application/json', cacheControl]);
  });

  it('writes what is absent once, and what is there only over the version that was read', async () => {
    const { public: container, ...store } = bench.openStore();
    const first = await container.write('a', jsonContent('1'), 'absent');
    assert.equal(await container.write('a', jsonContent('2'), 'absent'), 'conflict');
    const second = await container.write('a', jsonContent('2'), { etag: first });
    assert.notEqual(second, first);
    assert.equal(await container.write('a', jsonContent('3'), { etag: first }), 'conflict');
    assert.equal(await container.write('b', jsonContent('3'), { etag: first }), 'conflict');
    assert.equal(await textOf({ ...store, public: container }, 'a'), '2');
    await container.write('a', jsonContent('4'), 'any');
    assert.equal(await textOf({ ...store, public: container }, 'a'), '4');
  });

  it('lets one of two writers win', async () => {
    const { public: container } = bench.openStore();
    const etag = await container.write('a', jsonContent('0'), 'absent');
    const results = await Promise.all(['1', '2', '3'].map(text => container.write('a', jsonContent(text), { etag })));
    assert.equal(results.filter(result => result === 'conflict').length, 2);
  });

  it('knows its own write again whose answer got lost', async () => {
    const { public: container } = bench.openStore();
    await container.write('other', jsonContent('{}'), 'any');
    for (const condition of ['absent', 'replace'] as const) {
      const rule = bench.faults.add({ match: { method: 'PUT' }, fault: 'reset', when: 'after', times: 1 });
      const before = await container.read('a');
      const etag = await container.write(
        'a',
        jsonContent(condition),
        typeof before === 'object' ? { etag: before.etag } : 'absent',
      );
      const blob = await container.read('a');
      assert.ok(typeof blob === 'object');
      assert.deepEqual([rule.fired, blob.bytes.toString(), blob.etag], [1, condition, etag]);
    }
  });

  it('sends nothing again that the reader has', async () => {
    const { public: container } = bench.openStore();
    const etag = await container.write('a', jsonContent('1'), 'absent');
    assert.equal(await container.read('a', etag), 'unchanged');
    await container.write('a', jsonContent('2'), 'any');
    const blob = await container.read('a', etag);
    assert.ok(typeof blob === 'object');
    assert.equal(blob.bytes.toString(), '2');
  });

  it('lists the names under a prefix in order', async () => {
    const { public: container } = bench.openStore();
    for (const name of ['history/2026-11-02.json', 'latest.json', 'history/2026-11-01.json', 'history.json']) {
      await container.write(name, jsonContent('{}'), 'any');
    }
    assert.deepEqual(await container.list('history/'), ['history/2026-11-01.json', 'history/2026-11-02.json']);
  });
});

/** What the store or the way to it may do to any call, and what is said of it. */
const faults: Record<string, { fault: Fault; reason: string; tries?: number }> = {
  'refuses the key': {
    fault: azureError(403, 'AuthenticationFailed'),
    reason: '403 AuthenticationFailed',
  },
  'lacks a role': {
    fault: azureError(403, 'AuthorizationPermissionMismatch'),
    reason: '403 AuthorizationPermissionMismatch',
  },
  'is a page that refuses': { fault: { status: 403, body: '<h1>secret</h1>' }, reason: '403' },
  'is another server': { fault: { status: 404, body: 'secret' }, reason: '404' },
  'is being deleted': { fault: azureError(409, 'ContainerBeingDeleted'), reason: '409 ContainerBeingDeleted' },
  'asks for fewer calls': { fault: { status: 429, headers: { 'retry-after': '60' } }, reason: '429' },
  fails: { fault: azureError(500, 'InternalError'), reason: '500 InternalError', tries: 3 },
  'is busy': { fault: azureError(503, 'ServerBusy'), reason: '503 ServerBusy', tries: 3 },
  'breaks the connection': { fault: 'reset', reason: 'ECONNRESET', tries: 3 },
  'says what nobody may repeat': { fault: azureError(400, 'a secret value'), reason: '400' },
};

const calls = {
  read: ({ public: container }: Store): Promise<unknown> => container.read('a'),
  write: ({ public: container }: Store): Promise<unknown> => container.write('a', jsonContent('1'), 'absent'),
  list: ({ public: container }: Store): Promise<unknown> => container.list('history/'),
  lease: ({ acquireLease }: Store): Promise<unknown> => acquireLease(15),
};

const shown = {
  read: ({ publicName }: Store) => `read ${publicName}/a`,
  write: ({ publicName }: Store) => `write ${publicName}/a`,
  list: ({ publicName }: Store) => `list ${publicName}/history/`,
  lease: ({ privateName }: Store) => `lease ${privateName}`,
};
const verbs = Object.keys(calls) as (keyof typeof calls)[];

describe('a store that cannot be used is a failure of the deployer', () => {
  for (const [what, { fault, reason, tries = 1 }] of Object.entries(faults)) {
    it(`where it ${what}`, async () => {
      for (const verb of verbs) {
        bench.faults.clear();
        const store = bench.openStore();
        const rule = bench.faults.add({ match: () => true, fault });
        const { message, cause } = await storageFailureOf(calls[verb](store));
        assert.equal(message, `Blob Storage did not ${shown[verb](store)} (${reason}).`);
        assert.ok(cause instanceof Error && cause.message === reason);
        assert.equal(rule.fired, tries, verb);
      }
    });
  }

  const hints: [string, Fault, RegExp][] = [
    [
      'lacks a role',
      azureError(403, 'AuthorizationPermissionMismatch'),
      /^Give the app's identity the role Storage Blob/,
    ],
    [
      'has a firewall',
      azureError(403, 'AuthorizationFailure'),
      /^The storage account's firewall keeps this address out/,
    ],
    [
      'takes no keys',
      azureError(403, 'KeyBasedAuthenticationNotPermitted'),
      /^The storage account takes no keys: set STOR/,
    ],
    [
      'refuses the key',
      azureError(403, 'AuthenticationFailed'),
      /^The storage account does not accept the key .* clock/,
    ],
    ['refuses without a body', { status: 403 }, /^Check that the storage account is reachable/],
    ['is of another tenant', azureError(401, 'InvalidAuthenticationInfo'), /another tenant .*az login --tenant TENANT/],
    ['is of another tenant, without a body', { status: 401 }, /another tenant/],
    ['is disabled', azureError(403, 'AccountIsDisabled'), /^The storage account is disabled/],
    [
      'is being deleted',
      azureError(409, 'ContainerBeingDeleted'),
      /still being deleted\. Nothing to do: the next tick/,
    ],
    ['asks for fewer calls', { status: 429 }, /^Nothing to do: the next tick tries again\.$/],
    ['is busy', azureError(503, 'ServerBusy'), /^Nothing to do: the next tick tries again\.$/],
    ['is leased by somebody else', azureError(412, 'LeaseIdMissing'), /^Somebody holds a lease on that blob: break it/],
    ['says what nobody knows', azureError(403, 'toString'), /^Check that the storage account is reachable/],
  ];
  for (const [what, fault, hint] of hints) {
    it(`whose next step is its own where it ${what}`, async () => {
      bench.faults.add({ match: () => true, fault });
      assert.match((await storageFailureOf(bench.openStore().public.read('a'))).hint, hint);
    });
  }

  it('where it never answers, inside a run or outside', async () => {
    bench.faults.add({ match: () => true, fault: 'hang' });
    const outside = bench.openStore({ callTimeoutMs: 200 });
    const inside = { ...outside, ...outside.within(new AbortController().signal) };
    const failures = [outside, inside].flatMap(store => verbs.map(verb => storageFailureOf(calls[verb](store))));
    for (const { message } of await Promise.all(failures)) assert.match(message, /\(no answer in time\)\.$/);
  });

  it('where a missing container cannot be made, because nothing comes back', async () => {
    const rule = bench.faults.add({ match: { method: 'PUT', query: /restype=container(?!.*comp=)/ }, fault: 'hang' });
    const creating = ['write', 'lease'] as const;
    // The lease is asked for with comp=lease first, in any order of the query.
    const failures = creating.map(verb => storageFailureOf(calls[verb](bench.openStore({ callTimeoutMs: 200 }))));
    for (const { message } of await Promise.all(failures)) assert.match(message, /\(no answer in time\)\.$/);
    assert.equal(rule.fired, creating.length);
  });

  it('where a body stops in the middle, or never ends', async () => {
    const store = bench.openStore({ callTimeoutMs: 200 });
    await store.public.write('a', jsonContent('1'), 'any');
    for (const fault of ['cut', { dripMs: 20 }] as const) {
      bench.faults.clear();
      bench.faults.add({ match: { method: 'GET' }, fault });
      assert.match(
        (await storageFailureOf(store.public.read('a'))).message,
        /did not read box-[0-9a-f]+\/a \(\w+\)\.$/,
      );
    }
  });

  it('where something in between answers well and is not the store', async () => {
    const store = bench.openStore();
    for (const fault of ['html', 'empty', 'truncated'] as const) {
      bench.faults.clear();
      bench.faults.add({ match: { path: /\/a$/ }, fault });
      assert.match((await storageFailureOf(calls.read(store))).message, /\(RangeError\)\.$/, fault.toString());
      assert.match((await storageFailureOf(calls.write(store))).message, /\(200.*\)\.$/, fault.toString());
    }
  });

  it('where a blob is under the lease of somebody else, on whatever condition', async () => {
    const { public: container } = bench.openStore();
    bench.faults.add({ match: { method: 'PUT', path: /\/a$/ }, fault: azureError(412, 'LeaseIdMissing') });
    for (const condition of ['any', 'absent', { etag: '"another"' }] as const) {
      const { message } = await storageFailureOf(container.write('a', jsonContent('1'), condition));
      assert.match(message, /\(412 LeaseIdMissing\)\.$/);
    }
  });

  it('and where the time of a run is up, its reason is the reason', async () => {
    const run = new AbortController();
    const reason = new StatsError('upstream-unavailable', 'The run used up its time.');
    const rule = bench.faults.add({ match: () => true, fault: 'hang' });
    const store = bench.openStore();
    const within = { ...store, ...store.within(run.signal) };
    const failures = Promise.allSettled(verbs.map(verb => calls[verb](within)));
    while (rule.fired < verbs.length) await new Promise(setImmediate);
    run.abort(reason);
    const abortedAt = performance.now();
    for (const failure of await failures) assert.deepEqual(failure, { status: 'rejected', reason });
    assert.ok(performance.now() - abortedAt < 5_000);
  });
});
