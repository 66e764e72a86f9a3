import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dayMs, hourMs, localDate } from './time.ts';
import { isAhead, isDayFromWrongClock, isFromWrongClock } from './wrong-clock.ts';

const now = new Date('2026-11-22T09:00:00.000Z');
const later = (ms: number) => new Date(now.getTime() + ms);

test('an instant counts up to two days ahead, and not beyond', () => {
  assert.deepEqual(
    [-dayMs, 0, 2 * dayMs, 2 * dayMs + 1].map(ms => isFromWrongClock(later(ms), now)),
    [false, false, false, true],
  );
});

test('the local day of an instant that counts counts too, in every zone', () => {
  for (const timeZone of ['Pacific/Kiritimati', 'UTC', 'Pacific/Pago_Pago']) {
    for (let hour = 0; hour < 24; hour++) {
      const here = later(hour * hourMs);
      const date = localDate(new Date(here.getTime() + 2 * dayMs), timeZone);
      assert.equal(isDayFromWrongClock(date, here), false, `${timeZone} ${here.toISOString()}`);
    }
  }
  assert.deepEqual(
    ['2026-11-24', '2026-11-25', '2031-01-01'].map(date => isDayFromWrongClock(date, now)),
    [false, true, true],
  );
});

test('a success is ahead of the clock from an hour on: two machines differ by less', () => {
  assert.deepEqual(
    [-1, 0, hourMs, hourMs + 1, 36 * hourMs].map(ms => isAhead(later(ms), now)),
    [...[false, false, false], ...[true, true]],
  );
});
