// Real builds of examples/next by the real Next, and the server that it makes: what it shows when the service is away, and
// what a build hook of the service does to it. The order matters: each step starts from what the one before left.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { createHttpClient } from '../src/http.ts';
import { callHook } from '../src/sync/call-hook.ts';
import {
  absences,
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

const site = siteFolder('next');
const snippetFolder = join(site, 'app', 'snippet');
const token = 'a-secret-of-the-site';
const build = (url: string) => runCommand('next', ['build'], { cwd: site, env: { PELOTON_STATS_URL: url } });
const readIndex = () => readPageOf(site, '.next', 'server', 'app', 'index.html');

/** What Next has kept of answers is from long ago, so that the next build asks. */
function age(): void {
  const kept = globSync(join(site, '.next', 'cache', 'fetch-cache', '*'));
  assert.ok(kept.length > 0, 'Next keeps the answer');
  for (const file of kept) utimesSync(file, 0, 0);
}

type Server = { url: string; stop: () => Promise<void> };

/** `next start` on a free port. */
async function startServer(statsUrl: string): Promise<Server> {
  const cli = join(site, 'node_modules', 'next', 'dist', 'bin', 'next');
  const env = { ...process.env, PELOTON_STATS_URL: statsUrl, PELOTON_HOOK_TOKEN: token, NEXT_TELEMETRY_DISABLED: '1' };
  const stdio = ['ignore', 'pipe', 'ignore'] as const;
  const server: ChildProcess = spawn(process.execPath, [cli, 'start', '--port', '0'], {
    cwd: site,
    env,
    stdio: [...stdio],
  });
  const ended = once(server, 'exit');
  let output = '';
  for await (const chunk of server.stdout?.iterator({ destroyOnReturn: false }) ?? []) {
    output += chunk;
    const port = output.match(/http:\/\/localhost:(\d+)/)?.[1];
    if (!port || !output.includes('Ready')) continue;
    server.stdout?.resume();
    const stop = async () => {
      server.kill();
      await ended;
    };
    return { url: `http://localhost:${port}`, stop };
  }
  throw new Error(`next start ended before it was ready:\n${output}`);
}

suite('a Next site', { timeout: 240_000 }, () => {
  let service: StatsService;
  let server: Server;

  before(async () => {
    rmSync(join(site, '.next'), { recursive: true, force: true });
    await installSite(site, 'next');
    service = await startStats();
    mkdirSync(snippetFolder, { recursive: true });
    writeFileSync(join(snippetFolder, 'peloton-stats.tsx'), readSnippet('peloton-stats.jsx', service.url));
    const page = `import { PelotonStats } from './peloton-stats';\n\nexport default function Page() {\n  return <PelotonStats />;\n}\n`;
    writeFileSync(join(snippetFolder, 'page.tsx'), page);
  });
  after(async () => {
    await server?.stop();
    await service?.close();
    rmSync(snippetFolder, { recursive: true, force: true });
  });

  const visit = async () => readPage(await (await fetch(server.url)).text());
  const hook = (given = token) =>
    callHook(
      createHttpClient({ clock: () => new Date() }),
      { url: `${server.url}/api/peloton-changed`, token: given, entry: 1 },
      '2026-11-22',
    );

  /** Visits until something has happened: Next gives the first visitors what was there, and renders behind their backs. */
  async function visitUntil(isDone: (page: ReturnType<typeof readPage>) => boolean): Promise<void> {
    const time = AbortSignal.timeout(30_000);
    while (!isDone(await visit())) time.throwIfAborted();
  }

  test('is built without stats where the service never was up; the React snippet is right in the app router and in TSX', async () => {
    assert.match(await build(await findDeadUrl()), /No Peloton stats in this build/);
    assertShowsNone(readIndex());
    assert.match(readFileSync(join(site, '.next', 'server', 'app', 'snippet.html'), 'utf8'), /My Peloton statistics/);
  });

  test('shows every discipline that has a workout', async () => {
    assert.doesNotMatch(await build(service.url), /No Peloton stats/);
    assertShows(readIndex(), service.snapshot);
  });

  for (const [what, fault] of absences.filter((_, index) => index % 4 === 0)) {
    test(`is built with the last good stats where the service ${what}`, async () => {
      service.answerWith(fault);
      age();
      service.asked.length = 0;
      await build(service.url);
      assert.ok(service.asked.length > 0, 'the build asked');
      assertShows(readIndex(), service.snapshot);
    });
  }

  test('shows new stats when the service calls the hook, and hears no caller without the token', async () => {
    server = await startServer(service.url);
    assertShows(await visit(), service.snapshot);
    service.answerWith({ status: 200, body: oddSnapshot });
    service.asked.length = 0;
    await assert.rejects(hook('another'), /answered 401/);
    for (let visits = 0; visits < 5; visits++) assertShows(await visit(), service.snapshot);
    assert.equal(service.asked.length, 0);
    await hook();
    await visitUntil(({ text }) => text.includes('1500000'));
    assertShows(await visit(), oddSnapshot);
    assert.equal((await visit()).images.length, 0);
  });

  for (const [what, fault] of absences) {
    test(`goes on with the last good stats where the hook is called and the service ${what}`, async () => {
      service.answerWith(fault);
      service.asked.length = 0;
      await hook();
      await visitUntil(() => service.asked.length > 0);
      for (let visits = 0; visits < 5; visits++) assertShows(await visit(), oddSnapshot);
    });
  }

  test('comes back with the service', async () => {
    service.answerWith(undefined);
    await hook();
    await visitUntil(({ text }) => text.includes(`${service.snapshot.workout_counts.total_workouts} Peloton`));
    assertShows(await visit(), service.snapshot);
  });
});
