// The days and the latest workouts as nodes: where they are published, where not, and where they cannot be read.

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { createSchemaCustomization, sourceNodes } = require('./gatsby-node.js');
const { ofType, optionsFor } = require('./testing/build-site.js');
const { exampleSnapshot } = require('./testing/example-snapshot.js');
const { recordGatsby } = require('./testing/record-gatsby.js');
const { serveStats, snapshotAnswer } = require('./testing/serve-stats.js');

const tally = { workouts: 1, minutes: 20 };
const day = {
  date: '2026-11-21',
  workouts: 2,
  minutes: 65,
  output_kj: 487,
  by: { cycling: { workouts: 1, minutes: 45, output_kj: 487 }, ['__proto__']: tally },
};
const activity = {
  schema_version: 1,
  complete_since: '2026-11-20',
  days: [{ date: '2026-11-20', ...tally, by: {} }, day],
};
const workout = {
  date: '2026-11-21',
  discipline: 'cycling',
  title: '45 min Ride',
  duration_s: 2700,
  output_kj: 487,
  imported: false,
};
const latest = { schema_version: 1, workouts: [workout, { date: '2026-11-20', effort_points: 12.5, imported: true }] };

/** @param {import('node:test').TestContext} t */
async function startSite(t) {
  const service = await serveStats(t, snapshotAnswer(exampleSnapshot(), '"1"'));
  service.training['/api/activity'] = snapshotAnswer(activity, '"a"');
  service.training['/api/workouts'] = snapshotAnswer(latest, '"w"');
  const site = recordGatsby(t);
  const build = async () => {
    const next = site.nextBuild();
    await sourceNodes(next.gatsby, optionsFor(service.baseUrl));
    return next;
  };
  return { service, build };
}

test('makes a PelotonDay of every day, with what was done in each discipline as a list', async t => {
  const { build } = await startSite(t);
  const { nodes, warnings } = await build();
  const [, second] = ofType(nodes, 'PelotonDay');
  assert.ok(second);
  const { date, workouts, minutes, output_kj, by } = second;
  assert.deepEqual([date, workouts, minutes, output_kj], ['2026-11-21', 2, 65, 487]);
  assert.deepEqual(by, [
    { discipline: 'cycling', workouts: 1, minutes: 45, output_kj: 487 },
    { discipline: '__proto__', ...tally },
  ]);
  assert.deepEqual(warnings, []);
});

test('makes a PelotonWorkout of each of the latest, the newest first, with what is known of it', async t => {
  const { build } = await startSite(t);
  const [first, second] = ofType((await build()).nodes, 'PelotonWorkout');
  assert.deepEqual([first?.place, first?.title, first?.duration_s], [0, '45 min Ride', 2700]);
  assert.deepEqual([second?.place, second?.imported, second?.effort_points], [1, true, 12.5]);
  assert.ok(second && !('title' in second));
});

test('declares every field of them, so that queries are valid without any', async t => {
  const { build } = await startSite(t);
  const { gatsby, nodes } = await build();
  let definitions = '';
  const actions = { ...gatsby.actions, createTypes: /** @param {string} text */ text => (definitions = text) };
  createSchemaCustomization({ ...gatsby, actions });
  for (const type of ['PelotonDay', 'PelotonWorkout']) {
    const [, body] = definitions.match(new RegExp(`type ${type} implements Node[^{]*{([^}]*)}`)) ?? [];
    assert.ok(body, type);
    for (const { id, parent, children, internal, ...fields } of ofType(nodes, type))
      for (const field of Object.keys(fields)) assert.match(body, new RegExp(`\\b${field}:`), type);
  }
});

test('without days and workouts there are no such nodes, and no warning', async t => {
  const { service, build } = await startSite(t);
  await build();
  service.training = {};
  const { nodes, warnings } = await build();
  assert.deepEqual([ofType(nodes, 'PelotonDay'), ofType(nodes, 'PelotonWorkout'), warnings], [[], [], []]);
});

test('a 304 gives the same nodes again', async t => {
  const { build } = await startSite(t);
  assert.deepEqual((await build()).nodes, (await build()).nodes);
});

test('days that cannot be read are those of the last good build, with a warning, and fail nothing', async t => {
  const { service, build } = await startSite(t);
  const before = await build();
  service.training['/api/activity'] = (_request, response) => void response.writeHead(500).end();
  service.training['/api/workouts'] = (_request, response) => void response.writeHead(200).end('{"schema_version":2}');
  const { nodes, warnings, panics } = await build();
  assert.deepEqual(nodes, before.nodes);
  assert.deepEqual(panics, []);
  assert.match(warnings[0] ?? '', /\/api\/activity answered 500\.$/);
  assert.match(warnings[1] ?? '', /\/api\/workouts answered with something that this plugin cannot read\.$/);
});

test('while the service is away they are those of the last good build, and are not asked for', async t => {
  const { service, build } = await startSite(t);
  const before = await build();
  service.answer = (_request, response) => void response.writeHead(503).end();
  let asked = 0;
  service.training['/api/activity'] = (_request, response) => {
    asked += 1;
    response.writeHead(500).end();
  };
  const { nodes } = await build();
  assert.deepEqual([nodes, asked], [before.nodes, 0]);
});

test('a malformed entry is left out, the rest stays', async t => {
  const { service, build } = await startSite(t);
  const days = [null, { date: '2026-02-31', ...tally, by: {} }, { ...day, by: { x: null } }, { ...day, workouts: '2' }];
  service.training['/api/activity'] = snapshotAnswer({ ...activity, days }, '"b"');
  const [only, ...others] = ofType((await build()).nodes, 'PelotonDay');
  assert.deepEqual([only?.date, only?.by, others], ['2026-11-21', [], []]);
});
