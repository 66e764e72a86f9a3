import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import { sampleActivity } from '../../test/sample-activity.ts';
import { sampleHistory, sampleSnapshot } from '../../test/sample-member.ts';
import { renderBadge, renderBadgePlaceholder } from './badge.ts';
import type { Training } from './days.ts';

const base = sampleSnapshot(sampleHistory({ days: 9 }));
const snapshot = {
  ...base,
  workout_counts: { total_workouts: 1412, workouts: [{ name: 'Rowing', slug: 'caesar', count: 37 }] },
};

/** What shields.io's endpoint badge accepts. */
const isBadge = new Ajv().compile({
  type: 'object',
  additionalProperties: false,
  required: ['schemaVersion', 'label', 'message', 'color'],
  properties: {
    schemaVersion: { const: 1 },
    label: { type: 'string' },
    message: { type: 'string', minLength: 1 },
    color: { type: 'string', pattern: '^(#[0-9a-f]{6}|lightgrey)$' },
    isError: { type: 'boolean' },
  },
});

test('shows the total, also when no metric is asked for', () => {
  for (const metric of ['total', '', null, undefined]) {
    const badge = renderBadge({ snapshot, metric });
    assert.deepEqual([badge.label, badge.message, badge.isError], ['Peloton workouts', '1,412', undefined]);
  }
});

test('shows the streak and one discipline by its slug', () => {
  assert.equal(renderBadge({ snapshot, metric: 'streak' }).message, '31 weeks');
  const badge = renderBadge({ snapshot, metric: 'caesar' });
  assert.deepEqual([badge.label, badge.message], ['Peloton Rowing', '37']);
});

test('shows all minutes and the workouts of this year, from the workouts themselves', () => {
  const activity = sampleActivity({ days: 800 });
  const training = { activity, workouts: undefined };
  const minutes = activity.days.reduce((sum, day) => sum + day.minutes, 0);
  const thisYear = activity.days.filter(({ date }) => date >= '2026').reduce((sum, day) => sum + day.workouts, 0);
  const draw = (metric: string) => renderBadge({ snapshot, training, metric });
  assert.deepEqual([draw('minutes').label, draw('minutes').message], ['Peloton minutes', minutes.toLocaleString('en')]);
  assert.deepEqual([draw('this-year').label, draw('this-year').message], ['Peloton this year', `${thisYear} workouts`]);
});

test('shows no sum of a history that is not read so far, and none that is not published', () => {
  const metrics = ['minutes', 'this-year'];
  const draw = (training: Training | undefined) =>
    metrics
      .map(metric => renderBadge({ snapshot, training, metric }))
      .map(badge => [badge.message, badge.isError ?? false]);
  const reading = { activity: sampleActivity({ days: 800, read: 50 }), workouts: undefined };
  const wait = ['reading the history', true];
  assert.deepEqual(draw(reading), [wait, wait]);
  assert.deepEqual(draw({ activity: undefined, workouts: undefined }), [wait, wait]);
  const most = { activity: sampleActivity({ days: 800, read: 700 }), workouts: undefined };
  assert.deepEqual(draw(most)[0], wait);
  assert.match(`${draw(most)[1]?.[0]}`, /^\d+ workouts$/);
  assert.deepEqual(draw(undefined), [
    ['not published', true],
    ['not published', true],
  ]);
  const none = { activity: { ...reading.activity, days: [], complete_since: '2026-11-22' }, workouts: undefined };
  assert.deepEqual(draw(none), [
    ['0', false],
    ['0 workouts', false],
  ]);
});

test('answers an unknown metric with an error and repeats nothing of it', () => {
  for (const metric of ['<script>', '__proto__', 'Rowing', 'x'.repeat(9_000)]) {
    const badge = renderBadge({ snapshot, metric });
    assert.deepEqual(badge, renderBadge({ snapshot, metric: 'no such metric' }));
    assert.equal(badge.isError, true);
  }
});

test('does not invent a streak', () => {
  const { streaks: _, ...without } = snapshot;
  assert.equal(renderBadge({ snapshot: without, metric: 'streak' }).isError, true);
});

test('keeps a label short, whatever the discipline is called', () => {
  const workouts = [{ name: `\u202e${'W'.repeat(500)}`, slug: 'w', count: 1 }];
  const badge = renderBadge({
    snapshot: { ...snapshot, workout_counts: { total_workouts: 1, workouts } },
    metric: 'w',
  });
  assert.match(badge.label, /^Peloton W{10,25}…$/);
});

test('is what shields.io accepts, in every state', () => {
  const badges = [
    ...['total', 'streak', 'caesar', 'nonsense'].map(metric => renderBadge({ snapshot, metric })),
    renderBadgePlaceholder({ message: 'no stats yet' }),
    renderBadgePlaceholder({ message: 'stats unavailable' }),
  ];
  for (const badge of badges) assert.ok(isBadge(badge), JSON.stringify(isBadge.errors));
});
