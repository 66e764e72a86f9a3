import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleHistory } from '../../test/sample-member.ts';
import { assertWellFormedXml } from '../../test/well-formed-xml.ts';
import type { HistoryPoint } from '../stats/history.ts';
import { renderHeatMap as render } from './heat-map.ts';

/** With a sync in the morning. */
const renderHeatMap = (history: readonly HistoryPoint[]) => render(history, 'day-before');

function point(date: string, total_workouts: number) {
  return { date, total_workouts, counts: {} };
}

const gapped = [
  point('2026-11-16', 10),
  point('2026-11-17', 13),
  point('2026-11-18', 13),
  point('2026-11-21', 20),
  point('2026-11-22', 26),
];

function cell(text: string, title: string): string | undefined {
  return new RegExp(`<rect class="([\\w-]+)"[^>]*><title>${title}</title></rect>`).exec(text)?.[1];
}

test('a day has what its next morning added', () => {
  const text = renderHeatMap(gapped).markup;
  assert.equal(cell(text, 'Nov 16, 2026: 3 workouts'), 'level-3');
  assert.equal(cell(text, 'Nov 17, 2026: 0 workouts'), 'level-0');
  assert.equal(cell(text, 'Nov 21, 2026: 6 workouts'), 'level-4');
});

test('with a sync in the evening a day has what it added itself, and the last one is there', () => {
  const text = render(gapped, 'same-day').markup;
  assert.equal(cell(text, 'Nov 17, 2026: 3 workouts'), 'level-3');
  assert.equal(cell(text, 'Nov 22, 2026: 6 workouts'), 'level-4');
  for (const day of [19, 20, 21]) assert.equal(cell(text, `Nov ${day}, 2026: not known`), 'unknown');
  assert.match(text, /only as a sum: Nov 19, 2026 to Nov 21, 2026: 7 workouts\./);
  assert.match(text, /known since Nov 17, 2026; the year fills from there\. A day has what its own snapshot added\./);
  assert.match(renderHeatMap(gapped).markup, /A day has what the next snapshot added\./);
});

test('days of a gap are unknown, not zero, and their sum is told', () => {
  const text = renderHeatMap(gapped).markup;
  for (const day of [18, 19, 20]) assert.equal(cell(text, `Nov ${day}, 2026: not known`), 'unknown');
  assert.match(text, /only as a sum: Nov 18, 2026 to Nov 20, 2026: 7 workouts\./);
});

test('workouts that Peloton took back are no workouts in the picture and a minus in the table', () => {
  const text = renderHeatMap([point('2026-11-20', 10), point('2026-11-21', 8)]).markup;
  assert.equal(cell(text, 'Nov 20, 2026: -2 workouts'), 'level-0');
  assert.match(text, /<td>-2<\/td>/);
});

test('the table says the same as the picture, newest week first', () => {
  const rows = [...renderHeatMap(gapped).markup.matchAll(/<tr><th scope="row">(.*?)<\/th>(.*?)<\/tr>/g)];
  const cells = rows.map(([, week, row = '']) => [
    week,
    ...[...row.matchAll(/<td>(.*?)<\/td>/g)].map(([, text]) => text),
  ]);
  assert.deepEqual(cells, [['Nov 16, 2026', '3', '0', '–', '–', '–', '6', '']]);
});

test('holds a year of 364 days and no day of the future', () => {
  const text = renderHeatMap(sampleHistory({ days: 900 })).markup;
  assert.equal([...text.matchAll(/<title>/g)].length, 51 * 7 + 6);
  const weeks = [...text.matchAll(/<tr><th scope="row">(.*?)</g)].map(match => match[1]);
  assert.deepEqual([weeks.length, weeks[0], weeks.at(-1)], [52, 'Nov 16, 2026', 'Nov 24, 2025']);
  assert.doesNotMatch(text, /class="before"|Nov 22, 2026:|known since/);
});

test('in the first weeks it says since when the days are known', () => {
  assert.match(renderHeatMap(gapped).markup, /known since Nov 16, 2026; the year fills from there/);
  assert.match(renderHeatMap(gapped).markup, /class="before"/);
});

test('with fewer than two snapshots it says what is to come', () => {
  for (const history of [[], gapped.slice(0, 1)])
    assert.match(renderHeatMap(history).markup, /the first one shows after/);
});

test('its pictures are well-formed', () => {
  const pictures =
    renderHeatMap(sampleHistory({ days: 40, missing: ['2026-11-02'] })).markup.match(
      /<svg class="heat-map".*?<\/svg>/gs,
    ) ?? [];
  assert.equal(pictures.length, 2);
  pictures.forEach(assertWellFormedXml);
});
