// The published documents against the registered routes and real answers: of every member that Peloton's double has, of an
// empty and a broken store, of a sync that comes about and of one that does not.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { members } from '../../sandbox/members/members.ts';
import { type Bench, fakeRequest, startBench } from '../../test/bench.ts';
import { startHostBench } from '../../test/host-bench.ts';
import type { Context } from '../app.ts';
import type { Reply } from './reply.ts';

const publicUrl = 'https://stats.example';
const quiet: Context = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
type Handler = Exclude<keyof Bench['app'], 'sync'>;
type Response = { $ref?: string; headers?: Record<string, object>; content?: Record<string, { schema: object }> };
type Operation = { operationId: Handler; security?: object[]; servers?: object[]; responses: Record<string, Response> };
type Document = Record<string, unknown> & {
  $id: string;
  paths: Record<string, Record<string, Operation>>;
  components: Record<'schemas' | 'headers' | 'responses' | 'securitySchemes', Record<string, object>>;
};

const { host, call } = await startHostBench({ settings: { PUBLIC_URL: publicUrl } });

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

async function ask(bench: Bench, handler: Handler, options: Parameters<typeof fakeRequest>[0] = {}) {
  const app = bench.startApp();
  return await app[handler](fakeRequest(options), quiet);
}

const textOf = ({ body = new Uint8Array() }: Reply) => Buffer.from(body).toString();
const parse = (reply: Reply) => JSON.parse(textOf(reply));

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

/** What the document has at a place, with whatever refers to another place followed. */
function readAt(...steps: string[]): { place: string[]; found: Response } {
  const found = steps.reduce<unknown>((value, step) => (value as Document)[step], openapi) as Response | undefined;
  assert.ok(found, steps.join(' '));
  return found.$ref ? readAt(...found.$ref.split('/').slice(1)) : { place: steps, found };
}

function validatorAt(...steps: string[]): ValidateFunction | undefined {
  const toPointer = (step: string) => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'));
  return ajv.getSchema(`openapi#/${steps.map(toPointer).join('/')}`);
}

/** The one operation of a path. */
function operationOf(path: string): { method: string; operation: Operation } {
  const [entry, ...others] = Object.entries(openapi.paths[path] ?? {});
  assert.ok(entry && others.length === 0, path);
  return { method: entry[0], operation: entry[1] };
}

/** Retry-After is there where it is true; the others are always there. */
function assertHeaders({ headers }: Reply, { headers: documented = {} }: Response): void {
  for (const name of Object.keys(openapi.components.headers)) {
    if (name in headers) assert.ok(name in documented, `${name} is documented`);
    else assert.ok(!(name in documented) || name === 'Retry-After', `${name} is sent`);
  }
}

/** The answer is one that the document allows. */
async function assertDocumented(bench: Bench, path: string, options: Parameters<typeof fakeRequest>[0] = {}) {
  const { method, operation } = operationOf(path);
  const reply = await ask(bench, operation.operationId, { method: method.toUpperCase(), ...options });
  const { place, found } = readAt('paths', path, method, 'responses', `${reply.status}`);
  assertHeaders(reply, found);
  const type = reply.headers['Content-Type']?.split(';')[0];
  if (!type) assert.deepEqual([reply.body, found.content], [undefined, {}]);
  else assertValid(validatorAt(...place, 'content', type, 'schema'), /json/.test(type) ? parse(reply) : textOf(reply));
  return reply;
}

/** The path of a route in the document, whose paths are relative to `/api`; the root alone is outside. */
function pathOf(name: string, route: string): string {
  if (name === 'root') return '/';
  assert.match(route, /^api\//, name);
  return route.slice('api'.length);
}

describe('the documents', () => {
  it('name every route that is registered, with its method and its key, and no other', () => {
    const registered = host.functions.flatMap(each =>
      each.type === 'http' ? [[pathOf(each.name, each.route), each.methods[0], each.authLevel === 'function']] : [],
    );
    const documented = Object.keys(openapi.paths).map(path => {
      const { method, operation } = operationOf(path);
      return [path, method.toUpperCase(), operation.security !== undefined];
    });
    assert.deepEqual(documented.toSorted(), registered.toSorted());
  });

  it('name where they are reached, be it known or not', async () => {
    assert.equal(openapi.openapi, '3.1.0');
    assert.deepEqual(openapi.servers, [{ url: `${publicUrl}/api` }]);
    assert.deepEqual(operationOf('/').operation.servers, [{ url: publicUrl }]);
    assert.equal(schema.$id, `${publicUrl}/api/schema.json`);
    assert.equal(schema.$schema, 'https://json-schema.org/draft/2020-12/schema');
    const nameless = await startBench();
    assert.deepEqual(parse(await ask(nameless, 'openapi')).servers, [{ url: '/api' }]);
    assert.deepEqual(parse(await ask(nameless, 'openapi')).paths['/'].get.servers, [{ url: '/' }]);
    const { $id, ...others } = parse(await ask(nameless, 'schema'));
    assert.equal($id, '/api/schema.json');
    assert.deepEqual({ ...others, $id: schema.$id }, schema);
  });

  it('hold nothing that points nowhere', () => {
    const text = JSON.stringify(openapi);
    const targets = [...text.matchAll(/"\$ref":"#\/([^"]+)"/g)].map(match => match[1] ?? '');
    assert.ok(targets.length > 10);
    for (const target of targets) readAt(...target.split('/'));
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
      for (const path of ['/card.svg', '/page', '/widget.js', '/openapi.json', '/schema.json', '/health']) {
        assert.equal((await assertDocumented(bench, path)).status, 200, path);
      }
      for (const path of ['/stats', '/history', '/card.svg', '/badge', '/page', '/widget.js', '/openapi.json']) {
        assert.equal((await assertDocumented(bench, path, { headers: { 'if-none-match': '*' } })).status, 304, path);
      }
    });
  }
});

describe('answers without stats', () => {
  it('are as documented: none yet, malformed, no coding left', async () => {
    const bench = await startMember('regular');
    for (const path of ['/', '/stats', '/history', '/health', '/card.svg', '/badge', '/page']) {
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
    for (const path of Object.keys(openapi.paths)) {
      await assertDocumented(away, path, { params: { date: '2001-01-01' } });
    }
    const broken = await startBench({ settings: { STATS_CONTAINER: '?' } });
    for (const path of ['/stats', '/history', '/card.svg', '/badge', '/page', '/health', '/sync']) {
      await assertDocumented(broken, path);
    }
  });
});

describe('a sync that is asked for', () => {
  const sync = async (bench: Bench, query: Record<string, string> = {}) => {
    const reply = await assertDocumented(bench, '/sync', { query });
    const { outcome, code } = parse(reply);
    return [reply.status, outcome ?? code];
  };

  it('is answered as documented: made, not due, busy, refused by each side', async () => {
    const bench = await startMember('regular');
    assert.deepEqual(await sync(bench), [200, 'synced']);
    assert.deepEqual(await sync(bench), [200, 'not-due']);
    const lease = bench.container('private').getBlobLeaseClient();
    await lease.acquireLease(15);
    assert.deepEqual(await sync(bench, { force: 'true' }), [409, 'busy']);
    await lease.releaseLease();
    const overview = bench.peloton.faults.add({ match: { path: /overview/ }, fault: { status: 200, body: {} } });
    assert.deepEqual(await sync(bench, { force: 'true' }), [502, 'upstream-changed']);
    overview.remove();
    bench.vault.faults.add({ match: {}, fault: { status: 403, body: {} } });
    assert.deepEqual(await sync(bench, { force: 'true' }), [503, 'vault']);
  });

  it('is forced by what the document says and by nothing else, which is a 400 that says so', async () => {
    const bench = await startMember('regular');
    const isForce = validatorAt('paths', '/sync', 'post', 'parameters', '0', 'schema');
    assert.ok(isForce);
    const forces = ['', '1', 'true', 'TRUE', 'True'];
    for (const force of forces) assert.deepEqual(await sync(bench, { force }), [200, 'synced'], force);
    const others = ['false', '0', 'yes', 'on', '01', ' true', 'true,true', 'truetrue', 'null', '\u0131', '__proto__'];
    for (const force of others) {
      const reply = await assertDocumented(bench, '/sync', { query: { force } });
      assert.deepEqual([reply.status, parse(reply).code], [400, 'bad-request'], force);
      assert.equal(parse(reply).detail, 'force must be given once: as force, force=1 or force=true.');
    }
    assert.deepEqual(
      [...forces, ...others].filter(force => isForce(force)),
      forces,
    );
    assert.equal(bench.peloton.counts.overviews, forces.length);
  });

  it('without its key is a 401 without a body', async () => {
    const { status, body } = await call('/api/sync', { method: 'POST' });
    assert.deepEqual([status, body.length], [401, 0]);
    assert.deepEqual(Object.keys(readAt('paths', '/sync', 'post', 'responses', '401').found), ['description']);
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
