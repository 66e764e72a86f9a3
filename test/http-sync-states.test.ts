// Tests the answers to readers, probes and requests for a sync, from an empty store to a good sync, with a failure of each
// server on the way. The tests depend on each other: each begins with the state in which the one before it ended.

import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import { type HttpAnswer, startHostBench, today } from './host-bench.ts';
import {
  assertGood,
  assertNothingOf,
  assertOpenToEverySite,
  assertProblem,
  placeholderCaching,
  publicRoutes,
} from './http-promises.ts';

const { call, sync, container, peloton, vault, store, host } = await startHostBench({
  settings: { WORKOUTS: 'classes' },
});

async function health() {
  const { status, body } = await call('/api/health');
  return { httpStatus: status, ...JSON.parse(body.toString()) };
}

/** Lets time pass on the monotonic clock, by which an instance tells how long it remembers. */
function passTime(milliseconds: number): void {
  const now = performance.now.bind(performance);
  mock.method(performance, 'now', () => now() + milliseconds);
}

/** Asserts a failed sync without Retry-After: the next attempt may be hours away or need a person. */
function assertFailedSync(answer: HttpAnswer, expected: Parameters<typeof assertProblem>[1]) {
  assert.equal(answer.headers['retry-after'], undefined);
  return assertProblem(answer, expected);
}

/** Changes a setting of the running app during a test. */
async function withSetting(name: string, value: string, step: () => Promise<void>): Promise<void> {
  const before = process.env[name];
  process.env[name] = value;
  await step();
  process.env[name] = before;
}

describe('settings that cannot be used', () => {
  it('are named by a sync, which is 500, and by health', async () => {
    await withSetting('SYNC_TIME', 'half past eight', async () => {
      const answer = await sync();
      const { detail } = assertFailedSync(answer, { status: 500, code: 'config' });
      assert.match(detail, /SYNC_TIME must be a local time of day/);
      assertNothingOf('half past eight', answer);
      const { httpStatus, status, problem } = await health();
      assert.deepEqual([httpStatus, status, problem.code], [503, 'failing', 'config']);
    });
  });
});

describe('while the store is away, and this instance has no copy', () => {
  it('JSON is a 503 that says when to come back', async () => {
    await store.refuse();
    for (const path of ['/api/stats', `/api/stats/${today}`, '/api/history', '/api/history?format=csv']) {
      const answer = await call(path);
      const { detail } = assertProblem(answer, { status: 503, code: 'storage' });
      assert.match(detail, /Check that the storage account is reachable/);
      assert.equal(answer.headers['retry-after'], '60');
    }
  });

  it('the page is a page with the same status, which leads its owner to health, and so is the builder', async () => {
    for (const path of ['/api/page', '/api/page?builder']) {
      const { status, headers, body } = await call(path);
      assert.deepEqual([status, headers['content-type']], [503, 'text/html; charset=utf-8']);
      assert.deepEqual([headers['retry-after'], headers['cache-control'], headers.etag], ['60', 'no-store', undefined]);
      assertOpenToEverySite({ headers });
      assert.match(String(headers['content-security-policy']), /^default-src 'none';/);
      assert.match(body.toString(), /Stats unavailable.*Check that the storage account is.*<a href="health">/s);
    }
  });

  it('pictures are drawn, and soon asked for again', async () => {
    for (const name of ['card', 'badge'] as const) {
      const route = publicRoutes[name];
      assert.ok(route);
      const answer = await call(route.path);
      assertGood(answer, { ...route, caching: placeholderCaching });
      assert.match(answer.body.toString(), /stats unavailable/);
    }
  });

  it('what is not in the store is answered as ever', async () => {
    for (const path of ['/api/widget.js', '/api/openapi.json', '/api/schema.json']) {
      assert.equal((await call(path)).status, 200, path);
    }
  });

  it('health is failing, and a sync fails with the same code', async () => {
    const { httpStatus, status, problem } = await health();
    assert.deepEqual([httpStatus, status, problem.code], [503, 'failing', 'storage']);
    assertFailedSync(await sync(), { status: 503, code: 'storage' });
    await store.reopen();
    passTime(5_000);
  });
});

describe('before the first sync', () => {
  for (const [name, route] of Object.entries(publicRoutes)) {
    if (route.beforeSync === 'no stats') {
      it(`${name} is a 404 that says when to come back`, async () => {
        const answer = await call(route.path);
        assertProblem(answer, { status: 404, code: 'not-found' });
        assert.equal(answer.headers['retry-after'], '60');
        assert.equal((await call(route.path, { method: 'HEAD' })).status, 404);
      });
    } else {
      const caching = route.beforeSync === 'drawn' ? placeholderCaching : route.caching;
      it(`${name} is answered all the same`, async () => {
        assertGood(await call(route.path), { ...route, ...(caching && { caching }) });
      });
    }
  }

  it('pictures and badge say that there are no stats yet', async () => {
    for (const path of ['/api/card.svg', '/api/card.svg?theme=dark', '/api/badge', '/api/badge?metric=cycling']) {
      assert.match((await call(path)).body.toString(), /no stats yet/, path);
    }
  });

  it('health is empty, which is no good answer to a probe', async () => {
    const { httpStatus, status, problem, notices, last_success } = await health();
    assert.deepEqual([httpStatus, status, problem.code, notices, last_success], [503, 'empty', 'empty', [], null]);
  });

  it('health is empty too where the time of day of the sync is long past: no tick could have come yet', async () => {
    await withSetting('SYNC_TIME', '08:00', async () => {
      const { status, problem, next_attempt } = await health();
      assert.deepEqual([status, problem.code], ['empty', 'empty']);
      assert.ok(problem.hint.endsWith(`the first sync comes with the tick at ${next_attempt}.`), problem.hint);
    });
  });
});

describe('a sync that fails', () => {
  it('is 503 for the vault, and health names it until it is mended', async () => {
    const fault = vault.faults.add({ match: {}, fault: { status: 403, body: { error: { code: 'Forbidden' } } } });
    assertFailedSync(await sync(), { status: 503, code: 'vault' });
    const { httpStatus, status, problem } = await health();
    assert.deepEqual([httpStatus, status, problem.code], [503, 'failing', 'vault']);
    fault.remove();
  });

  it('is 409 while another run has the lease', async () => {
    const lease = container('private').getBlobLeaseClient();
    await lease.acquireLease(15);
    const answer = await sync();
    assert.deepEqual([answer.status, JSON.parse(answer.body.toString())], [409, { outcome: 'busy' }]);
    assert.equal(answer.headers['cache-control'], 'no-store');
    await lease.releaseLease();
  });

  it('is 502 for an overview that has changed, and says nothing of the account', async () => {
    const fault = peloton.faults.add({ match: { path: /overview/ }, fault: { status: 200, body: { odd: true } } });
    const answer = await sync();
    const { detail } = assertFailedSync(answer, { status: 502, code: 'upstream-changed' });
    assert.match(detail, /The overview is not as expected at workout_counts/);
    for (const secret of peloton.secrets()) assertNothingOf(secret, answer);
    assert.equal((await health()).problem.code, 'upstream-changed');
    fault.remove();
  });

  it('is waited out unless it is forced', async () => {
    for (const { path } of Object.values(publicRoutes)) await call(path);
    const waiting = await sync();
    assert.deepEqual([waiting.status, JSON.parse(waiting.body.toString())], [200, { outcome: 'not-due' }]);
    const forced = await sync('?force=true');
    assert.equal(forced.status, 200);
    assert.deepEqual(JSON.parse(forced.body.toString()).outcome, 'synced');
    assertOpenToEverySite(forced);
  });

  it('is followed by a good one that readers see at once, although they were told a moment ago that there is nothing', async () => {
    for (const [name, { path }] of Object.entries(publicRoutes)) {
      const answer = await call(path);
      assert.equal(answer.status, 200, name);
      assert.doesNotMatch(answer.body.toString(), /no stats yet/i, name);
    }
  });
});

describe('after the first good sync', () => {
  it('health is ok, and another sync is not due', async () => {
    const { httpStatus, status, problem } = await health();
    assert.deepEqual([httpStatus, status, problem], [200, 'ok', null]);
    assert.deepEqual(JSON.parse((await sync()).body.toString()), { outcome: 'not-due' });
  });

  it('Peloton being down is a reason to retry, and nothing that readers see', async () => {
    const fault = { status: 503, headers: { 'Retry-After': '3600' } };
    const rule = peloton.faults.add({ match: { path: /overview/ }, fault });
    assertFailedSync(await sync('?force=true'), { status: 502, code: 'upstream-unavailable' });
    rule.remove();
    const { httpStatus, status, problem } = await health();
    assert.deepEqual([httpStatus, status, problem.code], [200, 'retrying', 'upstream-unavailable']);
    assertOpenToEverySite(await call('/api/health'));
    assert.equal((await call('/api/badge')).status, 200);
  });

  it('the key may come as a parameter, as in Azure', async () => {
    const answer = await call(`/api/sync?code=${host.functionKey}`, { method: 'POST' });
    assert.equal(answer.status, 200);
  });

  it('Peloton was never asked for anything that harms an account', () => {
    assert.deepEqual(peloton.violations, []);
  });
});
