import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleHistory } from '../../test/sample-member.ts';
import { assertWellFormedXml } from '../../test/well-formed-xml.ts';
import type { HistoryPoint } from '../stats/history.ts';
import { renderTrend as render } from './trend.ts';

function renderTrend(history: readonly HistoryPoint[], least?: number): string {
  return render(history, least)?.markup ?? '';
}

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
  assert.match(renderTrend(history), /aria-label="All workouts so far: 100 on Sep 29, 2026, 135 on Nov 2, 2026;/);
});

test('explains the dotted line only where there is one', () => {
  assert.match(renderTrend(history), /Dotted/);
  assert.doesNotMatch(renderTrend(sampleHistory({ days: 9 })), /Dotted/);
});

test('begins where its axis says: at the least total, or at zero where that is asked for', () => {
  assert.match(renderTrend(history), /<span>135<\/span><span>100<\/span>.*class="line" d="M0 180/s);
  assert.match(renderTrend(history, 0), /<span>135<\/span><span>0<\/span>.*class="line" d="M0 46\.7/s);
});

test('with fewer than two points there is no line', () => {
  for (const points of [[], history.slice(0, 1)]) assert.equal(render(points), undefined);
});

test('its picture is well-formed', () => {
  assertWellFormedXml(/<svg.*<\/svg>/s.exec(renderTrend(history))?.[0] ?? '');
});
