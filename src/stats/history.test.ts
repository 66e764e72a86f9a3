import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { emptyHistory, type HistoryPoint, parseHistory, toCsv, toPoint, withPoints } from './history.ts';
import type { Snapshot } from './snapshot.ts';
import { toSnapshot } from './to-snapshot.ts';

type Count = { slug: string; count: number };

function snapshotOn(date: string, counts: readonly Count[]): Snapshot {
  const workouts = counts.map(entry => ({ ...entry, name: 'x' }));
  const body = { workout_counts: { total_workouts: Math.max(1, ...counts.map(({ count }) => count)), workouts } };
  return toSnapshot({ body, syncedAt: new Date('2026-11-22T08:00:00Z'), date, timeZone: 'UTC' }).snapshot;
}

test('a point has the counts by slug: without zeros, and a slug that comes twice added up', () => {
  const entry = (slug: string, count: number) => ({ slug, count });
  const { counts, ...rest } = toPoint(
    snapshotOn('2026-11-22', [entry('cycling', 3), entry('yoga', 0), entry('__proto__', 2), entry('cycling', 4)]),
  );
  assert.deepEqual(rest, { date: '2026-11-22', total_workouts: 4 });
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

/** The records of RFC 4180: read field by field, with no regard to how they were written. */
function readCsv(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  for (const [, quoted, plain = '', end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    record.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === ',') continue;
    records.push(record);
    record = [];
  }
  return records;
}

test('the CSV has a row a day, a column for every slug from a to z, and a zero where a day has no count', () => {
  const on = (date: string, total_workouts: number, counts: Record<string, number>): HistoryPoint => ({
    date,
    total_workouts,
    counts,
  });
  const points = [on('2026-11-22', 3, { yoga: 2, cycling: 1 }), on('2026-11-24', 5, { cycling: 1, Bike: 4 })];
  assert.equal(toCsv(points), 'date,total_workouts,Bike,cycling,yoga\r\n2026-11-22,3,0,1,2\r\n2026-11-24,5,4,1,0\r\n');
  assert.equal(toCsv([on('2026-11-22', 0, {})]), 'date,total_workouts\r\n2026-11-22,0\r\n');
  assert.equal(toCsv([]), 'date,total_workouts\r\n');
});

test('the CSV holds every count of every series, whatever the slugs are called and however they are ordered', () => {
  const slug = fc.oneof(
    fc.constantFrom('cycling', 'yoga', '__proto__', 'constructor', 'length', '10', '9', '', 'a,b', '"', '\r\n', '=1'),
    fc.string({ unit: 'binary' }),
  );
  const count = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constant(Number.MAX_SAFE_INTEGER));
  const counts = fc.uniqueArray(fc.tuple(slug, count), { maxLength: 8, selector: ([name]) => name });
  const point = fc.record({ date: fc.constantFrom('2026-11-21', '2026-11-22'), total_workouts: fc.nat(), counts });
  const property = fc.property(fc.array(point, { maxLength: 6 }), days => {
    const text = toCsv(days.map(day => ({ ...day, counts: Object.fromEntries(day.counts) })));
    const [header = [], ...rows] = readCsv(text);
    const slugs = [...new Set(days.flatMap(day => day.counts.map(([name]) => name)))].sort();
    const bare = (name: string) => name.replaceAll("'", ''); // apostrophes keep a slug from being a formula
    assert.deepEqual(header.map(bare), ['date', 'total_workouts', ...slugs.map(bare)]);
    const expected = days.map(({ date, total_workouts, counts }) => {
      const known = new Map(counts);
      return [date, `${total_workouts}`, ...slugs.map(name => `${known.get(name) ?? 0}`)];
    });
    assert.deepEqual(rows, expected);
  });
  fc.assert(property, { numRuns: 500 });
});
