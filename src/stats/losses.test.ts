import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { findMember, members } from '../../sandbox/members/members.ts';
import { drawOverview, type OverviewShape, type UnversionedOverview } from '../../sandbox/members/overview.ts';
import { countsThatFell, describeLostParts, findLostParts, type LostPart } from './losses.ts';
import type { Snapshot } from './snapshot.ts';
import { dayMs } from './time.ts';
import { toSnapshot } from './to-snapshot.ts';

const noon = new Date('2026-11-22T12:00:00.000Z');
const shapes: readonly OverviewShape[] = ['v1', 'v2', 'unversioned'];
const since = noon.toISOString();

type Body = Record<string, unknown>;
type Day = { snapshot: Snapshot; leftOut: string[] };

function read(body: Body, syncedAt = noon): Day {
  return toSnapshot({ body, syncedAt, date: '2026-11-22', timeZone: 'UTC' });
}

function overview(shape: OverviewShape = 'unversioned', at = noon, name = 'regular'): Body {
  return drawOverview(findMember(name, noon), at, shape);
}

/** The parts that a day has lost of those of the day before. */
function lostOf(before: Body, after: Body, known: LostPart[] = []): string[] {
  return findLostParts({ before: read(before).snapshot, ...read(after), known }).map(({ part }) => part);
}

function snapshotOf(workouts: { slug: string; count: number }[], total: number): Snapshot {
  const named = workouts.map(each => ({ ...each, name: 'x' }));
  return read({ workout_counts: { total_workouts: total, workouts: named } }).snapshot;
}

test('no day of a year of any member has lost a part, in any shape', () => {
  let pairs = 0;
  for (const { name } of members) {
    for (const shape of shapes) {
      for (let day = 0; day < 365; day += 60) {
        const at = (offset: number) => new Date(noon.getTime() - (day + offset) * dayMs);
        assert.deepEqual(lostOf(overview(shape, at(1), name), overview(shape, at(0), name)), [], `${name}, ${shape}`);
        pairs++;
      }
    }
  }
  assert.ok(pairs > 80, `${pairs} pairs of days`);
});

test('each part that is gone, of another type, or emptied because its entries are malformed, is lost', () => {
  const full = overview();
  const { streaks, personal_records, achievement_counts, workout_counts } = drawOverview(
    findMember('regular', noon),
    noon,
    'unversioned',
  ) as UnversionedOverview;
  const withoutIcons = workout_counts.workouts.map(({ icon_url: _gone, ...workout }) => workout);
  const rows: [string, Body, string[]][] = [
    ['nothing', {}, []],
    [
      'no streaks',
      { streaks: undefined },
      ['streaks', 'streaks.current_weekly', 'streaks.best_weekly', 'streaks.current_daily'],
    ],
    ['a null', { personal_records: null }, ['personal_records', 'personal_records[].records']],
    ['a text', { personal_records: 'x' }, ['personal_records', 'personal_records[].records']],
    ['a daily streak less', { streaks: { ...streaks, current_daily: undefined } }, ['streaks.current_daily']],
    ['a streak of another type', { streaks: { ...streaks, best_weekly: '3' } }, ['streaks.best_weekly']],
    ['malformed groups', { personal_records: [{ title: 'x' }] }, ['personal_records']],
    [
      'malformed records',
      { personal_records: personal_records.map(group => ({ ...group, records: [{ score: 1 }] })) },
      ['personal_records[].records'],
    ],
    ['malformed achievements', { achievement_counts: { achievements: [{ count: 1 }] } }, ['achievements']],
    [
      'the flat list',
      { achievement_counts: undefined, achievements: overview('v1').achievements },
      ['achievements[].count'],
    ],
    [
      'no icons',
      { workout_counts: { ...workout_counts, workouts: withoutIcons } },
      ['workout_counts.workouts[].icon_url'],
    ],
    ['no start of a streak', { streaks: { ...streaks, start_date_of_current_weekly: null } }, []],
    ['a reset of the records', { personal_records: personal_records.map(group => ({ ...group, records: [] })) }, []],
    ['empty lists', { personal_records: [], achievement_counts: { ...achievement_counts, achievements: [] } }, []],
  ];
  for (const [what, change, lost] of rows) assert.deepEqual(lostOf(full, { ...full, ...change }), lost, what);
});

test('a loss lasts until the part comes again, or for 30 days, and does not begin anew after that', () => {
  const full = overview();
  const { streaks: _lost, ...less } = full;
  let known: LostPart[] = [];
  let before = read(full).snapshot;
  const days: boolean[] = [];
  for (let day = 0; day < 40; day++) {
    const after = read(less, new Date(noon.getTime() + day * dayMs));
    known = findLostParts({ before, ...after, known });
    before = after.snapshot;
    days.push(known.length > 0);
    assert.ok(known.every(loss => loss.since === since));
  }
  assert.deepEqual(
    days,
    Array.from({ length: 40 }, (_, day) => day < 30),
  );
  const loss = { part: 'streaks', since };
  assert.deepEqual(findLostParts({ before: undefined, ...read(full), known: [loss] }), []);
  assert.deepEqual(findLostParts({ before: undefined, ...read(less), known: [loss] }), [loss], 'it is remembered');
});

test('the owner is told the outermost place of what is gone', () => {
  const parts = ['streaks.current_daily', 'streaks', 'achievements[].count', 'personal_records[].records'];
  const told = describeLostParts(parts.map(part => ({ part, since })));
  assert.match(told, /used to come with streaks, achievements\[\]\.count, personal_records\[\]\.records and does not/);
  assert.match(told, /git pull, npm ci, azd up \(docs\/operations\.md#upgrade\)/);
});

test('whatever the overviews are, only places of ours are said', () => {
  const value = fc.oneof(fc.constantFrom('canary', 7, null, {}, []), fc.array(fc.dictionary(fc.string(), fc.string())));
  const body = fc.record({ streaks: value, personal_records: value, achievements: value, achievement_counts: value });
  const ours =
    /^(personal_records(\[\]\.records)?|achievements(\[\]\.count)?|streaks(\.(current|best)_(weekly|daily))?)$/;
  fc.assert(
    fc.property(body, change => {
      for (const part of lostOf(overview(), { ...overview(), ...change })) assert.match(part, ours);
    }),
    { numRuns: 300 },
  );
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
