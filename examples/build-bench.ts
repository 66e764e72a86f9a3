// What the builds of the example sites share: the real service behind a proxy that can take it away, commands in a site's
// folder, and a page as a reader sees it.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DomUtils, parseDocument } from 'htmlparser2';
import type { Fault } from '../sandbox/fault-answers.ts';
import type { Snapshot } from '../src/stats/snapshot.ts';
import { startFaultProxy } from '../test/fault-proxy.ts';
import { startService } from './start-service.ts';

export const siteFolder = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** An address where nothing listens: one that was just given back. */
export async function findDeadUrl(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return `http://127.0.0.1:${port}`;
}

export type StatsService = {
  /** The address that a site asks. */
  url: string;
  /** The stats that the real service has. */
  snapshot: Snapshot;
  /** Every request is answered like this from now on, or by the real service again. */
  answerWith: (fault: Fault | undefined) => void;
  /** The requests that came, each as the ETag that it had. */
  asked: (string | undefined)[];
  close: () => Promise<void>;
};

/** The real service, as `npm start` runs it, with a proxy in front. */
export async function startStats(): Promise<StatsService> {
  const service = await startService();
  const proxy = await startFaultProxy({ target: service.url });
  const response = await fetch(`${service.url}/api/stats`);
  const asked: (string | undefined)[] = [];
  const answerWith = (fault: Fault | undefined) => {
    proxy.faults.clear();
    proxy.faults.add({ match: ({ headers }) => asked.push(headers['if-none-match']) === 0, fault: 'reset' });
    if (fault) proxy.faults.add({ match: {}, fault });
  };
  answerWith(undefined);
  return {
    url: proxy.url,
    snapshot: (await response.json()) as Snapshot,
    answerWith,
    asked,
    close: async () => {
      await proxy.close();
      await service.stop();
    },
  };
}

/** The ways in which a service is away or is not what was asked for. */
export const absences: [string, Fault][] = [
  ['is down', 'reset'],
  ['answers 503', { status: 503 }],
  ['has no stats yet', { status: 404, body: {} }],
  ['answers with a page', 'html'],
  ['answers with other JSON', { status: 200, body: { status: 'ok' } }],
  ['breaks off', 'cut'],
];

/** A snippet that owners copy, with the address of a service put in. */
export function readSnippet(name: string, url: string): string {
  return readFileSync(new URL(`snippets/${name}`, import.meta.url), 'utf8').replaceAll('PUBLIC_URL', url);
}

/** The element, its script and its picture came through a site's templates and Markdown as they are. */
export function assertHasElement(html: string, url: string): void {
  const page = parseDocument(html);
  const find = (tag: string) => DomUtils.getElementsByTagName(tag, page);
  const [element] = find('peloton-stats');
  assert.equal(element?.attribs.src, `${url}/api/stats`);
  assert.deepEqual(
    DomUtils.getElementsByTagName('img', element?.children ?? []).map(({ attribs }) => attribs.src),
    [`${url}/api/card.svg`],
  );
  const scripts = find('script').filter(({ attribs }) => attribs.type === 'module');
  assert.ok(scripts.some(({ attribs }) => attribs.src === `${url}/api/widget.js`));
}

const hostileName = `<img src=x onerror=alert(1)> & "quotes" {{ 7 * 7 }} {% raw %} \${7 * 7}`;

/** Stats with what a template may stumble over: names that are code, numbers that would be written 1.5e+06, slugs of JavaScript's own. */
export const oddSnapshot: Snapshot = {
  schema_version: 1,
  synced_at: '2026-11-21T21:00:04.123Z',
  date: '2026-11-22',
  time_zone: 'Australia/Melbourne',
  workout_counts: {
    total_workouts: 1_500_000,
    workouts: [
      { name: hostileName, slug: '__proto__', count: 1_400_000 },
      { name: 'Cycling', slug: 'constructor', count: 100_000 },
      { name: 'Yoga', slug: 'yoga', count: 0 },
    ],
  },
};

export type CommandOptions = { cwd: string; env?: Record<string, string> };

/** What the command printed. A command that fails fails the test, with all that it printed. */
export async function runCommand(command: string, args: readonly string[], { cwd, env = {} }: CommandOptions) {
  const child = spawn(command, args, {
    cwd,
    env: {
      ...process.env,
      PATH: [join(cwd, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
      CI: '1',
      ASTRO_TELEMETRY_DISABLED: '1',
      NEXT_TELEMETRY_DISABLED: '1',
      GATSBY_TELEMETRY_DISABLED: '1',
      NODE_TEST_CONTEXT: undefined,
      ...env,
    },
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

/** Installs what a site's lockfile names, where that has not been done. `proof` is a package that is there afterwards. */
export async function installSite(cwd: string, proof: string): Promise<void> {
  if (existsSync(join(cwd, 'node_modules', proof, 'package.json'))) return;
  await runCommand('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd });
}

/** A page as a reader sees it: the text of its main part, and of each item of its lists, with single spaces. */
export function readPage(html: string) {
  const page = parseDocument(html);
  const textsOf = (tag: string) =>
    DomUtils.getElementsByTagName(tag, page).map(element => DomUtils.textContent(element).replace(/\s+/g, ' ').trim());
  return { text: textsOf('main').join(' '), items: textsOf('li'), images: DomUtils.getElementsByTagName('img', page) };
}

export const readPageOf = (...path: string[]) => readPage(readFileSync(join(...path), 'utf8'));

/** The page shows the total, the date, and each discipline that has a workout, and nothing twice. */
export function assertShows(page: ReturnType<typeof readPage>, { workout_counts, date }: Snapshot): void {
  const done = workout_counts.workouts.filter(({ count }) => count > 0);
  assert.ok(done.length > 0, 'the member has workouts');
  assert.deepEqual(
    page.items,
    done.map(({ name, count }) => `${name.replace(/\s+/g, ' ').trim()}: ${count}`),
  );
  assert.ok(page.text.includes(`${workout_counts.total_workouts} Peloton workouts by ${date}`), page.text);
  assert.doesNotMatch(page.text, /No statistics yet/);
}

/** The page is there, and says that there are no stats. */
export function assertShowsNone(page: ReturnType<typeof readPage>): void {
  assert.match(page.text, /^My Peloton statistics.*No statistics yet/);
  assert.deepEqual(page.items, []);
}
