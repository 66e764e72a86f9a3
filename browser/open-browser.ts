// A real Chromium for the tests, and a tab that keeps what must not happen: console errors, failed requests, layout shifts.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const places = [
  process.env.CHROMIUM_PATH ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
];

export async function openBrowser(): Promise<Browser> {
  const executablePath = places.find(existsSync);
  if (executablePath === undefined)
    throw new Error('No Chromium is installed: set CHROMIUM_PATH, or apt-get install chromium.');
  const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];
  return chromium.launch({ executablePath, args: [...args, '--disable-component-update', '--disable-sync'] });
}

export type Tab = { page: Page; complaints: string[]; readLayoutShift: () => Promise<number> };

export type TabOptions = Pick<BrowserContextOptions, 'colorScheme' | 'javaScriptEnabled'> & { width?: number };

/** A tab in a fresh profile, 1,000 pixels wide where nothing else is asked for. */
export async function openTab(browser: Browser, { width = 1_000, ...options }: TabOptions = {}): Promise<Tab> {
  const context = await browser.newContext({ viewport: { width, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', message => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', error => complaints.push(String(error)));
  await page.addInitScript(watchLayout);
  return { page, complaints, readLayoutShift: () => page.evaluate(() => Reflect.get(window, 'layoutShift')) };
}

function watchLayout(): void {
  let sum = 0;
  Object.defineProperty(window, 'layoutShift', { get: () => sum });
  new PerformanceObserver(list => {
    for (const entry of list.getEntries()) sum += Reflect.get(entry, 'value');
  }).observe({ type: 'layout-shift', buffered: true });
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Fails with the rule and the place of every violation that axe finds. */
export async function assertAccessible(page: Page): Promise<void> {
  await page.evaluate(axeSource);
  const violations: string[] = await page.evaluate(async () => {
    const result = await Reflect.get(window, 'axe').run();
    return result.violations.flatMap(
      (violation: { id: string; nodes: { target: unknown; failureSummary?: string }[] }) =>
        violation.nodes.map(node => `${violation.id} at ${node.target}: ${node.failureSummary}`),
    );
  });
  assert.deepEqual(violations, []);
}

/** Writes browser/screenshots/NAME.png, the whole page. */
export async function takeScreenshot(page: Page, name: string): Promise<void> {
  const folder = fileURLToPath(new URL('./screenshots/', import.meta.url));
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: `${folder}${name}.png`, fullPage: true });
}

/** Makes all text so many times as large, as a reader's setting does. */
export async function setTextSize(page: Page, times: number): Promise<void> {
  await page.evaluate(factor => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`:root:root { font-size: ${factor * 100}% }`);
    document.adoptedStyleSheets = [sheet];
  }, times);
}
