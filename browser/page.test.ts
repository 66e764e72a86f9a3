import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { renderPage } from '../src/views/page.ts';
import { sampleHistory, sampleSnapshot } from '../test/sample-member.ts';
import { assertAccessible, openBrowser, openTab, takeScreenshot } from './open-browser.ts';
import { type Service, startService } from './start-service.ts';

let browser: Browser;
let service: Service;

before(async () => {
  browser = await openBrowser();
  service = await startService();
});

after(async () => {
  await browser?.close();
  await service?.close();
});

for (const colorScheme of ['light', 'dark'] as const) {
  for (const [device, width] of [
    ['desktop', 1_000],
    ['phone', 360],
  ] as const) {
    test(`the page is whole and accessible on a ${device} in ${colorScheme}`, async () => {
      const tab = await openTab(browser, { colorScheme, width });
      await tab.page.goto(`${service.url}/api/page`);
      await tab.page.locator('.panel img').scrollIntoViewIfNeeded();
      await tab.page.waitForFunction(
        () => document.querySelector<HTMLImageElement>('.panel img')?.naturalWidth === 480,
      );
      await assertAccessible(tab.page);
      assert.equal(await tab.page.evaluate(() => document.documentElement.scrollWidth), width);
      assert.equal(await tab.readLayoutShift(), 0);
      assert.deepEqual(tab.complaints, []);
      await takeScreenshot(tab.page, `page-${device}-${colorScheme}`);
    });
  }
}

test('everything folded is accessible too', async () => {
  const tab = await openTab(browser, { width: 360 });
  await tab.page.goto(`${service.url}/api/page`);
  for (const name of ['Picture', 'Element', 'Fetch', 'React', 'Badge']) {
    const details = tab.page.locator('.panel details', { has: tab.page.getByText(name, { exact: true }) });
    if ((await details.getAttribute('open')) === null) await details.locator('summary').click();
    await assertAccessible(tab.page);
  }
  for (const summary of await tab.page.getByText('The same as a table').all()) await summary.click();
  await assertAccessible(tab.page);
  assert.equal(await tab.page.evaluate(() => document.documentElement.scrollWidth), 360);
});

test('the page says everything and unfolds without JavaScript', async () => {
  const { page } = await openTab(browser, { javaScriptEnabled: false });
  await page.goto(`${service.url}/api/page`);
  assert.match(
    await page.locator('.figures').innerText(),
    new RegExp(
      `^workouts?\\s+${service.snapshot.workout_counts.total_workouts.toLocaleString('en')}\\s+weeks? in a row`,
    ),
  );
  const table = page.getByRole('table', { name: /Workouts of each day/ });
  assert.equal(await table.isVisible(), false);
  await page.getByText('The same as a table').first().click();
  assert.equal(await table.isVisible(), true);
  await takeScreenshot(page, 'page-without-javascript');
});

test('on paper it is light and without the panel', async () => {
  const { page } = await openTab(browser, { colorScheme: 'dark', width: 760 });
  await page.goto(`${service.url}/api/page`);
  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.locator('.panel').isVisible(), false);
  const background = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  assert.equal(background, 'rgb(255, 254, 252)');
  await takeScreenshot(page, 'page-print');
});

test('the styles of the page pass its own policy', async () => {
  const { page } = await openTab(browser, { colorScheme: 'dark' });
  const response = await page.goto(`${service.url}/api/page`);
  assert.match(response?.headers()['content-security-policy'] ?? '', /^default-src 'none'; style-src 'sha256-/);
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).maxWidth), '752px');
});

test('the longest names and numbers do not widen a phone, and run nothing', async () => {
  const history = sampleHistory({ days: 30 });
  const name = `<img src=x onerror="document.title='broken'">${'W'.repeat(400)}`;
  const most = Number.MAX_SAFE_INTEGER;
  const snapshot = {
    ...sampleSnapshot(history),
    workout_counts: {
      total_workouts: most,
      workouts: [
        { name, slug: name, count: most },
        { name, slug: 'x', count: 0 },
      ],
    },
    personal_records: [
      { name, slug: name, records: [{ name, slug: name, value: name, unit: name, workout_date: '2026-01-01' }] },
    ],
    streaks: { current_weekly: most, best_weekly: most, current_daily: most },
    achievements: [{ name, slug: name, description: name, count: most }],
  };
  const tab = await openTab(browser, { width: 360 });
  await tab.page.route('**/api/page', route =>
    route.fulfill({
      contentType: 'text/html',
      body: renderPage({ snapshot, history, publicUrl: service.url, spanDay: 'day-before' }),
    }),
  );
  await tab.page.goto(`${service.url}/api/page`);
  assert.equal(await tab.page.evaluate(() => document.documentElement.scrollWidth), 360);
  assert.match(await tab.page.title(), /Peloton stats/);
  await takeScreenshot(tab.page, 'page-phone-longest-names');
});
