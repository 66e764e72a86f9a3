import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { namesInSource, type SmokeTest, smokeTest } from './smoke-test.ts';

const key = 'key-canary';
const functions = ['stats-abc/health', 'stats-abc/sync-now'];
const functionsFolder = new URL('../functions/', import.meta.url);

type Answer = { status: number; type?: string; body: unknown };

describe('the smoke test of a deployment', () => {
  let server: Server;
  let test: SmokeTest;
  let asked: IncomingMessage[];
  let health: Answer[];
  let sync: Answer;

  beforeEach(async () => {
    asked = [];
    health = [{ status: 200, body: { status: 'ok', problem: null, last_success: '2026-11-21T08:00:04Z' } }];
    sync = { status: 200, body: { outcome: 'not-due' } };
    server = createServer((request, response) => {
      asked.push(request);
      const next = health.length > 1 ? health.shift() : health[0];
      const { status, type = 'application/json', body } = (request.url === '/api/sync' ? sync : next) ?? sync;
      response.writeHead(status, { 'content-type': type }).end(typeof body === 'string' ? body : JSON.stringify(body));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    test = { url, key, functions, expectedFunctions: ['health', 'sync-now'], startMs: 200, pauseMs: 1 };
  });

  afterEach(() => server.close());

  const problem = (status: number, code: string): Answer => ({
    status,
    type: 'application/problem+json',
    body: { code, detail: `about ${code}` },
  });
  const neverSynced: Answer = { status: 503, body: { status: 'empty', problem: null, last_success: null } };

  it('passes a service that works, asking for a sync with the key', async () => {
    assert.deepEqual(await smokeTest(test), ['functions: all 2', 'health: ok', 'sync: not-due']);
    const [, post] = asked;
    assert.deepEqual([post?.method, post?.headers['x-functions-key']], ['POST', key]);
  });

  it('passes a service without credentials yet', async () => {
    health = [neverSynced];
    const detail = 'The vault has no secret peloton-username, which the sign-in needs. Store it.';
    sync = { ...problem(503, 'vault'), body: { code: 'vault', detail } };
    assert.match((await smokeTest(test)).join(), /no credentials in the vault yet/);
  });

  it('fails a new service that may not read its vault', async () => {
    health = [neverSynced];
    sync = problem(503, 'vault');
    await assert.rejects(smokeTest(test), /503 vault: about vault/);
  });

  it('passes a service whose Peloton is away', async () => {
    sync = problem(502, 'upstream-unavailable');
    assert.match((await smokeTest(test)).join(), /Peloton is not available/);
  });

  it('fails when a service that had credentials cannot read them any more', async () => {
    sync = problem(503, 'vault');
    await assert.rejects(smokeTest(test), /503 vault: about vault/);
  });

  for (const [status, code] of [
    [500, 'config'],
    [503, 'storage'],
    [502, 'sign-in-refused'],
  ] as const) {
    it(`fails on the problem ${code}`, async () => {
      health = [neverSynced];
      sync = problem(status, code);
      await assert.rejects(smokeTest(test), new RegExp(`${status} ${code}`));
    });
  }

  it('waits for an app that is starting', async () => {
    health = [
      { status: 503, type: 'text/html', body: '<html>starting</html>' },
      { status: 404, type: 'text/html', body: '' },
      ...health,
    ];
    assert.match((await smokeTest(test)).join(), /health: ok/);
  });

  it('fails when health never answers, and says what did', async () => {
    health = [{ status: 503, type: 'text/html', body: 'down' }];
    await assert.rejects(smokeTest({ ...test, startMs: 5 }), /gave no health: status 503/);
    await assert.rejects(smokeTest({ ...test, url: 'http://127.0.0.1:1', startMs: 0 }), /gave no health: TypeError/);
  });

  it('fails when Azure lists fewer functions than the source has', async () => {
    await assert.rejects(
      smokeTest({ ...test, functions: ['stats-abc/health'] }),
      /does not list the functions sync-now/,
    );
    assert.equal(asked.length, 0);
  });

  it('fails on a key that the platform refuses, without repeating it', async () => {
    sync = { status: 401, type: 'text/plain', body: '' };
    await assert.rejects(
      smokeTest(test),
      (error: Error) => /answered 401/.test(error.message) && !error.message.includes(key),
    );
  });
});

describe('the functions in the source', () => {
  it('are named like their files, so that the list of files is the list of functions', async () => {
    const names = await namesInSource(functionsFolder.pathname);
    assert.ok(names.includes('sync') && names.includes('health'));
    for (const name of names) {
      const source = await readFile(new URL(`${name}.ts`, functionsFolder), 'utf8');
      assert.match(source, new RegExp(`app\\.(http|timer)\\(\\s*'${name}',`), name);
    }
  });
});
