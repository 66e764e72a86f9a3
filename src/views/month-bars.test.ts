import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleActivity } from '../../test/sample-activity.ts';
import { assertWellFormedXml } from '../../test/well-formed-xml.ts';
import { type Days, daysOfActivity, daysOfHistory } from './days.ts';
import { renderMonths } from './month-bars.ts';

function point(date: string, total_workouts: number) {
  return { date, total_workouts, counts: {} };
}

const history = [
  point('2026-09-29', 100),
  point('2026-10-01', 104),
  point('2026-10-31', 130),
  point('2026-11-01', 131),
  point('2026-11-02', 135),
];

function render(days: Days | undefined): string {
  assert.ok(days);
  return renderMonths(days).markup;
}

function readRows(text: string): string[][] {
  return [...text.matchAll(/<tr><th scope="row">(.*?)<\/th>(.*?)<\/tr>/g)].map(([, month = '', cells = '']) => [
    month,
    ...[...cells.matchAll(/<td>(.*?)<\/td>/g)].map(([, cell = '']) => cell),
  ]);
}

test('the morning of the 1st closes the month before, newest month first', () => {
  assert.deepEqual(readRows(render(daysOfHistory(history, 'day-before'))), [
    ['November 2026', '4', '135'],
    ['October 2026', '27', '131'],
    ['September 2026', '4', '104'],
  ]);
});

test('with a sync in the evening the 1st is the first day of its own month', () => {
  assert.deepEqual(readRows(render(daysOfHistory(history, 'same-day'))), [
    ['November 2026', '5', '135'],
    ['October 2026', '30', '130'],
  ]);
});

test('a month of which nothing is known is left out, never told as zero', () => {
  const gap = [point('2026-08-02', 10), point('2026-08-03', 12), point('2026-10-10', 40)];
  assert.deepEqual(readRows(render(daysOfHistory(gap, 'day-before'))), [
    ['October 2026', '28', '40'],
    ['August 2026', '2', '12'],
  ]);
});

const activity = sampleActivity({ days: 100 });

test('the workouts themselves say which month they belong to, with minutes, energy and all so far', () => {
  const sum = (read: (day: (typeof activity.days)[number]) => number | undefined, month: string) =>
    activity.days.filter(({ date }) => date <= `${month}-31`).reduce((all, day) => all + (read(day) ?? 0), 0);
  const of = (read: (day: (typeof activity.days)[number]) => number | undefined) =>
    (sum(read, '2026-10') - sum(read, '2026-09')).toLocaleString('en');
  const october = readRows(render(daysOfActivity(activity))).find(([month]) => month === 'October 2026');
  const all = sum(day => day.workouts, '2026-10').toLocaleString('en');
  assert.deepEqual(october, [
    'October 2026',
    of(day => day.workouts),
    of(day => day.minutes),
    of(day => day.output_kj),
    all,
  ]);
});

test('energy has no bars where no sensor measured it', () => {
  const days = activity.days.map(({ output_kj: _, ...day }) => day);
  assert.doesNotMatch(render(daysOfActivity({ ...activity, days })), /Energy|kJ/);
});

test('the bars of a few months are no wider than these months, and the bars are well-formed', () => {
  const pictures = render(daysOfActivity(activity)).match(/<svg.*?<\/svg>/gs) ?? [];
  assert.equal(pictures.length, 2);
  for (const picture of pictures) {
    assert.match(picture, /^<svg width="6.5rem"/);
    assertWellFormedXml(picture);
  }
});
