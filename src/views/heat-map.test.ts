import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleActivity } from '../../test/sample-activity.ts';
import { sampleHistory } from '../../test/sample-member.ts';
import { assertWellFormedXml } from '../../test/well-formed-xml.ts';
import type { HistoryPoint } from '../stats/history.ts';
import { daysOfActivity, daysOfHistory } from './days.ts';
import { formatDate } from './format.ts';
import { renderHeatMap } from './heat-map.ts';
import type { SpanDay } from './increments.ts';

/** With a sync in the morning, where nothing else is said. */
function render(history: readonly HistoryPoint[], spanDay: SpanDay = 'day-before'): string {
  const days = daysOfHistory(history, spanDay);
  assert.ok(days);
  return renderHeatMap(days).markup;
}

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
  const text = render(gapped);
  assert.equal(cell(text, 'Nov 16, 2026: 3 workouts'), 'level-3');
  assert.equal(cell(text, 'Nov 17, 2026: 0 workouts'), 'level-0');
  assert.equal(cell(text, 'Nov 21, 2026: 6 workouts'), 'level-4');
});

test('with a sync in the evening a day has what it added itself, and the last one is there', () => {
  const text = render(gapped, 'same-day');
  assert.equal(cell(text, 'Nov 17, 2026: 3 workouts'), 'level-3');
  assert.equal(cell(text, 'Nov 22, 2026: 6 workouts'), 'level-4');
  for (const day of [19, 20, 21]) assert.equal(cell(text, `Nov ${day}, 2026: not known`), 'unknown');
  assert.match(text, /only as a sum: Nov 19, 2026 to Nov 21, 2026: 7 workouts\./);
  assert.match(text, /<b>16<\/b> workouts<\/span><span class="muted">since Nov 17, 2026</);
});

test('days of a gap are unknown, not zero, and their sum is told', () => {
  const text = render(gapped);
  for (const day of [18, 19, 20]) assert.equal(cell(text, `Nov ${day}, 2026: not known`), 'unknown');
  assert.match(text, /only as a sum: Nov 18, 2026 to Nov 20, 2026: 7 workouts\./);
});

test('workouts that Peloton took back are no workouts in the picture and a minus in the table', () => {
  const text = render([point('2026-11-20', 10), point('2026-11-21', 8)]);
  assert.equal(cell(text, 'Nov 20, 2026: -2 workouts'), 'level-0');
  assert.match(text, /<td><b>-2<\/b><\/td>/);
});

/** The weeks of the first table, each with its first day. */
function readTable(text: string): (string | undefined)[][] {
  const [table = ''] = /<tbody>.*?<\/tbody>/s.exec(text) ?? [];
  return [...table.matchAll(/<tr><th scope="row">(.*?)<\/th>(.*?)<\/tr>/g)].map(([, week, row = '']) => [
    week,
    ...[...row.matchAll(/<td>(.*?)<\/td>/g)].map(([, text = '']) => text.replace(/<\/?b>/g, '')),
  ]);
}

test('the table says the same as the picture, newest week first', () => {
  assert.deepEqual(readTable(render(gapped)), [['Nov 16, 2026', '3', '0', '–', '–', '–', '6', '']]);
});

test('begins with the last twelve months and has a radio button for each year, newest first', () => {
  const text = render(sampleHistory({ days: 900 }));
  const names = [
    ...text.matchAll(/<input type="radio" name="year" id="(.*?)"( checked)?[^>]*><label for="\1">(.*?)</g),
  ];
  assert.deepEqual(
    names.map(([, , checked, name]) => [name, checked !== undefined]),
    [
      ['Last 12 months', true],
      ['2026', false],
      ['2025', false],
      ['2024', false],
    ],
  );
  const weeks = readTable(text).map(([week]) => week);
  assert.deepEqual([weeks.length, weeks[0], weeks.at(-1)], [51, 'Nov 16, 2026', 'Dec 1, 2025']);
  assert.doesNotMatch(text, /class="before"|Nov 22, 2026:/);
});

test('with no more than twelve months there is nothing to switch', () => {
  assert.doesNotMatch(render(sampleHistory({ days: 300 })), /<fieldset|type="radio"/);
});

test('is no wider than its days', () => {
  assert.match(render(gapped), /<svg class="heat-map" width="38" viewBox="0 0 38 98"/);
});

test('a day without a workout is none where the workouts are known, and says nothing while they are being read', () => {
  const activity = sampleActivity({ days: 60 });
  const [whole, reading] = [activity, { ...activity, complete_since: null }].map(of => {
    const days = daysOfActivity(of);
    assert.ok(days);
    return renderHeatMap(days).markup;
  });
  const busy = activity.days[3];
  const title = `${formatDate(busy?.date ?? '')}: ${busy?.workouts} workouts?, ${busy?.minutes} min`;
  assert.match(whole ?? '', new RegExp(title));
  assert.match(whole ?? '', /<rect class="level-0"[^>]*><title>[^<]*: 0 workouts<\/title>/);
  assert.match(reading ?? '', new RegExp(title));
  assert.doesNotMatch(reading ?? '', /0 workouts<|not known/);
});

test('its pictures are well-formed', () => {
  const pictures =
    render(sampleHistory({ days: 300, missing: ['2026-11-02'] })).match(
      /<svg class="heat-map"[^>]* viewBox.*?<\/svg>/gs,
    ) ?? [];
  assert.equal(pictures.length, 2);
  pictures.forEach(assertWellFormedXml);
});
