// The plugin as Gatsby sees it: its hooks, called with a recording API object, against a real server on loopback.

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { createSchemaCustomization, sourceNodes } = require('./gatsby-node.js');
const { buildOnce, countsOf, exampleCounts, ofType, optionsFor } = require('./testing/build-site.js');
const { exampleSnapshot } = require('./testing/example-snapshot.js');
const { serveStats, snapshotAnswer } = require('./testing/serve-stats.js');

test('makes a WorkoutCount of every workout, with the fields of the query allWorkoutCount', async t => {
  const { build, service } = await buildOnce(t, snapshotAnswer(exampleSnapshot(), '"1"'));
  const [cycling] = ofType(build.nodes, 'WorkoutCount');
  assert.equal(service.requests[0]?.url, '/api/stats');
  assert.deepEqual(countsOf(build.nodes), exampleCounts);
  assert.ok(cycling);
  const { id, name, count, icon_url, slug } = cycling;
  assert.match(id, /./);
  assert.deepEqual([name, count, icon_url, slug], ['Cycling', 231, 'https://icons.example/cycling.png', 'cycling']);
  assert.deepEqual([...build.warnings, ...build.panics], []);
});

test('makes nodes of personal records, streaks, achievements and the snapshot itself', async t => {
  const { build } = await buildOnce(t, snapshotAnswer(exampleSnapshot(), '"1"'));
  const records = ofType(build.nodes, 'PelotonPersonalRecord')[0]?.records;
  assert.ok(Array.isArray(records));
  assert.deepEqual(
    records.map(({ name, value }) => [name, value]),
    [
      ['45 min', '512'],
      ['Fastest 5 km', '24:31'],
    ],
  );
  assert.equal(ofType(build.nodes, 'PelotonStreaks')[0]?.best_weekly, 40);
  assert.equal(ofType(build.nodes, 'PelotonAchievement')[0]?.image_url, 'https://icons.example/100.png');
  const [snapshot] = ofType(build.nodes, 'PelotonSnapshot');
  assert.deepEqual([snapshot?.date, snapshot?.total_workouts], ['2026-11-22', 243]);
});

test('gives every node an id of its own, though types share slugs', async t => {
  const { build } = await buildOnce(t, snapshotAnswer(exampleSnapshot(), '"1"'));
  assert.equal(new Set(build.nodes.map(node => node.id)).size, build.nodes.length);
});

test('named twice, for a household, it keeps the members apart', async t => {
  const { build, site, service: hers } = await buildOnce(t, snapshotAnswer(exampleSnapshot(), '"1"'));
  const his = await serveStats(t, snapshotAnswer(exampleSnapshot(), '"1"'));
  const second = site.nextBuild();
  await sourceNodes(second.gatsby, optionsFor(his.baseUrl));
  const nodes = [...build.nodes, ...second.nodes];
  assert.equal(new Set(nodes.map(node => node.id)).size, nodes.length);
  assert.deepEqual(new Set(build.nodes.map(node => node.base_url)), new Set([hers.baseUrl]));
  assert.deepEqual(new Set(second.nodes.map(node => node.base_url)), new Set([his.baseUrl]));
  assert.equal(his.requests[0]?.headers['if-none-match'], undefined, 'the tag is of the other service');
});

test('declares every type it makes nodes of, with every field', async t => {
  const { build } = await buildOnce(t, snapshotAnswer(exampleSnapshot(), '"1"'));
  let definitions = '';
  const actions = { ...build.gatsby.actions, createTypes: /** @param {string} text */ text => (definitions = text) };
  createSchemaCustomization({ ...build.gatsby, actions });
  for (const { id, parent, children, internal, ...fields } of build.nodes) {
    const [, body] = definitions.match(new RegExp(`type ${internal.type} implements Node[^{]*{([^}]*)}`)) ?? [];
    assert.ok(body, `${internal.type} is declared`);
    for (const field of Object.keys(fields)) assert.match(body, new RegExp(`\\b${field}:`), internal.type);
  }
});

test('keeps ids from build to build; only the digest of what changed changes', async t => {
  const { build: first, service, site } = await buildOnce(t, snapshotAnswer(exampleSnapshot(), '"1"'));
  const workouts = [
    { name: 'Indoor cycling', slug: 'cycling', count: 232 },
    ...exampleSnapshot().workout_counts.workouts.slice(1),
  ];
  service.answer = snapshotAnswer(exampleSnapshot({ workout_counts: { total_workouts: 244, workouts } }), '"2"');
  const second = site.nextBuild();
  await sourceNodes(second.gatsby, optionsFor(service.baseUrl));
  assert.deepEqual(
    second.nodes.map(node => node.id),
    first.nodes.map(node => node.id),
  );
  const changed = second.nodes.filter(
    (node, index) => node.internal.contentDigest !== first.nodes[index]?.internal.contentDigest,
  );
  assert.deepEqual(
    changed.map(node => node.internal.type),
    ['PelotonSnapshot', 'WorkoutCount'],
  );
});

test('sends the ETag of its copy, and a 304 gives the same nodes again', async t => {
  const { build: first, service, site } = await buildOnce(t, snapshotAnswer(exampleSnapshot(), '"1"'));
  const second = site.nextBuild();
  await sourceNodes(second.gatsby, optionsFor(service.baseUrl));
  assert.deepEqual(
    service.requests.map(request => request.headers['if-none-match']),
    [undefined, '"1"'],
  );
  assert.deepEqual(second.nodes, first.nodes);
  assert.deepEqual(second.warnings, []);
});

test('carries hostile slugs and names as data', async t => {
  const slugs = [
    '__proto__',
    'constructor',
    '../../etc/passwd',
    '<script>alert(1)</script>',
    '',
    'a\u0000b',
    '\ud83d\ude80',
  ];
  const workouts = slugs.map((slug, count) => ({ name: `}{ "${slug}" \${x}`, slug, count }));
  const { build } = await buildOnce(
    t,
    snapshotAnswer(exampleSnapshot({ workout_counts: { total_workouts: 1, workouts } }), '"1"'),
  );
  const nodes = ofType(build.nodes, 'WorkoutCount');
  assert.deepEqual(
    nodes.map(({ name, slug, count }) => ({ name, slug, count })),
    workouts,
  );
  assert.equal(new Set(nodes.map(node => node.id)).size, slugs.length);
});

test('leaves a malformed entry out, says so, and keeps the rest', async t => {
  const workouts = [null, { name: 'x', slug: 'x', count: '7' }, ...exampleSnapshot().workout_counts.workouts];
  const { build } = await buildOnce(
    t,
    snapshotAnswer(exampleSnapshot({ workout_counts: { total_workouts: 243, workouts } }), '"1"'),
  );
  assert.deepEqual(countsOf(build.nodes), exampleCounts);
  assert.equal(build.warnings.length, 1);
  assert.match(build.warnings[0] ?? '', /2 of the entries/);
});
