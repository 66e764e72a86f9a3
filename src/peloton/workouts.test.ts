import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { failureOf, type Responder, startHttpBench } from '../../test/http-bench.ts';
import { fetchWorkouts, readWorkout, type Workout } from './workouts.ts';

const noClass = '0'.repeat(32);
const ride = {
  id: 'c'.repeat(32),
  title: '30 min Ride',
  duration: 1800,
  instructor_id: 'i',
  instructor: { name: 'Ann' },
};
const row = {
  ...{ id: 'a'.repeat(32), status: 'COMPLETE', fitness_discipline: 'cycling', workout_type: 'class', title: null },
  ...{ created_at: 1_739_387_387, start_time: 1_739_387_447, end_time: 1_739_388_647, total_work: 79_006.46 },
  ...{ name: 'Cycling Workout', timezone: 'UTC', effort_zones: { total_effort_points: 13.2 }, peloton_id: 'p' },
  ...{ is_total_work_personal_record: false, strava_id: '-1', device_type: 'home_bike_v1', ride },
};
const expected: Partial<Workout> = {
  ...{ isComplete: true, recordedAt: 1_739_387_387_000, startedAt: 1_739_387_447_000, discipline: 'cycling' },
  ...{ seconds: 1800, joules: 79_006.46, isImported: false, title: '30 min Ride', instructor: 'Ann' },
  ...{ effortPoints: 13.2, isPersonalRecord: false },
};

/** What is sent in place of a member of the row above, and what becomes of it. */
const traps: [what: string, sent: object, read: Partial<Workout> | undefined][] = [
  ['a class', {}, {}],
  [
    'a workout that is under way',
    { status: 'IN_PROGRESS', end_time: null, ride: undefined },
    { isComplete: false, seconds: 0, title: 'Cycling Workout', instructor: undefined },
  ],
  [
    'one that ends as it starts',
    { end_time: row.start_time, ride: undefined },
    { seconds: 0, title: 'Cycling Workout', instructor: undefined },
  ],
  [
    'one that ends before it starts',
    { end_time: 1, ride: undefined },
    { seconds: 0, title: 'Cycling Workout', instructor: undefined },
  ],
  ['a status of another kind', { status: 'PAUSED' }, { isComplete: false }],
  ['no status', { status: undefined }, { isComplete: false }],
  ['no class', { ride: undefined }, { seconds: 1200, title: 'Cycling Workout', instructor: undefined }],
  ['a class that is null', { ride: null }, { seconds: 1200, title: 'Cycling Workout', instructor: undefined }],
  ['a class without a length', { ride: { ...ride, duration: 0 } }, { seconds: 1200 }],
  ['a class whose length is no number', { ride: { ...ride, duration: '1800' } }, { seconds: 1200 }],
  ['a class whose length is below zero', { ride: { ...ride, duration: -1800 } }, { seconds: 1200 }],
  ['a class of a year', { ride: { ...ride, duration: 31_536_000 } }, { seconds: 1200 }],
  [
    'one that ends a year later',
    { end_time: row.start_time + 31_536_000, ride: undefined },
    { seconds: 0, title: 'Cycling Workout', instructor: undefined },
  ],
  [
    'a title of the row, where the workout is one of Peloton',
    { title: 'Mine', ride: { ...ride, title: undefined }, is_peloton_originated_workout: true },
    { title: 'Mine' },
  ],
  [
    'a title of the row, where nothing says whose it is',
    { title: 'Run in Privateplace', ride: undefined },
    { seconds: 1200, title: 'Cycling Workout', instructor: undefined },
  ],
  [
    'a title of a class that has no id, where nothing says whose it is',
    { ride: { id: '', title: 'Run in Privateplace', duration: 1800 } },
    { title: 'Cycling Workout', instructor: undefined },
  ],
  [
    'Just Ride',
    { ride: { id: noClass, title: '5 min Just Ride', duration: 301, instructor: { name: 'JUST RIDE' } } },
    { seconds: 301, title: '5 min Just Ride', instructor: undefined },
  ],
  [
    'Just Ride with an instructor of zeros',
    { ride: { title: 'Just Ride', duration: 301, instructor_id: noClass, instructor: { name: 'JUST RIDE' } } },
    { seconds: 301, title: 'Just Ride', instructor: undefined },
  ],
  ['Just Ride with an id of an instructor', { ride: { ...ride, id: noClass } }, { instructor: undefined }],
  [
    'a scenic ride',
    { workout_type: 'scenic', ride: { ...ride, location: 'x', instructor_id: null, instructor: null } },
    { instructor: undefined },
  ],
  [
    'several instructors',
    {
      ride: {
        ...ride,
        individual_instructor_ids: ['i', 'j'],
        instructor: { name: 'Ann & Bo', is_instructor_group: true },
      },
    },
    { instructor: 'Ann & Bo' },
  ],
  ['an instructor who is no object', { ride: { ...ride, instructor: 'Ann' } }, { instructor: undefined }],
  [
    'an import by the one flag',
    { is_3p_fit_feed_workout: true },
    { isImported: true, title: undefined, instructor: undefined },
  ],
  [
    'an import by the other',
    { is_peloton_originated_workout: false },
    { isImported: true, title: undefined, instructor: undefined },
  ],
  [
    'an import before there were flags',
    { peloton_id: '' },
    { isImported: true, title: undefined, instructor: undefined },
  ],
  ['flags of a ride of its own', { is_3p_fit_feed_workout: false, is_peloton_originated_workout: true }, {}],
  ['an import that came years later', { created_at: 1_839_387_387 }, { recordedAt: 1_839_387_387_000 }],
  ['no sensor', { total_work: 0 }, { joules: 0 }],
  ['no output at all', { total_work: undefined }, { joules: 0 }],
  ['an output below zero', { total_work: -1 }, { joules: 0 }],
  ['an output that no one can have', { total_work: 1e300 }, { joules: 0 }],
  ['an output of which one dies', { total_work: 2e8 }, { joules: 0 }],
  ['an output that is no number', { total_work: 'NaN' }, { joules: 0 }],
  ['an output as text', { total_work: '79006' }, { joules: 0 }],
  ['no heart rate', { effort_zones: null }, { effortPoints: undefined }],
  ['no flag of a record', { is_total_work_personal_record: undefined }, { isPersonalRecord: undefined }],
  ['a discipline that nobody knows', { fitness_discipline: '__proto__' }, { discipline: '__proto__' }],
  [
    'a discipline of the class alone',
    { fitness_discipline: null, ride: { ...ride, fitness_discipline: 'caesar' } },
    { discipline: 'caesar' },
  ],
  ['no discipline', { fitness_discipline: 7 }, { discipline: '' }],
  ['no start', { start_time: undefined }, { startedAt: 1_739_387_387_000 }],
  ['a start of zero', { start_time: 0 }, { startedAt: 1_739_387_387_000 }],
  ['a start as text', { start_time: `${row.start_time}` }, { startedAt: 1_739_387_387_000 }],
  ['a start of a clock that nobody set', { start_time: 3_600 }, { startedAt: 1_739_387_387_000 }],
  ['a start days after the recording', { start_time: row.created_at + 90_000 }, { startedAt: 1_739_387_387_000 }],
  ['a start years before Peloton', { start_time: 1_100_000_000 }, { startedAt: 1_100_000_000_000 }],
  ['no instant of recording', { created_at: null }, { recordedAt: 1_739_387_447_000 }],
  ['members that changed their type', { v2_total_video_watch_time_seconds: '1208', strava_id: 5, user_id: null }, {}],
  ['no id', { id: undefined }, undefined],
  ['an empty id', { id: '' }, undefined],
  ['an id that is a number', { id: 12 }, undefined],
  ['no instant of any kind', { start_time: null, created_at: 'yesterday' }, undefined],
  ['an instant that is none of ours', { start_time: 1e15, created_at: -1 }, undefined],
];

describe('a row of the list of workouts', () => {
  for (const [what, sent, read] of traps) {
    it(`is read: ${what}`, () => {
      const { id, ...workout } = readWorkout({ ...row, ...sent }) ?? { id: undefined };
      if (read === undefined) assert.equal(id, undefined);
      else assert.deepEqual(workout, { ...expected, ...read });
    });
  }

  it('is read: what is no row', () => {
    for (const entry of [null, 'row', 7, [], {}]) assert.equal(readWorkout(entry), undefined);
  });

  it('is known by a digest, which is another one for another id and holds nothing of it', () => {
    const [one, other] = [row.id, 'b'.repeat(32)].map(id => readWorkout({ ...row, id })?.id ?? '');
    assert.match(one ?? '', /^[\w-]{22}$/);
    assert.notEqual(one, other);
    assert.ok(!one?.includes('aaaa'));
  });
});

const data = [row];

describe('a page of the list', () => {
  const ends: [what: string, envelope: object, isLast: boolean][] = [
    ['an empty one', { data: [], show_next: false, total: 54 }, true],
    ['an empty one that promises more', { data: [], show_next: true }, false],
    ['an empty one in the midst of its total', { data: [], show_next: false, total: 301 }, false],
    ['one that says that none come, of many more', { data, show_next: false, total: 301 }, false],
    ['one that is the last by its number, of many more', { data, page_count: 3, total: 301 }, false],
    ['one that says that more come, and is the last by its number', { data, page_count: 3, show_next: true }, false],
    ['one that says that none come, and is not by its number', { data, page_count: 4, show_next: false }, false],
    ['one without an envelope but a smaller limit', { data: [row, row], limit: 20 }, true],
    ['one of a limit that was cut, of many more', { data: [row, row], limit: 2, total: 7 }, false],
    ['the last of a limit that was cut', { data: [row, row], limit: 2, total: 6 }, true],
    ['one without an envelope that is short', { data }, true],
    ['one without an envelope that is full', { data: Array.from({ length: 100 }, () => row) }, false],
    ['a full one of a smaller limit', { data: [row, row], limit: 2 }, false],
    ['one that says that more come', { data, show_next: true }, false],
    ['one that says that none come', { data: Array.from({ length: 100 }, () => row), show_next: false }, true],
    ['the third of four', { data, page_count: 4 }, false],
    ['the third of three', { data, page_count: 3 }, true],
    ['one whose envelope is of another type', { data, limit: '1', page_count: '3', show_next: 'no' }, true],
  ];

  async function ask(respond: Responder, options = {}) {
    await using bench = await startHttpBench(respond, { limits: { maxBytes: 1e6 } });
    const peloton = { apiUrl: bench.url } as Parameters<typeof fetchWorkouts>[0]['peloton'];
    const access = { headers: { Authorization: 'Bearer x' } };
    const request = { http: bench.http, peloton, access, userId: 'me', page: 2, mode: 'days' as const, ...options };
    const [result] = await Promise.allSettled([fetchWorkouts(request)]);
    return { result, requests: bench.requests };
  }
  const send =
    (body: unknown, status = 200): Responder =>
    (_, response) =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

  for (const [what, envelope, isLast] of ends) {
    it(`is the last or not: ${what}`, async () => {
      const { result } = await ask(send(envelope));
      assert.equal(result?.status === 'fulfilled' && result.value.isLast, isLast);
    });
  }

  it('is asked for by a hundred, with the class, and with the instructor only where that is published', async () => {
    const asked = [];
    for (const mode of ['days', 'classes']) asked.push((await ask(send({ data }), { mode })).requests[0]?.url);
    const query = '&limit=100&page=2&sort_by=-created';
    assert.deepEqual(asked, [
      `/api/user/me/workouts?joins=ride${query}`,
      `/api/user/me/workouts?joins=ride,ride.instructor${query}`,
    ]);
  });

  it('is asked for once: nothing is tried again at once', async () => {
    for (const status of [401, 429, 500, 503]) assert.equal((await ask(send({}, status))).requests.length, 1);
  });

  it('leaves out a row that cannot be read, and is refused where none can', async () => {
    const { result } = await ask(send({ data: [{}, row, null] }));
    assert.ok(result?.status === 'fulfilled');
    assert.deepEqual([result.value.workouts.length, result.value.size], [1, 3]);
    for (const body of [{ data: [{}] }, { data: {} }, {}, []]) {
      const refused = (await ask(send(body))).result;
      assert.ok(refused?.status === 'rejected');
      const { code, message } = await failureOf(Promise.reject(refused.reason));
      assert.equal(code, 'upstream-changed');
      assert.match(message, /GET 127\.0\.0\.1:\d+\/api\/user\/\{id\}\/workouts answered/);
    }
  });
});

test('no answer that a page can have takes long to read', async () => {
  const many = Array.from({ length: 20_000 }, (_, index) => ({
    ...row,
    id: `${index}`,
    ride: { ...ride, instructor: {} },
  }));
  assert.equal(many.map(readWorkout).filter(Boolean).length, 20_000);
});
