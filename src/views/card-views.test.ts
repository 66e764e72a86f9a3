import assert from 'node:assert/strict';
import { test } from 'node:test';
import { colourAt, measureDistance, renderers } from '../../test/pixels.ts';
import { sampleActivity, sampleRecentWorkouts } from '../../test/sample-activity.ts';
import { sampleHistory, sampleSnapshot } from '../../test/sample-member.ts';
import { assertWellFormedXml } from '../../test/well-formed-xml.ts';
import type { ActivityDay } from '../stats/schemas.ts';
import { renderCard } from './card.ts';
import type { CardData } from './card-pen.ts';
import { readQuery } from './options.ts';
import { palettes } from './theme.ts';

const history = sampleHistory({ days: 400 });
const snapshot = sampleSnapshot(history);
const activity = sampleActivity({ days: 1826 });
const workouts = { schema_version: 1 as const, as_of: activity.as_of, workouts: sampleRecentWorkouts() };
const known: CardData = { snapshot, history, training: { activity, workouts } };

function draw(query: string, data: Partial<CardData> = {}): string {
  return renderCard({ ...known, ...data }, readQuery(new URLSearchParams(query))).svg;
}

function textOf(svg: string): string {
  return svg
    .replace(/<style>.*<\/style>/s, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');
}

const write = (value: number) => value.toLocaleString('en');

function sum(from: string, to: string): string {
  const days = activity.days.filter(({ date }) => date >= from && date <= to);
  const of = (read: (day: ActivityDay) => number | undefined) =>
    write(days.reduce((all, day) => all + (read(day) ?? 0), 0));
  return `${of(day => day.workouts)} workouts ${of(day => day.minutes)} minutes ${of(day => day.output_kj)} kJ`;
}

test('the year has the sums of its days, the twelve months up to now where no year is named', () => {
  assert.ok(textOf(draw('view=year')).includes(sum('2025-12-01', '2026-11-22')));
  assert.ok(textOf(draw('view=year&year=2024')).includes(sum('2024-01-01', '2024-12-31')));
  const [workouts] = sum('2024-01-01', '2024-12-31').split(' ');
  assert.match(draw('view=year&year=2024'), new RegExp(`aria-label="Peloton stats: 2024, ${workouts} workouts, `));
});

test('the year draws each of its days once, by the number of its workouts', () => {
  const svg = draw('view=year&year=2024&theme=light');
  const cells = (colour: string) =>
    [...svg.matchAll(new RegExp(`<path d="([^"]*)" fill="${colour}"`, 'g'))].flatMap(
      ([, d = '']) => d.match(/z/g) ?? [],
    ).length;
  const days = activity.days.filter(({ date }) => date.startsWith('2024'));
  const { light } = palettes;
  assert.equal(cells(light.track), 366 - days.length);
  for (const [index, level] of (['level-1', 'level-2', 'level-3'] as const).entries()) {
    assert.equal(cells(light[level]), days.filter(day => day.workouts === index + 1).length, level);
  }
});

test('a year without workouts says so, and what is no year is none', () => {
  assert.match(textOf(draw('view=year&year=2015')), /No workouts in 2015/);
  assert.equal(draw('view=year&year=26'), draw('view=year'));
  assert.equal(draw('year=2024'), draw(''));
});

test('the year goes by the snapshots where the list of workouts is not published', () => {
  const last = history.at(-1)?.total_workouts ?? 0;
  const before = history.find(({ date }) => date === '2025-12-01')?.total_workouts ?? 0;
  assert.match(textOf(draw('view=year', { training: undefined })), new RegExp(` ${last - before} workouts Dec `));
});

test('while the past is being read, the year says how far back it is known', () => {
  const training = { activity: sampleActivity({ days: 1826, read: 100 }), workouts: undefined };
  assert.match(
    textOf(draw('view=year', { training })),
    / 100 workouts .*Reading your history, back to [A-Z]\w+ \d+, 2026/,
  );
});

test('the latest workouts have titles, days, minutes and energy', () => {
  const text = textOf(draw('view=recent'));
  for (const { title, duration_s = 0, output_kj } of workouts.workouts.slice(0, 5)) {
    assert.ok(text.includes(title ?? 'from another app'));
    assert.ok(text.includes(` ${write(duration_s / 60)} min `));
    assert.ok(!output_kj || text.includes(` ${write(output_kj)} kJ `));
  }
});

test('a view whose data are not known is the summary', () => {
  const training = { activity, workouts: undefined };
  assert.equal(draw('view=recent', { training }), draw('', { training }));
  const unread = { training: { activity: undefined, workouts: undefined }, history: history.slice(-1) };
  assert.equal(draw('view=year', unread), draw('', unread));
  assert.match(textOf(draw('', unread)), /reading your history/);
});

test('the summary has the trend of the workouts themselves until the snapshots reach back as far', () => {
  const all = activity.days.filter(({ date }) => date > '2026-08-24').reduce((total, day) => total + day.workouts, 0);
  for (const count of [1, 60]) {
    assert.match(textOf(draw('', { history: history.slice(-count) })), new RegExp(` \\+${all} in 90 days`));
  }
  const [start, end] = [history.at(-91), history.at(-1)].map(point => point?.total_workouts ?? 0);
  assert.match(textOf(draw('')), new RegExp(` \\+${Number(end) - Number(start)} in 90 days`));
});

test('titles of anybody are text, cut to their room', () => {
  const title = `<b>"&${'W'.repeat(900)}`;
  const hostile = {
    ...workouts,
    workouts: [{ date: '2026-11-22', title, instructor: title, discipline: title, imported: false }],
  };
  const svg = draw('view=recent', { training: { activity, workouts: hostile } });
  assertWellFormedXml(svg);
  assert.doesNotMatch(svg, /<b>/);
  assert.ok(svg.length < 6_000);
});

for (const query of [
  'view=year',
  'view=year&theme=dark&accent=0a7',
  'view=recent&theme=dark&lang=de',
  'view=year&hide=total,date',
]) {
  test(`${query} is well-formed, small, and drawn alike by librsvg and resvg`, async () => {
    const svg = draw(query);
    assertWellFormedXml(svg);
    assert.ok(svg.length < 14_000);
    assert.doesNotMatch(svg, /var\(|<script|href|url\(/);
    const [one, other] = await Promise.all(Object.values(renderers).map(render => render(svg)));
    assert.ok(one && other && measureDistance(one, other) < 12);
    const ground = palettes[query.includes('dark') ? 'dark' : 'light'].background;
    for (const pixels of [one, other]) assert.equal(colourAt(pixels, 12, 12), ground);
  });
}
