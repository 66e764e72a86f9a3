// Real builds of examples/astro by the real Astro, with the loader as `npm pack` would publish it, and the built site as Azure
// Static Web Apps serves it. The order matters: each build starts from what the one before left.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
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
  readPage,
  readPageOf,
  readSnippet,
  runCommand,
  type StatsService,
  siteFolder,
  startStats,
} from './build-bench.ts';

const site = siteFolder('astro');
const store = join(site, 'node_modules', '.astro');
const snapshotFile = join(site, 'peloton.json');
const snippetsPage = join(site, 'src', 'pages', 'snippets.astro');
const remove = (path: string) => rmSync(path, { recursive: true, force: true });
const build = (url: string) => runCommand('astro', ['build'], { cwd: site, env: { PELOTON_STATS_URL: url } });
const readIndex = () => readPageOf(site, 'dist', 'index.html');

/** Puts the package into the site as the registry would: what is not in its tarball is not there. */
async function installLoader(): Promise<void> {
  const installed = join(site, 'node_modules', 'astro-loader-peloton-stats');
  const folder = mkdtempSync(join(tmpdir(), 'loader-'));
  const cwd = siteFolder('../integrations/astro-loader-peloton-stats');
  await runCommand('npm', ['pack', '--pack-destination', folder], { cwd });
  remove(installed);
  mkdirSync(installed);
  await runCommand('tar', ['-xzf', 'astro-loader-peloton-stats-1.0.0.tgz', '--strip-components=1', '-C', installed], {
    cwd: folder,
  });
  remove(folder);
}

type Server = { url: string; stop: () => Promise<void> };

/** The built site, served by the CLI of Azure Static Web Apps. */
async function startStaticWebApp(): Promise<Server> {
  const cwd = siteFolder('static-web-apps');
  await installSite(cwd, '@azure/static-web-apps-cli');
  const url = await findDeadUrl();
  const cli = join(cwd, 'node_modules', '@azure', 'static-web-apps-cli', 'dist', 'cli', 'bin.js');
  const dist = join(site, 'dist');
  const args = ['start', dist, '--swa-config-location', dist, '--host', '127.0.0.1', '--port', new URL(url).port];
  // The CLI starts programs that outlive it: they end as a group.
  const server = spawn(process.execPath, [cli, ...args], { cwd, detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = once(server, 'close');
  let output = '';
  for await (const chunk of server.stdout.iterator({ destroyOnReturn: false })) {
    output += chunk;
    if (output.includes('emulator started')) break;
  }
  assert.match(output, /emulator started/);
  server.stdout.resume();
  const stop = async () => {
    process.kill(-(server.pid ?? 0));
    await ended;
  };
  return { url, stop };
}

suite('an Astro site', { timeout: 240_000 }, () => {
  let service: StatsService;

  before(async () => {
    await installSite(site, 'astro');
    await installLoader();
    for (const leftover of [store, snapshotFile, snippetsPage]) remove(leftover);
    service = await startStats();
  });
  after(() => service?.close());

  test('is built without stats where the service never was up, and says so in a friendly way', async () => {
    const output = await build(await findDeadUrl());
    assert.match(output, /WARN.*ECONNREFUSED.*There are no older stats either: the site is built without any/);
    assertShowsNone(readIndex());
  });

  test('shows every discipline that has a workout', async () => {
    assert.doesNotMatch(await build(service.url), /WARN/);
    assertShows(readIndex(), service.snapshot);
  });

  test('asks by the ETag of what it has, and shows it', async () => {
    service.asked.length = 0;
    assert.doesNotMatch(await build(service.url), /WARN/);
    assert.equal(service.asked.length, 1);
    assert.match(service.asked[0] ?? '', /^".+"$/);
    assertShows(readIndex(), service.snapshot);
  });

  for (const [what, fault] of absences) {
    test(`shows the last good stats where the service ${what}, and says so`, async () => {
      service.answerWith(fault);
      assert.match(await build(service.url), /WARN.*Showing the stats of .* from the last good build/);
      assertShows(readIndex(), service.snapshot);
    });
  }

  test('shows names that are code, and numbers in the millions, as they are', async () => {
    service.answerWith({ status: 200, body: oddSnapshot });
    await build(service.url);
    assertShows(readIndex(), oddSnapshot);
    assert.equal(readIndex().images.length, 0);
  });

  test('shows the committed snapshot on a machine that has built nothing before', async () => {
    remove(store);
    writeFileSync(snapshotFile, JSON.stringify(service.snapshot, null, 2));
    assert.match(await build(await findDeadUrl()), /WARN.*Showing the stats of .* from peloton\.json/);
    assertShows(readIndex(), service.snapshot);
  });

  test('takes the snippets for a page of HTML as they are', async () => {
    service.answerWith(undefined);
    const snippets = ['tag.html', 'fetch.html'].map(name => readSnippet(name, service.url)).join('');
    writeFileSync(snippetsPage, `<html><head><title>Snippets</title></head><body>${snippets}</body></html>\n`);
    await build(service.url);
    const html = readFileSync(join(site, 'dist', 'snippets', 'index.html'), 'utf8');
    assertHasElement(html, service.url);
    assert.match(html, /<p id="peloton"><\/p><script type="module">.*workout_counts.*<\/script>/s); // Astro minifies the script
    remove(snippetsPage);
  });

  test('is served by Azure Static Web Apps with its headers, its page for what is not there, and its stats', async t => {
    const { url, stop } = await startStaticWebApp();
    t.after(stop);
    const home = await fetch(url);
    const html = await home.text();
    assertShows(readPage(html), service.snapshot);
    assert.match(home.headers.get('content-security-policy') ?? '', /^default-src 'self'; img-src 'self' https: data:/);
    assert.equal(home.headers.get('referrer-policy'), 'strict-origin-when-cross-origin');
    const sheet = await fetch(new URL(html.match(/href="(\/_astro\/[^"]+\.css)"/)?.[1] ?? 'no sheet', url));
    assert.match(sheet.headers.get('cache-control') ?? '', /immutable/);
    const missing = await fetch(`${url}/no-such-page`);
    assert.equal(missing.status, 404);
    assert.match(readPage(await missing.text()).text, /^Not found/);
  });

  test('takes the loader as a folder of its own too, where npm links to it', async t => {
    const folder = join(site, 'integrations', 'astro-loader-peloton-stats');
    const installed = join(site, 'node_modules', 'astro-loader-peloton-stats');
    t.after(() => remove(join(site, 'integrations')));
    mkdirSync(join(site, 'integrations'));
    renameSync(installed, folder);
    symlinkSync(folder, installed, 'junction');
    assert.doesNotMatch(await build(service.url), /WARN/);
    assertShows(readIndex(), service.snapshot);
    remove(installed);
    renameSync(folder, installed);
  });

  test('has its stats typed', async () => {
    const probe = join(site, '.astro', 'probe.ts');
    const types = `import type { CollectionEntry } from 'astro:content';
type Stats = CollectionEntry<'peloton'>['data'];
export const total = (stats: Stats): number => stats.workout_counts.total_workouts;
export const slugs = (stats: Stats): string[] => stats.workout_counts.workouts.map(({ slug }) => slug);
// @ts-expect-error -- no such field: the data is not of any type
export const wrong = (stats: Stats) => stats.workout_count;
`;
    writeFileSync(probe, types);
    const tsc = siteFolder('../node_modules/typescript/bin/tsc');
    const tsconfig = {
      extends: '../tsconfig.json',
      compilerOptions: { noEmit: true },
      include: ['types.d.ts', 'probe.ts', '../src'],
    };
    writeFileSync(join(site, '.astro', 'tsconfig.json'), JSON.stringify(tsconfig));
    await runCommand(process.execPath, [tsc, '-p', '.astro'], { cwd: site });
  });
});
