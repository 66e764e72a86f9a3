import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { emptyHistory, parseHistory, toPoint, withPoints } from './history.ts';
import { type Snapshot, toSnapshot } from './snapshot.ts';

type Count = { slug: string; count: number };

function snapshotOn(date: string, counts: readonly Count[]): Snapshot {
  const workouts = counts.map(entry => ({ ...entry, name: 'x' }));
  const body = { workout_counts: { total_workouts: 1, workouts } };
  return toSnapshot({ body, syncedAt: new Date('2026-11-22T08:00:00Z'), date, timeZone: 'UTC' }).snapshot;
}

test('a point has the counts by slug: without zeros, and a slug that comes twice added up', () => {
  const entry = (slug: string, count: number) => ({ slug, count });
  const { counts, ...rest } = toPoint(
    snapshotOn('2026-11-22', [entry('cycling', 3), entry('yoga', 0), entry('__proto__', 2), entry('cycling', 4)]),
  );
  assert.deepEqual(rest, { date: '2026-11-22', total_workouts: 1 });
  assert.deepEqual(Object.entries(counts).sort(), [
    ['__proto__', 2],
    ['cycling', 7],
  ]);
});

test('every snapshot that is published makes a series that reads back, however odd its slugs and huge its counts', () => {
  const slug = fc.oneof(fc.constantFrom('cycling', '__proto__', 'constructor', '1', ''), fc.string({ unit: 'binary' }));
  const count = fc.oneof(fc.nat(9), fc.constantFrom(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER - 1, -0));
  const date = fc.constantFrom('2026-11-21', '2026-11-22', '2026-11-23');
  const day = fc.tuple(date, fc.array(fc.record({ slug, count }), { maxLength: 6 }));
  fc.assert(
    fc.property(fc.array(day, { maxLength: 5 }), days => {
      const points = days.map(([date, counts]) => toPoint(snapshotOn(date, counts)));
      const history = points.reduce((series, point) => withPoints(series, [point]), emptyHistory);
      assert.deepEqual(parseHistory(Buffer.from(JSON.stringify(history))), history);
      const dates = history.points.map(({ date }) => date);
      assert.deepEqual(dates, [...new Set(days.map(([date]) => date))].sort(), 'one a day, oldest first');
      const last = points.at(-1);
      assert.deepEqual(
        history.points.find(({ date }) => date === last?.date),
        last,
        'the later one of a day stays',
      );
    }),
    { numRuns: 500 },
  );
});
