// The builder as an owner uses it: with the keyboard alone, without script, and what becomes of the code that is copied.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import { assertAccessible, openTab, setTextSize, takeScreenshot } from './open-browser.ts';
import { browser, service } from './shared.ts';
import { startSite, wrapInDocument } from './start-site.ts';

const address = `${service.url}/api/page?builder`;

for (const [colorScheme, width] of [
  ['light', 1_000],
  ['dark', 360],
] as const) {
  test(`the builder is whole and accessible, ${width} pixels wide in ${colorScheme}`, async () => {
    const { page, complaints } = await openTab(browser, { colorScheme, width });
    await page.goto(address);
    for (const summary of (await page.locator('summary').all()).slice(1)) await summary.click();
    await page.locator('peloton-stats [part=total]').waitFor();
    await assertAccessible(page);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
    assert.deepEqual(complaints, []);
    await setTextSize(page, 2);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
    await setTextSize(page, 1);
    await takeScreenshot(page, `builder-${width}-${colorScheme}`);
  });
}

/** Presses Tab until the control of that name has the focus. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press('Tab');
    const focused = page.locator(':focus');
    const label = await focused.evaluate(element => {
      const labels = Reflect.get(element, 'labels') as NodeListOf<HTMLElement> | null;
      return element.getAttribute('aria-label') ?? labels?.[0]?.textContent ?? element.textContent ?? '';
    });
    if (label.trim().startsWith(name)) return;
  }
  assert.fail(`${name} cannot be reached by the keyboard`);
}

const codeOf = (page: Page, name: string, index = 0) =>
  page
    .locator('details', { has: page.getByRole('heading', { name, exact: true }) })
    .locator('code[id]')
    .nth(index);

test('by the keyboard alone an owner chooses, sees and copies', async () => {
  const { page, complaints } = await openTab(browser);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto(`${service.url}/api/page`);
  await tabTo(page, 'Put this on your site');
  await page.keyboard.press('Enter');
  await page.waitForURL(address);
  await tabTo(page, 'Colours');
  await page.keyboard.press('d');
  await tabTo(page, 'Heading');
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('Anna & Co');
  await tabTo(page, 'Streaks');
  await page.keyboard.press('Space');
  const expected = 'theme=dark&title=Anna+%26+Co&hide=streaks';
  await page.locator(`.preview img[src="card.svg?${expected}"]`).waitFor();
  await tabTo(page, 'Copy Picture: Markdown');
  await page.keyboard.press('Enter');
  await page.getByRole('status').getByText('Copied.').waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(copied, /^\[!\[Anna \\& Co: [\d,]+ workouts as of /);
  assert.ok(copied.includes(`(${service.url}/api/card.svg?${expected})](${service.url}/api/page)`));
  await tabTo(page, 'Element');
  await page.keyboard.press('Enter');
  await page.locator('peloton-stats [part=heading]', { hasText: 'Anna & Co' }).waitFor();
  assert.match(page.url(), /page\?builder=&view=summary&theme=dark&.*title=Anna\+%26\+Co/);
  assert.deepEqual(complaints, []);
});

test('without script it does the same by its button', async () => {
  const { page, complaints } = await openTab(browser, { javaScriptEnabled: false });
  await page.goto(address);
  await page.getByLabel('Colours').selectOption('light');
  await page.getByLabel('Numbers and dates').selectOption('de');
  await page.getByLabel('Accent').fill('#00aaff');
  await page.getByRole('checkbox', { name: 'Date' }).check();
  await page.getByLabel('Total').check();
  await page.getByRole('button', { name: 'Show' }).click();
  const query = 'theme=light&lang=de&accent=00aaff&hide=total,date'.replace(',', '%2C');
  assert.equal(await page.locator('.preview img').getAttribute('src'), `card.svg?${query}`);
  assert.ok((await codeOf(page, 'Picture').innerText()).includes(`card.svg?${query.replaceAll('&', '&amp;')}"`));
  assert.equal(await page.getByRole('checkbox', { name: 'Date' }).isChecked(), true);
  assert.equal(await page.getByRole('button', { name: /^Copy/ }).count(), 0);
  await page.getByText('Frame', { exact: true }).click();
  assert.equal(await codeOf(page, 'Frame').isVisible(), true);
  assert.deepEqual(complaints, []);
});

test('when the service does not answer, it says so and keeps what it has', async () => {
  const { page } = await openTab(browser);
  await page.goto(address);
  await page.route('**/api/page?**', route => route.abort());
  await page.getByLabel('Total').check();
  await page.getByRole('status').getByText('This could not be drawn anew').waitFor();
  assert.equal(await page.locator('.preview img').isVisible(), true);
});

/** The code that the builder gives for these options, each piece on a page of its own, as wide as asked for. */
async function paste(t: TestContext, name: string, { width = 375, query = '', lang = 'en' } = {}) {
  const builder = await openTab(browser, { javaScriptEnabled: false });
  await builder.page.goto(`${address}&${query}`);
  const [code = '', style = ''] = await builder.page
    .locator('details', { has: builder.page.getByRole('heading', { name, exact: true }) })
    .locator('code[id]')
    .allTextContents();
  const body = wrapInDocument(code, `<style>${name === 'Element' ? style : ''}</style>`).replace(
    'lang="en"',
    `lang="${lang}"`,
  );
  const site = await startSite(t, { '/': { type: 'text/html', body } });
  const tab = await openTab(browser, { width });
  await tab.page.goto(site);
  return tab;
}

const everyOption = 'theme=dark&lang=de&title=%22A%22+%26+B&accent=0af&hide=streaks';

for (const query of ['', everyOption]) {
  for (const width of [375, 1_000]) {
    const where = `${width} pixels wide${query && ', with every option'}`;

    test(`the pasted picture fits and says its numbers, ${where}`, async t => {
      const { page, complaints, readLayoutShift } = await paste(t, 'Picture', { width, query });
      const picture = page.getByRole('img', { name: /: [\d,.]+ workouts as of / });
      const box = await picture.boundingBox();
      assert.equal(Math.round(box?.width ?? 0), Math.min(480, width - 16));
      assert.ok(Math.abs((box?.width ?? 0) / (box?.height ?? 1) - 480 / 248) < 0.02);
      assert.equal(await readLayoutShift(), 0);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
      assert.deepEqual(complaints, []);
    });

    test(`the pasted element fits, and nothing moves when it is drawn, ${where}`, async t => {
      const { page, complaints, readLayoutShift } = await paste(t, 'Element', { width, query });
      const element = page.locator('peloton-stats');
      await element.locator('[part=total]').waitFor();
      assert.equal(await element.locator('[part=heading]').innerText(), query ? '"A" & B' : 'Peloton stats');
      assert.equal(await element.locator('[part=streak]').count(), query ? 0 : 1);
      assert.equal(await readLayoutShift(), 0);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
      assert.deepEqual(complaints, []);
    });
  }
}

test('the pasted frame shows the stats', async t => {
  const { page, complaints } = await paste(t, 'Frame', { query: everyOption });
  const frame = page.frameLocator('iframe');
  await frame.getByRole('heading', { name: '"A" & B' }).waitFor();
  assert.equal(await frame.locator('dt', { hasText: 'in a row' }).count(), 0);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 375);
  assert.deepEqual(complaints, []);
});
