// The example page of docs/api.md on an origin of its own, against the real service: what it shows, and that the browser
// does all the caching.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, beforeEach, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import type { fetchStats } from '../examples/plain-html/show-stats.js';
import { type FaultProxy, startFaultProxy } from '../test/fault-proxy.ts';
import { type HostBench, startHostBench } from '../test/host-bench.ts';
import { assertAccessible, openTab } from './open-browser.ts';
import { browser } from './shared.ts';
import { startSite } from './start-site.ts';

const example = (file: string) =>
  readFile(fileURLToPath(new URL(`../examples/plain-html/${file}`, import.meta.url)), 'utf8');
const [html, script] = await Promise.all([example('index.html'), example('show-stats.js')]);

let bench: HostBench;
/** In front of the service: counts what reaches it, and can fail. */
let service: FaultProxy;

before(async () => {
  bench = await startHostBench();
  service = await startFaultProxy({ target: bench.host.url });
});

after(async () => {
  await service?.close();
});

beforeEach(() => {
  service.requests.length = 0;
  service.faults.clear();
});

/** The page as it is in the repository, but for the address of the service. */
async function visit(t: TestContext) {
  const site = await startSite(t, {
    '/': { type: 'text/html', body: html.replace('http://127.0.0.1:7071', service.url) },
    '/show-stats.js': { type: 'text/javascript', body: script },
  });
  const tab = await openTab(browser);
  await tab.page.goto(site);
  await untilShown(tab.page);
  return { ...tab, site };
}

function untilShown(page: Page) {
  return page.waitForFunction(() => document.getElementById('total')?.textContent !== 'Loading…');
}

const asked = () => service.requests.filter(({ path }) => path === '/api/stats').length;

test('before the first sync it says so', async t => {
  const { page } = await visit(t);
  assert.equal(await page.locator('#total').innerText(), 'No stats yet.');
  assert.equal((await bench.sync()).status, 200);
  await new Promise(resolve => setTimeout(resolve, 5_100)); // the service remembers for as long that there were none
});

test('it shows what the service has, and is accessible', async t => {
  const { page, complaints } = await visit(t);
  const stats: Awaited<ReturnType<typeof fetchStats>> = JSON.parse((await bench.call('/api/stats')).body.toString());
  assert.ok(stats);
  const { total_workouts: total, workouts } = stats.workout_counts;
  assert.equal(await page.locator('#total').innerText(), `${total} workouts by ${stats.date}`);
  const lines = workouts.filter(({ count }) => count > 0).map(({ name, count }) => `${name}: ${count}`);
  assert.deepEqual(await page.locator('li').allInnerTexts(), lines);
  await assertAccessible(page);
  assert.deepEqual(complaints, []);
});

test('the browser asks once, however often the page is opened', async t => {
  const { page, site } = await visit(t);
  for (let visits = 0; visits < 3; visits++) {
    await page.goto(`${site}`);
    await untilShown(page);
  }
  assert.equal(asked(), 1);
});

test('the browser asks by the tag it has, and the page sees the stats as ever', async t => {
  const seen: { tag: string | undefined; isPreflight: boolean }[] = [];
  const { page } = await visit(t);
  service.faults.add({
    match: request => {
      seen.push({ tag: request.headers['if-none-match'], isPreflight: request.method === 'OPTIONS' });
      return false;
    },
    fault: 'reset',
  });
  const answer = await page.evaluate(async url => {
    const response = await fetch(`${url}/api/stats`, { cache: 'no-cache' });
    return { status: response.status, tag: response.headers.get('etag'), stats: await response.json() };
  }, service.url);
  assert.deepEqual(seen, [{ tag: answer.tag, isPreflight: false }]);
  assert.match(answer.tag ?? '', /^"[\w-]+-br"$|^"[\w-]+-gz"$/);
  assert.equal(answer.status, 200);
  assert.equal(answer.stats.schema_version, 1);
});

test('while the service is down it says so, and nothing breaks', async t => {
  service.faults.add({ match: {}, fault: { status: 503, headers: { 'Access-Control-Allow-Origin': '*' } } });
  const { page } = await visit(t);
  assert.equal(await page.locator('#total').innerText(), 'The stats cannot be read at the moment.');
  assert.equal(await page.locator('li').count(), 0);
});
