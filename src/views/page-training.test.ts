import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brotliCompressSync, constants } from 'node:zlib';
import { sampleActivity, sampleRecentWorkouts } from '../../test/sample-activity.ts';
import { sampleHistory, sampleSnapshot } from '../../test/sample-member.ts';
import type { Activity, ActivityDay } from '../stats/schemas.ts';
import type { Training } from './days.ts';
import { addDays } from './increments.ts';
import { renderPage } from './page.ts';

const history = sampleHistory({ days: 30 });
const snapshot = sampleSnapshot(history);

function render(training: Training | undefined, options: Partial<Parameters<typeof renderPage>[0]> = {}): string {
  const publicUrl = 'https://stats.example';
  return renderPage({ snapshot, history, publicUrl, spanDay: 'day-before', training, ...options }).html;
}

const listed = (activity: Activity): Training => ({ activity, workouts: undefined });

/** The text of a section. */
function readSection(html: string, id: string): string {
  const [, text = ''] = new RegExp(`<section aria-labelledby="${id}">(.*?)</section>`, 's').exec(html) ?? [];
  return text;
}

/** The rows of a table: each cell as its text. */
function readRows(html: string): string[][] {
  return [...html.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row = '']) =>
    [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].map(([, cell = '']) => cell.replace(/<[^>]+>/g, '')),
  );
}

const write = (value: number) => value.toLocaleString('en');

/** Workouts, minutes and output of the days from one to another, as the page writes them. */
function sum(days: readonly ActivityDay[], from: string, to: string): string[] {
  const within = days.filter(({ date }) => date >= from && date <= to);
  const of = (read: (day: ActivityDay) => number | undefined) =>
    write(within.reduce((all, day) => all + (read(day) ?? 0), 0));
  return [of(day => day.workouts), of(day => day.minutes), of(day => day.output_kj)];
}

const fiveYears = sampleActivity({ days: 1826 });

test('sums up this week, this month, this year and the last by the same day', () => {
  const { days } = fiveYears;
  assert.deepEqual(readRows(readSection(render(listed(fiveYears)), 'year')).slice(1), [
    ['This week', ...sum(days, '2026-11-16', '2026-11-22')],
    ['This month', ...sum(days, '2026-11-01', '2026-11-22')],
    ['This year', ...sum(days, '2026-01-01', '2026-11-22')],
    ['2025, by the same day', ...sum(days, '2025-01-01', '2025-11-22')],
  ]);
});

test('compares the 29th of February with the 28th of a year without one', () => {
  const days = fiveYears.days.filter(({ date }) => date <= '2024-02-29');
  const html = render(listed({ ...fiveYears, as_of: '2024-02-29T20:00:00.000Z', days }));
  const row = readRows(readSection(html, 'year')).at(-1);
  assert.deepEqual(row, ['2023, by the same day', ...sum(days, '2023-01-01', '2023-02-28')]);
});

test('has the sum of each year', () => {
  const html = readSection(render(listed(fiveYears)), 'days');
  const names = [...html.matchAll(/<label for="year-\d+">([^<]*)</g)].map(([, name]) => name);
  const maps = html.split('<div><p class="sum">').slice(1);
  assert.equal(maps.length, names.length);
  for (const year of [2022, 2023, 2024, 2025]) {
    const [workouts, minutes, energy] = sum(fiveYears.days, `${year}-01-01`, `${year}-12-31`);
    const figures = `<span><b>${workouts}</b> workouts</span><span><b>${minutes}</b> minutes</span><span><b>${energy}</b> kJ`;
    assert.ok(maps[names.indexOf(`${year}`)]?.startsWith(figures), `${year}`);
  }
});

test('begins the curve with the first workout, at zero', () => {
  const html = render(listed(fiveYears));
  const all = write(fiveYears.days.reduce((total, { workouts }) => total + workouts, 0));
  assert.match(html, /<h2 id="trend">Since the first workout/);
  assert.match(readSection(html, 'trend'), new RegExp(`<span>${all}</span><span>0</span>`));
  assert.match(readSection(html, 'trend'), new RegExp(`The list of workouts has ${all}, .*Peloton counts`));
});

test('counts the last 30 days of each discipline by the workouts themselves', () => {
  const cycling = fiveYears.days
    .filter(({ date }) => date > addDays('2026-11-22', -30))
    .reduce((all, { by }) => all + (by.cycling?.workouts ?? 0), 0);
  assert.match(render(listed(fiveYears)), new RegExp(`Cycling</th>.*?<td>\\+${cycling}</td></tr>`, 's'));
});

test('while the past is being read it says how far, and nothing that is not known yet', () => {
  const html = render(listed(sampleActivity({ days: 1826, read: 100 })), { history: history.slice(-1) });
  assert.match(readSection(html, 'days'), /Reading your history, back to [A-Z][a-z]+ \d+, 2026 so far\./);
  assert.deepEqual(
    readRows(readSection(html, 'year')).map(([name]) => name),
    ['', 'This week', 'This month'],
  );
  assert.doesNotMatch(html, /All so far|first workout|second (day|sync)|0 workouts<\/title>/);
});

test('while the past is being read, an import of years ago makes no year known', () => {
  const activity = sampleActivity({ days: 1826, read: 100 });
  const days = [{ date: '2021-03-01', workouts: 1, minutes: 30, by: {} }, ...activity.days];
  assert.equal(render(listed({ ...activity, days })), render(listed(activity)));
});

test('before the first page has been read it says so, and goes by the snapshots where there are some', () => {
  const unread = { activity: undefined, workouts: undefined };
  assert.match(readSection(render(unread, { history: history.slice(-1) }), 'days'), /Reading your history\./);
  assert.match(readSection(render(unread), 'days'), /A day has what the next snapshot added\./);
});

test('of nobody who has never trained it draws empty charts', () => {
  const html = render(listed({ ...fiveYears, days: [], complete_since: '2026-11-22' }));
  assert.doesNotMatch(html, /id="(days|year|months|trend)"/);
});

test('goes by the snapshots alone where the list of workouts is not published', () => {
  const html = render(undefined);
  assert.match(html, /id="days".*id="months".*id="trend"/s);
  assert.doesNotMatch(html, /id="year"|[Rr]eading your history|<legend>/);
});

test('lists the latest workouts with what is known of each', () => {
  const workouts = sampleRecentWorkouts(12);
  const recent = { schema_version: 1 as const, as_of: fiveYears.as_of, workouts };
  const html = readSection(render({ activity: fiveYears, workouts: recent }), 'latest');
  const rows = readRows(html).filter(([name]) => name !== 'Workout');
  assert.equal(rows.length, 12);
  for (const [index, { duration_s = 0, output_kj }] of workouts.entries()) {
    assert.deepEqual(rows[index]?.slice(2), [write(duration_s / 60), output_kj ? write(output_kj) : '']);
  }
  assert.match(html, /<summary>2 more</);
  assert.match(html, /personal record/);
  assert.match(html, /from another app/);
});

test('ten years and 6,000 workouts are at most 60 kB on the wire', () => {
  const activity = sampleActivity({ days: 3652 });
  assert.ok(activity.days.reduce((total, { workouts }) => total + workouts, 0) > 6_000);
  const recent = { schema_version: 1 as const, as_of: activity.as_of, workouts: sampleRecentWorkouts() };
  const html = render({ activity, workouts: recent }, { history: sampleHistory({ days: 3652 }) });
  const params = { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_LGWIN]: 16 };
  assert.ok(brotliCompressSync(html, { params }).length <= 60_000);
});
