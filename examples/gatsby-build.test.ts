// Real builds of examples/gatsby by the real Gatsby. The order matters: each build starts from what the one before left.
// Only the first build is without a cache; the last one finds that cache, and the service gone.

import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { DomUtils, parseDocument } from 'htmlparser2';
import { readSnippets } from '../docs/snippets.ts';
import type { Snapshot } from '../src/stats/snapshot.ts';
import { findDeadUrl, installSite, readPageOf, runCommand, siteFolder } from './build-bench.ts';
import { startService } from './start-service.ts';

const site = siteFolder('gatsby');
/** The page of docs/sites.md, beside the site's own. */
const snippetPage = join(site, 'src', 'pages', 'snippet.js');

const build = (url: string) => runCommand('gatsby', ['build'], { cwd: site, env: { PELOTON_STATS_URL: url } });

function readPage() {
  const page = parseDocument(readFileSync(join(site, 'public', 'statistics', 'index.html'), 'utf8'));
  const find = (tag: string) => DomUtils.getElementsByTagName(tag, page);
  const workouts = find('li').map(item => ({
    text: DomUtils.textContent(item),
    icon: DomUtils.getElementsByTagName('img', item)[0]?.attribs.src,
  }));
  return { text: find('main').map(DomUtils.textContent).join(), date: find('time')[0]?.attribs.datetime, workouts };
}

function assertShows(snapshot: Snapshot) {
  const page = readPage();
  const shown = snapshot.workout_counts.workouts.filter(workout => workout.count > 0);
  assert.ok(shown.length > 0, 'the member has workouts');
  assert.deepEqual(
    page.workouts,
    shown.map(workout => ({ text: `${workout.name} ${workout.count}`, icon: workout.icon_url })),
  );
  assert.equal(page.date, snapshot.date);
  assert.match(page.text, new RegExp(`${snapshot.workout_counts.total_workouts} workouts as of \\d+ \\w+ \\d{4}`));
  for (const { records } of snapshot.personal_records ?? [])
    for (const record of records)
      assert.ok(page.text.includes(`${record.value} ${record.unit ?? ''}`.trim()), record.name);
}

suite('a Gatsby site', { timeout: 240_000 }, () => {
  let lastGood: { url: string; snapshot: Snapshot } | undefined;

  before(async () => {
    for (const leftover of ['.cache', 'public']) rmSync(join(site, leftover), { recursive: true, force: true });
    const snippet = readSnippets('docs/sites.md').find(
      ({ section, language }) => section === 'Gatsby' && language === 'jsx',
    );
    writeFileSync(snippetPage, snippet?.code ?? '');
    await installSite(site, 'gatsby');
  });
  after(() => rmSync(snippetPage));

  test('is built without stats where the service never was up, and says so in a friendly way', async () => {
    const output = await build(await findDeadUrl());
    assert.match(output, /warn.* Peloton stats: .*ECONNREFUSED.*There are no older stats either/);
    assert.match(readPage().text, /No statistics yet/);
    assert.deepEqual(readPage().workouts, []);
  });

  test('shows every workout that has a count, with icon, date and personal records', async () => {
    const { url, stop } = await startService();
    try {
      const response = await fetch(`${url}/api/stats`);
      lastGood = { url, snapshot: (await response.json()) as Snapshot };
      assert.doesNotMatch(await build(url), /warn.* Peloton stats/);
    } finally {
      await stop();
    }
    assertShows(lastGood.snapshot);
    const done = lastGood.snapshot.workout_counts.workouts.filter(({ count }) => count > 0);
    assert.deepEqual(
      readPageOf(site, 'public', 'snippet', 'index.html').items.sort(),
      done.map(({ name, count }) => `${name}: ${count}`).sort(),
    );
  });

  test('is built with the last good stats where the service is down', async () => {
    assert.ok(lastGood, 'the build before this one found stats');
    const output = await build(lastGood.url);
    assert.match(output, /warn.* Peloton stats: .*from the last good build/);
    assertShows(lastGood.snapshot);
  });
});
