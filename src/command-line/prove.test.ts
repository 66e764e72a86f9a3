// The proofs against the local host, behind a front that changes its answers, and against a double of Azure's own APIs.

import assert from 'node:assert/strict';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { after, beforeEach, describe, it } from 'node:test';
import { startLoopbackServer } from '../../sandbox/loopback-server.ts';
import { azureError, azureTarget, bearer, startAzureDouble } from '../../test/azure-double.ts';
import { callHttp, type HttpAnswer, startHostBench } from '../../test/host-bench.ts';
import { spawnCommand } from '../../test/spawn-command.ts';
import { createPatience } from './prove/patience.ts';
import { proveDeployment } from './prove/prove-deployment.ts';
import { readRuleNames } from './prove/prove-logs.ts';
import type { Target } from './prove/target.ts';
import type { Verdict } from './prove/verdict.ts';

type Tamper = (answer: HttpAnswer, request: IncomingMessage) => HttpAnswer;
const honest: Tamper = answer => answer;

const repository = resolve(import.meta.dirname, '../..');
const bench = await startHostBench();
const azure = await startAzureDouble();

/** What a platform in front of the app may do to its answers. */
let tamper = honest;
const front = await startLoopbackServer(async (request, response) => {
  const { host: _, ...headers } = request.headers;
  const asked = { method: request.method ?? '', headers: headers as Record<string, string> };
  const { status, headers: sent, body } = tamper(await callHttp(`${bench.host.url}${request.url}`, asked), request);
  const { 'content-length': __, 'transfer-encoding': ___, ...kept } = sent;
  const given = Object.entries(kept).filter(([, value]) => value !== undefined);
  response.writeHead(status, Object.fromEntries(given)).end(request.method === 'HEAD' ? '' : body);
});
after(() => Promise.all([front.close(), azure.close()]));

const target: Target = { ...azureTarget, appUrl: front.url, publicUrl: front.url };

async function prove({ sync = false, given = target, startMs = 0 } = {}): Promise<Verdict[]> {
  const patience = createPatience({ startMs, pauseMs: 1 });
  return await Array.fromAsync(proveDeployment(azure.azure, given, { sync, patience }));
}

/** The verdict on the subject, as `mark text`. */
async function proveOne(subject: string, options?: Parameters<typeof prove>[0]): Promise<string> {
  const found = (await prove(options)).filter(verdict => verdict.subject === subject);
  assert.equal(found.length, 1, subject);
  return found.map(({ mark, text }) => `${mark} ${text}`).join();
}

const withHeaders = (answer: HttpAnswer, headers: Record<string, string | string[] | undefined>): HttpAnswer => ({
  ...answer,
  headers: { ...answer.headers, ...headers } as HttpAnswer['headers'],
});
const platformPage = (status: number): HttpAnswer => ({
  status,
  headers: { 'content-type': 'text/html' },
  body: Buffer.from('<html>'),
});
const isOf = (path: string) => (request: IncomingMessage) => request.url?.split('?')[0] === path;

describe('npm run prove', () => {
  beforeEach(async () => {
    tamper = honest;
    await azure.reset();
  });

  it('has nothing to do before the first sync, and says what there is nothing to show of', async () => {
    const verdicts = await prove();
    assert.deepEqual(
      verdicts.filter(({ mark }) => mark !== 'holds'),
      [],
    );
    const line = (subject: string) => verdicts.find(verdict => verdict.subject === subject)?.text ?? '';
    assert.match(line('health'), /^empty since /);
    assert.match(line('routes'), /all \d+ answer.*nothing to show: activity, history, stats-day, stats, workouts$/);
  });

  it('holds everywhere in a service that works, and has then only read', async () => {
    assert.equal((await bench.sync()).status, 200);
    const counts = { ...bench.peloton.counts };
    const verdicts = await prove();
    assert.deepEqual(
      verdicts.filter(({ mark }) => mark !== 'holds'),
      [],
    );
    const subjects = ['app', 'functions', 'health', 'sync-now', 'routes', 'HEAD', 'root', 'headers', 'codings', '304'];
    const logs = [
      'timer',
      'timer status',
      'alerts',
      ...(await readRuleNames()).map(name => `alert ${name}`),
      'second clock',
    ];
    assert.deepEqual(
      verdicts.map(({ subject }) => subject),
      [...subjects, 'CORS, no Origin', 'CORS', 'preflight', ...logs],
    );
    assert.deepEqual(bench.peloton.counts, counts);
    for (const { call, body } of azure.requests) assert.ok(call.startsWith('GET ') || JSON.parse(body).query, call);
  });

  it('asks for a sync only when it is told to, with the key that Azure gives, and shows no key and no token', async () => {
    azure.state.key = bench.host.functionKey;
    const verdicts = await prove({ sync: true });
    assert.match(JSON.stringify(verdicts), /"holds","subject":"sync","text":"not-due"/);
    const shown = JSON.stringify(verdicts);
    for (const secret of [bench.host.functionKey, bearer]) assert.ok(!shown.includes(secret));
    assert.ok(azure.requests.every(({ authorization }) => authorization === `Bearer ${bearer}`));
  });

  const faults: [fault: string, subject: string, tamper: Tamper, expected: RegExp][] = [
    [
      'a route that is missing',
      'routes',
      (a, r) => (isOf('/api/history')(r) ? platformPage(404) : a),
      /history answered 404 text\/html/,
    ],
    [
      'a route that fails',
      'routes',
      (a, r) => (isOf('/api/badge')(r) ? platformPage(500) : a),
      /badge answered 500 text\/html/,
    ],
    [
      'a HEAD that is not routed',
      'HEAD',
      (a, r) => (r.method === 'HEAD' ? platformPage(404) : a),
      /HEAD of badge answered 404 .*and \d+ more/,
    ],
    [
      'a sync that is open to all',
      'sync-now',
      (a, r) => (isOf('/api/sync')(r) ? platformPage(400) : a),
      /answered 400 .*anybody may start a sync/,
    ],
    [
      "the platform's own welcome page",
      'root',
      (a, r) => (r.url === '/' ? platformPage(200) : a),
      /answered 200 text\/html, not a redirect/,
    ],
    [
      'a redirect that leaves https or the host',
      'root',
      (a, r) => (r.url === '/' ? withHeaders(a, { location: 'http://other.example/api/page' }) : a),
      /to http:\/\/other\.example\/api\/page/,
    ],
    [
      'a weak tag',
      'headers',
      a => withHeaders(a, { etag: a.headers.etag && `W/${a.headers.etag}` }),
      /badge: etag is W\/"[^ ]+, not one strong tag/,
    ],
    [
      'a cache header of its own',
      'headers',
      a => withHeaders(a, { 'cache-control': 'private' }),
      /cache-control is private, not public/,
    ],
    ['no Vary', 'headers', a => withHeaders(a, { vary: undefined }), /vary is missing, not Accept-Encoding/],
    [
      'two tags',
      'headers',
      a => withHeaders(a, { etag: a.headers.etag && ['"one"', a.headers.etag] }),
      /badge: etag is "one" and "[^ ]+", not one strong tag/,
    ],
    [
      'a coding that nobody asked for',
      'headers',
      a => withHeaders(a, { 'content-encoding': a.headers['content-encoding'] ?? 'gzip' }),
      /badge: content-encoding is gzip, not left out/,
    ],
    [
      'answers that nobody may embed',
      'headers',
      a => withHeaders(a, { 'cross-origin-resource-policy': 'same-origin' }),
      /cross-origin-resource-policy is same-origin, not cross-origin/,
    ],
    [
      'a weak tag on a coding',
      'codings',
      a => (a.headers['content-encoding'] ? withHeaders(a, { etag: `W/${a.headers.etag}` }) : a),
      /badge in br: etag is W\/"/,
    ],
    [
      'one tag for all codings',
      'codings',
      a => (a.headers.etag ? withHeaders(a, { etag: '"one"' }) : a),
      /badge in br has the etag of the identity/,
    ],
    [
      'a coding that is taken away',
      'codings',
      a => withHeaders(a, { 'content-encoding': undefined }),
      /br was asked for, and content-encoding is none/,
    ],
    [
      'a body that is not what its coding says',
      'codings',
      a => (a.headers['content-encoding'] ? { ...a, body: Buffer.from('plain') } : a),
      /badge in br does not decode/,
    ],
    [
      'no 304',
      '304',
      (a, r) => (a.status === 304 ? { ...withHeaders(a, { etag: r.headers['if-none-match'] }), status: 200 } : a),
      /badge in br: If-None-Match with its etag answered 200.*not 304/,
    ],
    [
      'a doubled CORS header',
      'CORS',
      (a, r) => (r.headers.origin ? withHeaders(a, { 'access-control-allow-origin': ['*', '*'] }) : a),
      /badge: 2 lines Access-Control-Allow-Origin, not one/,
    ],
    [
      'a CORS header only for who asks',
      'CORS, no Origin',
      (a, r) => (r.headers.origin ? a : withHeaders(a, { 'access-control-allow-origin': undefined })),
      /0 lines Access-Control-Allow-Origin/,
    ],
    [
      'an origin instead of any',
      'CORS',
      (a, r) => (r.headers.origin ? withHeaders(a, { 'access-control-allow-origin': r.headers.origin }) : a),
      /is https:\/\/site\.example, not \*/,
    ],
    [
      'a tag that no script may read',
      'CORS',
      a => withHeaders(a, { 'access-control-expose-headers': undefined }),
      /Expose-Headers is missing, without ETag/,
    ],
    [
      'a preflight that nobody answers',
      'preflight',
      (a, r) => (r.method === 'OPTIONS' ? platformPage(405) : a),
      /it answered 405 .*not 204; it: 0 lines/,
    ],
  ];
  for (const [fault, subject, planted, expected] of faults) {
    it(`tells ${fault}`, async () => {
      tamper = planted;
      const verdict = await proveOne(subject);
      assert.match(verdict, expected);
      assert.match(verdict, /^FIX .+ → \S/);
    });
  }

  it('takes a Vary line that the platform adds to ours', async () => {
    tamper = answer => withHeaders(answer, { vary: answer.headers.vary && [answer.headers.vary, 'Origin'] });
    assert.match(await proveOne('headers'), /^holds/);
  });

  it('asks the address of the readers too, where that is another', async () => {
    tamper = answer => withHeaders(answer, { etag: undefined });
    const verdicts = await prove({ given: { ...target, appUrl: bench.host.url } });
    const faulty = verdicts.filter(({ mark }) => mark === 'FIX').map(({ subject }) => subject);
    const { host } = new URL(front.url);
    assert.deepEqual(
      faulty,
      ['headers', 'codings', '304'].map(subject => `${host} ${subject}`),
    );
  });

  it('waits for an app that is starting, and says what came where it never does', async () => {
    let starting = 2;
    tamper = (answer, request) => (isOf('/api/health')(request) && starting-- > 0 ? platformPage(503) : answer);
    assert.match(await proveOne('health', { startMs: 10_000 }), /^holds ok/);
    tamper = () => platformPage(503);
    const verdicts = await prove();
    assert.match(
      verdicts.find(({ subject }) => subject === 'health')?.text ?? '',
      /no health from http.*: 503 text\/html →/,
    );
    assert.deepEqual(
      verdicts.filter(({ subject }) => subject === 'routes').map(({ mark }) => mark),
      ['not asked'],
    );
    assert.ok(
      verdicts.some(({ subject }) => subject === 'timer'),
      'the logs are asked all the same',
    );
    const gone = { ...target, appUrl: 'http://127.0.0.1:1', publicUrl: undefined };
    assert.match(await proveOne('health', { given: gone }), /no answer \(ECONNREFUSED\)/);
  });

  it('waits for an instance with the code of before to go', async () => {
    let before = 2;
    tamper = (answer, request) => (isOf('/api/history')(request) && before-- > 0 ? platformPage(404) : answer);
    assert.match(await proveOne('routes', { startMs: 10_000 }), /^holds all \d+ answer/);
  });

  const problem = (code: string, rest: object = {}) => ({
    code,
    hint: `about ${code}`,
    since: '2026-11-21T08:00:04Z',
    ...rest,
  });
  const health =
    (status: number, value: object): Tamper =>
    (answer, request) =>
      isOf('/api/health')(request)
        ? {
            ...answer,
            status,
            body: Buffer.from(JSON.stringify({ problem: null, notices: [], last_success: null, ...value })),
          }
        : answer;
  for (const [status, value, expected] of [
    [503, { status: 'failing', problem: problem('storage') }, /^FIX failing \(storage\) since 2026.* → about storage$/],
    [503, { status: 'stale', problem: problem('overdue') }, /^FIX stale \(overdue\)/],
    [
      200,
      { status: 'retrying', problem: problem('upstream-unavailable') },
      /^holds retrying .*about upstream-unavailable$/,
    ],
    [200, { status: 'ok', notices: [{ code: 'hook-failing' }] }, /^holds ok, with the notice hook-failing$/],
  ] as const) {
    it(`judges the health ${value.status} by who has to act`, async () => {
      tamper = health(status, value);
      assert.match(await proveOne('health'), expected);
    });
  }

  describe('with --sync', () => {
    const answerSync =
      (status: number, body: object): Tamper =>
      (answer, request) =>
        isOf('/api/sync')(request) && request.headers['x-functions-key']
          ? { status, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(body)) }
          : answer;
    const both =
      (first: Tamper, second: Tamper): Tamper =>
      (answer, request) =>
        second(first(answer, request), request);
    const detail = 'The vault has no secret peloton-username, which the sign-in needs. Store it.';
    const noCredentials = answerSync(503, { code: 'vault', detail });

    it('finds no fault in a service that never had credentials', async () => {
      tamper = both(noCredentials, health(503, { status: 'failing', problem: problem('vault') }));
      const verdicts = await prove({ sync: true });
      assert.deepEqual(
        verdicts.filter(({ mark }) => mark === 'FIX'),
        [],
      );
      const left = verdicts.filter(({ mark }) => mark === 'not asked');
      assert.deepEqual(
        left.map(({ subject }) => subject),
        ['sync', 'health'],
      );
      for (const { text } of left) assert.match(text, /no credentials in the vault yet/);
    });

    it('finds one in a service that had them and cannot read them any more', async () => {
      tamper = both(
        noCredentials,
        health(503, { status: 'failing', problem: problem('vault'), last_success: '2026-11-21T08:00:04Z' }),
      );
      assert.match(await proveOne('sync', { sync: true }), /^FIX 503 vault → The vault has no secret/);
    });

    it('finds one in a new service that may not read its vault, and in every other failure that needs someone', async () => {
      for (const [status, code] of [
        [503, 'vault'],
        [500, 'config'],
        [503, 'storage'],
        [502, 'sign-in-refused'],
      ] as const) {
        tamper = both(
          answerSync(status, { code, detail: `about ${code}` }),
          health(503, { status: 'empty', problem: problem('empty') }),
        );
        assert.equal(await proveOne('sync', { sync: true }), `FIX ${status} ${code} → about ${code}`);
      }
    });

    it('leaves a Peloton that is away to the timer', async () => {
      tamper = answerSync(502, { code: 'upstream-unavailable', detail: 'about it' });
      assert.match(await proveOne('sync', { sync: true }), /^not asked Peloton is not available/);
    });

    it('tells a key that the platform refuses without repeating it, and one that Azure does not give', async () => {
      const verdict = await proveOne('sync', { sync: true, given: { ...target, syncKey: 'key-canary' } });
      assert.match(verdict, /^FIX 401, and no outcome → the platform refuses the key/);
      assert.ok(!verdict.includes('key-canary'));
      azure.state.instead.set('listkeys', azureError(400, 'InternalServerError'));
      assert.match(
        await proveOne('sync', { sync: true }),
        /^FIX no key of the function sync-now: 400 InternalServerError → /,
      );
    });
  });
});

describe('the command', () => {
  const spawnProve = (url: string, ...args: string[]) => spawnCommand('prove', { args, settings: { PUBLIC_URL: url } });

  it('proves a service without any package installed, and ends with 0', async t => {
    tamper = honest;
    const checkout = await mkdtemp(join(tmpdir(), 'checkout-'));
    t.after(() => rm(checkout, { recursive: true }));
    for (const part of ['src', 'functions', 'infra/modules', 'package.json'])
      await cp(join(repository, part), join(checkout, part), { recursive: true });
    const name = relative(join(repository, 'src/command-line'), join(checkout, 'src/command-line/prove'));
    const { code, against, output, errors } = await spawnCommand(name, {
      settings: { PUBLIC_URL: bench.host.url },
    });
    assert.deepEqual([code, errors], [0, ''], output);
    assert.match(against, /^Against 127\.0\.0\.1:\d+; as any reader\.\n$/);
    assert.match(output, /^holds {6}routes /m);
  });

  it('ends with 1 and counts what there is to do', async () => {
    tamper = answer => withHeaders(answer, { vary: undefined });
    const { code, output } = await spawnProve(front.url);
    assert.equal(code, 1);
    assert.match(output, /^FIX {8}headers +.* vary is missing, not Accept-Encoding; .* → /m);
    assert.match(output, /\n\n2 to do\.\n$/);
  });

  it('ends with 1 where nothing is named, and with 2 for a command line that is wrong', async () => {
    const unnamed = await spawnProve('');
    assert.equal(unnamed.code, 1);
    assert.match(unnamed.errors, /^Failed \(config\): Nothing to prove.*\n→ .*PUBLIC_URL=https/);
    assert.equal((await spawnProve(front.url, '--nope')).code, 2);
  });

  it('has its help', async () => {
    const { code, output } = await spawnProve('', '--help');
    assert.deepEqual([code, output.startsWith('npm run prove [-- --sync]')], [0, true]);
  });
});
