import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { readQuery } from '../src/views/options.ts';
import { renderPage } from '../src/views/page.ts';
import { createSnippets } from '../src/views/site-snippets.ts';
import { colourAt, readPixels } from '../test/pixels.ts';
import { sampleHistory, sampleSnapshot } from '../test/sample-member.ts';
import { assertAccessible, openTab, setTextSize, takeScreenshot } from './open-browser.ts';
import { browser, service } from './shared.ts';
import { startSite, wrapInDocument } from './start-site.ts';

/** The page has years to show once the past has been read. */
before(async () => {
  const isComplete = async () => {
    const response = await fetch(`${service.url}/api/activity`);
    return response.ok && ((await response.json()) as { complete_since: string | null }).complete_since !== null;
  };
  while (!(await isComplete())) await new Promise(resolve => setTimeout(resolve, 500));
});

for (const colorScheme of ['light', 'dark'] as const) {
  for (const [device, width] of [
    ['desktop', 1_000],
    ['phone', 360],
  ] as const) {
    test(`the page is whole and accessible on a ${device} in ${colorScheme}`, async () => {
      const tab = await openTab(browser, { colorScheme, width });
      await tab.page.goto(`${service.url}/api/page`);
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
  const closed = tab.page.locator('details:not([open]) > summary:visible');
  while ((await closed.count()) > 0) await closed.first().click();
  await assertAccessible(tab.page);
  assert.equal(await tab.page.evaluate(() => document.documentElement.scrollWidth), 360);
});

test('the year that is chosen is the one that is shown, without JavaScript', async () => {
  const { page } = await openTab(browser, { javaScriptEnabled: false });
  await page.goto(`${service.url}/api/page`);
  const names = await page.locator('.years label').allInnerTexts();
  assert.ok(names.length > 3);
  for (const [index, name] of names.entries()) {
    await page.getByText(name, { exact: true }).first().click();
    const shown = await page.locator('.years > div').evaluateAll(maps => maps.map(map => map.checkVisibility()));
    assert.deepEqual(
      shown,
      names.map((_, other) => other === index),
    );
  }
});

test('without script the keyboard goes from year to year', async () => {
  const { page } = await openTab(browser, { javaScriptEnabled: false, width: 375 });
  await page.goto(`${service.url}/api/page`);
  const maps = () => page.locator('.years svg.heat-map:visible').first().getAttribute('aria-label');
  const newest = await maps();
  await page.getByRole('radio', { name: '2024' }).focus();
  await page.keyboard.press('Space');
  assert.match((await maps()) ?? '', /from Jan 1, 2024/);
  await page.keyboard.press('ArrowDown');
  assert.match((await maps()) ?? '', /from Jan 1, 2023/);
  await page.getByRole('radio', { name: 'Last 12 months' }).focus();
  await page.keyboard.press('Space');
  assert.equal(await maps(), newest);
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

test('on paper it is light, and without what is folded', async () => {
  const { page } = await openTab(browser, { colorScheme: 'dark', width: 760 });
  await page.goto(`${service.url}/api/page`);
  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.getByText('The same as a table').first().isVisible(), false);
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
      body: renderPage({ snapshot, history, publicUrl: service.url, spanDay: 'day-before' }).html,
    }),
  );
  await tab.page.goto(`${service.url}/api/page`);
  assert.equal(await tab.page.evaluate(() => document.documentElement.scrollWidth), 360);
  assert.match(await tab.page.title(), /Peloton stats/);
  await takeScreenshot(tab.page, 'page-phone-longest-names');
});

test('with text of twice the size, no number on a phone is broken or cut', async () => {
  const { page } = await openTab(browser, { width: 375 });
  await page.goto(`${service.url}/api/page`);
  await setTextSize(page, 2);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 375);
  const broken = await page.locator('dd, .disciplines td:not(.bar), .records td').evaluateAll(cells =>
    cells
      .filter(cell => {
        const range = document.createRange();
        range.selectNodeContents(cell);
        const lines = new Set(Array.from(range.getClientRects(), ({ top }) => Math.round(top / 12)));
        return (
          cell.scrollWidth > cell.clientWidth + 1 || (/^[+\d,.:]+$/.test(cell.textContent ?? '') && lines.size > 1)
        );
      })
      .map(cell => cell.textContent),
  );
  assert.deepEqual(broken, []);
  const crowded = await page.locator('.ticks').evaluateAll(rows =>
    rows.flatMap(row => {
      const shown = [...row.children].filter(
        each => each.textContent && getComputedStyle(each).visibility === 'visible',
      );
      const boxes = shown.map(each => {
        const range = document.createRange();
        range.selectNodeContents(each);
        return range.getBoundingClientRect();
      });
      return boxes
        .slice(1)
        .filter((box, index) => box.left < (boxes[index]?.right ?? 0))
        .map(() => row.textContent);
    }),
  );
  assert.deepEqual(crowded, []);
  await takeScreenshot(page, 'page-phone-large-text');
});

test('a visit asks for nothing but the page: its icon is in it', async () => {
  const { page } = await openTab(browser);
  const asked: string[] = [];
  page.on('request', request => asked.push(new URL(request.url()).protocol + new URL(request.url()).pathname));
  await page.goto(`${service.url}/api/page`, { waitUntil: 'networkidle' });
  assert.deepEqual(
    asked.filter(path => !path.startsWith('data:')),
    ['http:/api/page'],
  );
});

for (const [scheme, theme, ground] of [
  ['light', 'auto', 'rgb(200, 230, 200)'],
  ['dark', 'auto', 'rgb(20, 40, 20)'],
] as const) {
  test(`in a frame on a ${scheme} site it stands on the ground of the site, without links`, async t => {
    const body = `${createSnippets({ options: readQuery(new URLSearchParams({ theme })), publicUrl: service.url, snapshot: undefined }).frame}`;
    const style = `<style>:root{color-scheme:light dark;background:${ground}}body{margin:0}</style>`;
    const site = await startSite(t, { '/': { type: 'text/html', body: wrapInDocument(body, style) } });
    const { page, complaints } = await openTab(browser, { colorScheme: scheme, width: 375 });
    await page.goto(site);
    const frame = page.frameLocator('iframe');
    await frame.getByRole('heading', { name: 'Peloton stats' }).waitFor();
    assert.equal(await frame.locator('a').count(), 0);
    assert.equal(await frame.locator('html').evaluate(html => html.scrollWidth > html.clientWidth), false);
    const box = await page.locator('iframe').boundingBox();
    const shot = await readPixels(await page.screenshot());
    const [r, g, b] = ground.match(/\d+/g) ?? [];
    const expected = `#${[r, g, b].map(value => Number(value).toString(16).padStart(2, '0')).join('')}`;
    assert.equal(colourAt(shot, 372, Math.round(box?.y ?? 0) + 2), expected);
    assert.deepEqual(complaints, []);
    await takeScreenshot(page, `frame-${scheme}`);
  });
}

test('nothing but the embedded page may be framed', async t => {
  const body = `<iframe src="${service.url}/api/page"></iframe>`;
  const site = await startSite(t, { '/': { type: 'text/html', body: wrapInDocument(body) } });
  const { page, complaints } = await openTab(browser);
  await page.goto(site, { waitUntil: 'networkidle' });
  assert.match(complaints.join(), /frame-ancestors 'none'/);
});
