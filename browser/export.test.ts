// The files of `npm run export` on a plain file server, at its root and in a folder of it, without any service: the page, the
// pictures, the element and the data.

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import type { Browser } from 'playwright-core';
import type { Snapshot } from '../src/stats/snapshot.ts';
import { startBench } from '../test/bench.ts';
import { spawnCommand } from '../test/spawn-command.ts';
import { assertAccessible, openBrowser, openTab, takeScreenshot } from './open-browser.ts';
import { type SiteFiles, startSite, wrapInDocument } from './start-site.ts';

let browser: Browser;
let folder: string;
let snapshot: Snapshot;

before(async () => {
  browser = await openBrowser();
  const bench = await startBench({ at: new Date().toISOString() });
  await bench.tick();
  folder = await mkdtemp(join(tmpdir(), 'export-'));
  const { code, errors } = await spawnCommand('export', { args: [folder], settings: bench.settings });
  assert.deepEqual([code, errors], [0, '']);
  snapshot = JSON.parse(readFileSync(join(folder, 'stats.json'), 'utf8'));
});
after(async () => {
  await browser?.close();
  await rm(folder, { recursive: true });
});

const types: Record<string, string> = {
  '.html': 'text/html',
  '.json': 'application/json',
  '.csv': 'text/csv',
  '.svg': 'image/svg+xml',
  '.js': 'text/javascript',
};

/** The folder as any file server has it, under a path that begins and ends with a slash, with a page of somebody else's site beside it. */
async function serveFolder(t: TestContext, path: string, beside = ''): Promise<string> {
  const files: SiteFiles = { '/beside': { type: 'text/html', body: wrapInDocument(beside) } };
  for (const name of globSync('**/*.*', { cwd: folder })) {
    const file = { type: types[extname(name)] ?? '', body: readFileSync(join(folder, name), 'utf8') };
    files[path + name.replaceAll('\\', '/')] = file;
    if (name === 'index.html') files[path] = file;
  }
  return (await startSite(t, files)).slice(0, -1);
}

for (const [where, path] of [
  ['the root of a file server', '/'],
  ['a folder of a file server', '/my/stats/'],
] as const) {
  test(`the page works from ${where}: it shows the stats, and every link of it leads to a file`, async t => {
    const site = await serveFolder(t, path);
    const { page, complaints } = await openTab(browser);
    await page.goto(`${site}${path}`);
    const total = snapshot.workout_counts.total_workouts;
    assert.match(await page.title(), new RegExp(`^${total.toLocaleString('en')} workouts`));
    assert.match(
      await page.locator('footer').innerText(),
      /^These files were made on \w+, \w+ \d+, \d{4} and stay as they are/,
    );
    const links = await page
      .locator('a[href], link[href], img[src]')
      .evaluateAll(elements => elements.map(element => Reflect.get(element, 'href') ?? Reflect.get(element, 'src')));
    const local = links.filter(link => String(link).startsWith(site));
    assert.ok(local.length >= 2, local.join());
    for (const link of local) assert.equal((await fetch(link)).status, 200, link);
    await assertAccessible(page);
    assert.deepEqual(complaints, []);
    await takeScreenshot(page, `export${path.replaceAll('/', '-')}page`);
  });

  test(`pictures and element work from ${where}, on another page`, async t => {
    const names = globSync('card*.svg', { cwd: folder });
    assert.ok(names.length >= 3);
    const pictures = names.map(name => `<img src=".${path}${name}" alt="${name}">`).join('');
    const site = await serveFolder(
      t,
      path,
      `${pictures}<script type="module" src=".${path}widget.js"></script>
      <peloton-stats></peloton-stats><peloton-stats src=".${path}stats.json"></peloton-stats>`,
    );
    const { page, complaints } = await openTab(browser);
    await page.goto(`${site}/beside`);
    const totals = page.locator('peloton-stats [part=total]');
    await totals.nth(1).waitFor();
    const total = snapshot.workout_counts.total_workouts.toLocaleString('en');
    for (const text of await totals.allInnerTexts()) assert.ok(text.startsWith(total), text);
    const widths = await page
      .locator('main > img')
      .evaluateAll(images => images.map(image => Reflect.get(image, 'naturalWidth')));
    assert.ok(
      widths.every(width => width > 0),
      `${names}: ${widths}`,
    );
    assert.deepEqual(complaints, []);
    await takeScreenshot(page, `export${path.replaceAll('/', '-')}beside`);
  });
}
