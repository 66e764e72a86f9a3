import assert from 'node:assert/strict';
import { test } from 'node:test';

// A zone west of Greenwich, where a day taken for an instant would be the day before.
process.env.TZ = 'America/Los_Angeles';
const { dateOfSeconds, formatChange, formatCount, formatDate, formatNumber, formatShort } = await import('./format.ts');

test('groups thousands and keeps at most two decimals', () => {
  assert.deepEqual([1234, 12.345, 0].map(formatNumber), ['1,234', '12.35', '0']);
});

test('never writes hundreds of digits', () => {
  assert.deepEqual([1e308, Number.MAX_SAFE_INTEGER].map(formatNumber), ['1E308', '9.01E15']);
});

test('is at most seven characters short', () => {
  assert.deepEqual([999_999, 1_234_567, Number.MAX_SAFE_INTEGER, 1e308].map(formatShort), [
    '999,999',
    '1.23M',
    '9.01E15',
    '1E308',
  ]);
});

test('shows the direction of a change', () => {
  assert.deepEqual([12, 0, -3].map(formatChange), ['+12', '0', '−3']);
});

test('knows one from many', () => {
  assert.deepEqual(
    [formatCount(1, 'week'), formatCount(0, 'week'), formatCount(1200, 'week')],
    ['1 week', '0 weeks', '1,200 weeks'],
  );
});

test('writes a local day as that day, wherever the code runs', () => {
  assert.equal(formatDate('2026-11-22'), 'Nov 22, 2026');
  assert.equal(formatDate('2026-11-22', 'long'), 'Sunday, November 22, 2026');
  assert.equal(formatDate('2026-11-01', 'month'), 'November 2026');
});

test('knows no day for seconds beyond the calendar', () => {
  assert.equal(dateOfSeconds(1_761_523_200), '2025-10-27');
  assert.equal(dateOfSeconds(Number.MAX_SAFE_INTEGER), undefined);
  assert.equal(dateOfSeconds(8e12), undefined);
});
