// Whatever JSON Peloton may send: a snapshot of the listed fields alone or a StatsError, in bounded time.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { StatsError } from '../errors.ts';
import { parseSnapshot, type Snapshot } from './snapshot.ts';
import { toSnapshot } from './to-snapshot.ts';

const when = { syncedAt: new Date('2026-11-21T21:00:04.123Z'), date: '2026-11-22', timeZone: 'Australia/Melbourne' };

/** Written down once more, since a test that asks the schema would agree with any schema. */
const listed = new Set([
  ...['schema_version', 'synced_at', 'date', 'time_zone'],
  ...['workout_counts', 'workout_counts.total_workouts', 'workout_counts.workouts'],
  ...['name', 'slug', 'count', 'icon_url'].map(name => `workout_counts.workouts[].${name}`),
  ...['personal_records', 'personal_records[].name', 'personal_records[].slug', 'personal_records[].records'],
  ...['name', 'slug', 'value', 'raw_value', 'unit', 'unit_slug', 'workout_date'].map(
    name => `personal_records[].records[].${name}`,
  ),
  ...['streaks', 'streaks.current_weekly', 'streaks.best_weekly', 'streaks.start_date_of_current_weekly'],
  ...['streaks.current_daily', 'achievements'],
  ...['name', 'slug', 'description', 'image_url', 'count'].map(name => `achievements[].${name}`),
]);

function collectPaths(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap(entry => collectPaths(entry, `${path}[]`));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    const inside = path === '' ? name : `${path}.${name}`;
    return [inside, ...collectPaths(member, inside)];
  });
}

/** The snapshot of any body, which holds what every snapshot must; undefined for one that is refused as it should be. */
function readAnything(body: unknown): Snapshot | undefined {
  let snapshot: Snapshot;
  try {
    ({ snapshot } = toSnapshot({ body, ...when }));
  } catch (error) {
    assert.ok(error instanceof StatsError, `${error}`);
    assert.equal(error.code, 'upstream-changed');
    assert.match(error.message, /^The overview is not as expected at (the whole|[a-z_.]+)\.$/);
    return undefined;
  }
  const text = JSON.stringify(snapshot);
  for (const path of collectPaths(snapshot)) assert.ok(listed.has(path), `${path} is not listed`);
  assert.equal(JSON.stringify(parseSnapshot(Buffer.from(text))), text, 'what is stored reads back as it was');
  return snapshot;
}

/** Any code point, as fast-check's own unit `binary`, which lists a million of them first. */
const codePoint = fc.integer({ min: 0, max: 0x10_ffff }).map(
  point => String.fromCodePoint(point),
  unit => {
    assert.ok(typeof unit === 'string' && [...unit].length === 1);
    return unit.codePointAt(0) ?? 0;
  },
);
const anyString = fc.string({ unit: codePoint });

const names = [...new Set([...listed, 'id', 'achievement_counts', 'template', 'total_count', 'workout_id', 'email'])]
  .flatMap(path => path.split(/\.|\[\]\.?/))
  .filter(name => name !== '');
const key = fc.oneof(
  { arbitrary: fc.constantFrom(...names), weight: 6 },
  fc.constantFrom('__proto__', 'constructor', 'toJSON', 'length', 'then'),
  anyString,
);
const scalar = fc.oneof(
  fc.constantFrom(
    null,
    true,
    0,
    -0,
    1,
    7,
    -1,
    2 ** 53,
    1e308,
    0.5,
    '',
    'canary',
    '\u0000\u001f',
    '\ud800',
    '__proto__',
  ),
  fc.constantFrom(
    '2026-05-06T09:57:46',
    '2026-13-40',
    'https://example.com/a b',
    'http://example.com',
    'https://\ud800',
  ),
  anyString,
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

/** Objects as JSON.parse makes them: `__proto__` is a key like any other. */
const { json } = fc.letrec<{ json: unknown }>(tie => ({
  json: fc.oneof(
    { depthSize: 'medium' },
    scalar,
    fc.array(tie('json'), { maxLength: 4 }),
    fc.array(fc.tuple(key, tie('json')), { maxLength: 8 }).map(entries => Object.fromEntries(entries)),
  ),
}));

const text = fc.oneof(fc.constantFrom('Cycling', '__proto__'), anyString);
const whole = fc.integer({ min: 0, max: 99 });
const mostly = <T>(arbitrary: fc.Arbitrary<T>) => fc.oneof({ arbitrary, weight: 12 }, json);
const optional = (fields: Record<string, fc.Arbitrary<unknown>>, requiredKeys: string[] = []) =>
  fc
    .tuple(fc.record(fields, { requiredKeys }), fc.dictionary(key, json, { maxKeys: 2 }))
    .map(([known, more]) => ({ ...more, ...known }));
const listOf = (entry: fc.Arbitrary<unknown>) => fc.array(mostly(entry), { maxLength: 4 });
const named = { name: mostly(text), slug: mostly(text) };
const badge = { ...named, description: mostly(text), image_url: json, id: text };

/** Nearly an overview: good counts, and other parts with a fault here and there. */
const nearlyAnOverview = fc.record({
  workout_counts: fc.record({
    total_workouts: whole.map(count => count + 99),
    workouts: fc.array(fc.record({ name: text, slug: text, count: whole, icon_url: json, workout_name: text })),
  }),
  personal_records: mostly(
    listOf(
      optional(
        {
          ...named,
          records: mostly(
            listOf(
              optional(
                {
                  ...named,
                  value: mostly(fc.oneof(text, whole)),
                  raw_value: mostly(whole),
                  unit: mostly(text),
                  workout_id: text,
                  workout_date: json,
                },
                ['name', 'slug', 'value'],
              ),
            ),
          ),
        },
        ['name', 'slug', 'records'],
      ),
    ),
  ),
  streaks: mostly(
    optional({
      current_weekly: mostly(whole),
      best_weekly: mostly(whole),
      start_date_of_current_weekly: mostly(fc.oneof(fc.integer({ min: 0, max: 2_000_000_000 }), fc.maxSafeNat())),
      current_daily: mostly(whole),
    }),
  ),
  achievements: mostly(listOf(optional(badge, ['name', 'slug']))),
  achievement_counts: mostly(
    fc.record({
      achievements: mostly(listOf(fc.record({ count: mostly(whole), template: mostly(fc.record(named)) }))),
    }),
  ),
  id: text,
});

test('any JSON at all is refused or published by the list', () => {
  fc.assert(
    fc.property(json, body => void readAnything(body)),
    { numRuns: 2_000 },
  );
});

test('an overview with faults anywhere but in its counts is published, by the list', () => {
  let [records, badges] = [0, 0];
  fc.assert(
    fc.property(nearlyAnOverview, body => {
      const snapshot = readAnything(body);
      assert.ok(snapshot);
      const { current_weekly = 0, best_weekly = current_weekly } = snapshot.streaks ?? {};
      assert.ok(best_weekly >= current_weekly);
      assert.equal((snapshot.streaks?.start_date_of_current_weekly ?? 0) % 86_400, 0);
      records += snapshot.personal_records?.flatMap(group => group.records).length ?? 0;
      badges += snapshot.achievements?.length ?? 0;
    }),
    { numRuns: 500 },
  );
  assert.ok(records > 100 && badges > 100, `${records} records and ${badges} achievements came through`);
});

test('megabytes of anything are read or refused in seconds, however deep and however malformed', () => {
  const workout_counts = { total_workouts: 1, workouts: [] };
  // The values that JSON.parse gives for so many brackets and megabytes, built directly: parsing takes longer than reading.
  let depth: unknown[] = [];
  for (let level = 1; level < 2_000_000; level++) depth = [depth];
  let objects: unknown = 1;
  for (let level = 0; level < 400_000; level++) objects = { workout_counts: objects };
  /** Three megabytes of it. */
  const many = (entry: unknown) => {
    const bytes = JSON.stringify(entry).length + 1;
    return [...Array(Math.floor(3_000_000 / bytes)).fill(entry), null];
  };
  const named = { name: '', slug: '' };
  const published: Record<string, object> = {
    'a part two million levels deep': { achievements: depth },
    'a field two million levels deep': { personal_records: [{ name: depth }] },
    'malformed groups': { personal_records: many(named) },
    'malformed records': { personal_records: [{ ...named, records: many({}) }] },
    'records without a value': { personal_records: [{ ...named, records: many(named) }] },
    'malformed achievements': { achievements: many(0) },
    'malformed templates': { achievement_counts: { achievements: many({ template: {} }) } },
    'many streaks': { streaks: { ...Array(500_000).fill({}) } },
  };
  const refused: Record<string, unknown> = {
    'nothing but depth': depth,
    'objects in objects': objects,
    'a name two million levels deep': { workout_counts: { total_workouts: 1, workouts: [{ slug: '', name: depth }] } },
    'malformed workouts': { workout_counts: { total_workouts: 1, workouts: many(0) } },
    'workouts without a count': { workout_counts: { total_workouts: 1, workouts: many(named) } },
  };
  const good = Object.entries(published).map(([name, parts]): [string, unknown] => [
    name,
    { workout_counts, ...parts },
  ]);
  for (const [name, body] of [...good, ...Object.entries(refused)]) {
    const startedAt = process.cpuUsage(); // of this process alone: the machine may be busy
    const snapshot = readAnything(body);
    const ms = Math.round(process.cpuUsage(startedAt).user / 1000);
    assert.equal(snapshot !== undefined, name in published, name);
    assert.ok(ms < 3_000, `${name}: ${ms} ms`);
  }
});
