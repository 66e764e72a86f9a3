import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { minuteMs } from '../../src/stats/time.ts';
import type { TypedData } from './rpc.ts';
import { createTimerFunction } from './timer-functions.ts';

const info = { type: 'timer', name: 'sync', schedule: '0 */15 * * * *', runOnStartup: false } as const;

/** A timer function on a clock that the test moves. */
function start(t: TestContext, options: { runOnStartup?: boolean; invoke?: () => Promise<void> } = {}) {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: Date.parse('2026-11-22T10:01:00Z') });
  const runs: { at: string; isPastDue: boolean }[] = [];
  let sleptMs = 0;
  const timer = createTimerFunction({
    info: { ...info, runOnStartup: options.runOnStartup ?? false },
    clock: () => new Date(Date.now() + sleptMs),
    invoke: async ({ json = '' }: TypedData) => {
      runs.push({ at: new Date().toISOString().slice(11, 16), isPastDue: JSON.parse(json).IsPastDue });
      await options.invoke?.();
    },
  });
  timer.start();
  const settle = () => new Promise(resolve => setImmediate(resolve));
  const pass = async (minutes: number) => {
    await settle();
    for (let minute = 0; minute < minutes; minute += 1) {
      t.mock.timers.tick(minuteMs);
      await settle();
    }
  };
  /** Moves the clock without Node's timers, as when the machine sleeps. */
  const sleep = (minutes: number) => {
    sleptMs += minutes * minuteMs;
  };
  return { timer, runs, pass, sleep };
}

describe('a timer function', () => {
  it('runs when it is due, and again when it is due again', async t => {
    const { timer, runs, pass } = start(t);
    await pass(13);
    assert.deepEqual(runs, []);
    await pass(30);
    const onTime = (at: string) => ({ at, isPastDue: false });
    assert.deepEqual(runs, ['10:15', '10:30'].map(onTime));
    timer.stop();
    await pass(30);
    assert.equal(runs.length, 2);
  });

  it('runs at the start only where it is told to', async t => {
    const { runs, pass } = start(t, { runOnStartup: true });
    await pass(1);
    assert.deepEqual(runs, [{ at: '10:01', isPastDue: false }]);
  });

  it('goes on after a run that failed', async t => {
    const { runs, pass } = start(t, { invoke: () => Promise.reject(new Error('no')) });
    await pass(30);
    assert.equal(runs.length, 2);
  });

  it('leaves out what falls due while it runs', async t => {
    const first = Promise.withResolvers<void>();
    const { runs, pass } = start(t, { invoke: () => first.promise });
    await pass(40);
    assert.equal(runs.length, 1);
    first.resolve();
    await pass(15);
    assert.deepEqual(
      runs.map(run => run.at),
      ['10:15', '10:45'],
    );
  });

  it('is not run again when it is stopped while it runs', async t => {
    const first = Promise.withResolvers<void>();
    const { timer, runs, pass } = start(t, { invoke: () => first.promise });
    await pass(15);
    timer.stop();
    first.resolve();
    await pass(30);
    assert.equal(runs.length, 1);
  });

  it('runs once, past due, after the machine has slept over several occurrences', async t => {
    const { runs, pass, sleep } = start(t);
    await pass(1);
    sleep(120);
    await pass(1);
    assert.equal(runs.length, 1);
    assert.equal(runs[0]?.isPastDue, true);
  });
});
