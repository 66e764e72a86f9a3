// What counts as a snapshot, and what becomes of the odd parts of one.

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { exampleSnapshot } = require('../testing/example-snapshot.js');
const { readSnapshot } = require('./read-snapshot.js');

/** @param {unknown} workout */
const withWorkout = workout => exampleSnapshot({ workout_counts: { total_workouts: 1, workouts: [workout] } });

test('reads its own output: what a build keeps is what the next one finds', () => {
  const { snapshot } = readSnapshot(exampleSnapshot());
  assert.deepEqual(readSnapshot(JSON.parse(JSON.stringify(snapshot))), { snapshot, leftOut: 0 });
});

test('is no snapshot without a whole total', () => {
  for (const total_workouts of [undefined, null, '243', 2.5, -1])
    assert.throws(
      () => readSnapshot(exampleSnapshot({ workout_counts: { total_workouts, workouts: [] } })),
      /no snapshot/,
    );
});

test('reads a snapshot that has counts and nothing else', () => {
  const { snapshot } = readSnapshot({ schema_version: 1, workout_counts: { total_workouts: 0, workouts: [] } });
  assert.deepEqual([snapshot.streaks, snapshot.achievements, snapshot.personal_records], [undefined, [], []]);
});

test('makes one entry of those with one slug, as the service does: counts added up, records joined', () => {
  const workouts = [
    { name: 'Cycling', slug: 'cycling', count: 1 },
    { name: 'Cycling again', slug: 'cycling', count: 2 },
    { name: 'Yoga', slug: 'yoga', count: 3 },
    { name: 'Yoga', slug: 'yoga', count: 3 },
  ];
  const record = { name: '45 min', slug: '2700', value: '512' };
  const group = { name: 'Cycling', slug: 'cycling' };
  const other = { name: '20 min', slug: '1200', value: '250' };
  const badge = { name: 'Ten', slug: 'ten', count: 4 };
  const { snapshot, leftOut } = readSnapshot(
    exampleSnapshot({
      workout_counts: { total_workouts: 4, workouts },
      personal_records: [
        { ...group, records: [record] },
        { ...group, name: 'Bike', records: [other] },
      ],
      achievements: [badge, { ...badge, count: 5 }],
    }),
  );
  assert.deepEqual(snapshot.workout_counts.workouts, [
    { name: 'Cycling', slug: 'cycling', count: 3 },
    { name: 'Yoga', slug: 'yoga', count: 6 },
  ]);
  assert.deepEqual(snapshot.personal_records, [{ ...group, records: [record, other] }]);
  assert.deepEqual(snapshot.achievements, [{ ...badge, count: 9 }]);
  assert.equal(leftOut, 0);
});

test('drops a URL that is not https, and keeps its entry', () => {
  for (const icon_url of ['http://icons.example/a.png', 'javascript:alert(1)', '//icons.example', 7]) {
    const { snapshot } = readSnapshot(withWorkout({ name: 'Cycling', slug: 'cycling', count: 1, icon_url }));
    assert.deepEqual(snapshot.workout_counts.workouts, [{ name: 'Cycling', slug: 'cycling', count: 1 }]);
  }
});

test('leaves out a count that GraphQL could not answer with', () => {
  for (const count of [2 ** 31, -1, 1.5, '1', null])
    assert.equal(readSnapshot(withWorkout({ name: 'Cycling', slug: 'cycling', count })).leftOut, 1);
});

test('drops dates that are none', () => {
  for (const [date, synced_at] of [
    ['22.11.2026', 'yesterday'],
    ['2026-02-31', '1'],
    ['2026-13-45', ''],
  ]) {
    const { snapshot } = readSnapshot(exampleSnapshot({ date, synced_at }));
    assert.deepEqual([snapshot.date, snapshot.synced_at], [undefined, undefined]);
  }
});
