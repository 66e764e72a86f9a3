import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertExact, pagesDuring, ridesOf, startListBench } from '../../test/list-bench.ts';
import { spawnCommand } from '../../test/spawn-command.ts';
import { hourMs } from '../stats/time.ts';

describe('npm run backfill', { concurrency: 2 }, () => {
  it('reads the whole list anew, so that what was deleted at Peloton is gone', async () => {
    const bench = await startListBench(now => ridesOf(now, 250, 1));
    await bench.tick();
    bench.list.splice(40, 3);
    const { code, output } = await spawnCommand('backfill', { settings: bench.settings });
    assert.deepEqual([code, output], [0, 'activity.json is made of 247 workouts on 247 days.\n']);
    await assertExact(bench);
    assert.equal((await bench.state()).workouts?.is_pending, false);
  });

  it('goes on where it was stopped, as does the timer, and the whole days of before are served until then', async () => {
    const bench = await startListBench(now => ridesOf(now, 350, 1));
    await bench.tick();
    const before = await bench.blob('activity.json');
    bench.list.splice(40, 3);
    const { remove } = bench.peloton.faults.add({ match: { query: /page=2/ }, fault: { status: 503 } });
    const stopped = await spawnCommand('backfill', { settings: bench.settings });
    assert.equal(stopped.code, 1);
    assert.match(stopped.errors, /^200 workouts read\. GET .* answered 503\.\n→ run it again: it goes on\.$/m);
    assert.equal(await bench.blob('activity.json'), before);
    remove();
    const { length } = bench.peloton.requests;
    assert.equal((await spawnCommand('backfill', { settings: bench.settings })).code, 0);
    const pages = bench.peloton.requests.slice(length).map(({ url }) => new URL(url).searchParams.get('page'));
    assert.deepEqual(pages, ['2', '3']);
    await assertExact(bench);
  });

  it('is gone on with by the timer after Ctrl-C', async () => {
    const bench = await startListBench(now => ridesOf(now, 350, 1));
    await bench.tick();
    bench.list.splice(40, 3);
    const { remove, landed } = bench.peloton.faults.add({ match: { query: /page=2/ }, fault: 'hang' });
    const { code } = await spawnCommand('backfill', { settings: bench.settings, interrupted: landed });
    assert.notEqual(code, 0);
    remove();
    await bench.breakLease(); // which the service waits a minute for
    bench.passTime(hourMs / 4);
    // The newest page first: to the bench, the command has a clock that is ahead.
    assert.deepEqual(await pagesDuring(bench, bench.tick), [0, 2, 3]);
    await assertExact(bench);
  });

  it('signs in nowhere: without a good session it says what renews one', async () => {
    const bench = await startListBench(now => ridesOf(now, 30, 1));
    await bench.tick();
    bench.peloton.revokeAll();
    const { length } = bench.peloton.requests;
    const { code, errors } = await spawnCommand('backfill', { settings: bench.settings });
    assert.equal(code, 1);
    assert.match(errors, /answered 401.*\n→ npm run sync, which renews the session, and then this again\.$/m);
    assert.equal(bench.peloton.requests.length, length + 1);
  });

  it('says so where there is nothing to read for, and while a sync is running', async () => {
    const bench = await startListBench(now => ridesOf(now, 30, 1));
    const early = await spawnCommand('backfill', { settings: bench.settings });
    assert.deepEqual([early.code, early.errors], [1, 'There are no stats yet: npm run sync, and then this again.\n']);
    const off = await spawnCommand('backfill', { settings: { ...bench.settings, WORKOUTS: 'off' } });
    assert.match(off.errors, /^WORKOUTS=off/);
    await bench.tick();
    bench.passTime(hourMs);
    await bench.container('private').getBlobLeaseClient().acquireLease(60);
    const busy = await spawnCommand('backfill', { settings: bench.settings });
    assert.deepEqual([busy.code, /^Busy/.test(busy.errors)], [1, true]);
  });
});
