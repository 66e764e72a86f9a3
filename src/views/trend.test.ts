import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleHistory } from '../../test/sample-member.ts';
import { assertWellFormedXml } from '../../test/well-formed-xml.ts';
import type { HistoryPoint } from '../stats/history.ts';
import { renderTrend as render } from './trend.ts';

/** With a sync in the morning. */
const renderTrend = (history: readonly HistoryPoint[]) => render(history, 'day-before');

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

test('says its ends in words', () => {
  assert.match(
    renderTrend(history).markup,
    /aria-label="All workouts so far: 100 on Sep 29, 2026, 135 on Nov 2, 2026;/,
  );
});

test('the morning of the 1st closes the month before, newest month first', () => {
  const rows = [
    ...renderTrend(history).markup.matchAll(/<tr><th scope="row">(.*?)<\/th><td>(.*?)<\/td><td>(.*?)<\/td><\/tr>/g),
  ];
  assert.deepEqual(
    rows.map(([, ...cells]) => cells),
    [
      ['November 2026', '+4', '135'],
      ['October 2026', '+27', '131'],
      ['September 2026', '+4', '104'],
    ],
  );
});

test('with a sync in the evening the 1st is the first day of its own month', () => {
  const rows = [
    ...render(history, 'same-day').markup.matchAll(
      /<tr><th scope="row">(.*?)<\/th><td>(.*?)<\/td><td>(.*?)<\/td><\/tr>/g,
    ),
  ];
  assert.deepEqual(
    rows.map(([, ...cells]) => cells),
    [
      ['November 2026', '+5', '135'],
      ['October 2026', '+30', '130'],
    ],
  );
});

test('explains the dotted line only where there is one', () => {
  assert.match(renderTrend(history).markup, /Dotted/);
  assert.doesNotMatch(renderTrend(sampleHistory({ days: 9 })).markup, /Dotted/);
});

test('with fewer than two snapshots it says what is to come', () => {
  assert.match(renderTrend([]).markup, /starts with the snapshot of a second day/);
  assert.match(renderTrend(history.slice(0, 1)).markup, /starts with the snapshot of a second day/);
});

test('its picture is well-formed', () => {
  assertWellFormedXml(/<svg.*<\/svg>/s.exec(renderTrend(history).markup)?.[0] ?? '');
});
