// The published documents against real answers: of every member that Peloton's double has, of an empty and a broken store.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Context } from './app.ts';
import { type Bench, fakeRequest, startBench } from './sandbox/bench.ts';
import { members } from './sandbox/members/members.ts';
import type { Reply } from './serve.ts';

const publicUrl = 'https://stats.example';
const quiet: Context = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
type PublicHandler = Exclude<keyof Bench['app'], 'sync' | 'syncNow'>;
type Document = Record<string, unknown> & {
  $id: string;
  paths: Record<string, { get: { responses: Record<string, { content?: Record<string, { schema: object }> }> } }>;
  components: { schemas: Record<string, object> };
};

const handlerOf: Record<string, PublicHandler> = {
  '/stats': 'stats',
  '/stats/{date}': 'statsDay',
  '/history': 'history',
  '/card.svg': 'card',
  '/badge': 'badge',
  '/widget.js': 'widget',
  '/page': 'page',
  '/health': 'health',
};

function createAjv(): Ajv2020 {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true });
  ajv.addVocabulary(['openapi', 'info', 'servers', 'paths', 'components']);
  const isDate = (text: string) => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`));
  ajv.addFormat('date', isDate);
  ajv.addFormat('date-time', text => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text) && !!Date.parse(text));
  ajv.addFormat('uri', text => URL.canParse(text));
  return ajv;
}

let openapi: Document;
let schema: Document;
let isSnapshot: ValidateFunction;
const ajv = createAjv();

async function startMember(member: string): Promise<Bench> {
  return await startBench({ peloton: { member }, settings: { PUBLIC_URL: publicUrl } });
}

async function ask(bench: Bench, handler: PublicHandler, options: Parameters<typeof fakeRequest>[0] = {}) {
  const app = bench.startApp();
  return await app[handler](fakeRequest(options), quiet);
}

const parse = ({ body = new Uint8Array() }: Reply) => JSON.parse(Buffer.from(body).toString());

function assertValid(validate: ValidateFunction | undefined, value: unknown): void {
  assert.ok(validate);
  assert.ok(validate(value), JSON.stringify(validate.errors));
}

before(async () => {
  const bench = await startMember('regular');
  openapi = parse(await ask(bench, 'openapi'));
  schema = parse(await ask(bench, 'schema'));
  isSnapshot = ajv.compile(schema);
  ajv.addSchema(openapi, 'openapi');
});

/** The schema that the document has for an answer, by its path, status and type. */
function validatorOf(path: string, { status, headers }: Reply): ValidateFunction {
  const response = openapi.paths[path]?.get.responses[status];
  assert.ok(response, `${path} has a response ${status}`);
  const type = headers['Content-Type']?.split(';')[0] ?? '';
  const content = response.content?.[type];
  assert.ok(content, `${path} ${status} has ${type}`);
  const at = ['paths', path, 'get', 'responses', `${status}`, 'content', type, 'schema'];
  const pointer = at.map(step => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/');
  const validate = ajv.getSchema(`openapi#/${pointer}`);
  assert.ok(validate);
  return validate;
}

/** The answer is one that the document allows. */
async function assertDocumented(bench: Bench, path: string, options: Parameters<typeof fakeRequest>[0] = {}) {
  const handler = handlerOf[path];
  assert.ok(handler);
  const reply = await ask(bench, handler, options);
  const isJson = /json/.test(reply.headers['Content-Type'] ?? '');
  assertValid(validatorOf(path, reply), isJson ? parse(reply) : Buffer.from(reply.body ?? []).toString());
  return reply;
}

describe('the documents', () => {
  it('name every public route but themselves, where they are reached', () => {
    assert.deepEqual(Object.keys(openapi.paths).sort(), Object.keys(handlerOf).sort());
    assert.equal(openapi.openapi, '3.1.0');
    assert.deepEqual(openapi.servers, [{ url: `${publicUrl}/api` }]);
    assert.equal(schema.$id, `${publicUrl}/api/schema.json`);
    assert.equal(schema.$schema, 'https://json-schema.org/draft/2020-12/schema');
  });

  it('hold nothing that points nowhere', () => {
    const text = JSON.stringify(openapi);
    const targets = [...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(match => match[1] ?? '');
    assert.ok(targets.length > 10);
    for (const name of targets) assert.ok(openapi.components.schemas[name], name);
    assert.doesNotMatch(text, /\$defs/);
  });
});

describe('answers with stats', () => {
  for (const { name } of members) {
    it(`of the member "${name}" are as documented, by either document`, async () => {
      const bench = await startMember(name);
      await bench.tick();
      const date = bench.now.toISOString().slice(0, 10);
      assertValid(isSnapshot, parse(await assertDocumented(bench, '/stats')));
      await assertDocumented(bench, '/stats/{date}', { params: { date } });
      await assertDocumented(bench, '/history');
      await assertDocumented(bench, '/history', { query: { from: date } });
      await assertDocumented(bench, '/history', { query: { format: 'csv' } });
      for (const metric of ['total', 'streak', 'cycling', 'unknown']) {
        await assertDocumented(bench, '/badge', { query: { metric } });
      }
      for (const path of ['/card.svg', '/page', '/widget.js', '/health']) {
        assert.equal((await assertDocumented(bench, path)).status, 200, path);
      }
    });
  }
});

describe('answers without stats', () => {
  it('are as documented: none yet, malformed, no coding left', async () => {
    const bench = await startMember('regular');
    for (const path of ['/stats', '/history', '/health', '/card.svg', '/badge', '/page']) {
      await assertDocumented(bench, path);
    }
    await assertDocumented(bench, '/stats/{date}', { params: { date: '2001-01-01' } });
    await assertDocumented(bench, '/stats/{date}', { params: { date: 'yesterday' } });
    await assertDocumented(bench, '/history', { query: { format: 'xml' } });
    await assertDocumented(bench, '/widget.js', { headers: { 'accept-encoding': 'identity;q=0' } });
  });

  it('are as documented: a store that is away, settings that cannot be used', async () => {
    const away = await startBench({ storeFaults: true, settings: { PUBLIC_URL: publicUrl } });
    away.store?.faults.add({ match: {}, fault: { status: 403, body: {} } });
    for (const path of Object.keys(handlerOf)) {
      await assertDocumented(away, path, { params: { date: '2001-01-01' } });
    }
    const broken = await startBench({ settings: { STATS_CONTAINER: '?' } });
    for (const path of ['/stats', '/history', '/page', '/health']) await assertDocumented(broken, path);
  });
});

describe('the schema', () => {
  it('refuses what a reader could not use, and lets unknown members pass', async () => {
    const bench = await startMember('regular');
    await bench.tick();
    const good = parse(await ask(bench, 'stats'));
    const with_ = (change: object) => ({ ...good, ...change });
    assert.equal(isSnapshot(with_({ next: 1, workout_counts: { ...good.workout_counts, later: [] } })), true);
    const bad = [
      {},
      null,
      with_({ schema_version: 2 }),
      with_({ date: '22.11.2026' }),
      with_({ synced_at: 'yesterday' }),
      with_({ workout_counts: { total_workouts: -1, workouts: [] } }),
      with_({ workout_counts: { total_workouts: 1.5, workouts: [] } }),
      with_({ workout_counts: { total_workouts: 1, workouts: [{ name: 'Yoga', count: 1 }] } }),
      with_({ streaks: { current_weekly: 'many' } }),
      with_({ achievements: {} }),
    ];
    for (const value of bad) assert.equal(isSnapshot(value), false, JSON.stringify(value).slice(0, 100));
  });
});
