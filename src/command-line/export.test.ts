import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { type Bench, startBench } from '../../test/bench.ts';
import { spawnCommand } from '../../test/spawn-command.ts';
import { createApp } from '../app.ts';
import type { RouteName } from '../serve/routes.ts';
import { hourMs } from '../stats/time.ts';

/** A service of two days, and a folder that does not outlive the test. */
async function prepare(t: TestContext): Promise<{ bench: Bench; folder: string }> {
  const bench = await startBench({ at: '2026-11-19T09:00:00.000Z' });
  await bench.tick();
  bench.passTime(24 * hourMs);
  await bench.tick();
  const folder = await mkdtemp(join(tmpdir(), 'export-'));
  t.after(() => rm(folder, { recursive: true }));
  return { bench, folder };
}

/** What the function of that name answers. */
async function answerOf(bench: Bench, name: RouteName, query = '', params = {}): Promise<string> {
  const request = { method: 'GET', headers: new Headers(), query: new URLSearchParams(query), params };
  const log = () => {};
  const { body } = await createApp(bench.settings)[name](request, { debug: log, info: log, warn: log, error: log });
  return Buffer.from(body ?? '').toString();
}

const exportTo = (bench: Bench, ...args: string[]) => spawnCommand('export', { args, settings: bench.settings });
const listFiles = (folder: string) =>
  globSync('**/*.*', { cwd: folder })
    .map(name => name.replaceAll('\\', '/'))
    .sort();

describe('npm run export', { concurrency: 2 }, () => {
  it('writes what the service answers, byte for byte, into a folder that it makes', async t => {
    const { bench, folder } = await prepare(t);
    const { code, output, errors } = await exportTo(bench, join(folder, 'a', 'site'));
    assert.deepEqual([code, errors], [0, '']);
    assert.match(output, /site: \d+ files and 2 days\.\n/);
    const read = (name: string) => readFileSync(join(folder, 'a', 'site', name), 'utf8');
    const answers: [string, RouteName, string?, Record<string, string>?][] = [
      ['stats.json', 'stats'],
      ['stats/2026-11-19.json', 'statsDay', '', { date: '2026-11-19' }],
      ['stats/2026-11-20.json', 'statsDay', '', { date: '2026-11-20' }],
      ['history.json', 'history'],
      ['history.csv', 'history', 'format=csv'],
      ['activity.json', 'activity'],
      ['activity.csv', 'activity', 'format=csv'],
      ['card.svg', 'card'],
      ['card-dark.svg', 'card', 'theme=dark'],
      ['badge/total.json', 'badge'],
      ['badge/streak.json', 'badge', 'metric=streak'],
      ['badge/cycling.json', 'badge', 'metric=cycling'],
    ];
    for (const [name, ...request] of answers) assert.equal(read(name), await answerOf(bench, ...request), name);
    assert.equal(JSON.parse(read('stats.json')).date, '2026-11-20');
  });

  it('makes a page that says when it was made, links only to files that are there, and names no service', async t => {
    const { bench, folder } = await prepare(t);
    await exportTo(bench, folder);
    const page = readFileSync(join(folder, 'index.html'), 'utf8');
    const today = new Date().toISOString().slice(0, 10);
    assert.match(page, new RegExp(`These files were made on <time datetime="${today}">`));
    assert.match(page, /as of <time datetime="2026-11-20T/);
    assert.doesNotMatch(page, /PUBLIC_URL|\/api\/|127\.0\.0\.1/);
    const links = [...page.matchAll(/ (?:href|src|action)="([^"#]+)"/g)].map(([, link = '']) => link);
    const local = links.filter(link => !/^(data|https):/.test(link));
    assert.ok(local.includes('stats.json') && local.includes('history.csv'));
    for (const link of local) assert.ok(existsSync(join(folder, link)), link);
  });

  it('takes the address of the files into the page and into what it prints', async t => {
    const { bench, folder } = await prepare(t);
    for (const url of ['https://example.com/peloton', 'https://example.com/peloton/index.html']) {
      const { code, output } = await exportTo(bench, folder, '--url', url);
      assert.equal(code, 0);
      assert.match(output, /src="https:\/\/example\.com\/peloton\/widget\.js"/);
      const page = readFileSync(join(folder, 'index.html'), 'utf8');
      assert.match(page, /<link rel="canonical" href="https:\/\/example\.com\/peloton\/">/);
      assert.doesNotMatch(page, /\/api\//);
    }
  });

  it('writes no file outside the folder, whatever a discipline is called', async t => {
    const { bench, folder } = await prepare(t);
    const latest = JSON.parse((await bench.blob('latest.json')) ?? '');
    const slugs = ['../../evil', 'a/b', '__proto__', 'total', 'STREAK', '', '.hidden', 'c:d', 'ok-1'];
    latest.workout_counts.workouts = slugs.map(slug => ({ name: slug, slug, count: 1 }));
    const text = JSON.stringify(latest);
    await bench.container('public').getBlockBlobClient('latest.json').upload(text, Buffer.byteLength(text));
    const { code } = await exportTo(bench, join(folder, 'site'));
    assert.equal(code, 0);
    assert.deepEqual(
      listFiles(folder).filter(name => name.includes('badge/') || !name.startsWith('site/')),
      ['__proto__', 'minutes', 'ok-1', 'streak', 'this-year', 'total'].map(metric => `site/badge/${metric}.json`),
    );
    assert.match(readFileSync(join(folder, 'site/badge/total.json'), 'utf8'), /"label":"Peloton workouts"/);
  });

  it('leaves a damaged day out, names it, and ends with 1', async t => {
    const { bench, folder } = await prepare(t);
    await bench.container('public').getBlockBlobClient('history/2026-11-19.json').upload('{', 1);
    const { code, errors } = await exportTo(bench, folder);
    assert.equal(code, 1);
    assert.match(errors, /left out: 2026-11-19\.$/m);
    assert.ok(existsSync(join(folder, 'stats/2026-11-20.json')) && existsSync(join(folder, 'index.html')));
    assert.equal(existsSync(join(folder, 'stats/2026-11-19.json')), false);
  });

  it('writes nothing before the first sync, where the stats are damaged, or into what is no folder, and says what to do', async t => {
    const empty = await startBench();
    const folder = await mkdtemp(join(tmpdir(), 'export-'));
    t.after(() => rm(folder, { recursive: true }));
    const none = await exportTo(empty, folder);
    assert.equal(none.code, 1);
    assert.match(none.errors, /There are no stats yet\.\n→ npm run sync/);

    const { bench } = await prepare(t);
    await writeFile(join(folder, 'taken'), '');
    const taken = await exportTo(bench, join(folder, 'taken'));
    assert.equal(taken.code, 1);
    assert.match(taken.errors, /^Failed \(config\): .*taken.* cannot be written \(E\w+\)\.\n→ Name a folder/);

    await bench.container('public').getBlockBlobClient('latest.json').upload('{', 1);
    const damaged = await exportTo(bench, folder);
    assert.equal(damaged.code, 1);
    assert.match(damaged.errors, /^Failed \(storage\): stats\.json cannot be made: /);
    assert.deepEqual(listFiles(folder), []);
  });

  it('needs one folder, and an address that is one', async t => {
    const { bench, folder } = await prepare(t);
    for (const args of [[], [folder, 'another'], [folder, '--to', 'x']]) {
      const { code, errors } = await exportTo(bench, ...args);
      assert.equal(code, 2);
      assert.match(errors, /Name one DIR|Unknown option.*\nAllowed: --url, --help\./s);
    }
    const { code, errors } = await exportTo(bench, folder, '--url', 'example.com');
    assert.equal(code, 1);
    assert.match(errors, /--url is no address\.\n→ Write it as https/);
  });
});
