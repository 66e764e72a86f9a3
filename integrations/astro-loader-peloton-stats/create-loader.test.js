// The loader as Astro calls it, against a real server on loopback: what becomes the entry, and what is said, when the service
// answers, is away, or answers nonsense.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import exampleModule from '../gatsby-source-peloton-stats/testing/example-snapshot.js';
import serverModule from '../gatsby-source-peloton-stats/testing/serve-stats.js';
import { pelotonStatsLoader, recordAstro } from './testing/record-astro.js';

const { exampleSnapshot } = exampleModule;
const { serveStats, snapshotAnswer } = serverModule;

/** @typedef {import('../gatsby-source-peloton-stats/testing/serve-stats.js').Answer} Answer */

/** @param {number} status @param {Record<string, string>} headers @param {string | Buffer} body @returns {Answer} */
const send = (status, headers, body) => (_request, response) => void response.writeHead(status, headers).end(body);
/** @param {unknown} body @returns {Answer} */
const sendJson = body => send(200, {}, JSON.stringify(body));

/** A site that has been built once. @param {import('node:test').TestContext} t */
async function buildOnce(t, answer = snapshotAnswer(exampleSnapshot(), '"1"')) {
  const service = await serveStats(t, answer);
  const site = recordAstro(t);
  return { service, site, first: await site.load({ baseUrl: service.baseUrl }) };
}

test('makes the snapshot the one entry, without what the schema does not know', async t => {
  const { service, site, first } = await buildOnce(t, sendJson(exampleSnapshot({ user_id: 'hidden' })));
  assert.equal(service.requests[0]?.url, '/api/stats');
  assert.deepEqual([...site.entries.keys()], ['latest']);
  assert.deepEqual(first.stats, exampleSnapshot());
  assert.deepEqual(first.warnings, []);
});

test('sends the ETag of its entry, and a 304 leaves the entry as it is', async t => {
  const { service, site, first } = await buildOnce(t);
  const second = await site.load({ baseUrl: service.baseUrl });
  assert.deepEqual(
    service.requests.map(request => request.headers['if-none-match']),
    [undefined, '"1"'],
  );
  assert.deepEqual(second, first);
});

test('reads a snapshot that has counts and nothing else', async t => {
  const least = { schema_version: 1, workout_counts: { total_workouts: 0, workouts: [] } };
  const { first } = await buildOnce(t, sendJson(least));
  assert.deepEqual(first.stats?.achievements, []);
  assert.deepEqual([first.stats?.streaks, first.stats?.date, first.warnings], [undefined, undefined, []]);
});

test('leaves malformed entries out, says so, and keeps the rest', async t => {
  const good = exampleSnapshot().workout_counts.workouts;
  const workouts = [null, { name: 'x', slug: 'x', count: '7' }, ...good];
  const { first } = await buildOnce(
    t,
    sendJson(
      exampleSnapshot({
        workout_counts: { total_workouts: 243, workouts },
        personal_records: [{ name: 'Cycling', slug: 'cycling', records: [{ name: '45 min', slug: '2700' }] }],
        streaks: 7,
      }),
    ),
  );
  assert.deepEqual(first.stats?.workout_counts.workouts, good);
  assert.deepEqual(first.stats?.personal_records, [{ name: 'Cycling', slug: 'cycling', records: [] }]);
  assert.equal(first.stats?.streaks, undefined);
  assert.match(first.warnings.join('\n'), /^3 of the entries sent cannot be read and are left out\.$/);
});

test('drops a URL that is not https, and keeps its entry', async t => {
  const addresses = ['http://icons.example/a.png', 'javascript:alert(1)', '//icons.example', 7];
  const workouts = addresses.map((icon_url, index) => ({ name: 'x', slug: `${index}`, count: 1, icon_url }));
  const { first } = await buildOnce(t, sendJson(exampleSnapshot({ workout_counts: { total_workouts: 4, workouts } })));
  assert.deepEqual(
    first.stats?.workout_counts.workouts.map(({ icon_url }) => icon_url),
    addresses.map(() => undefined),
  );
});

/** @type {[string, Answer, RegExp][]} */
const faults = [
  ['HTML instead of JSON', send(200, { 'content-type': 'text/html' }, '<!doctype html>'), /not JSON/],
  ['a 404 without a snapshot', send(404, { 'retry-after': '60' }, '{}'), /no stats yet/],
  ['a 404 of another server', send(404, {}, 'Not Found'), /is baseUrl the address/],
  ['a 500', send(500, {}, ''), /answered 500/],
  ['a 304 that nobody asked for', send(304, {}, ''), /answered 304/],
  ['schema_version 2', sendJson(exampleSnapshot({ schema_version: 2 })), /update astro-loader/],
  ['JSON of another shape', send(200, {}, '[1]'), /has no snapshot/],
  ['a snapshot without counts', send(200, {}, '{"schema_version":1}'), /has no snapshot/],
  [
    'a total that is none',
    sendJson(exampleSnapshot({ workout_counts: { total_workouts: 2.5, workouts: [] } })),
    /no snap/,
  ],
  ['JSON nested a million deep', send(200, {}, '['.repeat(1e6) + ']'.repeat(1e6)), /has no snapshot/],
  ['an oversized body', send(200, {}, Buffer.alloc(9 * 1024 * 1024, ' ')), /more than 8 MiB/],
  [
    'a small body that unfolds into an oversized one',
    send(200, { 'content-encoding': 'gzip' }, gzipSync(Buffer.alloc(9 * 1024 * 1024, ' '))),
    /more than 8 MiB/,
  ],
  [
    'a body that breaks off',
    (_request, response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('{"schema_version":1,');
      setImmediate(() => response.destroy());
    },
    /could not be reached/,
  ],
  ['a connection that closes at once', request => void request.socket.destroy(), /could not be reached/],
];

for (const [fault, answer, sentence] of faults) {
  test(`${fault}: the last good stats are shown, with one warning`, async t => {
    const { service, site, first } = await buildOnce(t);
    site.meta.delete('etag');
    service.answer = answer;
    const { stats, warnings } = await site.load({ baseUrl: service.baseUrl });
    assert.deepEqual(stats, first.stats);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', sentence);
    assert.match(warnings[0] ?? '', /Showing the stats of 2026-11-22 from the last good build/);
  });
}

/** @type {[string, Answer][]} */
const slowAnswers = [
  ['never answers', () => {}],
  ['never ends its body', (_request, response) => void response.writeHead(200).write('{')],
];

for (const [behaviour, answer] of slowAnswers) {
  test(`a service that ${behaviour} costs the time limit and nothing else`, async t => {
    const { baseUrl } = await serveStats(t, answer);
    const { stats, warnings } = await recordAstro(t).load({ baseUrl, timeoutMs: 100 });
    assert.equal(stats, undefined);
    assert.match(warnings.join(), /took longer than 0\.1 s\. There are no older stats either/);
  });
}

test("onError 'fail' ends the build whenever the stats are not fresh, and keeps the last good ones", async t => {
  const { service, site, first } = await buildOnce(t);
  service.answer = send(503, {}, '');
  await assert.rejects(site.load({ baseUrl: service.baseUrl, onError: 'fail' }), /answered 503.*onError is 'fail'/);
  assert.deepEqual((await site.load({ baseUrl: service.baseUrl })).stats, first.stats);
});

test("never shows another service's entry", async t => {
  const { site } = await buildOnce(t);
  const other = await serveStats(t, send(503, {}, ''));
  assert.equal((await site.load({ baseUrl: other.baseUrl })).stats, undefined);
  assert.equal(site.entries.size, 0);
});

test("asks another service without the first one's ETag", async t => {
  const { site } = await buildOnce(t);
  const other = await serveStats(t, snapshotAnswer(exampleSnapshot(), '"1"'));
  assert.deepEqual((await site.load({ baseUrl: other.baseUrl })).warnings, []);
  assert.equal(other.requests[0]?.headers['if-none-match'], undefined);
});

test('a good build brings the snapshot file up to date, and a later build without store and service shows it', async t => {
  const service = await serveStats(t, snapshotAnswer(exampleSnapshot(), '"1"'));
  const options = { baseUrl: service.baseUrl, snapshotFile: './data/stats.json', writeSnapshotFile: true };
  const site = recordAstro(t);
  const first = await site.load(options);
  const file = join(site.directory, 'data/stats.json');
  const { ino } = statSync(file);
  await site.load(options);
  assert.equal(statSync(file).ino, ino, 'an unchanged snapshot leaves the file alone');
  assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), exampleSnapshot());

  await service.stop();
  site.entries.clear();
  site.meta.clear();
  const later = await site.load(options);
  assert.deepEqual(later.stats, first.stats);
  assert.match(
    later.warnings.join(),
    /could not be reached.*Showing the stats of 2026-11-22 from \.\/data\/stats\.json/,
  );
});

test('stats from the snapshot file are never taken for an answer of the service', async t => {
  const service = await serveStats(t, send(503, {}, ''));
  const site = recordAstro(t);
  writeFileSync(join(site.directory, 'stats.json'), JSON.stringify(exampleSnapshot()));
  await site.load({ baseUrl: service.baseUrl, snapshotFile: 'stats.json' });
  service.answer = snapshotAnswer(exampleSnapshot({ date: '2026-11-23' }), '"2"');
  const { stats } = await site.load({ baseUrl: service.baseUrl, snapshotFile: 'stats.json' });
  assert.equal(stats?.date, '2026-11-23');
});

test('a snapshot file is only written where the owner asks for it', async t => {
  const { service, site } = await buildOnce(t);
  await site.load({ baseUrl: service.baseUrl, snapshotFile: 'stats.json' });
  assert.throws(() => statSync(join(site.directory, 'stats.json')), { code: 'ENOENT' });
});

test('a snapshot file that is no snapshot is a warning, not a broken build', async t => {
  const service = await serveStats(t, send(503, {}, ''));
  const site = recordAstro(t);
  for (const content of ['<<<<<<< HEAD', '[]', '{"schema_version":1}']) {
    writeFileSync(join(site.directory, 'stats.json'), content);
    const { stats, warnings } = await site.load({ baseUrl: service.baseUrl, snapshotFile: 'stats.json' });
    assert.equal(stats, undefined);
    assert.match(warnings.join('\n'), /Reading stats\.json failed.*\n.*no older stats either/);
  }
});

test('a snapshot file that cannot be written is a warning beside fresh stats', async t => {
  const { service, site } = await buildOnce(t);
  mkdirSync(join(site.directory, 'stats.json'));
  const options = { baseUrl: service.baseUrl, snapshotFile: 'stats.json', writeSnapshotFile: true };
  const { stats, warnings } = await site.load(options);
  assert.deepEqual(stats, exampleSnapshot());
  assert.match(warnings.join(), /Writing stats\.json failed/);
});

/** @type {[string, string, RegExp][]} */
const commits = [
  ['newer', '2026-11-23T08:00:00.000Z', /2026-11-23 from stats\.json/],
  ['older', '2026-01-01T08:00:00.000Z', /2026-11-22 from the last good build/],
  ['dated years ahead', '2131-01-01T08:00:00.000Z', /2026-11-22 from the last good build/],
];

for (const [what, synced_at, shown] of commits) {
  test(`of a committed snapshot that is ${what} and the last good build, the newer is shown`, async t => {
    const { service, site } = await buildOnce(t);
    service.answer = send(503, {}, '');
    const committed = exampleSnapshot({ synced_at, date: synced_at.slice(0, 10) });
    writeFileSync(join(site.directory, 'stats.json'), `\uFEFF${JSON.stringify(committed)}`);
    const { warnings } = await site.load({ baseUrl: service.baseUrl, snapshotFile: 'stats.json' });
    assert.match(warnings.join(), shown);
  });
}

test('takes https anywhere, and http on this machine', () => {
  for (const baseUrl of [
    'https://stats.example',
    'https://example.org/peloton/',
    'http://127.0.0.1:7071',
    'http://[::1]:1',
  ])
    assert.equal(pelotonStatsLoader({ baseUrl }).name, 'astro-loader-peloton-stats');
});

test('refuses options that could never work, all at once, without repeating an address', () => {
  const faulty = {
    'stats.example': /baseUrl must be a URL/,
    'http://stats.example': /baseUrl must begin with https/,
    'file:///etc/passwd': /baseUrl must begin with https/,
    'https://me:hunter2@stats.example': /user name or a password/,
    'https://stats.example/?code=hunter2': /query/,
  };
  for (const [baseUrl, fault] of Object.entries(faulty))
    assert.throws(
      () => pelotonStatsLoader({ baseUrl }),
      (/** @type {Error} */ error) => fault.test(error.message) && !error.message.includes('hunter2'),
    );
  assert.throws(
    () => pelotonStatsLoader({ baseUrl: 'https://stats.example', writeSnapshotFile: true, timeoutMs: 0.5 }),
    /: writeSnapshotFile needs snapshotFile.*; timeoutMs must be a whole number from 1 to 300000\.$/,
  );
});
