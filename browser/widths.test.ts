// Card and element by every option, from a narrow sidebar to a wide column: no number is cut or broken, no text lies on another,
// and what is to be read has a contrast of at least 4.5.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Resvg } from '@resvg/resvg-js';
import type { Page } from 'playwright-core';
import { renderCard } from '../src/views/card.ts';
import { contrast } from '../src/views/colour.ts';
import { readQuery } from '../src/views/options.ts';
import { measureDistance, readPixels } from '../test/pixels.ts';
import { sampleHistory, sampleSnapshot } from '../test/sample-member.ts';
import { openTab, setTextSize, takeScreenshot } from './open-browser.ts';
import { browser, service } from './shared.ts';
import { startSite, wrapInDocument } from './start-site.ts';

const widths = [200, 320, 375, 480, 768, 1_100];
const history = sampleHistory({ days: 200 });
const sample = sampleSnapshot(history);
/** A lifetime's numbers, as wide as they come below a million. */
const snapshot = {
  ...sample,
  streaks: { ...sample.streaks, current_weekly: 1_022, best_weekly: 1_022 },
  workout_counts: {
    total_workouts: 234_567,
    workouts: sample.workout_counts.workouts.map((workout, index) => ({
      ...workout,
      count: index === 0 ? 123_456 : workout.count,
    })),
  },
};
const queries = [
  '',
  'theme=light&accent=ffff00',
  'theme=dark&accent=0000ff&lang=de',
  'lang=ar-EG',
  'lang=hi&title=A+heading+of+sixty+characters+which+is+as+long+as+it+may+be!',
  'hide=total',
  'hide=streaks',
  'hide=disciplines',
  'hide=date',
  'hide=total,streaks&accent=888',
];

type Box = { left: number; right: number; top: number; bottom: number };
type Seen = { text: string; rects: Box[]; clip: Box; colour: string };

/** Every text that is seen in a root: where it stands, and what it must not leave. */
function listTexts(page: Page, selector: string): Promise<Seen[][]> {
  return page.locator(selector).evaluateAll(hosts => {
    const toBox = ({ left, right, top, bottom }: DOMRect) => ({ left, right, top, bottom });
    return hosts.map(host => {
      const root = host.shadowRoot ?? host;
      const room = (host.shadowRoot?.querySelector('[part=card]') ?? host).getBoundingClientRect();
      const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
      const texts: Seen[] = [];
      while (walker.nextNode()) {
        const node = walker.currentNode;
        const parent = node.parentElement;
        if (!parent || !node.textContent?.trim() || parent.closest('.heard, style, title, desc')) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        let clip = room;
        for (let at: Element | null = parent; at && at !== host; at = at.parentElement) {
          const own = at.getBoundingClientRect();
          const style = getComputedStyle(at);
          if (style.overflow !== 'visible' && at.clientWidth > 0 && own.width < clip.width) clip = own;
        }
        const style = getComputedStyle(parent);
        const colour = host.shadowRoot ? style.color : style.fill;
        texts.push({
          text: node.textContent.trim(),
          rects: Array.from(range.getClientRects(), toBox),
          clip: toBox(clip),
          colour,
        });
      }
      return texts;
    });
  });
}

function assertLegible(texts: Seen[], where: string): void {
  assert.ok(texts.length > 1, where);
  const seen: (Box & { text: string; index: number })[] = [];
  for (const [index, { text, rects, clip }] of texts.entries()) {
    const isNumber = /^[+−]?[\p{Nd}.,٬]+$/u.test(text);
    if (isNumber) assert.equal(rects.length, 1, `${text} is in pieces, ${where}`);
    for (const { left, right, top, bottom } of rects) {
      if (isNumber) assert.ok(left >= clip.left - 1 && right <= clip.right + 1, `${text} is cut, ${where}`);
      const visible = { text, index, left: Math.max(left, clip.left), right: Math.min(right, clip.right), top, bottom };
      // Lines of text overlap by what the font keeps free above and below its letters.
      const slack = (bottom - top) * 0.3;
      for (const other of seen.filter(each => each.index !== index)) {
        const across = Math.min(visible.right, other.right) - Math.max(visible.left, other.left);
        const down = Math.min(bottom, other.bottom) - Math.max(top, other.top);
        assert.ok(across <= 1.5 || down <= slack, `${text} lies on ${other.text}, ${where}`);
      }
      seen.push(visible);
    }
  }
}

function assertContrast(colours: string[], ground: string, where: string): void {
  for (const colour of new Set(colours)) {
    const ratio = contrast(toHex(colour), toHex(ground));
    assert.ok(ratio >= 4.5, `${colour} on ${ground} is ${ratio.toFixed(2)}, ${where}`);
  }
}

/** `rgb(1, 2, 3)` or `color(srgb 0 0.5 1)` as `#rrggbb`. */
function toHex(colour: string): string {
  if (colour.startsWith('#')) return colour;
  const numbers = (colour.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number);
  const channels = colour.startsWith('color(') ? numbers.map(share => Math.round(share * 255)) : numbers;
  return `#${channels.map(channel => channel.toString(16).padStart(2, '0')).join('')}`;
}

function toElement(query: string, width: number): string {
  const attributes = [...new URLSearchParams(query)].map(
    ([name, value]) => `${name === 'title' ? 'heading' : name}="${value}"`,
  );
  return `<div style="width:${width}px;margin:4px"><peloton-stats src="${service.url}/api/stats" ${attributes.join(' ')}></peloton-stats></div>`;
}

/** At all widths, or at those asked for. */
async function showElements(
  t: TestContext,
  { style = '', direction = 'ltr', at = widths, total_workouts = 234_567 } = {},
): Promise<Page> {
  const elements = queries.flatMap(query => at.map(width => toElement(query, width)));
  const head = `<script type="module" src="${service.url}/api/widget.js"></script><style>main{display:flex;flex-wrap:wrap;align-items:start}${style}</style>`;
  const body = wrapInDocument(elements.join(''), head).replace('<html ', `<html dir="${direction}" `);
  const site = await startSite(t, { '/': { type: 'text/html', body } });
  const { page, complaints } = await openTab(browser, { width: 2_400 });
  const answer = (json: object) => ({ body: JSON.stringify(json), headers: { 'Access-Control-Allow-Origin': '*' } });
  await page.route('**/api/stats', route =>
    route.fulfill(answer({ ...snapshot, workout_counts: { ...snapshot.workout_counts, total_workouts } })),
  );
  await page.route('**/api/history?*', route => route.fulfill(answer({ points: history })));
  await page.goto(site);
  await page.waitForFunction(
    count =>
      [...document.querySelectorAll('peloton-stats')].filter(each => each.shadowRoot?.querySelector('section'))
        .length === count,
    elements.length,
  );
  assert.deepEqual(complaints, []);
  return page;
}

const whereIs = (index: number, at = widths) =>
  `${at[index % at.length]} pixels, ${queries[Math.floor(index / at.length)]}`;
const few = [200, 480];

for (const times of [1, 2]) {
  test(`the element by every option at every width, text ${times * 100} %`, async t => {
    const page = await showElements(t);
    await setTextSize(page, times);
    const all = await listTexts(page, 'peloton-stats');
    assert.equal(all.length, queries.length * widths.length);
    for (const [index, texts] of all.entries()) assertLegible(texts, `${whereIs(index)}, text ${times * 100} %`);
    const overflowing = await page
      .locator('peloton-stats')
      .evaluateAll(hosts => hosts.filter(host => host.scrollWidth > (host.parentElement?.clientWidth ?? 0)).length);
    assert.equal(overflowing, 0);
    await takeScreenshot(page, `element-widths-${times * 100}`);
  });
}

test('a total of many letters is as small as its place demands', async t => {
  const page = await showElements(t, { total_workouts: 88_888_888, style: ':root { font-size: 150% }' });
  for (const [index, texts] of (await listTexts(page, 'peloton-stats')).entries()) assertLegible(texts, whereIs(index));
  const rooms = await page.locator('peloton-stats [part=total-number]').evaluateAll(numbers =>
    numbers.map(number => {
      const range = document.createRange();
      range.selectNodeContents(number);
      const room = number.closest('[part=figures]')?.getBoundingClientRect();
      return (room?.width ?? 0) - range.getBoundingClientRect().width;
    }),
  );
  assert.ok(Math.min(...rooms) >= 0, `${Math.min(...rooms)} pixels left`);
});

test('the element on a page from right to left is as whole, and its phrases stay in order', async t => {
  const page = await showElements(t, { direction: 'rtl', at: few });
  for (const [index, texts] of (await listTexts(page, 'peloton-stats')).entries()) {
    assertLegible(texts, `${whereIs(index, few)}, from right to left`);
  }
  const change = page.locator('peloton-stats [part=change]').first();
  const order = await change.evaluate(element => {
    const node = element.querySelector('bdi')?.firstChild as Node;
    const at = (index: number) => {
      const range = document.createRange();
      range.setStart(node, index);
      range.setEnd(node, index + 1);
      return range.getBoundingClientRect().left;
    };
    return at(0) < at(1);
  });
  assert.equal(order, true, 'the plus stands before its number');
  await takeScreenshot(page, 'element-widths-rtl');
});

for (const [name, style, ground] of [
  ['light', ':root{background:#fff;color:#222}', '#ffffff'],
  ['dark, which does not say so', ':root{background:#111;color:#eee}', '#111111'],
] as const) {
  test(`everything to be read on a site that is ${name} has a contrast of 4.5`, async t => {
    const page = await showElements(t, { style, at: few });
    const found = await page.locator('peloton-stats').evaluateAll(hosts =>
      hosts.map(host => {
        const root = host.shadowRoot as ShadowRoot;
        const read = (selector: string) =>
          [...root.querySelectorAll(selector)].map(element => getComputedStyle(element).color);
        const card = getComputedStyle(root.querySelector('[part=card]') as Element);
        return {
          background: card.backgroundColor,
          colours: read('p, b, th, td, [part=icon], [part=bar], [part=trend]'),
        };
      }),
    );
    for (const [index, { background, colours }] of found.entries()) {
      assertContrast(colours, background === 'rgba(0, 0, 0, 0)' ? ground : background, whereIs(index, few));
    }
  });
}

test('under forced colours and on paper the element is there', async t => {
  const page = await showElements(t, { at: few });
  await page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' });
  const element = page.locator('peloton-stats').first();
  const bar = await element
    .locator('[part=bar]')
    .first()
    .evaluate(each => [getComputedStyle(each).color, getComputedStyle(each).outlineStyle]);
  const ink = await element.locator('[part=total-number]').evaluate(each => getComputedStyle(each).color);
  assert.deepEqual(bar, [ink, 'solid']);
  assert.equal(await element.evaluate(host => host.shadowRoot?.getAnimations().length), 0);
  await takeScreenshot(page, 'element-widths-forced-colours');
  await page.emulateMedia({ forcedColors: 'none', media: 'print' });
  const dark = page.locator('peloton-stats[theme=dark] [part=total-number]').first();
  assert.equal(await dark.evaluate(each => getComputedStyle(each).color), 'rgb(28, 25, 23)');
  assert.equal(
    await element
      .locator('[part=bar]')
      .first()
      .evaluate(each => getComputedStyle(each).printColorAdjust),
    'exact',
  );
});

test('the card by every option: no number cut, none on another, all with contrast', async () => {
  const { page } = await openTab(browser, { width: 520 });
  for (const query of queries) {
    const { svg } = renderCard({ snapshot, history }, readQuery(new URLSearchParams(query)));
    await page.setContent(svg);
    const [texts = []] = await listTexts(page, 'body > svg');
    assertLegible(texts, query);
    const [heading, asOf] = texts;
    if (!query.includes('date')) {
      const gap = (asOf?.rects[0]?.left ?? 0) - (heading?.rects[0]?.right ?? 0);
      assert.ok(gap > 8, `${gap} pixels between heading and date, ${query}`);
    }
    const ground = await page.locator('svg > rect').evaluate(rect => getComputedStyle(rect).fill);
    const accents = await page
      .locator('svg svg')
      .evaluateAll(icons => icons.map(icon => getComputedStyle(icon).stroke).filter(colour => colour !== 'none'));
    assertContrast([...texts.map(({ colour }) => colour), ...accents], ground, query);
  }
});

test('the card at every width is the same in Chromium, librsvg and resvg', async () => {
  const { page } = await openTab(browser, { width: 1_200 });
  for (const [index, width] of widths.entries()) {
    const query = queries[index % 3] ?? '';
    const { svg } = renderCard({ snapshot, history }, readQuery(new URLSearchParams(query)));
    const source = `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
    await page.setContent(
      `<body style="margin:0;background:#fff"><img width="${width}" style="display:block" src="${source}" alt="">`,
    );
    const chromium = await readPixels(await page.locator('img').screenshot());
    const resvg = await readPixels(
      new Resvg(svg, { fitTo: { mode: 'width', value: width } }).render().asPng(),
      width,
      chromium.height,
    );
    const librsvg = await readPixels(svg, width, chromium.height);
    for (const [name, pixels] of Object.entries({ librsvg, resvg })) {
      const distance = measureDistance(chromium, pixels);
      assert.ok(distance < 30, `${name} is ${distance} away at ${width}`);
    }
  }
});
