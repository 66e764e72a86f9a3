// Every number that page and cards show is one of /api/stats, /api/activity or /api/workouts, or a sum of theirs that this test
// makes by itself: over the day, the week, the month, the year, the last twelve months, and from the first day on.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeRequest, startBench } from '../../test/bench.ts';
import type { Context } from '../app.ts';
import type { Activity, ActivityDay, RecentWorkouts } from '../stats/schemas.ts';
import type { Snapshot } from '../stats/snapshot.ts';

const quiet: Context = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

async function readService() {
  const bench = await startBench({ at: '2026-11-22T09:00:00.000Z', settings: { WORKOUTS: 'classes' } });
  await bench.tick();
  const app = bench.startApp();
  const ask = async (route: 'stats' | 'activity' | 'workouts' | 'page' | 'card', query = {}) =>
    Buffer.from((await app[route](fakeRequest({ query }), quiet)).body ?? '').toString();
  for (let ticks = 0; ticks < 40 && JSON.parse(await ask('activity')).complete_since === null; ticks++) {
    bench.passTime(15 * 60_000);
    await bench.tick();
  }
  bench.passTime(31_000);
  return ask;
}

const months = '(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sep|Oct|Nov|Dec)[a-z]*';
/** What is no number of the stats: days, months, years, and the words that name a length of time or of a list. */
const noNumbers = [
  new RegExp(`${months} \\d{1,2}, \\d{4}`, 'g'),
  new RegExp(`${months} \\d{4}`, 'g'),
  /\bLast \d+ (?:months|days)|\bin \d+ days|\d+ more\b/g,
];

/** The numbers of a text, without titles and names, which Peloton or an owner may put any number into. */
function readNumbers(markup: string, texts: readonly string[]): number[] {
  let shown = markup.replace(/<(style|script|head)\b.*?<\/\1>/gs, ' ').replace(/<footer>.*<\/footer>/s, ' ');
  const labels = [...shown.matchAll(/aria-label="([^"]*)"/g)].map(([, label]) => label);
  shown = [shown.replace(/<(?:i|label)[^>]*>[^<]*<\/(?:i|label)>/g, ' ').replace(/<[^>]*>/g, ' '), ...labels].join(
    ' ; ',
  );
  for (const text of texts) {
    const escaped = text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    shown = shown.replace(new RegExp(`(?<![\\d,])${escaped}(?!\\w)`, 'g'), ' ');
  }
  for (const name of noNumbers) shown = shown.replace(name, ' ');
  return [...shown.matchAll(/\d[\d,]*(?:\.\d+)?/g)].map(([text]) => Number(text.replaceAll(',', '')));
}

const longestFirst = (texts: readonly string[]) => texts.toSorted((a, b) => b.length - a.length);

function sumUp(days: readonly ActivityDay[]): [number, number, number] {
  const of = (read: (day: ActivityDay) => number | undefined) => days.reduce((all, day) => all + (read(day) ?? 0), 0);
  return [of(day => day.workouts), of(day => day.minutes), of(day => day.output_kj)];
}

function listSums({ days }: Activity, today: string): number[] {
  const within = (from: string, to: string) => sumUp(days.filter(({ date }) => date >= from && date <= to));
  const years = [...new Set(days.map(({ date }) => date.slice(0, 4)))];
  const everyMonth = years.flatMap(year =>
    Array.from({ length: 12 }, (_, index) => `${year}-${`${index + 1}`.padStart(2, '0')}`),
  );
  const lastYear = String(Number(today.slice(0, 4)) - 1);
  const recently = (slug: string) =>
    days.filter(({ date }) => date >= '2026-10-24').reduce((all, { by }) => all + (by[slug]?.workouts ?? 0), 0);
  return [
    ...days.flatMap(day => sumUp([day])),
    ...everyMonth.flatMap(month => within(`${month}-01`, `${month}-31`)),
    ...everyMonth.map(month => within('0000', `${month}-31`)[0] ?? 0),
    ...years.flatMap(year => [
      ...within(`${year}-01-01`, `${year}-12-31`),
      ...within(`${year}-01-01`, `${year}${today.slice(4)}`),
    ]),
    ...within('2026-11-16', today),
    ...within(`${lastYear}-12-01`, today),
    ...within('2026-08-25', today),
    ...new Set(days.flatMap(({ by }) => Object.keys(by)).map(recently)),
    sumUp(days.slice(0, 1))[0] ?? 0,
  ];
}

function listStats({ workout_counts, streaks = {}, personal_records = [], achievements = [] }: Snapshot): number[] {
  const counts = workout_counts.workouts.map(({ count }) => count);
  return [
    0,
    workout_counts.total_workouts,
    ...counts,
    counts.slice(5).reduce((sum, count) => sum + count, 0),
    ...Object.values(streaks).map(Number),
    ...personal_records.flatMap(({ records }) => records.map(({ value }) => Number(Number(value).toFixed(2)))),
    ...achievements.flatMap(({ count }) => count ?? []),
  ];
}

test('every number on page and cards is one of the stats, the activity or the workouts', async () => {
  const ask = await readService();
  const stats: Snapshot = JSON.parse(await ask('stats'));
  const activity: Activity = JSON.parse(await ask('activity'));
  const { workouts }: RecentWorkouts = JSON.parse(await ask('workouts'));
  assert.ok(activity.complete_since !== null && activity.days.length > 300 && workouts.length === 20);
  const known = new Set([
    ...listStats(stats),
    ...listSums(activity, '2026-11-22'),
    ...workouts.flatMap(({ duration_s = 0, output_kj = 0 }) => [Math.round(duration_s / 60), output_kj]),
  ]);
  const titles = workouts.flatMap(({ title }) => title ?? []);
  const names = [
    ...(stats.achievements ?? []).flatMap(({ name, description = '' }) => [description, name]),
    ...(stats.personal_records ?? []).flatMap(({ records }) => records.map(({ name }) => name)),
    ...(stats.personal_records ?? []).flatMap(({ records }) => records.map(({ value }) => `${value}`)),
  ].filter(text => text !== '');
  const views = { page: await ask('page'), summary: await ask('card'), recent: await ask('card', { view: 'recent' }) };
  const years = {
    year: await ask('card', { view: 'year' }),
    before: await ask('card', { view: 'year', year: '2024' }),
  };
  for (const [name, markup] of Object.entries({ ...views, ...years })) {
    const shown = readNumbers(markup, longestFirst(name === 'page' ? [...titles, ...names] : titles));
    assert.ok(shown.length >= 3, name);
    const strange = shown.filter(number => !known.has(number) && !/^20[12]\d$/.test(`${number}`));
    assert.deepEqual([...new Set(strange)], [], name);
  }
});
