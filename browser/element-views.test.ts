// The views of the element on a site of another origin: the days of a year and the latest workouts, with what the card shows.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { ActivityDay } from '../src/stats/schemas.ts';
import { sampleActivity, sampleRecentWorkouts } from '../test/sample-activity.ts';
import { sampleHistory, sampleSnapshot } from '../test/sample-member.ts';
import { assertAccessible, openTab, takeScreenshot } from './open-browser.ts';
import { browser, service } from './shared.ts';
import { startSite, wrapInDocument } from './start-site.ts';

const history = sampleHistory({ days: 200 });
const snapshot = sampleSnapshot(history);
const activity = sampleActivity({ days: 1826 });
const workouts = { schema_version: 1, as_of: activity.as_of, workouts: sampleRecentWorkouts() };
const published = { stats: snapshot, history: { schema_version: 1, points: history }, activity, workouts };

type Visit = { attributes: string; width?: number; answers?: Record<string, unknown>; colorScheme?: 'light' | 'dark' };

/** A site with the element, whose service has those answers and no others. */
async function visit(t: TestContext, { attributes, width = 480, answers = published, colorScheme = 'light' }: Visit) {
  const tag = `<script type="module" src="${service.url}/api/widget.js"></script><peloton-stats src="${service.url}/api/stats" ${attributes}></peloton-stats>`;
  const head = '<style>:root{color-scheme:light dark}body{margin:0}</style>';
  const site = await startSite(t, { '/': { type: 'text/html', body: wrapInDocument(tag, head) } });
  const tab = await openTab(browser, { width, colorScheme });
  await tab.page.route(/\/api\/(stats|history|activity|workouts)/, route => {
    const [, name = ''] = /\/api\/(\w+)/.exec(route.request().url()) ?? [];
    const body = answers[name];
    const headers = { 'Access-Control-Allow-Origin': '*' };
    return route.fulfill({ status: body ? 200 : 404, body: JSON.stringify(body ?? {}), headers });
  });
  await tab.page.goto(site);
  const element = tab.page.locator('peloton-stats');
  await element.locator('[part=card]').waitFor();
  return { ...tab, element };
}

const write = (value: number) => value.toLocaleString('en');

function sum(from: string, to: string): RegExp {
  const days = activity.days.filter(({ date }) => date >= from && date <= to);
  const of = (read: (day: ActivityDay) => number | undefined) =>
    write(days.reduce((all, day) => all + (read(day) ?? 0), 0));
  return new RegExp(
    `${of(day => day.workouts)} workouts\\s+${of(day => day.minutes)} minutes\\s+${of(day => day.output_kj)} kJ`,
  );
}

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [200, 375, 800]) {
    for (const view of ['year', 'recent']) {
      test(`the view ${view} is whole at ${width} pixels in ${colorScheme}`, async t => {
        const { page, element, complaints } = await visit(t, { attributes: `view="${view}"`, width, colorScheme });
        assert.equal(await element.evaluate(host => host.shadowRoot?.querySelector('[part=table]') ?? null), null);
        await assertAccessible(page);
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
        assert.deepEqual(complaints, []);
        await takeScreenshot(page, `element-${view}-${width}-${colorScheme}`);
      });
    }
  }
}

test('the year has the sums of its days, and another when the attribute says so', async t => {
  const { page, element } = await visit(t, { attributes: 'view="year"' });
  assert.match(await element.locator('[part=sums]').innerText(), sum('2025-12-01', '2026-11-22'));
  await element.evaluate(host => Reflect.set(host, 'year', '2024'));
  await element.locator('[part=label]', { hasText: /^2024$/ }).waitFor();
  assert.match(await element.locator('[part=sums]').innerText(), sum('2024-01-01', '2024-12-31'));
  const days = activity.days.filter(({ date }) => date.startsWith('2024'));
  assert.equal(await element.locator('.cells .level-0').count(), 366 - days.length);
  await page.close();
});

test('the latest workouts have titles, minutes and energy', async t => {
  const { element } = await visit(t, { attributes: 'view="recent"' });
  const texts = await element.locator('[part=workout]').allInnerTexts();
  assert.equal(texts.length, 5);
  for (const [index, { title, duration_s = 0, output_kj }] of workouts.workouts.slice(0, 5).entries()) {
    const text = texts[index] ?? '';
    assert.ok(text.includes(title ?? 'from another app') && text.includes(`${write(duration_s / 60)} min`), text);
    assert.ok(!output_kj || text.includes(`${write(output_kj)} kJ`), text);
  }
});

test('without its data a view is the summary', async t => {
  for (const view of ['year', 'recent']) {
    const { element } = await visit(t, {
      attributes: `view="${view}"`,
      answers: { stats: snapshot, history: published.history },
    });
    await element.locator('[part=table]').waitFor();
    await element.locator('[part=trend]').waitFor();
  }
});

test('the summary has the trend of the workouts themselves until the snapshots reach back as far', async t => {
  const all = activity.days.filter(({ date }) => date > '2026-08-24').reduce((total, day) => total + day.workouts, 0);
  const [start, end] = [history.at(-91), history.at(-1)].map(point => point?.total_workouts ?? 0);
  for (const [count, change] of [
    [1, all],
    [60, all],
    [120, Number(end) - Number(start)],
  ] as const) {
    const answers = { ...published, history: { schema_version: 1, points: history.slice(-count) } };
    const { element } = await visit(t, { attributes: '', answers });
    assert.equal(await element.locator('[part=change]').innerText(), `+${change} in 90 days`);
  }
});

test('titles of anybody are text', async t => {
  const title = '<img src=x onerror="document.title=1">'.repeat(20);
  const hostile = { ...workouts, workouts: [{ date: '2026-11-22', title, instructor: title, imported: false }] };
  const { page, element } = await visit(t, {
    attributes: 'view="recent"',
    width: 300,
    answers: { ...published, workouts: hostile },
  });
  assert.equal(await element.locator('img').count(), 0);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 300);
});
