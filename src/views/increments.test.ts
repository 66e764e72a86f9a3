import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addDays, countDays, findEarlier, readIncrements, type SpanDay, spanDayOf, startOfWeek } from './increments.ts';

function point(date: string, total_workouts: number) {
  return { date, total_workouts, counts: {} };
}

test('a span belongs to the day that holds more of it, by the time of the sync', () => {
  const days: [hour: number, minute: number, day: SpanDay][] = [
    [0, 0, 'day-before'],
    [8, 0, 'day-before'],
    [11, 59, 'day-before'],
    [12, 0, 'same-day'],
    [22, 0, 'same-day'],
    [23, 45, 'same-day'],
    [23, 46, 'day-before'],
    [23, 59, 'day-before'],
  ];
  for (const [hour, minute, day] of days) assert.equal(spanDayOf({ hour, minute }), day, `${hour}:${minute}`);
});

test('with a sync in the morning an increment belongs to the day of the earlier snapshot', () => {
  const { days, gaps } = readIncrements(
    [point('2026-03-04', 10), point('2026-03-05', 12), point('2026-03-06', 12)],
    'day-before',
  );
  assert.deepEqual(
    [...days],
    [
      ['2026-03-04', 2],
      ['2026-03-05', 0],
    ],
  );
  assert.deepEqual(gaps, []);
});

test('days without a snapshot are known only as a sum', () => {
  const { days, gaps } = readIncrements(
    [point('2026-03-04', 10), point('2026-03-07', 15), point('2026-03-08', 16)],
    'day-before',
  );
  assert.deepEqual([...days], [['2026-03-07', 1]]);
  assert.deepEqual(gaps, [{ from: '2026-03-04', to: '2026-03-06', workouts: 5 }]);
});

test('one snapshot tells of no day', () => {
  assert.deepEqual(readIncrements([point('2026-03-04', 10)], 'day-before'), { days: new Map(), gaps: [] });
});

test('compares with the newest point that is old enough, else with the first', () => {
  const history = [point('2026-01-01', 1), point('2026-01-20', 2), point('2026-02-20', 3)];
  assert.equal(findEarlier(history, 30)?.date, '2026-01-20');
  assert.equal(findEarlier(history, 300)?.date, '2026-01-01');
  assert.equal(findEarlier(history.slice(0, 1), 30), undefined);
});

test('counts days over leap days, months and years', () => {
  assert.equal(addDays('2028-02-28', 1), '2028-02-29');
  assert.equal(addDays('2026-01-01', -1), '2025-12-31');
  assert.equal(countDays('2025-12-31', '2026-03-01'), 60);
});

test('a week begins on Monday', () => {
  assert.deepEqual(['2026-11-16', '2026-11-22', '2026-11-23'].map(startOfWeek), [
    '2026-11-16',
    '2026-11-16',
    '2026-11-23',
  ]);
});
