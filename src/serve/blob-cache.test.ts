import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import type { StoredBlob } from '../azure/storage.ts';
import { StatsError } from '../errors.ts';
import { createBlobCache, createVersionCache } from './blob-cache.ts';

const lastModified = new Date('2026-11-22T08:00:00Z');

function blobOf(text: string): StoredBlob {
  return { bytes: Buffer.from(text), etag: `"${text}"`, lastModified };
}

/** A cache over a store that the test controls: which version it has, whether it is away, and when it answers. */
function startStore(first?: string) {
  const store = {
    now: 1_000_000,
    text: first,
    isAway: false,
    /** Answers wait for this. */
    gate: Promise.resolve(),
    /** The tag that each request came with. */
    asked: [] as (string | undefined)[],
    parsed: [] as string[],
  };
  const cache = createBlobCache({
    monotonicMs: () => store.now,
    async read(ifNotEtag) {
      store.asked.push(ifNotEtag);
      const { text } = store;
      await store.gate;
      if (store.isAway) throw new StatsError('storage', 'The store is away.');
      if (text === undefined) return undefined;
      return blobOf(text).etag === ifNotEtag ? 'unchanged' : blobOf(text);
    },
    parse({ bytes }) {
      const text = bytes.toString();
      store.parsed.push(text);
      if (text === 'damaged') throw new StatsError('storage', 'It is damaged.');
      return text;
    },
  });
  return Object.assign(store, { cache, value: async () => (await cache.get())?.value });
}

/** A promise that the test settles. */
function createGate() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { promise, open: resolve };
}

test('a blob is served for 30 seconds, then revalidated by its tag, and parsed again only for another version', async () => {
  const store = startStore('a');
  assert.equal(await store.value(), 'a');
  store.now += 29_999;
  store.text = 'b';
  assert.equal(await store.value(), 'a');
  store.now += 1;
  assert.equal(await store.value(), 'b');
  store.now += 30_000;
  assert.deepEqual(await store.cache.get(), { value: 'b', etag: '"b"', lastModified });
  assert.deepEqual(store.asked, [undefined, '"a"', '"b"']);
  assert.deepEqual(store.parsed, ['a', 'b']);
});

test('the 30 seconds begin when the store is asked, not when it has answered', async () => {
  const store = startStore('a');
  const gate = createGate();
  store.gate = gate.promise;
  const first = store.value();
  store.now += 10_000;
  gate.open();
  assert.equal(await first, 'a');
  store.text = 'b';
  store.now += 20_000;
  assert.equal(await store.value(), 'b');
});

test('a missing blob is remembered for 5 seconds', async () => {
  const store = startStore();
  assert.equal(await store.value(), undefined);
  store.text = 'a';
  store.now += 4_999;
  assert.equal(await store.value(), undefined);
  store.now += 1;
  assert.equal(await store.value(), 'a');
  store.text = undefined;
  store.now += 30_000;
  assert.equal(await store.value(), undefined, 'what was taken away is not served on');
  assert.deepEqual(store.asked, [undefined, undefined, '"a"']);
});

test('all who wait are one request', async () => {
  const store = startStore('a');
  const gate = createGate();
  store.gate = gate.promise;
  const readers = Array.from({ length: 100 }, () => store.value());
  gate.open();
  assert.deepEqual(new Set(await Promise.all(readers)), new Set(['a']));
  assert.deepEqual([store.asked.length, store.parsed.length], [1, 1]);
});

test('while the store is away a stale version is served, and the store asked every 5 seconds', async () => {
  const store = startStore('a');
  await store.value();
  store.isAway = true;
  store.now += 30_000;
  for (let second = 0; second < 20; second++) {
    assert.equal(await store.value(), 'a');
    store.now += 1_000;
  }
  assert.equal(store.asked.length, 1 + 4);
  store.isAway = false;
  store.text = 'b';
  assert.equal(await store.value(), 'b');
});

test('with no version known the fault of the store is thrown, to all who wait and to who comes in the next 5 seconds', async () => {
  const store = startStore('a');
  store.isAway = true;
  const readers = await Promise.allSettled(Array.from({ length: 3 }, () => store.value()));
  assert.ok(readers.every(({ status }) => status === 'rejected'));
  store.isAway = false;
  store.now += 4_999;
  await assert.rejects(store.value(), { code: 'storage' });
  assert.equal(store.asked.length, 1);
  store.now += 1;
  assert.equal(await store.value(), 'a');
  assert.equal(store.asked.length, 2);
});

test('a fault does not outlive an expiry, nor a blob that is gone one that was damaged', async () => {
  const store = startStore('damaged');
  await assert.rejects(store.value(), { message: 'It is damaged.' });
  store.text = 'a';
  store.cache.expire();
  assert.equal(await store.value(), 'a');
  const other = startStore('damaged');
  await assert.rejects(other.value());
  other.text = undefined;
  other.now += 5_000;
  assert.equal(await other.value(), undefined);
});

test('a version that must not be served leaves the one before in place', async () => {
  const store = startStore('a');
  await store.value();
  store.text = 'damaged';
  store.now += 30_000;
  assert.equal(await store.value(), 'a');
  store.text = 'b';
  store.now += 5_000;
  assert.equal(await store.value(), 'b');
  await assert.rejects(startStore('damaged').value(), { message: 'It is damaged.' });
});

test('with a version to serve nobody waits longer than a second for a store that hangs, and who comes later does not wait', async () => {
  const timers = mock.timers;
  timers.enable({ apis: ['setTimeout'] });
  try {
    const store = startStore('a');
    await store.value();
    const gate = createGate();
    store.gate = gate.promise;
    store.text = 'b';
    store.now += 30_000;
    let answer: string | undefined;
    const reader = store.value().then(value => {
      answer = value;
    });
    timers.tick(999);
    await new Promise(setImmediate);
    assert.equal(answer, undefined, 'a store that answers within the second is waited for');
    timers.tick(1);
    await reader;
    assert.equal(answer, 'a');
    assert.equal(await store.value(), 'a');
    gate.open();
    await new Promise(setImmediate);
    assert.equal(await store.value(), 'b', 'the late answer is not lost');
    assert.equal(store.asked.length, 2);
  } finally {
    timers.reset();
  }
});

test('an expired cache is revalidated, even one that expires during a revalidation', async () => {
  const store = startStore('a');
  await store.value();
  store.text = 'b';
  store.cache.expire();
  assert.equal(await store.value(), 'b');
  const gate = createGate();
  store.gate = gate.promise;
  store.cache.expire();
  const reader = store.value();
  store.text = 'c';
  store.cache.expire();
  gate.open();
  assert.equal(await reader, 'c', 'though it waited for the reading of b');
});

test('onChange is called when a version replaces another or none, not at the first reading', async () => {
  const told: string[] = [];
  let text: string | undefined;
  let now = 0;
  const cache = createBlobCache({
    read: async tag => (text === undefined ? undefined : tag === `"${text}"` ? 'unchanged' : blobOf(text)),
    parse: ({ bytes }) => bytes.toString(),
    onChange: () => told.push(`${text}`),
    monotonicMs: () => now,
  });
  for (const next of [undefined, 'a', 'a', 'b', undefined, 'c']) {
    text = next;
    now += 30_000;
    await cache.get();
  }
  assert.deepEqual(told, ['a', 'b', 'c']);
  const first = createBlobCache({
    ...{ read: async () => blobOf('a'), parse: () => 1 },
    onChange: () => told.push('first'),
    monotonicMs: () => now,
  });
  await first.get();
  assert.equal(told.includes('first'), false);
});

test('a version cache makes a value once for each name and version, and does not remember a failure', () => {
  const values = createVersionCache<{ made: number }>();
  let made = 0;
  const get = (version: string, name: string) => values({ version, name }, () => ({ made: ++made }));
  const first = get('1', 'dark');
  assert.equal(get('1', 'dark'), first);
  assert.notEqual(get('1', 'light'), first);
  assert.notEqual(get('2', 'dark'), first);
  assert.notEqual(get('1', 'dark'), first, 'the version before has been dropped');
  assert.equal(made, 4);
  const fail = () => {
    throw new TypeError('It cannot be drawn.');
  };
  assert.throws(() => values({ version: '1', name: 'broken' }, fail), TypeError);
  assert.deepEqual(get('1', 'broken'), { made: 5 });
});

test('what is expired while it is being read is read again for whoever asks from then on', async () => {
  const store = startStore();
  const gate = createGate();
  store.gate = gate.promise;
  const early = store.value();
  store.text = 'a';
  store.cache.expire();
  const late = store.value();
  gate.open();
  assert.deepEqual(await Promise.all([early, late]), ['a', 'a']);
  assert.deepEqual(store.asked, [undefined, undefined]);
});
