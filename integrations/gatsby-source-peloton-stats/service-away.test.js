// What a build shows, and what it says, when the service is away or answers nonsense.

const assert = require('node:assert/strict');
const { mkdirSync, readFileSync, statSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { gzipSync } = require('node:zlib');
const { sourceNodes } = require('./gatsby-node.js');
const { buildOnce, countsOf, exampleCounts, optionsFor } = require('./testing/build-site.js');
const { exampleSnapshot } = require('./testing/example-snapshot.js');
const { recordGatsby } = require('./testing/record-gatsby.js');
const { serveStats, snapshotAnswer } = require('./testing/serve-stats.js');

/** @typedef {import('./testing/serve-stats.js').Answer} Answer */

/** @param {number} status @param {Record<string, string>} headers @param {string | Buffer} body @returns {Answer} */
const send = (status, headers, body) => (_request, response) => void response.writeHead(status, headers).end(body);

/** @type {[string, Answer, RegExp][]} */
const faults = [
  ['HTML instead of JSON', send(200, { 'content-type': 'text/html' }, '<!doctype html>'), /not JSON/],
  ['a 404 without a snapshot', send(404, { 'retry-after': '60' }, '{}'), /no stats yet/],
  ['a 404 of another server', send(404, {}, 'Not Found'), /is baseUrl the address/],
  ['a 500', send(500, {}, ''), /answered 500/],
  ['a 304 that nobody asked for', send(304, {}, ''), /answered 304/],
  ['schema_version 2', send(200, {}, JSON.stringify(exampleSnapshot({ schema_version: 2 }))), /update gatsby-source/],
  ['JSON of another shape', send(200, {}, '[1]'), /has no snapshot/],
  ['a snapshot without counts', send(200, {}, '{"schema_version":1}'), /has no snapshot/],
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
    const { build: first, service, site } = await buildOnce(t, snapshotAnswer(exampleSnapshot(), '"1"'));
    for (const [key, copy] of site.cached) site.cached.set(key, copy.replace('"etag"', '"no-etag"'));
    service.answer = answer;
    const second = site.nextBuild();
    await sourceNodes(second.gatsby, optionsFor(service.baseUrl));
    assert.deepEqual(second.nodes, first.nodes);
    assert.equal(second.warnings.length, 1);
    assert.match(second.warnings[0] ?? '', sentence);
    assert.match(second.warnings[0] ?? '', /Showing the stats of 2026-11-22 from the last good build/);
    assert.deepEqual(second.panics, []);
  });
}

/** @type {[string, Answer][]} */
const slowAnswers = [
  ['never answers', () => {}],
  ['never ends its body', (_request, response) => void response.writeHead(200).write('{')],
];

for (const [behaviour, answer] of slowAnswers) {
  test(`a service that ${behaviour} costs the time limit and nothing else`, async t => {
    const service = await serveStats(t, answer);
    const build = recordGatsby(t).nextBuild();
    const startedAt = performance.now();
    await sourceNodes(build.gatsby, optionsFor(service.baseUrl, { timeoutMs: 100 }));
    assert.ok(performance.now() - startedAt < 2000, 'the build went on');
    assert.deepEqual(build.nodes, []);
    assert.match(build.warnings.join(), /took longer than 0\.1 s/);
  });
}

test('a service that is down shows the last good stats', async t => {
  const { build: first, service, site } = await buildOnce(t, snapshotAnswer(exampleSnapshot(), '"1"'));
  await service.stop();
  const second = site.nextBuild();
  await sourceNodes(second.gatsby, optionsFor(service.baseUrl));
  assert.deepEqual(second.nodes, first.nodes);
  assert.match(second.warnings.join(), /(ECONNREFUSED|UND_ERR_SOCKET).*Showing the stats of 2026-11-22/);
});

test('a service that never was up gives no nodes, a warning and no panic', async t => {
  const service = await serveStats(t, () => {});
  await service.stop();
  const build = recordGatsby(t).nextBuild();
  await sourceNodes(build.gatsby, optionsFor(service.baseUrl));
  assert.deepEqual(build.nodes, []);
  assert.deepEqual(build.panics, []);
  assert.match(build.warnings.join(), /no older stats either/);
});

test("onError 'fail' stops the build whenever the stats are not fresh", async t => {
  const { service, site } = await buildOnce(t, snapshotAnswer(exampleSnapshot(), '"1"'));
  service.answer = send(503, {}, '');
  const build = site.nextBuild();
  await sourceNodes(build.gatsby, optionsFor(service.baseUrl, { onError: 'fail' }));
  assert.match(build.panics.join(), /answered 503.*onError is 'fail'/);
  assert.deepEqual(build.warnings, []);
});

test("never shows another service's copy", async t => {
  const { site } = await buildOnce(t, snapshotAnswer(exampleSnapshot(), '"1"'));
  const other = await serveStats(t, send(503, {}, ''));
  const build = site.nextBuild();
  await sourceNodes(build.gatsby, optionsFor(other.baseUrl));
  assert.deepEqual(build.nodes, []);
});

test("each entry of a household keeps its own copy, and falls back to its own member's stats", async t => {
  const { site, service: hers } = await buildOnce(t, snapshotAnswer(exampleSnapshot(), '"1"'));
  const rowing = { total_workouts: 7, workouts: [{ name: 'Rowing', slug: 'caesar', count: 7 }] };
  const his = await serveStats(t, snapshotAnswer(exampleSnapshot({ workout_counts: rowing }), '"1"'));
  await sourceNodes(site.nextBuild().gatsby, optionsFor(his.baseUrl));
  hers.answer = send(503, {}, '');
  his.answer = send(503, {}, '');
  const build = site.nextBuild();
  await sourceNodes(build.gatsby, optionsFor(hers.baseUrl));
  assert.deepEqual(countsOf(build.nodes), exampleCounts);
  const next = site.nextBuild();
  await sourceNodes(next.gatsby, optionsFor(`${his.baseUrl}/`));
  assert.deepEqual(countsOf(next.nodes), [['caesar', 7]], 'with a slash at the end it is the same service');
});

test('a snapshot file that two entries name stays with the first, and the second is told', async t => {
  const site = recordGatsby(t);
  const hers = await serveStats(t, snapshotAnswer(exampleSnapshot(), '"1"'));
  const his = await serveStats(t, send(503, {}, ''));
  const options = { snapshotFile: 'stats.json', writeSnapshotFile: true };
  await sourceNodes(site.nextBuild().gatsby, optionsFor(hers.baseUrl, options));
  const build = site.nextBuild();
  await sourceNodes(build.gatsby, optionsFor(his.baseUrl, options));
  assert.deepEqual(build.nodes, []);
  assert.match(build.warnings.join('\n'), /stats\.json is the snapshotFile of http:.*give http:.* one of its own/);
});

test('a copy that cannot be read is mentioned, and fresh stats replace it', async t => {
  const { service, site } = await buildOnce(t, snapshotAnswer(exampleSnapshot(), '"1"'));
  for (const key of site.cached.keys()) site.cached.set(key, JSON.stringify({ etag: '"1"', snapshot: 7 }));
  const build = site.nextBuild();
  await sourceNodes(build.gatsby, optionsFor(service.baseUrl));
  assert.deepEqual(countsOf(build.nodes), exampleCounts);
  assert.match(build.warnings.join(), /Reading the copy of the last good build failed/);
});

test('a good build brings the snapshot file up to date, and a later build without cache and service shows it', async t => {
  const service = await serveStats(t, snapshotAnswer(exampleSnapshot(), '"1"'));
  const options = optionsFor(service.baseUrl, { snapshotFile: './data/peloton-stats.json', writeSnapshotFile: true });
  const site = recordGatsby(t);
  const first = site.nextBuild();
  await sourceNodes(first.gatsby, options);
  const file = path.join(site.directory, 'data/peloton-stats.json');
  const inode = statSync(file).ino;
  await sourceNodes(site.nextBuild().gatsby, options);
  assert.equal(statSync(file).ino, inode, 'an unchanged snapshot leaves the file alone');
  assert.equal(JSON.parse(readFileSync(file, 'utf8')).workout_counts.total_workouts, 243);

  await service.stop();
  site.cached.clear();
  const later = site.nextBuild();
  await sourceNodes(later.gatsby, options);
  assert.deepEqual(later.nodes, first.nodes);
  assert.match(later.warnings.join(), /Showing the stats of 2026-11-22 from \.\/data\/peloton-stats\.json/);
});

test('a snapshot file is only written where the owner asks for it', async t => {
  const service = await serveStats(t, snapshotAnswer(exampleSnapshot(), '"1"'));
  const site = recordGatsby(t);
  await sourceNodes(site.nextBuild().gatsby, optionsFor(service.baseUrl, { snapshotFile: 'stats.json' }));
  assert.throws(() => statSync(path.join(site.directory, 'stats.json')), { code: 'ENOENT' });
});

test("the service's own JSON, saved by hand, serves as the snapshot file", async t => {
  const service = await serveStats(t, send(503, {}, ''));
  const site = recordGatsby(t);
  writeFileSync(path.join(site.directory, 'stats.json'), JSON.stringify(exampleSnapshot()));
  const build = site.nextBuild();
  await sourceNodes(build.gatsby, optionsFor(service.baseUrl, { snapshotFile: 'stats.json' }));
  assert.deepEqual(countsOf(build.nodes), exampleCounts);
});

test('a snapshot file that is no snapshot is a warning, not a broken build', async t => {
  const service = await serveStats(t, send(503, {}, ''));
  const site = recordGatsby(t);
  writeFileSync(path.join(site.directory, 'stats.json'), '<<<<<<< HEAD');
  const build = site.nextBuild();
  await sourceNodes(build.gatsby, optionsFor(service.baseUrl, { snapshotFile: 'stats.json' }));
  assert.deepEqual(build.nodes, []);
  assert.match(build.warnings.join('\n'), /Reading stats\.json failed/);
  assert.match(build.warnings.join('\n'), /no older stats either/);
});

test('a snapshot file that cannot be written is a warning beside fresh stats', async t => {
  const service = await serveStats(t, snapshotAnswer(exampleSnapshot(), '"1"'));
  const site = recordGatsby(t);
  mkdirSync(path.join(site.directory, 'stats.json'));
  const build = site.nextBuild();
  await sourceNodes(build.gatsby, optionsFor(service.baseUrl, { snapshotFile: 'stats.json', writeSnapshotFile: true }));
  assert.deepEqual(countsOf(build.nodes), exampleCounts);
  assert.match(build.warnings.join(), /Writing stats\.json failed/);
});

test('a committed snapshot that is newer than the copy is shown in its place, byte order mark or not', async t => {
  const { service, site } = await buildOnce(t, snapshotAnswer(exampleSnapshot(), '"1"'));
  service.answer = send(503, {}, '');
  for (const [synced_at, date] of [
    ['2026-11-23T08:00:00.000Z', '2026-11-23'],
    ['2026-01-01T08:00:00.000Z', '2026-01-01'],
    ['2131-01-01T08:00:00.000Z', '2131-01-01'],
  ]) {
    writeFileSync(
      path.join(site.directory, 'stats.json'),
      `\uFEFF${JSON.stringify(exampleSnapshot({ synced_at, date }))}`,
    );
    const build = site.nextBuild();
    await sourceNodes(build.gatsby, optionsFor(service.baseUrl, { snapshotFile: 'stats.json' }));
    const shown = date === '2026-11-23' ? /2026-11-23 from stats\.json/ : /2026-11-22 from the last good build/;
    assert.match(build.warnings.join(), shown);
  }
});

test('a copy that a wrong clock dated years ahead gives way to the committed snapshot', async t => {
  const ahead = exampleSnapshot({ synced_at: '2131-01-01T08:00:00.000Z', date: '2131-01-01' });
  const { service, site } = await buildOnce(t, snapshotAnswer(ahead, '"1"'));
  service.answer = send(503, {}, '');
  writeFileSync(path.join(site.directory, 'stats.json'), JSON.stringify(exampleSnapshot()));
  const build = site.nextBuild();
  await sourceNodes(build.gatsby, optionsFor(service.baseUrl, { snapshotFile: 'stats.json' }));
  assert.match(build.warnings.join(), /2026-11-22 from stats\.json/);
});
