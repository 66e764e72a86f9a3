// Real builds of examples/hugo by the Hugo of this machine: the step that fetches the stats, then Hugo. HUGO_PATH names
// another one; where there is none the suite says so, and in CI that is a failure.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import {
  absences,
  assertHasElement,
  assertShows,
  assertShowsNone,
  findDeadUrl,
  oddSnapshot,
  readPageOf,
  runCommand,
  type StatsService,
  siteFolder,
  startStats,
} from './build-bench.ts';

const site = siteFolder('hugo');
const hugo = process.env.HUGO_PATH || 'hugo';
const isThere = spawnSync(hugo, ['version']).status === 0;
const skip = isThere || process.env.CI ? false : 'there is no hugo: apt-get install hugo';
const kept = join(site, 'data', 'peloton.json');

async function build(url: string): Promise<string> {
  const said = await runCommand('sh', ['fetch-stats.sh'], { cwd: site, env: { PELOTON_STATS_URL: url } });
  return said + (await runCommand(hugo, [], { cwd: site, env: { HUGO_PARAMS_PELOTONSTATS: url } }));
}
const readIndex = () => readPageOf(site, 'public', 'index.html');

suite('a Hugo site', { timeout: 120_000, skip }, () => {
  let service: StatsService;

  before(async () => {
    for (const leftover of ['data', 'public', 'peloton.json.new'])
      rmSync(join(site, leftover), { recursive: true, force: true });
    service = await startStats();
  });
  after(() => service?.close());

  test('is built without stats where the service never was up, and says so', async () => {
    assert.match(await build(await findDeadUrl()), /Peloton stats: no fresh ones/);
    assertShowsNone(readIndex());
    assert.equal(existsSync(kept), false);
  });

  test('shows every discipline that has a workout', async () => {
    assert.doesNotMatch(await build(service.url), /Peloton stats/);
    assertShows(readIndex(), service.snapshot);
  });

  for (const [what, fault] of absences) {
    test(`shows the last good stats where the service ${what}, and says so`, async () => {
      service.answerWith(fault);
      assert.match(await build(service.url), /Peloton stats: no fresh ones/);
      assertShows(readIndex(), service.snapshot);
      assert.deepEqual(JSON.parse(readFileSync(kept, 'utf8')), service.snapshot);
    });
  }

  test('shows names that are code, and numbers in the millions, as they are', async () => {
    service.answerWith({ status: 200, body: oddSnapshot });
    await build(service.url);
    assertShows(readIndex(), oddSnapshot);
    assert.equal(readIndex().images.length, 0);
  });

  test('takes the element into Markdown by a shortcode', async () => {
    await build(service.url);
    assertHasElement(readFileSync(join(site, 'public', 'element', 'index.html'), 'utf8'), service.url);
  });

  test('takes a snapshot that was committed, as it comes', async () => {
    mkdirSync(join(site, 'data'), { recursive: true });
    writeFileSync(kept, JSON.stringify(service.snapshot, null, 2));
    await build(await findDeadUrl());
    assertShows(readIndex(), service.snapshot);
  });
});
