import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseNcrontab } from './ncrontab.ts';

const occurrences = (expression: string, after: string, count = 3): string[] => {
  const schedule = parseNcrontab(expression);
  const found: string[] = [];
  for (let at = new Date(after); found.length < count; ) {
    at = schedule.next(at);
    found.push(at.toISOString().replace('.000', ''));
  }
  return found;
};

describe('the schedule of a timer function', () => {
  it('comes every quarter of an hour, with or without a field for seconds', () => {
    const expected = ['2026-11-21T23:45:00Z', '2026-11-22T00:00:00Z', '2026-11-22T00:15:00Z'];
    assert.deepEqual(occurrences('0 */15 * * * *', '2026-11-21T23:44:59.999Z'), expected);
    assert.deepEqual(occurrences('*/15 * * * *', '2026-11-21T23:30:00Z'), expected);
  });

  it('is always later than the instant it is asked from', () => {
    assert.deepEqual(occurrences('0 0 8 * * *', '2026-11-22T08:00:00Z', 1), ['2026-11-23T08:00:00Z']);
    assert.deepEqual(occurrences('0 0 8 * * *', '2026-11-22T07:59:59.999Z', 1), ['2026-11-22T08:00:00Z']);
  });

  it('knows lists, ranges and steps in a range', () => {
    assert.deepEqual(occurrences('30 5,10-11 6 * * *', '2026-11-22T00:00:00Z', 4), [
      '2026-11-22T06:05:30Z',
      '2026-11-22T06:10:30Z',
      '2026-11-22T06:11:30Z',
      '2026-11-23T06:05:30Z',
    ]);
    assert.deepEqual(occurrences('0 10-30/10 0 * * *', '2026-11-22T00:00:00Z'), [
      '2026-11-22T00:10:00Z',
      '2026-11-22T00:20:00Z',
      '2026-11-22T00:30:00Z',
    ]);
    assert.deepEqual(occurrences('0 50/5 0 * * *', '2026-11-22T00:00:00Z', 2), [
      '2026-11-22T00:50:00Z',
      '2026-11-22T00:55:00Z',
    ]);
  });

  it('takes a day that fits both the day of the month and the day of the week', () => {
    assert.deepEqual(occurrences('0 0 0 13 * 5', '2026-01-01T00:00:00Z'), [
      '2026-02-13T00:00:00Z',
      '2026-03-13T00:00:00Z',
      '2026-11-13T00:00:00Z',
    ]);
  });

  it('finds leap days, and the next year', () => {
    assert.deepEqual(occurrences('0 0 0 29 2 *', '2026-01-01T00:00:00Z', 2), [
      '2028-02-29T00:00:00Z',
      '2032-02-29T00:00:00Z',
    ]);
    assert.deepEqual(occurrences('0 0 0 1 1 *', '2026-12-31T23:59:59Z', 1), ['2027-01-01T00:00:00Z']);
  });

  it('refuses what it cannot keep, naming the field', () => {
    assert.throws(() => parseNcrontab('* * * *'), /5 or 6 fields/);
    assert.throws(() => parseNcrontab('0 60 * * * *'), /"60" is no minute from 0 to 59/);
    assert.throws(() => parseNcrontab('0 0 0 * JAN *'), /"JAN" is no month/);
    assert.throws(() => parseNcrontab('0 */0 * * * *'), /no minute/);
    assert.throws(() => parseNcrontab('0 0 9-8 * * *'), /no hour/);
    assert.throws(() => parseNcrontab('0 0 0 0 * *'), /no day/);
    assert.throws(() => parseNcrontab('0 0 0 31 2 *'), /never occurs/);
  });
});
