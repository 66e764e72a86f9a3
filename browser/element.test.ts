import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import { snippets } from '../src/views/embedded.ts';
import { sampleHistory, sampleSnapshot } from '../test/sample-member.ts';
import { assertAccessible, openTab, type TabOptions, takeScreenshot } from './open-browser.ts';
import { browser, service } from './shared.ts';
import { startSite, wrapInDocument } from './start-site.ts';

function fill(snippet: string): string {
  return snippet.replaceAll('PUBLIC_URL', service.url);
}

type Visit = TabOptions & {
  /** Rules of the site's own sheet, after the documented one. */
  css?: string;
  lang?: string;
  /** What the service says instead of the stats; an array for one answer after the other. */
  stats?: { status?: number; body: string };
  body?: string;
};

/** A site on another origin under the strictest policy, with nothing of ours but what the page tells an owner to copy. */
async function visitSite(t: TestContext, visit: Visit = {}) {
  const { css = '', lang = 'en', stats, body = fill(snippets.tagHtml), ...tabOptions } = visit;
  const document = wrapInDocument(body, '<link rel="stylesheet" href="site.css">').replace(
    'lang="en"',
    `lang="${lang}"`,
  );
  const policy = `default-src 'none'; style-src 'self'; ${fill(snippets.tagPolicy).trim()}`;
  const site = await startSite(t, {
    '/': { type: 'text/html', body: document, policy },
    '/site.css': { type: 'text/css', body: `:root { color-scheme: light dark } ${snippets.tagStyle}${css}` },
  });
  const tab = await openTab(browser, tabOptions);
  await tab.page.addInitScript(() => {
    const told: unknown[] = [];
    Object.defineProperty(window, 'told', { value: told });
    for (const type of ['peloton-stats-loaded', 'peloton-stats-failed']) {
      window.addEventListener(type, event => told.push([type, String(Reflect.get(event, 'detail'))]));
    }
  });
  if (stats !== undefined) {
    await tab.page.route('**/api/stats', route =>
      route.fulfill({ status: stats.status ?? 200, body: stats.body, headers: { 'Access-Control-Allow-Origin': '*' } }),
    );
  }
  await tab.page.goto(site);
  return tab;
}

function waitForEvents(page: Page, count = 1): Promise<[string, string][]> {
  return page
    .waitForFunction(least => Reflect.get(window, 'told').length >= least, count)
    .then(() => page.evaluate(() => Reflect.get(window, 'told')));
}

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [1_000, 360]) {
    test(`the documented snippet shows the stats under a strict policy, ${width} pixels wide in ${colorScheme}`, async t => {
      const { page, complaints, readLayoutShift } = await visitSite(t, { colorScheme, width });
      assert.equal((await waitForEvents(page))[0]?.[0], 'peloton-stats-loaded');
      const element = page.locator('peloton-stats');
      const { workout_counts, streaks = {} } = service.snapshot;
      assert.match(
        await element.locator('[part=total]').innerText(),
        new RegExp(`^${workout_counts.total_workouts.toLocaleString('en')}\\s+workouts$`),
      );
      assert.match(
        await element.locator('[part=streak]').innerText(),
        new RegExp(`^${streaks.current_weekly} weeks? in a row\\s+best ${streaks.best_weekly}$`),
      );
      const rows = Math.min(6, workout_counts.workouts.filter(({ count }) => count > 0).length);
      assert.equal(
        await element.getByRole('table', { name: 'Workouts by discipline' }).getByRole('row').count(),
        1 + rows,
      );
      assert.equal(await element.locator('img').isVisible(), false);
      assert.equal(await readLayoutShift(), 0);
      await assertAccessible(page);
      assert.deepEqual(complaints, []);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
      await takeScreenshot(page, `element-${width}-${colorScheme}`);
    });
  }
}

test('it stays within the space that the one rule keeps free, at any width', async t => {
  const { page } = await visitSite(t);
  await waitForEvents(page);
  for (const [width, reserved] of [
    [300, 488],
    [375, 488],
    [480, 488],
    [520, 288],
    [760, 288],
    [1_400, 288],
  ] as const) {
    await page.setViewportSize({ width, height: 900 });
    const height = await page.locator('peloton-stats').evaluate(element => element.getBoundingClientRect().height);
    assert.equal(height, reserved, `${width} pixels wide`);
  }
});

const failures: [string, { status?: number; body: string }][] = [
  ['there are no stats yet', { status: 404, body: '{}' }],
  ['the service is down', { status: 503, body: '' }],
  ['the answer is no JSON', { body: '<!doctype html>' }],
  [
    'the answer is something else',
    { body: '{"workout_counts":{"total_workouts":"412","workouts":[]},"date":"2026-11-22"}' },
  ],
  [
    'a discipline has no name',
    { body: '{"workout_counts":{"total_workouts":1,"workouts":[{"count":1}]},"date":"2026-11-22"}' },
  ],
  ['the date is none', { body: '{"workout_counts":{"total_workouts":1,"workouts":[]},"date":"yesterday"}' }],
];

for (const [what, stats] of failures) {
  test(`its children stay when ${what}`, async t => {
    const { page, readLayoutShift } = await visitSite(t, { stats });
    const [event] = await waitForEvents(page);
    assert.equal(event?.[0], 'peloton-stats-failed');
    assert.match(event?.[1] ?? '', /Error/);
    assert.equal(await page.getByAltText('My Peloton stats').isVisible(), true);
    assert.equal(await readLayoutShift(), 0);
  });
}

test('its children are all there is without JavaScript', async t => {
  const { page } = await visitSite(t, { javaScriptEnabled: false, width: 360 });
  const box = await page.getByAltText('My Peloton stats').boundingBox();
  assert.ok(box !== null && box.width > 300 && box.x + box.width <= 360);
  await takeScreenshot(page, 'element-without-javascript');
});

const base = sampleSnapshot(sampleHistory({ days: 9 }));

type Workouts = { name: string; slug: string; count: number }[];

function statsWith(workouts: Workouts, { streaks = base.streaks, total_workouts = 234_567 } = {}) {
  return { body: JSON.stringify({ ...base, workout_counts: { total_workouts, workouts }, streaks }) };
}

test('numbers and dates follow the language of the place', async t => {
  const { page } = await visitSite(t, {
    lang: 'de',
    stats: statsWith([{ name: 'Cycling', slug: 'cycling', count: 234_567 }]),
  });
  await waitForEvents(page);
  const element = page.locator('peloton-stats');
  assert.match(await element.locator('[part=total]').innerText(), /^234\.567/);
  assert.equal(await element.locator('[part=count]').innerText(), '234.567');
  assert.equal(await element.locator('time').innerText(), '22.11.2026');
});

test('a language that is none does no harm', async t => {
  const { page } = await visitSite(t, { lang: 'not a language!' });
  assert.equal((await waitForEvents(page))[0]?.[0], 'peloton-stats-loaded');
});

test('names as hostile as they come are text, cut to their column', async t => {
  const names = [
    '<img src=x onerror=alert(1)>',
    '\u202eright to left',
    'W'.repeat(900),
    '漢字'.repeat(200),
    '__proto__',
  ];
  const most = Number.MAX_SAFE_INTEGER;
  const workouts = names.map((name, index) => ({ name, slug: name, count: most - index }));
  const stats = statsWith(workouts, { streaks: { current_weekly: most, best_weekly: most }, total_workouts: most });
  const { page, complaints, readLayoutShift } = await visitSite(t, { width: 360, stats });
  await waitForEvents(page);
  const element = page.locator('peloton-stats');
  assert.equal(await element.locator('[part=name]').first().innerText(), names[0]);
  for (const part of ['total-number', 'best', 'count']) {
    const place = element.locator(`[part=${part}]`).first();
    assert.equal(await place.evaluate(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth), false, part);
  }
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
  assert.equal(await element.evaluate(host => host.shadowRoot?.querySelectorAll('img, script').length), 0);
  assert.equal(await readLayoutShift(), 0);
  assert.deepEqual(complaints, []);
  await takeScreenshot(page, 'element-longest-names');
});

test('a site themes it with custom properties and parts', async t => {
  const css =
    'peloton-stats { --peloton-stats-accent: rgb(0, 90, 200); --peloton-stats-radius: 0 } peloton-stats::part(card) { padding: 40px }';
  const { page } = await visitSite(t, { css });
  await waitForEvents(page);
  const styles = await page.locator('peloton-stats').evaluate(element => {
    const read = (selector: string) => getComputedStyle(element.shadowRoot?.querySelector(selector) ?? element);
    return [read('svg').color, read('[part=card]').borderRadius, read('[part=card]').padding];
  });
  assert.deepEqual(styles, ['rgb(0, 90, 200)', '0px', '40px']);
});

test('another src shows other stats, and one that fails brings the children back', async t => {
  const { page } = await visitSite(t);
  await waitForEvents(page);
  const element = page.locator('peloton-stats');
  await page.route('**/api/stats?other', route =>
    route.fulfill({ ...statsWith([]), headers: { 'Access-Control-Allow-Origin': '*' } }),
  );
  await element.evaluate(host => host.setAttribute('src', `${host.getAttribute('src')}?other`));
  await waitForEvents(page, 2);
  assert.match(await element.locator('[part=total]').innerText(), /^234,567/);
  await page.route('**/api/stats?gone', route =>
    route.fulfill({ status: 503, headers: { 'Access-Control-Allow-Origin': '*' } }),
  );
  await element.evaluate(host => host.setAttribute('src', `${host.getAttribute('src')?.split('?')[0]}?gone`));
  assert.equal((await waitForEvents(page, 3))[2]?.[0], 'peloton-stats-failed');
  assert.equal(await page.getByAltText('My Peloton stats').isVisible(), true);
});

/** Counts the requests for stats and history from now on, none of which is answered. */
async function takeServiceAway(page: Page): Promise<string[]> {
  const asked: string[] = [];
  await page.route(/\/api\/(stats|history)/, route => {
    asked.push(route.request().url());
    return route.abort();
  });
  return asked;
}

const readTotal = (page: Page) => page.locator('peloton-stats [part=total-number]').innerText();

test('moved, in whatever way, or in another language it keeps its numbers without a request', async t => {
  const { page } = await visitSite(t);
  await waitForEvents(page);
  const asked = await takeServiceAway(page);
  const total = await readTotal(page);
  const element = page.locator('peloton-stats');
  const read = () => element.evaluate(host => host.shadowRoot?.querySelector('[part=total-number]')?.textContent);
  const day = () => element.locator('time').innerText();
  await element.evaluate(host => document.body.append(host));
  assert.equal(await read(), total);
  await element.evaluate(host =>
    Reflect.get(document.body, 'moveBefore').call(document.body, host, document.body.firstChild),
  );
  assert.equal(await read(), total);
  await element.evaluate(host => {
    host.remove();
    return new Promise(resolve => setTimeout(() => resolve(document.body.append(host))));
  });
  assert.equal(await read(), total);
  await element.evaluate(host => host.setAttribute('lang', 'de'));
  assert.match(await day(), /^\d+\.\d+\.\d{4}$/);
  await element.evaluate(host => host.removeAttribute('lang'));
  await page.evaluate(() => document.documentElement.setAttribute('lang', 'ko'));
  await page.waitForFunction(() =>
    document.querySelector('peloton-stats')?.shadowRoot?.querySelector('time')?.textContent?.includes('. '),
  );
  assert.equal(await read(), total);
  assert.deepEqual(asked, []);
  assert.equal((await waitForEvents(page)).length, 1);
});

test('moved while its first request is under way it goes on with that', async t => {
  const { page } = await visitSite(t);
  await waitForEvents(page);
  let requests = 0;
  await page.route('**/api/stats?late', async route => {
    requests++;
    await page.evaluate(() => document.body.append(document.querySelector('peloton-stats') as Element));
    await route.continue();
  });
  await page.locator('peloton-stats').evaluate(host => host.setAttribute('src', `${host.getAttribute('src')}?late`));
  assert.equal((await waitForEvents(page, 2))[1]?.[0], 'peloton-stats-loaded');
  assert.equal(requests, 1);
});

for (const place of ['iframe', 'popup'] as const) {
  test(`moved into the document of an ${place} it is drawn there, with its style`, async t => {
    const { page, complaints } = await visitSite(t);
    await waitForEvents(page);
    const asked = await takeServiceAway(page);
    const total = await readTotal(page);
    const seen = await page.evaluate(where => {
      const frame = document.createElement('iframe');
      document.body.append(frame);
      const view = where === 'iframe' ? frame.contentWindow : window.open('about:blank');
      const element = document.querySelector('peloton-stats') as HTMLElement;
      view?.document.body.append(element);
      const read = () => {
        const card = element.shadowRoot?.querySelector('[part=card]') as HTMLElement;
        const total = card.querySelector('[part=total-number]')?.textContent;
        return [total, card.ownerDocument.defaultView?.getComputedStyle(card).display];
      };
      const there = read();
      document.body.append(element);
      return [...there, ...read()];
    }, place);
    assert.deepEqual(seen, [total, 'grid', total, 'grid']);
    assert.deepEqual(asked, []);
    assert.deepEqual(complaints, []);
  });
}

test('in a document without a window it has its children, and no error', async t => {
  const { page, complaints } = await visitSite(t);
  await waitForEvents(page);
  const name = await page.evaluate(() => {
    const element = document.createElement('peloton-stats');
    document.implementation.createHTMLDocument().body.append(element);
    return element.shadowRoot?.firstElementChild?.localName;
  });
  assert.equal(name, 'slot');
  assert.deepEqual(complaints, []);
});

for (const event of ['visibilitychange', 'pageshow'] as const) {
  test(`seen again by ${event}, it asks again once its answer is older than it may be`, async t => {
    const { page } = await visitSite(t);
    await waitForEvents(page);
    let requests = 0;
    await page.route('**/api/stats', route => {
      requests++;
      return route.fulfill({ ...statsWith([]), headers: { 'Access-Control-Allow-Origin': '*' } });
    });
    const see = (options: { afterMs: number; state: string }) =>
      page.evaluate(
        ({ event, afterMs, state }) => {
          const now = Date.now();
          Date.now = () => now + afterMs;
          Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state });
          if (event === 'pageshow') window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
          else document.dispatchEvent(new Event('visibilitychange'));
        },
        { event, ...options },
      );
    await see({ afterMs: 200_000, state: 'visible' });
    await see({ afterMs: 200_000, state: 'hidden' });
    assert.equal(requests, 0, 'fresh, or hidden');
    await see({ afterMs: 1_000, state: 'visible' });
    await waitForEvents(page, 2);
    assert.equal(requests, 1);
    assert.equal(await readTotal(page), '234,567');
  });
}

test('its numbers stay when asking again fails, and it tells', async t => {
  const { page } = await visitSite(t);
  await waitForEvents(page);
  const total = await readTotal(page);
  await takeServiceAway(page);
  await page.evaluate(() => {
    const now = Date.now();
    Date.now = () => now + 400_000;
    document.dispatchEvent(new Event('visibilitychange'));
  });
  assert.equal((await waitForEvents(page, 2))[1]?.[0], 'peloton-stats-failed');
  assert.equal(await readTotal(page), total);
});

test('each attribute has a property, which may be set before the script arrives', async t => {
  const body = `<peloton-stats></peloton-stats><script>
    Object.assign(document.querySelector('peloton-stats'), { src: '${service.url}/api/stats', heading: 'Mine', hide: ['date', 'streaks'] });
    </script>${fill(snippets.tagHtml).split('\n')[0]}`;
  const site = await startSite(t, { '/': { type: 'text/html', body: wrapInDocument(body) } });
  const { page, complaints } = await openTab(browser);
  await page.goto(site);
  const element = page.locator('peloton-stats');
  await element.locator('[part=heading]').waitFor();
  assert.equal(await element.locator('[part=heading]').innerText(), 'Mine');
  assert.equal(await element.getAttribute('hide'), 'date,streaks');
  assert.equal(await element.locator('[part=as-of], [part=streak]').count(), 0);
  const values = await element.evaluate(host => {
    Object.assign(host, { heading: null, hide: undefined, theme: 'dark', accent: 'ff0', view: 'summary' });
    return ['src', 'view', 'theme', 'heading', 'accent', 'hide'].map(name => [
      Reflect.get(host, name),
      host.getAttribute(name),
    ]);
  });
  assert.deepEqual(values, [
    [`${service.url}/api/stats`, `${service.url}/api/stats`],
    ['summary', 'summary'],
    ['dark', 'dark'],
    ['', null],
    ['ff0', 'ff0'],
    ['', null],
  ]);
  assert.equal(await element.locator('[part=heading]').innerText(), 'Peloton stats');
  assert.equal(await element.locator('[part=streak]').count(), 1);
  assert.deepEqual(complaints, []);
});

test('what is asked for in vain is given up without a word', async t => {
  const { page, complaints } = await visitSite(t);
  await waitForEvents(page);
  const asked = await holdBack(page, '**/api/stats?held');
  const element = page.locator('peloton-stats');
  await element.evaluate(host => {
    for (const type of ['peloton-stats-loaded', 'peloton-stats-failed']) {
      host.addEventListener(type, event => Reflect.get(window, 'told').push([`${event.type} on the element`]));
    }
    host.setAttribute('src', `${host.getAttribute('src')}?held`);
  });
  await asked.until;
  const gone = page.waitForEvent('requestfailed');
  await element.evaluate(host => host.remove());
  await gone;
  await page.evaluate(() => new Promise(resolve => setTimeout(resolve)));
  assert.equal((await waitForEvents(page)).length, 1);
  assert.deepEqual(complaints, []);
});

/** Lets an address hang for ever; resolves when it is asked for. */
async function holdBack(page: Page, address: string): Promise<{ until: Promise<void> }> {
  let tell: () => void;
  const until = new Promise<void>(resolve => {
    tell = resolve;
  });
  await page.route(address, () => tell());
  return { until };
}
