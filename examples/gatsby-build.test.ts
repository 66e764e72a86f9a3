// Real builds of examples/gatsby by the real Gatsby. The order matters: each build starts from what the one before left.
// Only the first build is without a cache; the last one finds that cache, and the service gone.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { before, suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { DomUtils, parseDocument } from 'htmlparser2';
import type { Snapshot } from '../src/stats/snapshot.ts';
import { startService } from './start-service.ts';

const site = fileURLToPath(new URL('gatsby', import.meta.url));

/** An address where nothing listens: one that was just given back. */
async function findDeadUrl(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return `http://127.0.0.1:${port}`;
}

async function run(command: string, args: string[], env: Record<string, string> = {}) {
  const child = spawn(command, args, {
    cwd: site,
    env: { ...process.env, CI: '1', GATSBY_TELEMETRY_DISABLED: '1', NODE_TEST_CONTEXT: undefined, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 200_000,
    shell: process.platform === 'win32',
  });
  let output = '';
  child.stdout.on('data', chunk => (output += chunk));
  child.stderr.on('data', chunk => (output += chunk));
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  assert.equal(code, 0, `${command} ${args.join(' ')} ended with ${code}:\n${output}`);
  return output;
}

const build = (url: string) =>
  run(process.execPath, [join('node_modules', 'gatsby', 'cli.js'), 'build'], { PELOTON_STATS_URL: url });

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
    if (!existsSync(join(site, 'node_modules', 'gatsby', 'package.json')))
      await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund']);
  });

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
  });

  test('is built with the last good stats where the service is down', async () => {
    assert.ok(lastGood, 'the build before this one found stats');
    const output = await build(lastGood.url);
    assert.match(output, /warn.* Peloton stats: .*from the last good build/);
    assertShows(lastGood.snapshot);
  });
});
