// Real builds of examples/eleventy by the real Eleventy: the same partial in Nunjucks, in Liquid and in Markdown.

import assert from 'node:assert/strict';
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import {
  absences,
  assertHasElement,
  assertShows,
  assertShowsNone,
  findDeadUrl,
  installSite,
  oddSnapshot,
  readPageOf,
  readSnippet,
  runCommand,
  type StatsService,
  siteFolder,
  startStats,
} from './build-bench.ts';

const site = siteFolder('eleventy');
const pages = [['index.html'], ['liquid', 'index.html'], ['md', 'index.html']];
const build = (url: string) => runCommand('eleventy', [], { cwd: site, env: { PELOTON_STATS_URL: url } });
const readPages = () => pages.map(path => readPageOf(site, '_site', ...path));

/** The last good answer is from long ago, so that the next build asks. */
function age(): void {
  for (const file of globSync(join(site, '.cache', 'eleventy-fetch-*'))) {
    const cached = JSON.parse(readFileSync(file, 'utf8'));
    if (cached.cachedAt) writeFileSync(file, JSON.stringify({ ...cached, cachedAt: 0 }));
  }
}

suite('an Eleventy site', { timeout: 240_000 }, () => {
  let service: StatsService;

  before(async () => {
    await installSite(site, '@11ty/eleventy-fetch');
    service = await startStats();
  });
  after(() => service?.close());

  test('is built without stats where the service never was up, and says why', async () => {
    rmSync(join(site, '.cache'), { recursive: true, force: true });
    assert.match(await build(await findDeadUrl()), /No Peloton stats in this build: fetch failed/);
    for (const page of readPages()) assertShowsNone(page);
  });

  test('shows every discipline that has a workout, in each template language', async () => {
    assert.doesNotMatch(await build(service.url), /Peloton stats/);
    for (const page of readPages()) assertShows(page, service.snapshot);
  });

  for (const [what, fault] of absences) {
    test(`shows the last good stats where the service ${what}, and says so`, async () => {
      service.answerWith(fault);
      age();
      assert.match(await build(service.url), /No fresh Peloton stats: .*The last good ones are shown/);
      for (const page of readPages()) assertShows(page, service.snapshot);
    });
  }

  test('asks again in the next build, and not in one within a minute', async () => {
    service.answerWith(undefined);
    age();
    service.asked.length = 0;
    await build(service.url);
    await build(service.url);
    assert.equal(service.asked.length, 1);
  });

  test('takes the element into each template language as it is', async t => {
    const languages = ['njk', 'liquid', 'md'];
    const template = (language: string) => join(site, `element-${language}.${language}`);
    t.after(() => languages.map(language => rmSync(template(language))));
    const post = `# A heading\n\n${readSnippet('tag.html', service.url)}\nWhat follows.\n`;
    for (const language of languages) writeFileSync(template(language), `---\nlayout: page.njk\n---\n${post}`);
    await build(service.url);
    for (const language of languages) {
      const html = readFileSync(join(site, '_site', `element-${language}`, 'index.html'), 'utf8');
      assertHasElement(html, service.url);
    }
  });

  test('shows names that are code, and numbers in the millions, as they are', async () => {
    service.answerWith({ status: 200, body: oddSnapshot });
    age();
    await build(service.url);
    for (const page of readPages()) {
      assertShows(page, oddSnapshot);
      assert.equal(page.images.length, 0);
    }
  });
});
