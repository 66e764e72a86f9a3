import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { build } from 'esbuild';
import { makeTemporaryApp, type TemporaryApp } from '../test/temporary-app.ts';
import type { LogEntry } from './host/rpc.ts';
import { type LocalHost, startLocalHost } from './local-host.ts';

const functions = `
import { setTimeout } from 'node:timers/promises';
import { app } from '@azure/functions';

const seen: unknown[] = [];
app.http('seen', { methods: ['GET'], handler: () => ({ jsonBody: seen.splice(0) }) });
app.http('speaks', { handler: (request, context) => context.warn('spoken by', request.method) });
app.http('late', { handler: () => app.http('too-late', { handler: () => ({}) }) });
app.http('environment', {
  handler: () => ({ jsonBody: [process.env.GIVEN, process.env.WEBSITE_HOSTNAME, process.env.TAKEN ?? null] }),
});

let running = 0;
app.timer('tick', {
  schedule: '%TICK_SCHEDULE%',
  handler: async timer => {
    running += 1;
    await setTimeout(5);
    seen.push({ ...timer, running });
    running -= 1;
  },
});
app.timer('failing', { schedule: '0 0 0 1 1 *', handler: () => { throw new Error('the timer failed'); } });

app.http('hooked', { handler: request => { if (request.query.has('throw')) throw new Error('no'); } });
app.hook.preInvocation(context => {
  if (context.invocationContext.functionName !== 'hooked') return;
  const handler = context.functionHandler;
  context.hookData.by = 'hook';
  context.functionHandler = (...inputs) => handler(...inputs) ?? { body: 'from the hook' };
});
app.hook.postInvocation(context => {
  if (context.error && context.hookData.by) Object.assign(context, { error: null, result: { body: 'saved by it' } });
});
app.hook.log(context => { context.message = context.message.replace('POST', 'post'); });
app.hook.appStart(() => { seen.push('started'); });
`;

describe('the local host', () => {
  const entries: LogEntry[] = [];
  let app: TemporaryApp;
  let host: LocalHost;
  before(async () => {
    process.env.TAKEN = 'from outside';
    app = await makeTemporaryApp({ 'functions/all.ts': functions });
    host = await startLocalHost({
      root: app.root,
      settings: { GIVEN: 'a setting', TICK_SCHEDULE: '0 */15 * * * *', TAKEN: undefined },
      clock: () => new Date('2026-11-22T10:15:00Z'),
      log: entry => entries.push(entry),
    });
  });
  after(async () => {
    await host.close();
    assert.equal(process.env.GIVEN, undefined);
    assert.equal(process.env.TAKEN, 'from outside');
    await assert.rejects(fetch(host.url));
    await app.remove();
  });

  const call = (path: string, init?: RequestInit) => fetch(host.url + path, init);
  const takeSeen = async () => (await call('/api/seen')).json() as Promise<unknown[]>;

  it('runs the appStart hooks before it serves', async () => {
    assert.deepEqual(await takeSeen(), ['started']);
  });

  it('lists what the app registered, in the order in which routes are tried', () => {
    const names = ['environment', 'failing', 'hooked', 'late', 'seen', 'speaks', 'tick'];
    assert.deepEqual(
      host.functions.map(each => each.name),
      names,
    );
    const seen = { type: 'http', name: 'seen', methods: ['GET'], route: 'seen', authLevel: 'anonymous' };
    assert.deepEqual(host.functions[4], seen);
    const tick = { type: 'timer', name: 'tick', schedule: '0 */15 * * * *', runOnStartup: false };
    assert.deepEqual(host.functions[6], tick);
  });

  it('puts the settings into the environment of the app, and its own address with them', async () => {
    const expected = ['a setting', `127.0.0.1:${host.port}`, null];
    assert.deepEqual(await (await call('/api/environment')).json(), expected);
  });

  it('passes on what the app logs, with its function and invocation, through the log hooks', async () => {
    await call('/api/speaks', { method: 'POST' });
    const { invocationId, ...entry } = entries.at(-1) ?? {};
    assert.match(invocationId ?? '', /^[0-9a-f-]{36}$/);
    assert.deepEqual(entry, { level: 'warning', category: 'user', message: 'spoken by post', functionName: 'speaks' });
  });

  it('runs the hooks around an invocation, which may replace the handler and take an error back', async () => {
    assert.equal(await (await call('/api/hooked')).text(), 'from the hook');
    assert.equal(await (await call('/api/hooked?throw')).text(), 'saved by it');
  });

  it('refuses a registration after the start, as Azure does', async () => {
    assert.equal((await call('/api/late')).status, 500);
    assert.match(entries.at(-1)?.message ?? '', /can only be registered while the app loads/);
  });

  it('runs a timer on demand, one run at a time, and tells it where it stands in its schedule', async () => {
    await Promise.all([host.runTimer('tick'), host.runTimer('tick')]);
    const timer = (last: string) => ({
      schedule: { adjustForDST: true },
      scheduleStatus: { last, next: '2026-11-22T10:30:00.000Z', lastUpdated: last },
      isPastDue: false,
      running: 1,
    });
    assert.deepEqual(await takeSeen(), [timer('1970-01-01T00:00:00.000Z'), timer('2026-11-22T10:15:00.000Z')]);
  });

  it('rejects for a timer that fails, or is none', async () => {
    await assert.rejects(host.runTimer('failing'), /the timer failed/);
    await assert.rejects(host.runTimer('seen'), /no timer function "seen"/);
  });

  it('starts a timer for the master key and a JSON object over HTTP, without waiting for it', async () => {
    const json = { 'content-type': 'application/json' };
    const post = async (name: string, key: string, { headers = json as object, body = '{}' } = {}) => {
      const init = { method: 'POST', headers: { ...headers, 'x-functions-key': key }, body };
      return (await call(`/admin/functions/${name}`, init)).status;
    };
    assert.equal(await post('tick', host.functionKey), 401);
    assert.equal(await post('unknown', host.masterKey), 404);
    assert.equal(await post('tick', host.masterKey, { headers: {} }), 415);
    assert.equal(await post('tick', host.masterKey, { headers: { 'content-type': 'text/plain' } }), 415);
    for (const body of ['', '{', 'null', '[]']) assert.equal(await post('tick', host.masterKey, { body }), 400, body);
    assert.equal(await post('failing', host.masterKey), 202);
    assert.equal(await post('tick', host.masterKey), 202);
    await host.runTimer('tick'); // runs after the one that was started
    assert.equal((await takeSeen()).length, 2);
  });

  it('says to everybody that it is there, and nothing else of its own', async () => {
    for (const method of ['GET', 'POST']) assert.equal((await call('/admin/host/ping', { method })).status, 200);
    for (const path of ['/admin/host/status', '/admin/functions/tick', '/Admin/functions/tick']) {
      assert.equal((await call(path)).status, 401, path);
    }
  });

  it('refuses a second app in the same process', async () => {
    await assert.rejects(startLocalHost({ root: app.root }), /has hosted an app before/);
  });
});

/** Hosts an app, prints what `script` returns for `host`, and closes. */
async function inOwnProcess(root: string, script: string): Promise<{ code: number | null; out: string; err: string }> {
  const source = `
    import { startLocalHost } from ${JSON.stringify(import.meta.resolve('./local-host.ts'))};
    const host = await startLocalHost({ root: ${JSON.stringify(root)}, log: () => {} });
    console.log(JSON.stringify(await (async () => { ${script} })()));
    await host.close();`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], { timeout: 20_000 });
  const closed = new Promise<number | null>(resolve => child.once('close', resolve));
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  return { code, out: out.trim(), err };
}

describe('an app in a process of its own', () => {
  const hello = `import { app } from '@azure/functions';
    app.http('hello', { handler: () => ({ body: 'hello' }) });
    app.hook.appTerminate(() => console.log('good bye'));`;
  const callHello = `return [host.functions.map(each => each.name), await (await fetch(host.url + '/api/hello')).text()];`;

  it('runs from its sources, file by file, until the appTerminate hooks', async t => {
    const other = `import { app } from '@azure/functions'; app.http('other', { handler: () => ({}) });`;
    const app = await makeTemporaryApp({ 'functions/hello.ts': hello, 'functions/other.ts': other });
    t.after(app.remove);
    const { code, out, err } = await inOwnProcess(app.root, callHello);
    assert.deepEqual([code, out], [0, '[["hello","other"],"hello"]\ngood bye'], err);
  });

  it('runs from one bundled file without packages, as it is deployed', async t => {
    const sources = await makeTemporaryApp({ 'functions/hello.ts': hello });
    const app = await makeTemporaryApp({}, 'main.mjs');
    t.after(() => Promise.all([sources.remove(), app.remove()]));
    await rm(join(app.root, 'node_modules'));
    await build({
      entryPoints: [join(sources.root, 'functions/hello.ts')],
      outfile: join(app.root, 'main.mjs'),
      bundle: true,
      platform: 'node',
      format: 'esm',
      external: ['@azure/functions-core'],
      banner: { js: "import{createRequire as cr}from'node:module';const require=cr(import.meta.url);" },
    });
    const { out, err } = await inOwnProcess(app.root, callHello);
    assert.equal(out, '[["hello"],"hello"]\ngood bye', err);
  });

  const failures: [string, Record<string, string>, RegExp][] = [
    ['whose main matches nothing', {}, /matches no file/],
    ['whose file throws', { 'functions/a.ts': `throw new Error('at load');` }, /at load/],
    [
      'that registers a name twice',
      { 'functions/a.ts': hello, 'functions/b.ts': hello },
      /"hello" is registered twice/,
    ],
    [
      'that wants streaming',
      { 'functions/a.ts': `${hello} app.setup({ enableHttpStream: true });` },
      /enableHttpStream/,
    ],
  ];
  for (const [what, files, reason] of failures) {
    it(`is refused, and leaves nothing running: one ${what}`, async t => {
      const app = await makeTemporaryApp(files);
      t.after(app.remove);
      const { code, err } = await inOwnProcess(app.root, 'return 1');
      assert.equal(code, 1);
      assert.match(err, reason);
    });
  }
});
