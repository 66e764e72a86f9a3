import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { findMember, members } from '../../sandbox/members/members.ts';
import { drawOverview, type OverviewShape } from '../../sandbox/members/overview.ts';
import { compareShapes, countsThatFell, type Drift, describeShape, findDrift } from './drift.ts';
import type { Snapshot } from './snapshot.ts';
import { toSnapshot } from './to-snapshot.ts';

const noon = new Date('2026-11-22T12:00:00Z');
const shapes: readonly OverviewShape[] = ['v1', 'v2', 'unversioned'];
const noDrift: Drift = { added: [], lost: [], retyped: [] };

function overview(shape: OverviewShape = 'unversioned', at = noon, name = 'regular') {
  return drawOverview(findMember(name, noon), at, shape);
}

function driftOf(before: unknown, after: unknown): Drift {
  return compareShapes(describeShape(before), describeShape(after));
}

function snapshotOf(workouts: { slug: string; count: number }[], total: number): Snapshot {
  const body = { workout_counts: { total_workouts: total, workouts: workouts.map(each => ({ ...each, name: 'x' })) } };
  return toSnapshot({ body, syncedAt: noon, date: '2026-11-22', timeZone: 'UTC' }).snapshot;
}

test('days of a year of every member have no drift in any shape', () => {
  let pairs = 0;
  for (const { name } of members) {
    for (const shape of shapes) {
      for (let day = 0; day < 365; day += 60) {
        const at = (offset: number) => new Date(noon.getTime() - (day + offset) * 86_400_000);
        const drift = driftOf(overview(shape, at(1), name), overview(shape, at(0), name));
        assert.deepEqual(drift, noDrift, `${name}, ${shape}, ${at(0).toISOString()}`);
        pairs++;
      }
    }
  }
  assert.ok(pairs > 80, `${pairs} pairs of days`);
});

test('every field of every shape of the overview is known', () => {
  for (const shape of shapes) {
    const unknown = [...describeShape(overview(shape))].filter(([, { unknownFields }]) => unknownFields > 0);
    const places = unknown.map(([path]) => path);
    assert.deepEqual(places, shape === 'unversioned' ? ['first_party_or_partner_3p_workout_counts'] : []);
  }
});

test('a part that moved is one entry at each end, not one for each of its fields', () => {
  assert.deepEqual(driftOf(overview('v2'), overview('v1')), {
    added: ['achievements: array'],
    lost: [
      'streaks.current_daily: number',
      'streaks.start_date_of_current_daily: number',
      'achievement_counts: object',
    ],
    retyped: [],
  });
});

test('a field of every entry that is gone, or of another type, is named by its place', () => {
  const before = { workout_counts: { total_workouts: 3, workouts: [{ name: 'Cycling', slug: 'cycling', count: 3 }] } };
  const after = { workout_counts: { total_workouts: '3', workouts: [{ name: 'Cycling', count: {} }, { name: null }] } };
  assert.deepEqual(driftOf(before, after), {
    added: [],
    lost: ['workout_counts.workouts[].slug: string'],
    retyped: [
      'workout_counts.total_workouts: number -> string',
      'workout_counts.workouts[].name: string -> null|string',
      'workout_counts.workouts[].count: number -> object',
    ],
  });
  assert.deepEqual(driftOf(before, { workout_counts: [before.workout_counts] }).retyped, [
    'workout_counts: object -> array',
  ]);
  assert.deepEqual(driftOf(before, null).retyped, ['overview: object -> null']);
});

test('what changes from day to day by nature is no drift', () => {
  const streak = (startedAt: unknown) => ({ streaks: { current_daily: 1, start_date_of_current_daily: startedAt } });
  assert.deepEqual(driftOf(streak(1_700_000_000), streak(null)), noDrift);
  assert.deepEqual(driftOf(streak(null), streak(1_700_000_000)), noDrift);
  assert.deepEqual(driftOf(streak(1), streak('soon')).retyped, [
    'streaks.start_date_of_current_daily: number -> string',
  ]);
  const records = (...values: unknown[]) => ({ personal_records: [{ records: values.map(value => ({ value })) }] });
  assert.deepEqual(driftOf(records(1), records('1:02', 2)), noDrift);
  assert.deepEqual(driftOf(records(1), records()), noDrift, 'an empty list says nothing about its entries');
  assert.deepEqual(driftOf(records(), records(1)), noDrift);
  assert.deepEqual(driftOf({ streaks: { current_daily: 1 } }, { streaks: { current_daily: null } }).retyped, [
    'streaks.current_daily: number -> null',
  ]);
});

test('fields of unknown name are counted once each, and never named', () => {
  const entry = { name: 'Cycling', slug: 'cycling', count: 1 };
  const before = { workout_counts: { workouts: [entry] } };
  const after = {
    'rider@example.invalid': 'secret',
    workout_counts: {
      workouts: [
        { ...entry, 'home-gps': [1], mood: {} },
        { ...entry, mood: 1 },
      ],
    },
  };
  const added = ['overview: 0 -> 1 unknown fields', 'workout_counts.workouts[]: 0 -> 2 unknown fields'];
  assert.deepEqual(driftOf(before, after), { ...noDrift, added });
  const lost = ['overview: 1 -> 0 unknown fields', 'workout_counts.workouts[]: 2 -> 0 unknown fields'];
  assert.deepEqual(driftOf(after, before), { ...noDrift, lost });
  const inherited = JSON.parse('{"__proto__":{"streaks":{}},"constructor":1,"toString":null}');
  assert.deepEqual(driftOf({}, inherited), { ...noDrift, added: ['overview: 0 -> 3 unknown fields'] });
});

test('drift is said of the stored text and the new body, and of nothing where there is none', () => {
  assert.equal(findDrift(JSON.stringify(overview()), overview()), undefined);
  assert.equal(findDrift('{"streaks":', overview()), undefined);
  assert.deepEqual(findDrift('{}', { streaks: {} }), { added: ['streaks: object'], lost: [], retyped: [] });
});

test('whatever the bodies are, only places of ours are said, in bounded number', () => {
  const known = new Set(shapes.flatMap(shape => [...describeShape(overview(shape)).keys()]));
  const names = [...known].flatMap(path => path.split('.')).map(name => name.replace('[]', ''));
  const key = fc.oneof(fc.constantFrom(...names, '__proto__', 'constructor'), fc.string());
  const { json } = fc.letrec<{ json: unknown }>(tie => ({
    json: fc.oneof(
      { depthSize: 'medium', withCrossShrink: true },
      fc.constantFrom(null, true, 'canary-value', 7, 1e308),
      fc.array(tie('json'), { maxLength: 4 }),
      fc.array(fc.tuple(key, tie('json')), { maxLength: 8 }).map(entries => Object.fromEntries(entries)),
    ),
  }));
  const line = /^([a-z0-9_.[\]]+): ((\d+ -> \d+ unknown fields)|([a-z|]+( -> [a-z|]+)?))$/;
  fc.assert(
    fc.property(json, json, (before, after) => {
      const drift = driftOf(before, after);
      for (const entry of Object.values(drift).flat()) {
        const path = line.exec(entry)?.[1] ?? '';
        assert.ok(known.has(path), `${entry} names a place of ours`);
      }
      assert.deepEqual(driftOf(after, after), noDrift);
    }),
    { numRuns: 2_000 },
  );
});

test('8 MB of anything are described in bounded time and size', () => {
  const deep = (open: string, close: string, levels: number) => open.repeat(levels) + close.repeat(levels);
  const bodies = {
    'nested lists': `{"workout_counts":{"workouts":${deep('[', ']', 2_000_000)}}}`,
    'nested objects': `{"achievements":${'[{"name":'.repeat(500_000)}1${'}]'.repeat(500_000)}}`,
    'nested objects of unknown name': `${'{"more":'.repeat(500_000)}1${'}'.repeat(500_000)}`,
    'many entries': `{"achievements":[${'0,'.repeat(3_900_000)}0]}`,
    'many keys': `{${Array.from({ length: 700_000 }, (_, index) => `"${index}":0`).join()}}`,
  };
  for (const [name, text] of Object.entries(bodies)) {
    const body = JSON.parse(text);
    const startedAt = process.cpuUsage(); // of this process alone: the machine may be busy
    const shape = describeShape(body);
    const ms = process.cpuUsage(startedAt).user / 1000;
    assert.ok(shape.size < 60, `${name}: ${shape.size} places`);
    for (const [path, { unknownFields }] of shape) {
      assert.ok((path.match(/\[\]|\w+/g)?.length ?? 0) <= 8, `${name}: ${path} is too deep`);
      assert.ok(unknownFields <= 1_000, `${name}: ${unknownFields} unknown fields are counted`);
    }
    assert.ok(ms < 1_500, `${name}: ${Math.round(ms)} ms`);
  }
});

test('counts that fell are told in numbers: how many disciplines, and by how much the total changed', () => {
  const before = snapshotOf(
    [
      { slug: 'cycling', count: 5 },
      { slug: '__proto__', count: 2 },
      { slug: 'yoga', count: 1 },
    ],
    8,
  );
  assert.deepEqual(countsThatFell(before, before), { disciplines: 0, totalChange: 0 });
  const after = snapshotOf(
    [
      { slug: 'cycling', count: 9 },
      { slug: '__proto__', count: 1 },
      { slug: 'new', count: 1 },
    ],
    11,
  );
  assert.deepEqual(countsThatFell(before, after), { disciplines: 2, totalChange: 3 });
  const twice = snapshotOf(
    [
      { slug: 'cycling', count: 3 },
      { slug: 'cycling', count: 2 },
    ],
    5,
  );
  assert.deepEqual(countsThatFell(twice, before), { disciplines: 0, totalChange: 3 });
});
