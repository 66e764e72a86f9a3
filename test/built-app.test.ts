// Tests dist/, the folder that is deployed, copied to another place and run there: it is complete and small, and loads each
// part when a function needs it. `npm test` builds dist/ first.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, glob, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { registerHooks } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative, resolve, sep } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createPatience } from '../src/command-line/prove/patience.ts';
import { proveSite } from '../src/command-line/prove/prove-site.ts';
import { readRegistrations } from '../src/command-line/prove/registrations.ts';
import { startHostBench } from './host-bench.ts';
import { assertGood, publicRoutes } from './http-promises.ts';

const repository = resolve(import.meta.dirname, '..');
const dist = join(repository, 'dist');
await stat(join(dist, 'main.mjs')).catch(() => {
  throw new Error('There is no dist/main.mjs to test: run `npm run build` first.');
});

const place = await mkdtemp(join(tmpdir(), 'built app '));
after(() => rm(place, { recursive: true, force: true }));
await cp(dist, place, { recursive: true });
const files = (await Array.fromAsync(glob('**/*.*', { cwd: place }))).sort();
const sources = await Promise.all(
  files
    .filter(file => file.endsWith('.mjs'))
    .map(async file => [file, await readFile(join(place, file), 'utf8')] as const),
);

/** The paths of the app's files that have been loaded so far. */
const loaded: string[] = [];
registerHooks({
  load(url, context, nextLoad) {
    const path = url.startsWith('file:') ? fileURLToPath(url) : '';
    if (path.startsWith(place + sep)) loaded.push(relative(place, path));
    return nextLoad(url, context);
  },
});
/** Tells whether a loaded file defines the function, whatever the file is called: the bundle keeps function names. */
const wasLoaded = (name: string) => sources.some(([file, text]) => loaded.includes(file) && text.includes(`"${name}"`));

const { host, call, sync, log } = await startHostBench({ root: place });
const loadedAtStart = [...loaded];

/** Functions that a GET of the stats needs, and functions that only other requests need. */
const forStore = ['createRoutes', 'answerStats', 'createStorage'];
const forOthers = [
  'tick',
  'createSessionStore',
  'createVault',
  'findTimeZone',
  'renderPage',
  'renderCard',
  'renderBadge',
  'createOpenApi',
];

describe('the built app', () => {
  it('registers what the sources register', async () => {
    const script = `
      import { startLocalHost } from ${JSON.stringify(import.meta.resolve('../sandbox/local-host.ts'))};
      const host = await startLocalHost({ root: ${JSON.stringify(repository)}, log: () => {} });
      console.log(JSON.stringify(host.functions));
      await host.close();`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
    assert.deepEqual(host.functions, JSON.parse(stdout));
    const registrations = await Array.fromAsync(glob('functions/*.ts', { cwd: repository }));
    assert.equal(host.functions.length, registrations.length);
  });

  it('loads next to nothing at the start, and nothing that a request or a sync needs', async () => {
    const sizes = await Promise.all(loadedAtStart.map(async file => (await stat(join(place, file))).size));
    assert.ok(sizes.reduce((sum, size) => sum + size, 0) < 120_000, `${loadedAtStart}`);
    const texts = sources.filter(([file]) => loadedAtStart.includes(file)).map(([, text]) => text);
    const early = ['createRoutes', 'readConfig', ...forStore, ...forOthers].filter(name =>
      texts.some(text => text.includes(`"${name}"`)),
    );
    assert.deepEqual(early, []);
    assert.equal(wasLoaded('createApp'), true);
  });

  it('loads for the first GET the store, and not what pages, documents and a sync need', async () => {
    assert.equal((await call('/api/stats')).status, 404);
    assert.deepEqual(forStore.filter(wasLoaded), forStore);
    assert.deepEqual(forOthers.filter(wasLoaded), []);
    assert.deepEqual(['$ZodType', 'ManagedIdentityCredential'].filter(wasLoaded), [], 'no schema library, no identity');
    const later = loaded.slice(loadedAtStart.length).map(file => file.replace(/-\w{8}(?=\.mjs$)/, ''));
    assert.deepEqual(
      later,
      ['routes', 'first-get'].map(name => join('chunks', `${name}.mjs`)),
      'as one file',
    );
  });

  it('loads the names of time zones for health and a sync, and for no other GET', async () => {
    assert.equal((await call('/api/health')).status, 503);
    assert.deepEqual(['findTimeZone', 'tick'].map(wasLoaded), [true, false]);
    const rules = sources.filter(([, text]) => text.includes('GMT/BST')).map(([file]) => file);
    assert.deepEqual(rules, [], 'the names are bundled, and not the rest of the database');
  });

  it('makes a sync and serves what came of it, on every route', async () => {
    const answer = await sync();
    assert.equal(wasLoaded('$ZodType'), true, 'its names are known');
    assert.equal(answer.status, 200, answer.body.toString());
    assert.deepEqual(['tick', 'createVault'].map(wasLoaded), [true, true]);
    const { 'stats-day': day, history, ...others } = publicRoutes;
    assert.ok(day);
    assertGood(await call(day.path), day);
    assert.equal(JSON.parse((await call(day.path)).body.toString()).schema_version, 1);
    for (const [name, route] of Object.entries(others)) {
      if (route.beforeSync === 'same') assertGood(await call(route.path), route);
      else assert.ok([200, 404].includes((await call(route.path)).status), name); // a missing blob is remembered for seconds
    }
    const { status, headers } = await call('/');
    assert.deepEqual([status, headers.location], [302, 'api/page']);
    assert.deepEqual(
      log.filter(({ level }) => level === 'error'),
      [],
    );
  });

  it('holds what npm run prove asks of a service', async () => {
    const patience = createPatience({ startMs: 0 });
    const verdicts = await Array.fromAsync(proveSite(host.url, { registrations: await readRegistrations(), patience }));
    assert.deepEqual(
      verdicts.filter(({ mark }) => mark !== 'holds'),
      [],
    );
  });

  it('says when it was built, which is no later than it was started', async () => {
    const { headers } = await call('/api/widget.js');
    const builtAt = Date.parse(headers['last-modified'] ?? '');
    const { mtimeMs } = await stat(join(dist, 'main.mjs'));
    assert.ok(Math.abs(builtAt - mtimeMs) < 60_000, headers['last-modified']);
  });
});

describe('the folder', () => {
  it('holds host.json, package.json and modules, in at most 2 MB and without node_modules', async () => {
    const sizes = await Promise.all(files.map(async file => (await stat(join(place, file))).size));
    assert.ok(sizes.reduce((sum, size) => sum + size, 0) <= 2_000_000);
    const others = files.filter(file => !/^(main|chunks[\\/][\w.-]+)\.mjs$/.test(file));
    assert.deepEqual(others, ['host.json', 'package.json']);
    const { type, main, dependencies } = JSON.parse(await readFile(join(place, 'package.json'), 'utf8'));
    assert.deepEqual([type, main, dependencies], ['module', 'main.mjs', undefined]);
    assert.equal(
      await readFile(join(place, 'host.json'), 'utf8'),
      await readFile(join(repository, 'host.json'), 'utf8'),
    );
  });

  it('names no place of the machine that built it', () => {
    for (const [file, text] of sources) assert.ok(!text.includes(repository), file);
  });

  it('holds nothing of the sandbox, whose functions all keep their names in a bundle', async () => {
    const paths = await Array.fromAsync(glob('{sandbox,test}/**/*.ts', { cwd: repository }));
    const texts = await Promise.all(paths.map(path => readFile(join(repository, path), 'utf8')));
    const names = texts.flatMap(text =>
      [...text.matchAll(/^export (?:async )?function (\w{12,})/gm)].map(match => match[1]),
    );
    assert.ok(names.length > 40, `${names.length} names`);
    const bundled = sources.map(([, text]) => text).join('\n');
    const kept = (name: string | undefined) => bundled.includes(`"${name}"`);
    assert.equal(kept('createStorage'), true, 'names are kept');
    assert.deepEqual(names.filter(kept), []);
    assert.doesNotMatch(bundled, /rider@example\.invalid|azurite\/dist|startPelotonDouble/);
  });
});
