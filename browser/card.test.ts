import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import * as card from '../src/views/card.ts';
import { readQuery } from '../src/views/options.ts';
import { palettes } from '../src/views/theme.ts';
import { colourAt, measureDistance, readPixels, renderers } from '../test/pixels.ts';
import { sampleActivity, sampleRecentWorkouts } from '../test/sample-activity.ts';
import { sampleHistory, sampleSnapshot } from '../test/sample-member.ts';
import { openTab, takeScreenshot } from './open-browser.ts';
import { browser, service } from './shared.ts';
import { startSite, wrapInDocument } from './start-site.ts';

const history = sampleHistory({ days: 200 });
const snapshot = sampleSnapshot(history);

function renderCard(data: Parameters<typeof card.renderCard>[0], query = ''): string {
  return card.renderCard(data, readQuery(new URLSearchParams(query))).svg;
}

function renderCardPlaceholder(message: card.PlaceholderMessage, query = ''): string {
  return card.renderCardPlaceholder(message, readQuery(new URLSearchParams(query))).svg;
}

const activity = sampleActivity({ days: 800 });
const workouts = { schema_version: 1 as const, as_of: activity.as_of, workouts: sampleRecentWorkouts() };
const trained = { snapshot, history, training: { activity, workouts } };
const most = Number.MAX_SAFE_INTEGER;
const names = [
  'W'.repeat(300),
  '</text></svg><script>alert(1)</script>',
  '\u202eright to left\u0000\u0008\ufffe\ud800',
  '漢字'.repeat(90),
  `z${'\u0335\u031b\u0328'.repeat(60)}`,
  'مرحبا بالعالم '.repeat(9),
];
const hostile = {
  ...sampleSnapshot(history),
  workout_counts: { total_workouts: most, workouts: names.map(name => ({ name, slug: name, count: most })) },
  streaks: { current_weekly: most, best_weekly: most },
};

for (const colorScheme of ['light', 'dark'] as const) {
  test(`the card as a picture on another site follows ${colorScheme}`, async t => {
    const show = (theme: string) => ({
      type: 'text/html',
      body: wrapInDocument(`<img src="${service.url}/api/card.svg?theme=${theme}" alt="card">`),
    });
    const site = await startSite(t, { '/auto': show('auto'), '/light': show('light'), '/dark': show('dark') });
    const { page, complaints } = await openTab(browser, { colorScheme });
    const shots: Record<string, string> = {};
    for (const theme of ['auto', 'light', 'dark']) {
      await page.goto(`${site}${theme}`);
      const width = await page.locator('img').evaluate(image => (image as HTMLImageElement).naturalWidth);
      assert.equal(width, 480);
      shots[theme] = (await page.locator('img').screenshot()).toString('base64');
      await takeScreenshot(page, `card-${theme}-on-${colorScheme}`);
    }
    assert.equal(shots.auto === shots[colorScheme], true);
    assert.equal(shots.light === shots.dark, false);
    assert.deepEqual(complaints, []);
  });
}

test('the card opened by itself passes its own policy and has a name', async () => {
  const { page, complaints } = await openTab(browser, { colorScheme: 'dark' });
  await page.goto(`${service.url}/api/card.svg`);
  assert.equal(
    await page.evaluate(() => getComputedStyle(document.querySelector('rect') as Element).fill),
    'rgb(23, 22, 20)',
  );
  assert.equal(await page.getByRole('img', { name: 'Peloton stats' }).count(), 1);
  assert.deepEqual(complaints, []);
});

for (const [lang, total_workouts] of [
  ['en', most],
  ['de', 88_888_888],
  ['vi', 88_888_888],
  ['hi', 888_888],
] as const) {
  test(`no text of the longest names and numbers leaves its room, in ${lang}`, async () => {
    const { page } = await openTab(browser);
    const large = { ...hostile, workout_counts: { ...hostile.workout_counts, total_workouts } };
    const svg = renderCard({ snapshot: large, history }, `theme=light&lang=${lang}`);
    await page.setContent(svg.replace('<svg ', '<svg style="position:absolute;inset:0" '));
    const places = await listTextPlaces(page);
    assert.equal(places.length, 6 + 2 * names.length);
    for (const { text, left, right, roomRight } of places) {
      assert.ok(left >= 20 && Math.min(right, roomRight) <= 458, `${text} from ${left} to ${right}`);
      if (left < 240) assert.ok(right <= 246 || left > 200, `${text} runs into the disciplines: ${right}`);
    }
    if (lang === 'en') await takeScreenshot(page, 'card-longest-names');
  });
}

/** Where each text ends, and where the picture around it clips it. */
async function listTextPlaces(page: Page) {
  return page.locator('text').evaluateAll(texts =>
    texts.map(text => {
      const { left, right } = text.getBoundingClientRect();
      const room = text.closest('svg')?.getBoundingClientRect();
      return { text: text.textContent, left, right, roomRight: room?.right ?? 0 };
    }),
  );
}

test('the strictest reader of XML takes every card', async () => {
  const { page } = await openTab(browser);
  const cards = [
    renderCard({ snapshot: hostile, history }),
    renderCard({ snapshot: hostile, history: [] }, 'theme=dark'),
    renderCardPlaceholder('no stats yet'),
    renderCardPlaceholder('stats unavailable', 'theme=light'),
  ];
  const errors = await page.evaluate(
    texts =>
      texts.map(
        text => new DOMParser().parseFromString(text, 'image/svg+xml').querySelector('parsererror')?.textContent,
      ),
    cards,
  );
  assert.deepEqual(errors, Array(cards.length).fill(undefined));
  const broken = await page.evaluate(
    () => new DOMParser().parseFromString('<svg>\u0008</svg>', 'image/svg+xml').querySelector('parsererror') !== null,
  );
  assert.equal(broken, true);
});

test('both placeholders are pictures too', async () => {
  const messages = ['no stats yet', 'stats unavailable'] as const;
  const { page } = await openTab(browser, { colorScheme: 'dark' });
  await page.setContent(messages.map(message => renderCardPlaceholder(message)).join(' '));
  for (const message of messages) assert.equal(await page.locator('text', { hasText: message }).isVisible(), true);
  await takeScreenshot(page, 'card-placeholders');
});

/** The picture as a site shows it, at its own size. */
async function drawWithChromium(page: Page, svg: string) {
  const source = `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
  await page.setContent(`<body style="margin:0;background:#fff"><img style="display:block" src="${source}" alt="">`);
  return readPixels(await page.locator('img').screenshot());
}

test('Chromium, librsvg and resvg draw the card alike, in its own colours', async () => {
  const { page } = await openTab(browser);
  // Latin names alone: the fonts that stand in for other scripts differ from one renderer to the next.
  const workouts = [{ name: 'W'.repeat(300), slug: 'w', count: most }];
  const large = { ...hostile, workout_counts: { total_workouts: most, workouts } };
  const drawings: [string, string][] = [
    [renderCard({ snapshot, history }), palettes.light.background],
    [renderCard({ snapshot, history }, 'theme=dark&accent=ffff00&lang=de&title=Anna'), palettes.dark.background],
    [renderCard({ snapshot, history }, 'hide=disciplines'), palettes.light.background],
    [renderCard({ snapshot: large, history: [] }, 'hide=streaks,date'), palettes.light.background],
    [renderCard(trained, 'view=year'), palettes.light.background],
    [renderCard(trained, 'view=year&year=2025&theme=dark&accent=00ffaa&lang=de'), palettes.dark.background],
    [renderCard(trained, 'view=recent&theme=dark'), palettes.dark.background],
    [renderCardPlaceholder('stats unavailable', 'theme=dark'), palettes.dark.background],
  ];
  for (const [svg, background] of drawings) {
    const chromium = await drawWithChromium(page, svg);
    for (const [name, render] of Object.entries(renderers)) {
      const pixels = await render(svg);
      assert.equal(colourAt(pixels, 12, 12), background, name);
      const distance = measureDistance(chromium, pixels);
      assert.ok(distance < 20, `${name} is ${distance} away`);
    }
  }
});

test('an inlined card changes nothing of its page, and is not changed by its neighbours', async () => {
  const { page } = await openTab(browser, { colorScheme: 'dark' });
  const body =
    '<p id="title" class="muted heading total">text</p><p id="desc" class="frame card icon bar">more</p><svg><text class="count">1</text></svg>';
  const read = () =>
    page.evaluate(() =>
      [...document.querySelectorAll('p, body > svg text.count')].map(element =>
        Array.from(getComputedStyle(element), name => getComputedStyle(element).getPropertyValue(name)).join(),
      ),
    );
  await page.setContent(body);
  const before = await read();
  const cards = ['', 'accent=00f', 'theme=light', 'theme=dark'].map(query => renderCard({ snapshot, history }, query));
  await page.setContent(body + cards.join(''));
  assert.deepEqual(await read(), before);
  const ids = await page.evaluate(() => [...document.querySelectorAll('[id]')].map(({ id }) => id));
  assert.deepEqual(ids, ['title', 'desc']);
  const grounds = await page.locator('svg > rect').evaluateAll(rects => rects.map(rect => getComputedStyle(rect).fill));
  assert.deepEqual(grounds, ['rgb(23, 22, 20)', 'rgb(23, 22, 20)', 'rgb(255, 254, 252)', 'rgb(23, 22, 20)']);
});

test('under forced colours an inlined card keeps its own', async () => {
  const { page } = await openTab(browser);
  await page.emulateMedia({ forcedColors: 'active' });
  await page.setContent(renderCard({ snapshot, history }, 'theme=light'));
  const fills = await page.locator('text').evaluateAll(texts => texts.map(text => getComputedStyle(text).fill));
  assert.deepEqual([...new Set(fills)].sort(), ['rgb(101, 95, 88)', 'rgb(28, 25, 23)']);
});
