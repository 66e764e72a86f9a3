import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { type ErrorCode, errorTable, StatsError } from '../errors.ts';
import { evaluateHealth, faultHealth, type Health, healthSchema, isHealthy } from './health.ts';
import type { Notice } from './notices.ts';
import { initialState, type State } from './state.ts';

const schedule = { hour: 8, minute: 0, timeZone: 'UTC' };
const codes = Object.keys(errorTable) as ErrorCode[];

type Facts = {
  now?: string;
  lastSuccess?: string;
  failure?: { code: ErrorCode; at: string; since?: string };
  nextAttempt?: string;
  refusedUntil?: string | null;
  /** When the instance that is asked began; a day before, where it does not matter. */
  startedAt?: string;
};

const versions = { username: '1', password: '1', session: '1' };

/** All instants are times of 2026-11-22 where they are short. */
function instant(text: string): string {
  return text.length > 5 ? `${text}:00.000Z` : `2026-11-22T${text}:00.000Z`;
}

function healthOf({ now = '09:00', lastSuccess, failure, nextAttempt, refusedUntil, startedAt }: Facts): Health {
  const state: State = {
    ...initialState,
    last_success: lastSuccess === undefined ? null : instant(lastSuccess),
    last_failure: failure
      ? {
          at: instant(failure.at),
          since: instant(failure.since ?? failure.at),
          code: failure.code,
          hint: `the hint of ${failure.code}`,
          unavailable_in_row: 1,
        }
      : null,
    next_attempt: nextAttempt === undefined ? null : instant(nextAttempt),
    refused:
      refusedUntil === undefined ? null : { versions, until: refusedUntil && instant(refusedUntil), stops_sync: true },
  };
  const health = evaluateHealth({
    ...{ now: new Date(instant(now)), schedule, state },
    lastSuccess: lastSuccess === undefined ? undefined : new Date(instant(lastSuccess)),
    isAhead: false,
    startedAt: new Date(instant(startedAt ?? '2026-11-21T09:00')),
  });
  return healthSchema.parse(health);
}

const yesterday = '2026-11-21T08:00';
const unavailable = (at: string) => ({ code: 'upstream-unavailable' as const, at });

/** What the first column says is so; the status and the code of the problem follow. */
const table: [situation: string, facts: Facts, status: Health['status'], code: string | null][] = [
  ['a success since the scheduled instant', { lastSuccess: '08:00' }, 'ok', null],
  ['a success before it, an hour ago', { lastSuccess: yesterday }, 'ok', null],
  ['three hours to the millisecond', { now: '11:00', lastSuccess: yesterday }, 'ok', null],
  ['over three hours, no failure: nothing has run', { now: '11:01', lastSuccess: yesterday }, 'stale', 'overdue'],
  ['nothing tried yet', { now: '10:59' }, 'empty', 'empty'],
  ['nothing tried for over three hours', { now: '11:01' }, 'stale', 'overdue'],
  ['the same, before the first tick', { now: '12:14', startedAt: '12:07' }, 'empty', 'empty'],
  ['the same, while the first sync may run', { now: '12:16', startedAt: '12:07' }, 'empty', 'empty'],
  ['the same, when it must be over', { now: '12:17', startedAt: '12:07' }, 'stale', 'overdue'],
  [
    'Peloton away, less than three hours',
    { lastSuccess: yesterday, failure: unavailable('08:00') },
    'retrying',
    'upstream-unavailable',
  ],
  [
    'Peloton away, over three hours',
    { now: '11:01', lastSuccess: yesterday, failure: unavailable('10:00') },
    'stale',
    'upstream-unavailable',
  ],
  [
    'a vault that fails, over three hours',
    { now: '11:01', lastSuccess: yesterday, failure: { code: 'vault', at: '11:00' } },
    'failing',
    'vault',
  ],
  ['Peloton away at the first sync', { failure: unavailable('08:00') }, 'failing', 'upstream-unavailable'],
  [
    'Peloton away when it was forced, after the day’s success',
    { now: '20:00', lastSuccess: '08:00', failure: unavailable('19:00') },
    'retrying',
    'upstream-unavailable',
  ],
  ['a failure that a success has followed', { lastSuccess: '08:30', failure: unavailable('08:15') }, 'ok', null],
  [
    'an old failure, a success, and then nothing',
    { now: '11:01', lastSuccess: yesterday, failure: unavailable('2026-11-20T08:00') },
    'stale',
    'overdue',
  ],
];

test('the first status that holds, with the code of its problem', () => {
  for (const [situation, facts, status, code] of table) {
    const health = healthOf(facts);
    assert.deepEqual([health.status, health.problem?.code ?? null], [status, code], situation);
  }
});

test('any code but upstream-unavailable is failing, with or without a snapshot, however recent', () => {
  for (const code of codes) {
    const failure = { code, at: '08:00' };
    const grave = code === 'upstream-unavailable' ? 'retrying' : 'failing';
    assert.equal(healthOf({ lastSuccess: yesterday, failure }).status, grave, code);
    assert.equal(healthOf({ failure }).status, 'failing', code);
    assert.equal(healthOf({ lastSuccess: '08:30', failure }).status, 'ok', `${code}, and a success since`);
  }
});

test('a problem says its hint and since when', () => {
  const failure = { code: 'vault', at: '08:45', since: '08:00' } as const;
  const { problem, last_success } = healthOf({ lastSuccess: yesterday, failure });
  const hint = 'the hint of vault Readers see the last good stats.';
  assert.deepEqual(problem, { code: 'vault', hint, since: instant('08:00') });
  assert.match(healthOf({ failure }).problem?.hint ?? '', /^the hint of vault There are no stats yet\.$/);
  assert.equal(last_success, instant(yesterday));
  const overdue = healthOf({ now: '12:00', lastSuccess: yesterday });
  assert.equal(overdue.problem?.since, instant('08:00'), 'since it fell due');
  const begun = healthOf({ now: '12:17', startedAt: '12:07' });
  assert.equal(begun.problem?.since, instant('12:07'), 'not before the service was there');
  assert.match(
    overdue.problem?.hint ?? '',
    /timer is not running.*POST \/api\/sync.*Readers see the last good stats\.$/,
  );
  assert.equal(healthOf({}).last_success, null);
});

test('the next attempt is when a tick may run: due, past its wait, and not waiting for an owner', () => {
  const vault = { code: 'vault', at: '09:00' } as const;
  const judged = { code: 'sign-in-refused', at: '09:00' } as const;
  const tomorrow = '2026-11-23T08:00';
  const rows: [string, Facts, string | null][] = [
    ['nothing due', { lastSuccess: '08:00' }, tomorrow],
    ['due and nothing tried', { lastSuccess: yesterday }, '09:15'],
    ['no snapshot', { now: '09:14' }, '09:15'],
    ['every tick', { lastSuccess: yesterday, failure: vault }, '09:15'],
    ['back-off', { lastSuccess: yesterday, failure: unavailable('09:00'), nextAttempt: '09:29' }, '09:29'],
    ['a wait that is over', { now: '09:40', failure: unavailable('09:00'), nextAttempt: '09:29' }, '09:45'],
    ['a failure of a forced run, when nothing is due', { lastSuccess: '08:00', failure: vault }, tomorrow],
    ['the same with a wait', { lastSuccess: '08:00', failure: unavailable('09:00'), nextAttempt: '09:29' }, tomorrow],
    [
      'a wait beyond that',
      { lastSuccess: '08:00', failure: vault, nextAttempt: '2026-11-23T08:30' },
      '2026-11-23T08:30',
    ],
    ['refused credentials', { lastSuccess: yesterday, failure: judged, refusedUntil: null }, null],
    ['an unknown answer to them', { failure: judged, refusedUntil: tomorrow }, tomorrow],
    ['the same, a day later', { now: '2026-11-23T08:05', failure: judged, refusedUntil: tomorrow }, '2026-11-23T08:15'],
    ['both waits', { failure: vault, refusedUntil: '10:00', nextAttempt: '11:00' }, '11:00'],
  ];
  for (const [situation, facts, expected] of rows) {
    assert.equal(healthOf(facts).next_attempt, expected && instant(expected), situation);
  }
});

test('settings or a store that cannot be read are failing, with the fault’s own message', () => {
  const now = new Date(instant('09:00'));
  for (const code of ['config', 'storage'] as const) {
    const error = new StatsError(code, 'What is wrong.', { hint: 'What to do.' });
    const since = new Date(instant('08:30'));
    const health = faultHealth({ error, now, since, lastSuccess: undefined, notices: [] });
    assert.deepEqual(healthSchema.parse(health), {
      status: 'failing',
      problem: { code, hint: 'What is wrong. What to do.', since: instant('08:30') },
      notices: [],
      last_success: null,
      next_attempt: instant('09:15'),
    });
  }
  const notice: Notice = { code: 'parts-lost', hint: 'x', since: instant(yesterday) };
  const lastSuccess = new Date(instant(yesterday));
  const known = faultHealth({ error: new StatsError('storage', 'x'), now, since: now, lastSuccess, notices: [notice] });
  assert.deepEqual([known.last_success, known.notices], [instant(yesterday), [notice]], 'what could be read is said');
});

test('nothing tried yet says when the first sync comes', () => {
  const said = (facts: Facts) => healthOf(facts).problem;
  const startedAt = '12:07';
  const comes = 'Nothing has been tried yet: the first sync comes with the tick at 2026-11-22T12:15:00.000Z.';
  assert.deepEqual(said({ now: '12:08', startedAt }), { code: 'empty', hint: comes, since: instant(startedAt) });
  assert.match(said({ now: '12:16', startedAt })?.hint ?? '', /the first sync began with the tick at 2026-11-22T12:15/);
  assert.match(said({ now: '09:01' })?.hint ?? '', /the first sync comes with the tick at 2026-11-22T09:15/);
  assert.match(
    said({ now: '09:01', startedAt: '2031-01-01T00:00' })?.hint ?? '',
    /at 2026-11-22T09:15/,
    'a wrong clock',
  );
});

test('a snapshot that is gone right after a good sync is no timer that does not run', () => {
  const facts = {
    now: new Date(instant('12:00')),
    schedule,
    startedAt: new Date(instant('11:00')),
    lastSuccess: undefined,
    isAhead: false,
  };
  const health = (at: string) => evaluateHealth({ ...facts, state: { ...initialState, last_success: instant(at) } });
  assert.equal(health('08:00').status, 'empty');
  assert.match(
    health('08:00').problem?.hint ?? '',
    /^The snapshot is gone: the next sync comes with the tick at .*12:15/,
  );
  assert.equal(health(yesterday).problem?.code, 'overdue');
});

test('notices are said with every status and change none; one from a wrong clock is of now', () => {
  const now = new Date(instant('09:00'));
  const notices: Notice[] = [
    { code: 'hook-failing', hint: 'a', since: instant(yesterday) },
    { code: 'parts-lost', hint: 'b', since: '2031-01-01T00:00:00.000Z' },
  ];
  for (const lastSuccess of [undefined, new Date(instant('08:00'))]) {
    const facts = { now, schedule, lastSuccess, isAhead: false, startedAt: now };
    const health = evaluateHealth({ ...facts, state: { ...initialState, notices } });
    assert.equal(health.status, evaluateHealth({ ...facts, state: initialState }).status);
    assert.deepEqual(health.notices, [notices[0], { ...notices[1], since: instant('09:00') }]);
  }
});

test('200 is for ok and retrying, and only a good state is without a problem', () => {
  const minutes = fc.integer({ min: 0, max: 24 * 60 - 1 });
  const time = minutes.map(minute => new Date(Date.UTC(2026, 10, 22, 0, minute)).toISOString().slice(0, 16));
  const facts = fc.record(
    {
      lastSuccess: time,
      failure: fc.record({ code: fc.constantFrom(...codes), at: time }),
      nextAttempt: time,
      refusedUntil: fc.option(time),
    },
    { requiredKeys: [] },
  );
  const seen = new Set<string>();
  fc.assert(
    fc.property(facts, facts => {
      const health = healthOf({ now: '2026-11-23T00:00', ...facts });
      assert.equal(isHealthy(health), health.status === 'ok' || health.status === 'retrying');
      assert.equal(health.problem === null, health.status === 'ok');
      assert.ok(health.next_attempt === null || health.next_attempt > instant('2026-11-23T00:00'), 'in the future');
      seen.add(health.status);
    }),
    { numRuns: 2_000 },
  );
  assert.deepEqual([...seen].sort(), ['failing', 'ok', 'retrying', 'stale']);
});
