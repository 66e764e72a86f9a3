import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ScheduleConfig } from '../config.ts';
import { type ErrorCode, StatsError } from '../errors.ts';
import { localDate } from '../stats/time.ts';
import {
  decideDue,
  isOutdated,
  latestScheduledInstant,
  nextScheduledInstant,
  nextTick,
  waitAfter,
} from './schedule.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

function scheduleAt(time: string, timeZone: string): ScheduleConfig {
  return { hour: Number(time.slice(0, 2)), minute: Number(time.slice(3)), timeZone };
}

/** The next scheduled instants after an instant. */
function following(from: string, schedule: ScheduleConfig, count: number): string[] {
  let at = new Date(from);
  return Array.from({ length: count }, () => {
    at = nextScheduledInstant(at, schedule);
    assert.deepEqual(latestScheduledInstant(at, schedule), at);
    return at.toISOString();
  });
}

test('the local day is the zone’s own, from UTC-11 to UTC+14', () => {
  const at = new Date('2026-11-22T10:30:00.000Z');
  assert.equal(localDate(at, 'UTC'), '2026-11-22');
  assert.equal(localDate(at, 'Pacific/Kiritimati'), '2026-11-23');
  assert.equal(localDate(at, 'Pacific/Pago_Pago'), '2026-11-21');
  assert.equal(localDate(new Date('2026-11-22T12:59:59.999Z'), 'Australia/Melbourne'), '2026-11-22');
  assert.equal(localDate(new Date('2026-11-22T13:00:00.000Z'), 'Australia/Melbourne'), '2026-11-23');
});

test('in a skipped hour the sync falls due at the end of the gap', () => {
  assert.deepEqual(following('2026-03-28T02:00:00Z', scheduleAt('02:30', 'Europe/Berlin'), 2), [
    '2026-03-29T01:00:00.000Z',
    '2026-03-30T00:30:00.000Z',
  ]);
  // Half an hour, from 02:00 to 02:30.
  assert.deepEqual(following('2026-10-03T00:00:00Z', scheduleAt('02:15', 'Australia/Lord_Howe'), 2), [
    '2026-10-03T15:30:00.000Z',
    '2026-10-04T15:15:00.000Z',
  ]);
});

test('in a repeated hour the sync falls due once, at the first', () => {
  assert.deepEqual(following('2026-10-24T01:00:00Z', scheduleAt('02:30', 'Europe/Berlin'), 2), [
    '2026-10-25T00:30:00.000Z',
    '2026-10-26T01:30:00.000Z',
  ]);
  assert.deepEqual(following('2026-04-04T00:00:00Z', scheduleAt('01:45', 'Australia/Lord_Howe'), 2), [
    '2026-04-04T14:45:00.000Z',
    '2026-04-05T15:15:00.000Z',
  ]);
});

test('a clock that is turned back over midnight does not take a scheduled instant back', () => {
  const schedule = scheduleAt('00:00', 'America/St_Johns'); // at 00:01 it became 23:01
  const first = new Date('2010-11-07T02:30:00.000Z');
  for (const minutes of [0, 1, 30, 60, 61, 600]) {
    const now = new Date(first.getTime() + minutes * minuteMs);
    assert.deepEqual(latestScheduledInstant(now, schedule), first, `${minutes} minutes later`);
    assert.equal(nextScheduledInstant(now, schedule).toISOString(), '2010-11-08T03:30:00.000Z');
  }
});

test('a local day that does not exist has no sync', () => {
  assert.deepEqual(following('2011-12-29T00:00:00Z', scheduleAt('08:00', 'Pacific/Apia'), 3), [
    '2011-12-29T18:00:00.000Z', // the 29th
    '2011-12-30T18:00:00.000Z', // the 31st: there was no 30th
    '2011-12-31T18:00:00.000Z',
  ]);
  assert.equal(localDate(new Date('2011-12-30T09:59:59.999Z'), 'Pacific/Apia'), '2011-12-29');
  assert.equal(localDate(new Date('2011-12-30T10:00:00.000Z'), 'Pacific/Apia'), '2011-12-31');
});

test('a local day that ends before SYNC_TIME, because its last hour is skipped, has no sync', () => {
  assert.deepEqual(following('2026-03-27T12:00:00Z', scheduleAt('23:30', 'America/Nuuk'), 2), [
    '2026-03-28T01:30:00.000Z', // the 27th; on the 28th 23:00 was midnight
    '2026-03-30T00:30:00.000Z', // the 29th
  ]);
});

test('a day without a snapshot is due, and so is a success older than the latest scheduled instant', () => {
  const schedule = scheduleAt('08:00', 'UTC');
  const now = new Date('2026-11-22T09:00:00Z');
  assert.equal(isOutdated(now, undefined, schedule), true);
  assert.equal(isOutdated(now, new Date('2026-11-22T07:59:59.999Z'), schedule), true);
  assert.equal(isOutdated(now, new Date('2026-11-22T08:00:00.000Z'), schedule), false);
  assert.equal(nextTick(now).toISOString(), '2026-11-22T09:15:00.000Z');
  assert.equal(nextTick(new Date('2026-11-22T09:14:59.999Z')).toISOString(), '2026-11-22T09:15:00.000Z');
});

test('what is due waits for the next attempt, and after a refusal for another secret', () => {
  const now = new Date('2026-11-22T09:00:00Z');
  const later = new Date('2026-11-22T09:00:01Z');
  const question = {
    now,
    schedule: scheduleAt('08:00', 'UTC'),
    lastSuccess: undefined,
    nextAttempt: null,
    refused: null,
  };
  assert.equal(decideDue(question), 'due');
  assert.equal(decideDue({ ...question, nextAttempt: later }), 'not-due');
  assert.equal(decideDue({ ...question, nextAttempt: now }), 'due');
  assert.equal(decideDue({ ...question, refused: { until: null } }), 'due-if-a-secret-changed');
  assert.equal(decideDue({ ...question, refused: { until: later } }), 'due-if-a-secret-changed');
  assert.equal(decideDue({ ...question, refused: { until: now } }), 'due');
  assert.equal(decideDue({ ...question, refused: { until: null }, nextAttempt: later }), 'not-due');
  assert.equal(decideDue({ ...question, refused: { until: null }, lastSuccess: now }), 'not-due');
});

test('what a clock wrote that was over two days ahead is waited for by nobody', () => {
  const now = new Date('2026-11-22T10:00:00Z');
  const schedule = scheduleAt('08:00', 'UTC');
  const question = { now, schedule, lastSuccess: undefined, nextAttempt: null, refused: null };
  const [far, tooFar] = [0, 1].map(ms => new Date(now.getTime() + 48 * hourMs + ms));
  assert.ok(far && tooFar);
  assert.equal(decideDue({ ...question, nextAttempt: far }), 'not-due');
  assert.equal(decideDue({ ...question, nextAttempt: tooFar }), 'due');
  assert.equal(decideDue({ ...question, refused: { until: far } }), 'due-if-a-secret-changed');
  assert.equal(decideDue({ ...question, refused: { until: tooFar } }), 'due');
});

test('a success that is dated ahead of the clock, by more than two machines differ, is none that anybody waits for', () => {
  const now = new Date('2026-11-22T10:00:00Z');
  const schedule = scheduleAt('08:00', 'UTC');
  const question = { now, schedule, nextAttempt: null, refused: null };
  for (const [aheadMs, decision] of [
    [hourMs, 'not-due'],
    [hourMs + 1, 'due'],
    [36 * hourMs, 'due'],
    [5 * 365 * 24 * hourMs, 'due'],
  ] as const) {
    const lastSuccess = new Date(now.getTime() + aheadMs);
    assert.equal(decideDue({ ...question, lastSuccess }), decision);
    assert.equal(isOutdated(now, lastSuccess, schedule), decision === 'due');
  }
});

const startedAt = new Date('2026-11-22T08:00:03.000Z');
const failedAt = new Date('2026-11-22T08:01:13.000Z');

function wait(code: ErrorCode, options: { row?: number; retryAfterMs?: number; credentialsJudged?: boolean } = {}) {
  const { row = 1, ...rest } = options;
  const { nextAttempt, ...others } = waitAfter(
    { error: new StatsError(code, 'failed', rest), startedAt, failedAt },
    row,
  );
  return { ...others, minutes: nextAttempt && (nextAttempt.getTime() - startedAt.getTime()) / minuteMs };
}

test('each code waits its own time, counted from the start of the run', () => {
  const untilSecretsChange = false;
  for (const code of ['config', 'vault', 'storage'] as const) {
    assert.deepEqual(wait(code), { minutes: null, untilSecretsChange }, `${code}: every tick`);
  }
  assert.deepEqual(wait('account-refused'), { minutes: 240, untilSecretsChange });
  assert.deepEqual(wait('upstream-changed'), { minutes: 240, untilSecretsChange });
  const minutes = [1, 2, 3, 4, 5, 6, 50, 5_000].map(row => wait('upstream-unavailable', { row }).minutes);
  assert.deepEqual(minutes, [14, 29, 59, 119, 239, 239, 239, 239]);
});

test('a Retry-After is kept in full from when it was said, unless our own wait is longer', () => {
  const dayLater = wait('upstream-unavailable', { retryAfterMs: 24 * hourMs }).minutes;
  assert.equal(dayLater, 24 * 60 + 70 / 60);
  assert.equal(wait('upstream-unavailable', { retryAfterMs: 1_000 }).minutes, 14);
  assert.equal(wait('upstream-unavailable', { row: 5, retryAfterMs: hourMs }).minutes, 239);
  assert.equal(wait('vault', { retryAfterMs: hourMs }).minutes, 60 + 70 / 60);
});

test('judged credentials wait for another secret: for ever where refused, for a day where the answer is unknown', () => {
  assert.deepEqual(wait('sign-in-refused', { credentialsJudged: true }), { minutes: null, untilSecretsChange: true });
  assert.deepEqual(wait('upstream-changed', { credentialsJudged: true }), {
    minutes: 24 * 60,
    untilSecretsChange: true,
  });
});
