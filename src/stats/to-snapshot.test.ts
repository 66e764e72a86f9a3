import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findMember, members } from '../../sandbox/members/members.ts';
import { drawOverview } from '../../sandbox/members/overview.ts';
import { listPrivateTexts } from '../../sandbox/members/profile.ts';
import { StatsError } from '../errors.ts';
import { snapshotSchema } from './schemas.ts';
import { hasLostAllCounts, parseSnapshot, uniteSlugs } from './snapshot.ts';
import { toSnapshot } from './to-snapshot.ts';

const syncedAt = new Date('2026-11-21T21:00:04.123Z');
const when = { syncedAt, date: '2026-11-22', timeZone: 'Australia/Melbourne' };
const icon = 'https://s3.amazonaws.com/static-cdn.pelotoncycle.com/workout-count-icons/nonzero-cycling2.png';
const cycling = { name: 'Cycling', slug: 'cycling', count: 3 };
const counts = { total_workouts: 3, workouts: [cycling] };

function read(body: object) {
  return toSnapshot({ body, ...when });
}

/** The snapshot of an overview that has these parts beside good counts. */
function withParts(parts: object) {
  const { snapshot, leftOut } = read({ workout_counts: counts, ...parts });
  return { ...snapshot, leftOut };
}

function changedBy(counts: unknown): string {
  try {
    read({ workout_counts: counts });
  } catch (error) {
    assert.ok(error instanceof StatsError && error.code === 'upstream-changed');
    return error.message;
  }
  return assert.fail('it was taken');
}

test('a slug that is sent twice is there once: counts added up, records joined', () => {
  const record = { name: '45 min', slug: '2700', value: 512 };
  const group = { name: 'Cycling', slug: 'cycling' };
  const badge = { name: 'Ten', slug: 'ten' };
  const yoga = { name: 'Yoga', slug: 'yoga', count: 9 };
  const { snapshot, leftOut } = read({
    workout_counts: {
      total_workouts: 12,
      workouts: [cycling, yoga, { ...cycling, name: 'Bike', icon_url: icon }, yoga],
    },
    personal_records: [
      { ...group, records: [record] },
      {
        ...group,
        name: 'Bike',
        records: [
          { ...record, value: 1 },
          { ...record, slug: '1200' },
        ],
      },
    ],
    achievements: [badge, { ...badge, name: 'Again' }],
  });
  assert.deepEqual(snapshot.workout_counts.workouts, [
    { ...yoga, count: 18 },
    { ...cycling, name: 'Bike', icon_url: icon, count: 6 },
  ]);
  assert.deepEqual(snapshot.personal_records, [{ ...group, records: [record, { ...record, slug: '1200' }] }]);
  assert.deepEqual(snapshot.achievements, [badge]);
  assert.deepEqual(leftOut, []);
  const once = read({ workout_counts: counts }).snapshot;
  assert.equal(uniteSlugs(once), once, 'the very same where there is nothing to do');
});

test('an overview becomes Peloton’s own names in an envelope, and nothing that is not listed', () => {
  const record = { name: '45 min', slug: '2700', value: 512, raw_value: 511804.33, unit: 'kj', unit_slug: 'kj' };
  const group = { name: 'Cycling', slug: 'cycling' };
  const badge = { name: '10 Rides', slug: 'rides_10', image_url: 'https://example.com/10.png', description: 'Ten.' };
  const { snapshot, leftOut } = read({
    id: 'user-id',
    email: 'rider@example.invalid',
    workout_counts: { ...counts, extra: 1, workouts: [{ ...cycling, icon_url: icon, workout_name: 'private-name' }] },
    personal_records: [
      {
        ...group,
        first_workout_date: '2020-01-01T07:00:00',
        records: [{ ...record, workout_id: 'workout-id', workout_date: '2026-05-06T09:57:46.552438' }],
      },
    ],
    streaks: {
      current_weekly: 31,
      best_weekly: 40,
      start_date_of_current_weekly: 1_761_523_200,
      current_daily: 3,
      start_date_of_current_daily: 1_763_600_000,
    },
    achievement_counts: { total_count: 4, achievements: [{ count: 4, template: { id: 'badge-id', ...badge } }] },
    first_party_or_partner_3p_workout_counts: counts,
  });
  assert.deepEqual(leftOut, []);
  assert.deepEqual(snapshot, {
    schema_version: 1,
    synced_at: '2026-11-21T21:00:04.123Z',
    date: '2026-11-22',
    time_zone: 'Australia/Melbourne',
    workout_counts: { total_workouts: 3, workouts: [{ ...cycling, icon_url: icon }] },
    personal_records: [{ ...group, records: [{ ...record, workout_date: '2026-05-06' }] }],
    streaks: { current_weekly: 31, best_weekly: 40, start_date_of_current_weekly: 1_761_523_200, current_daily: 3 },
    achievements: [{ ...badge, count: 4 }],
  });
});

test('only workout_counts decides, and the error names the place but no value', () => {
  const at = (place: string) => `The overview is not as expected at ${place}.`;
  for (const body of [null, undefined, 5, 'text', [counts]] as unknown[]) {
    assert.throws(() => toSnapshot({ body, ...when }), { message: at('the whole'), code: 'upstream-changed' });
  }
  for (const nothing of [undefined, null, [], 'text']) assert.equal(changedBy(nothing), at('workout_counts'));
  for (const total of [undefined, null, 3.5, -1, '3', 1e300]) {
    assert.equal(changedBy({ ...counts, total_workouts: total }), at('workout_counts.total_workouts'));
  }
  for (const workouts of [undefined, null, {}, 'text', { 0: cycling, length: 1 }]) {
    assert.equal(changedBy({ ...counts, workouts }), at('workout_counts.workouts'));
  }
  for (const entry of [null, [], 'canary', { ...cycling, name: 7 }, { ...cycling, slug: null }]) {
    assert.equal(changedBy({ ...counts, workouts: [cycling, entry] }), at('workout_counts.workouts'));
  }
  for (const count of [undefined, null, '3', 0.5, -3, Number.MAX_VALUE]) {
    assert.equal(changedBy({ ...counts, workouts: [{ ...cycling, count }] }), at('workout_counts.workouts.count'));
  }
});

test('workouts are sorted by count, then by name, and zero counts stay', () => {
  const entry = (name: string, count: number) => ({ name, slug: name.toLowerCase(), count });
  const workouts = [entry('Yoga', 0), entry('Walking', 2), entry('Cycling', 71), entry('Cardio', 0), entry('Row', 2)];
  const sorted = read({ workout_counts: { total_workouts: 75, workouts } }).snapshot.workout_counts.workouts;
  assert.deepEqual(
    sorted.map(({ name }) => name),
    ['Cycling', 'Row', 'Walking', 'Cardio', 'Yoga'],
  );
  assert.deepEqual(read({ workout_counts: { total_workouts: 0, workouts: [] } }).snapshot.workout_counts.workouts, []);
});

test('a part of another type is absent and said', () => {
  for (const part of [5, 'text', true, { a: 1 }]) {
    const { personal_records, achievements, leftOut } = withParts({ personal_records: part, achievements: part });
    assert.deepEqual([personal_records, achievements], [undefined, undefined]);
    assert.deepEqual(leftOut, ['personal_records', 'achievements']);
  }
  for (const part of [5, 'text', true, [1]]) {
    const { streaks, achievements, leftOut } = withParts({ streaks: part, achievement_counts: part });
    assert.deepEqual([streaks, achievements], [undefined, undefined]);
    assert.deepEqual(leftOut, ['streaks', 'achievement_counts.achievements']);
  }
  const absent = { personal_records: null, streaks: null, achievements: null, achievement_counts: null };
  assert.deepEqual(withParts(absent), withParts({}));
  assert.deepEqual(Object.keys(withParts(absent)), Object.keys(withParts({})), 'absent is absent, not undefined');
});

test('a malformed entry of another part is left out and said; its neighbours stay', () => {
  const record = { name: '20 min', slug: '1200', value: 1 };
  const group = { name: 'Cycling', slug: 'cycling' };
  const bad = [null, {}, { ...record, value: {} }, { ...record, raw_value: 'x' }, { ...record, workout_date: 'soon' }];
  const { personal_records, leftOut } = withParts({
    personal_records: [{ ...group, records: [record, ...bad] }, { ...group, name: 1 }, 'text', { ...group }],
  });
  assert.deepEqual(personal_records, [{ ...group, records: [record] }]);
  assert.deepEqual(leftOut, ['personal_records[].records[]', 'personal_records[]']);

  const badge = { name: 'a', slug: 'b' };
  const badges = withParts({
    achievements: [badge, 5, { name: 'a' }, { ...badge, description: 5 }, { ...badge, count: 'x' }],
  });
  assert.deepEqual(badges.achievements, [badge]);
  assert.deepEqual(badges.leftOut, ['achievements[]']);

  const streaks = withParts({ streaks: { current_weekly: '5', best_weekly: 2.5, current_daily: 4, unknown: {} } });
  assert.deepEqual(streaks.streaks, { current_daily: 4 });
  assert.deepEqual(streaks.leftOut, ['streaks.current_weekly', 'streaks.best_weekly']);
});

test('a record’s value is a number or a string as sent, and its date the first ten characters', () => {
  const record = (more: object) => ({ name: 'x', slug: 'y', ...more });
  const sent = [
    record({ value: 512 }),
    record({ value: '6:41' }),
    record({ value: 1, workout_date: '2021-06-27T09:48:37' }),
    record({ value: 2, workout_date: '2024-06-23T20:08:42.478000' }),
    record({ value: 3, workout_date: '2024-06-23' }),
    record({ value: 4, workout_date: null, raw_value: null, unit: null, unit_slug: null }),
  ];
  const { personal_records, leftOut } = withParts({ personal_records: [{ name: 'x', slug: 'y', records: sent }] });
  const records = personal_records?.[0]?.records ?? [];
  assert.deepEqual(leftOut, []);
  assert.deepEqual(
    records.map(({ value }) => value),
    [512, '6:41', 1, 2, 3, 4],
  );
  const dates = [undefined, undefined, '2021-06-27', '2024-06-23', '2024-06-23', undefined];
  assert.deepEqual(
    records.map(({ workout_date }) => workout_date),
    dates,
  );
  assert.deepEqual(records[5], record({ value: 4 }));
});

test('a total below the largest of its own counts is not believed', () => {
  const workouts = [
    { ...cycling, count: 181 },
    { ...cycling, name: 'Strength', slug: 'strength', count: 231 },
  ];
  for (const total_workouts of [0, 3, 230]) {
    const at = 'The overview is not as expected at workout_counts.total_workouts.';
    assert.equal(changedBy({ total_workouts, workouts }), at);
  }
  for (const total_workouts of [231, 400, 500]) {
    assert.equal(
      read({ workout_counts: { total_workouts, workouts } }).snapshot.workout_counts.total_workouts,
      total_workouts,
    );
  }
});

test('the best week streak is never below the current one', () => {
  const streaks = (given: object) => withParts({ streaks: given }).streaks;
  assert.deepEqual(streaks({ current_weekly: 114, best_weekly: 111 }), { current_weekly: 114, best_weekly: 114 });
  assert.deepEqual(streaks({ current_weekly: 2, best_weekly: 9 }), { current_weekly: 2, best_weekly: 9 });
  assert.deepEqual(streaks({ best_weekly: 9 }), { best_weekly: 9 });
  assert.deepEqual(streaks({ current_daily: 0, start_date_of_current_daily: null }), { current_daily: 0 });
});

test('the start of the week streak is the local day that it falls on, as 00:00 UTC of that date', () => {
  const startOf = (sent: number, timeZone: string) => {
    const body = { workout_counts: counts, streaks: { start_date_of_current_weekly: sent } };
    const { snapshot, leftOut } = toSnapshot({ body, ...when, timeZone });
    assert.deepEqual(parseSnapshot(Buffer.from(JSON.stringify(snapshot))), snapshot);
    return snapshot.streaks?.start_date_of_current_weekly ?? leftOut;
  };
  const date = (text: string) => Date.parse(text) / 1000;
  for (const [sent, timeZone, day] of [
    ['2026-04-20T00:30:00Z', 'America/New_York', '2026-04-19'],
    ['2026-11-23T00:30:00Z', 'America/New_York', '2026-11-22'],
    ['2026-11-23T00:30:00Z', 'UTC', '2026-11-23'],
    ['2026-11-22T13:00:00Z', 'Australia/Melbourne', '2026-11-23'],
    ['2026-11-22T12:59:59Z', 'Australia/Melbourne', '2026-11-22'],
    ['2026-11-22T23:59:59Z', 'UTC', '2026-11-22'],
    ['1970-01-01T00:00:00Z', 'America/New_York', '1970-01-01'],
  ] as const) {
    assert.equal(startOf(date(sent), timeZone), date(day), `${sent} ${timeZone}`);
  }
  for (const noDay of [date('9999-12-31'), 8.64e12 + 1, Number.MAX_SAFE_INTEGER]) {
    assert.deepEqual(startOf(noDay, 'Pacific/Kiritimati'), ['streaks.start_date_of_current_weekly']);
  }
});

test('both shapes of achievements become one list, in whichever place they are', () => {
  const badge = { name: 'a', slug: 'b', description: 'c', image_url: 'https://example.com/a.png' };
  const flat = [{ id: '1', ...badge, small_image_url: 'https://example.com/s.png', animated_image_url: null }];
  const counted = [{ count: 4, template: { id: '1', ...badge, kinetic_token_background: null } }];
  assert.deepEqual(withParts({ achievements: flat }).achievements, [badge]);
  assert.deepEqual(withParts({ achievements: counted }).achievements, [{ ...badge, count: 4 }]);
  for (const others of [{}, { achievements: flat }, { achievements: null }]) {
    const achievement_counts = { total_count: 4, achievements: counted };
    assert.deepEqual(withParts({ achievement_counts, ...others }).achievements, [{ ...badge, count: 4 }]);
  }
  for (const achievement_counts of [null, 5, {}, { achievements: {} }, { achievements: [] }]) {
    assert.deepEqual(withParts({ achievement_counts, achievements: flat }).achievements, [badge]);
  }
  assert.deepEqual(withParts({ achievements: [] }).achievements, []);
});

test('URLs that are not https are left out, and others are written so that every reader can parse them', () => {
  const iconOf = (icon_url: unknown) => {
    const { workouts } = read({ workout_counts: { ...counts, workouts: [{ ...cycling, icon_url }] } }).snapshot
      .workout_counts;
    const [badge] = withParts({ achievements: [{ name: 'a', slug: 'b', image_url: icon_url }] }).achievements ?? [];
    assert.equal(badge?.image_url, workouts[0]?.icon_url);
    return workouts[0]?.icon_url;
  };
  assert.equal(iconOf(icon), icon);
  const notHttps = [
    'http://example.com/a.png',
    'javascript:alert(1)',
    'data:image/png;base64,AA',
    '//example.com/a',
    '',
  ];
  for (const url of [...notHttps, 'https://', null, 5, {}, [icon]]) assert.equal(iconOf(url), undefined);
  assert.equal(iconOf(' https://example.com/a b.png\n'), 'https://example.com/a%20b.png');
  assert.equal(iconOf('https://example.com/"><script>'), 'https://example.com/%22%3E%3Cscript%3E');
});

test('hostile text travels as data', () => {
  const hostile = ['</script><img src=x>', '__proto__', 'constructor', '\u0000\u001b[31m', '\ud800', '=cmd()', ''];
  const workouts = hostile.map((text, index) => ({ name: text, slug: text, count: 10 - index }));
  const { snapshot } = read({ workout_counts: { total_workouts: 10, workouts } });
  assert.deepEqual(snapshot.workout_counts.workouts, workouts);
  assert.deepEqual(parseSnapshot(Buffer.from(JSON.stringify(snapshot))), snapshot);
});

test('every member of the sandbox, in every shape, is published whole and without anything private', () => {
  for (const { name } of members) {
    const member = findMember(name, syncedAt);
    for (const shape of ['v1', 'v2', 'unversioned'] as const) {
      const overview = drawOverview(member, syncedAt, shape);
      const { snapshot, leftOut } = read(overview);
      const text = JSON.stringify(snapshot);
      assert.deepEqual(leftOut, [], `${name}, ${shape}`);
      assert.deepEqual(JSON.parse(text), snapshot);
      assert.ok(snapshotSchema.is(snapshot));
      const ids = JSON.stringify(overview)
        .match(/"(?:workout_)?id":"[^"]+"/g)
        ?.map(found => found.split('"')[3] ?? '');
      for (const secret of [...listPrivateTexts(member), ...(ids ?? [])]) assert.ok(!text.includes(secret), secret);
      assert.equal(
        snapshot.achievements?.every(({ count }) => (count === undefined) === (shape === 'v1')),
        true,
      );
      assert.equal(snapshot.streaks?.current_daily === undefined, shape === 'v1');
    }
  }
});

test('an answer with all counts gone is not believed where there were some', () => {
  const withCounts = (...numbers: number[]) =>
    read({ workout_counts: { total_workouts: 9, workouts: numbers.map(count => ({ ...cycling, count })) } }).snapshot;
  assert.equal(hasLostAllCounts(withCounts(3, 0), withCounts(0, 0)), true);
  assert.equal(hasLostAllCounts(withCounts(3, 0), withCounts()), true);
  assert.equal(hasLostAllCounts(withCounts(3, 5), withCounts(0, 1)), false);
  assert.equal(hasLostAllCounts(withCounts(0), withCounts(0)), false, 'a member who has done nothing yet');
  assert.equal(hasLostAllCounts(withCounts(), withCounts(1)), false);
});

test('stored bytes that are no snapshot are told apart, whatever they are', () => {
  const { snapshot } = read({ workout_counts: counts });
  const bytes = Buffer.from(JSON.stringify(snapshot));
  assert.deepEqual(parseSnapshot(bytes), snapshot);
  const damaged = ['', 'null', '[]', '{"schema_version":1}', '<html>', '['.repeat(100_000)].map(text =>
    Buffer.from(text),
  );
  const others = [{ schema_version: 2 }, { date: '2026-02-30' }, { synced_at: 'today' }, { workout_counts: null }];
  const altered = others.map(other => Buffer.from(JSON.stringify({ ...snapshot, ...other })));
  for (const wrong of [bytes.subarray(0, -1), ...damaged, ...altered]) assert.equal(parseSnapshot(wrong), undefined);
});
