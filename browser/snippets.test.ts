import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { snippets } from '../src/views/embedded.ts';
import { openTab, takeScreenshot } from './open-browser.ts';
import { browser, service } from './shared.ts';
import { startSite, wrapInDocument } from './start-site.ts';

function fill(snippet: string): string {
  return snippet.replaceAll('PUBLIC_URL', service.url);
}

test('the picture shows on another origin and leads to the page', async t => {
  const site = await startSite(t, { '/': { type: 'text/html', body: wrapInDocument(fill(snippets.imageHtml)) } });
  const { page, complaints, readLayoutShift } = await openTab(browser);
  await page.goto(site);
  const picture = page.getByAltText('My Peloton stats');
  assert.equal(await picture.evaluate(image => (image as HTMLImageElement).naturalWidth), 480);
  assert.equal(await readLayoutShift(), 0);
  assert.deepEqual(complaints, []);
  await picture.click();
  await page.waitForURL(`${service.url}/api/page`);
  assert.match(await page.title(), /Peloton stats/);
});

test('the script after the picture says the numbers of today', async t => {
  const body = wrapInDocument(fill(snippets.imageHtml) + fill(snippets.imageAlt));
  const site = await startSite(t, { '/': { type: 'text/html', body } });
  const { page, complaints } = await openTab(browser);
  await page.goto(site);
  const { workout_counts, date } = service.snapshot;
  await page.getByAltText(`${workout_counts.total_workouts} Peloton workouts by ${date}`).waitFor();
  assert.deepEqual(complaints, []);
});

test('the Markdown names a picture and a page that are there', async () => {
  const urls = [...fill(snippets.imageMarkdown).matchAll(/\]\((.*?)\)/g)].map(match => match[1] ?? '');
  const types = await Promise.all(urls.map(async url => (await fetch(url)).headers.get('content-type')));
  assert.deepEqual(types, ['image/svg+xml; charset=utf-8', 'text/html; charset=utf-8']);
});

test('each badge asks shields.io for an address that answers with a badge', async () => {
  const urls = [...fill(snippets.badge).matchAll(/\]\((.*?)\)/g)].map(match => new URL(match[1] ?? ''));
  assert.equal(urls.length, 3);
  for (const url of urls) {
    assert.equal(url.origin + url.pathname, 'https://img.shields.io/endpoint');
    const badge = await (await fetch(url.searchParams.get('url') ?? '')).json();
    assert.deepEqual([badge.schemaVersion, badge.isError], [1, undefined]);
    assert.match(badge.message, /^[\d,]+( weeks)?$/);
  }
});

test('the fetch snippet writes a sentence', async t => {
  const site = await startSite(t, { '/': { type: 'text/html', body: wrapInDocument(fill(snippets.fetch)) } });
  const { page, complaints } = await openTab(browser);
  await page.goto(site);
  const { workout_counts, streaks, date } = service.snapshot;
  const [first] = workout_counts.workouts;
  await page.waitForFunction(() => document.getElementById('peloton')?.textContent !== '');
  assert.match(
    await page.locator('#peloton').innerText(),
    new RegExp(
      `^${workout_counts.total_workouts} workouts by ${date}, ${streaks?.current_weekly} weeks in a row: ${first?.name} ${first?.count}, `,
    ),
  );
  assert.deepEqual(complaints, []);
});

test('the React component shows the disciplines', async t => {
  const script = await bundleReact();
  const body = wrapInDocument('<div id="root"></div><script type="module" src="app.js"></script>');
  const site = await startSite(t, {
    '/': { type: 'text/html', body },
    '/app.js': { type: 'text/javascript', body: script },
  });
  const { page, complaints } = await openTab(browser);
  await page.goto(site);
  await page.getByRole('heading', { name: /^\d+ Peloton workouts$/ }).waitFor();
  const done = service.snapshot.workout_counts.workouts.filter(({ count }) => count > 0);
  assert.equal(await page.getByRole('listitem').count(), done.length);
  assert.deepEqual(complaints, []);
  await takeScreenshot(page, 'react');
});

/** An application of two lines around the snippet, as a bundler makes it. */
async function bundleReact(): Promise<string> {
  const snippetPath = fileURLToPath(new URL('../examples/snippets/peloton-stats.jsx', import.meta.url));
  const result = await build({
    stdin: {
      contents: `import { createRoot } from 'react-dom/client'; import { PelotonStats } from ${JSON.stringify(snippetPath)};
        createRoot(document.getElementById('root')).render(<PelotonStats />);`,
      loader: 'jsx',
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
    },
    plugins: [
      {
        name: 'fill',
        setup: ({ onLoad }) =>
          onLoad({ filter: /peloton-stats\.jsx$/ }, ({ path }) => ({
            contents: fill(readFileSync(path, 'utf8')),
            loader: 'jsx',
          })),
      },
    ],
    bundle: true,
    format: 'esm',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    write: false,
  });
  return result.outputFiles[0]?.text ?? '';
}
