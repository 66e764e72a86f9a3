// How long Peloton is really left alone, with as many of the ticks in between as are asked for.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Bench } from './bench.ts';
import { firstAsked, spoilOverviews, startDue, startDueSignedIn, startNewcomer } from './due-bench.ts';
import { askedDuring, tickFailure } from './session-bench.ts';

const minuteMs = 60_000;

/** The minutes of the ticks that are made in a wait of so many, the one that ends it included. */
export type TicksOf = (minutes: number) => number[];

type RetryAfter = { name: string; header: string; minutes: number };
const retryAfters: RetryAfter[] = [
  { name: 'in seconds, in full', header: String(3 * 3600), minutes: 180 },
  { name: 'as a date, in full', header: 'Mon, 23 Nov 2026 14:00:00 GMT', minutes: 300 },
  { name: 'of a week, for a day', header: String(7 * 86_400), minutes: 1440 },
];

type Refusal = { code: string; name: string; spoil: (bench: Bench) => unknown };
const refusals: Refusal[] = [
  {
    ...{ code: 'upstream-changed', name: 'upstream-changed' },
    spoil: bench => spoilOverviews(bench, { status: 200, body: {} }),
  },
  {
    ...{ code: 'account-refused', name: 'account-refused (402)' },
    spoil: ({ peloton }) => Object.assign(peloton.behaviour, { account: 402 }),
  },
  {
    ...{ code: 'account-refused', name: 'account-refused (403)' },
    spoil: ({ peloton }) => Object.assign(peloton.behaviour, { account: 403 }),
  },
];

export function testWaits(ticksOf: TicksOf): void {
  for (const { name, header, minutes } of retryAfters) {
    test(`a Retry-After is honoured ${name}`, async () => {
      const bench = await startDue();
      const { remove } = spoilOverviews(bench, { status: 429, headers: { 'retry-after': header } });
      assert.equal(await tickFailure(bench), 'upstream-unavailable');
      remove();
      assert.equal(await firstAsked(bench, ticksOf(minutes)), minutes);
    });
  }

  for (const { code, name, spoil } of refusals) {
    test(`after ${name} Peloton is left alone for four hours`, async () => {
      const bench = await startDueSignedIn();
      spoil(bench);
      assert.equal(await tickFailure(bench), code);
      assert.equal(await firstAsked(bench, ticksOf(240)), 240);
      assert.equal(bench.peloton.counts.credentialPosts, 1);
    });
  }

  test('an unknown answer to the credentials holds them back for 24 hours', async () => {
    const bench = await startNewcomer({ settings: { PELOTON_SIGN_IN: 'web' } });
    bench.peloton.behaviour.credentialsRefusal = { status: 400, code: 'something_new' };
    assert.equal(await tickFailure(bench), 'upstream-changed');
    const { next_attempt } = await bench.health();
    assert.equal(next_attempt, new Date(bench.now.getTime() + 24 * 60 * minuteMs).toISOString());
    bench.peloton.behaviour.credentialsRefusal = undefined;
    assert.equal(await firstAsked(bench, ticksOf(24 * 60)), 24 * 60);
    assert.equal(bench.peloton.counts.credentialPosts, 2);
  });

  test('a sync is due once a day, at the first tick of its scheduled instant', async () => {
    const bench = await startNewcomer({ at: '2026-11-22T07:59:00Z' });
    await bench.tick();
    const syncs = [];
    for (const minutes of [0, ...ticksOf(24 * 60)]) {
      bench.now = new Date(Date.parse('2026-11-22T08:00:00Z') + minutes * minuteMs);
      const { length } = await askedDuring(bench, bench.tick);
      if (length > 0) syncs.push(bench.now.toISOString());
    }
    assert.deepEqual(syncs, ['2026-11-22T08:00:00.000Z', '2026-11-23T08:00:00.000Z']);
  });
}
