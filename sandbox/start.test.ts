import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { getCompileCacheDir } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { spawnCommand } from '../test/spawn-command.ts';
import { faultScenarios } from './fault-scenarios.ts';
import { startLoopbackServer } from './loopback-server.ts';
import { members } from './members/members.ts';
import { startPelotonDouble } from './peloton.ts';

type Run = { child: ChildProcess; url: string; said: () => string };
type Counted = { points?: unknown[]; days?: unknown[] };
type RunOptions = { args?: string[]; env?: Record<string, string>; folder?: string };

function launch(t: TestContext, { args = [], env = {}, folder }: RunOptions) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'start.ts'), ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: getCompileCacheDir(), PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // a process group of its own, so that the test can see the end of all its processes
  });
  t.after(() => child.kill('SIGKILL'));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (output += chunk));
  const ready = new Promise<string>((resolve, reject) => {
    child.stdout.on('data', () => {
      // The last line: all others have come before it.
      if (output.includes('Ctrl-C ends')) resolve(/^Ready: (\S+)$/m.exec(output)?.[1] ?? '');
    });
    child.once('close', code => reject(new Error(`It ended with ${code}:\n${output}`)));
  });
  return { child, ready, said: () => output };
}

/** Starts `npm start` and waits for its last line. */
async function start(t: TestContext, options: RunOptions = {}): Promise<Run> {
  const { child, ready, said } = launch(t, options);
  return { child, said, url: await ready };
}

async function end({ child }: Pick<Run, 'child'>, signal: NodeJS.Signals): Promise<number | null> {
  const closed = once(child, 'close');
  child.kill(signal);
  return (await closed)[0];
}

const serverUrls = ({ said }: Run) =>
  [...said().matchAll(/^(?:vault|peloton|blobs|host) +(\S+)$/gm)].map(each => each[1] ?? '');
const isUp = (url: string) =>
  fetch(url).then(
    () => true,
    () => false,
  );

/** Asks for the processes of the group. Ports would not tell, since the next start takes the same ones. */
function isAnythingLeft({ child }: Run): boolean {
  try {
    return process.kill(-(child.pid ?? 0), 0);
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ESRCH');
    return false;
  }
}

/** The member with a few past days instead of a year of them, which would make most of these tests slow. */
const quick = ['--member', 'newcomer'];

describe('npm start', { concurrency: 3 }, () => {
  it('has a year of past days, syncs once, serves what came of it, and ends without a trace on Ctrl-C', async t => {
    const run = await start(t);
    assert.match(run.said(), /^Against the sandbox: .*; as its member regular\.\n/);
    assert.match(run.said(), /^400 past days of this member are in the store\.$/m);
    assert.match(run.said(), /^First sync: synced for \d{4}-\d\d-\d\d\.$/m);
    const pages = [...run.said().matchAll(/^ {2}[\w-]+ +(http\S+)$/gm)].map(each => each[1] ?? '');
    assert.ok(pages.includes(`${run.url}/api/stats`));
    const [, builder = ''] = /^Put it on a site: +(\S+)$/m.exec(run.said()) ?? [];
    assert.match(await (await fetch(builder)).text(), /Put this on your site/);
    assert.match(run.said(), /^Deploy it: +azd up.*\nSee it fail: +npm start -- --fault wrong-password/m);
    const lastWords = run.said().split('Ready: ')[1]?.split('Ctrl-C')[0]?.trim().split('\n').length ?? 99;
    assert.ok(lastWords <= 16, `${lastWords} lines`);
    for (const page of pages) assert.equal((await fetch(page)).status, 200, page);
    assert.equal((await fetch(run.url)).url, `${run.url}/api/page`, 'the address of the line Ready opens the page');
    const history = (await (await fetch(`${run.url}/api/history`)).json()) as { points: { date: string }[] };
    assert.equal(history.points.length, 401);
    assert.equal((await fetch(`${run.url}/api/stats/${history.points[0]?.date}`)).status, 200);

    const urls = serverUrls(run);
    assert.equal(urls.length, 4);
    assert.deepEqual(await Promise.all(urls.map(isUp)), [true, true, true, true]);
    assert.ok(isAnythingLeft(run));
    assert.equal(await end(run, 'SIGINT'), 0);
    assert.deepEqual([isAnythingLeft(run), await isUp(run.url)], [false, false]);
  });

  it('starts with the first day where that is asked for: no past days, and each day of the list of workouts', async t => {
    const run = await start(t, { args: [...quick, '--first-day'] });
    assert.doesNotMatch(run.said(), /past days/);
    const [history, activity] = await Promise.all(
      ['history', 'activity'].map(async name => (await fetch(`${run.url}/api/${name}`)).json() as Promise<Counted>),
    );
    assert.equal(history?.points?.length, 1);
    assert.ok((activity?.days?.length ?? 0) > 3, JSON.stringify(activity));
  });

  it('runs the timer once when all is ready, which reads the past of the list of workouts', async t => {
    const run = await start(t);
    const sinceReady = () => run.said().split('Ctrl-C ends')[1] ?? '';
    while (!/sync: peloton\.workouts/.test(sinceReady())) await once(run.child.stdout ?? run.child, 'data');
    assert.doesNotMatch(sinceReady(), /peloton\.overview/);
  });

  it('prints the command that asks for a sync, and nobody without its key is let in', async t => {
    const run = await start(t, { args: quick });
    const [, key = '', url = ''] = /curl -X POST -H 'x-functions-key: (\S+)' (\S+)/.exec(run.said()) ?? [];
    const response = await fetch(url, { method: 'POST', headers: { 'x-functions-key': key } });
    assert.deepEqual([response.status, await response.json()], [200, { outcome: 'not-due' }]);
    assert.equal((await fetch(url, { method: 'POST' })).status, 401);
  });

  it('leaves nothing behind when it is killed', async t => {
    const run = await start(t, { args: quick });
    await end(run, 'SIGKILL');
    assert.deepEqual([isAnythingLeft(run), await isUp(run.url)], [false, false]);
  });

  it('ends on SIGTERM and SIGHUP with the exit code of the signal', async t => {
    const runs = await Promise.all([start(t, { args: quick }), start(t, { args: quick })]);
    assert.deepEqual(await Promise.all([end(runs[0], 'SIGTERM'), end(runs[1], 'SIGHUP')]), [143, 129]);
  });

  it('says so where no folder can be made', async t => {
    for (const path of [
      '/dev/null/deep/down',
      ...(process.platform === 'linux' ? ['/proc/none', '/proc/none/deep'] : []),
    ]) {
      assert.match(
        String(await start(t, { args: ['--data', path] }).catch(String)),
        /^--data \S+ cannot be used \(\w+\)\.$/m,
      );
    }
  });

  it('keeps the blobs in the folder of --data, and never a secret', async t => {
    const folder = await mkdtemp(join(tmpdir(), 'start-'));
    t.after(() => rm(folder, { recursive: true }));
    const dataDir = join(folder, 'new/one'); // made with those above
    const statsOf = async ({ url }: Run) => (await fetch(`${url}/api/stats`)).text();
    const first = await start(t, { args: ['--data', dataDir, '--member', 'newcomer'] });
    assert.match(first.said(), /^16 past days/m);
    const stats = await statsOf(first);
    await end(first, 'SIGINT');

    const other = await start(t, { args: ['--data', dataDir, '--member', 'all'] }).catch(String);
    assert.match(`${other}`, /holds the stats of the member newcomer: name another folder/);

    const second = await start(t, { args: ['--data', dataDir, '--member', 'newcomer'] });
    assert.match(second.said(), /^First sync: not-due\.$/m);
    assert.doesNotMatch(second.said(), /past days/);
    assert.equal(await statsOf(second), stats);
    await end(second, 'SIGINT');

    const files = await readdir(dataDir, { recursive: true, withFileTypes: true });
    const texts = await Promise.all(
      files.filter(file => file.isFile()).map(file => readFile(join(file.parentPath, file.name), 'utf8')),
    );
    assert.ok(texts.some(text => text.includes('workout_counts')));
    const secret = /"(access|refresh)_token"|sandbox \\*"pass/;
    assert.ok(!texts.some(text => secret.test(text)));
  });

  it('shows the member who was asked for', async t => {
    const run = await start(t, { args: ['--member', 'empty'] });
    const stats = (await (await fetch(`${run.url}/api/stats`)).json()) as {
      workout_counts: { total_workouts: number };
    };
    assert.equal(stats.workout_counts.total_workouts, 0);
  });

  it('shows a failure over the last good stats', async t => {
    const run = await start(t, { args: [...quick, '--fault', 'wrong-password'] });
    assert.match(
      run.said(),
      /^First sync: synced[\s\S]*^Fault wrong-password: [\s\S]*^Second sync failed \(sign-in-refused\)/m,
    );
    const health = await fetch(`${run.url}/api/health`);
    assert.deepEqual([health.status, ((await health.json()) as { status: string }).status], [503, 'failing']);
    assert.equal((await fetch(`${run.url}/api/stats`)).status, 200);
  });

  it('shows what a new owner may meet: a failure at the first sync, and nothing before it', async t => {
    const run = await start(t, { args: ['--fault', 'wrong-password', '--fault-first'] });
    assert.match(run.said(), /^Fault wrong-password: [\s\S]*^First sync failed \(sign-in-refused\)/m);
    assert.doesNotMatch(run.said(), /past days|Second sync/);
    assert.equal((await fetch(`${run.url}/api/stats`)).status, 404);
    const [page, card] = await Promise.all(
      ['page', 'card.svg'].map(async name => (await fetch(`${run.url}/api/${name}`)).text()),
    );
    assert.match(page ?? '', /No stats yet.*<a href="health">/s);
    assert.match(card ?? '', /no stats yet.*\/api\/health/s);
    for (const shown of [page, card]) assert.doesNotMatch(shown ?? '', /refused|password|failed/i, 'nothing alarming');
    const { problem } = (await (await fetch(`${run.url}/api/health`)).json()) as { problem: Record<string, string> };
    assert.equal(problem.code, 'sign-in-refused');
    assert.match(problem.hint ?? '', /password/);
  });

  it('lists in its help what it can do', async t => {
    const { ready, said } = launch(t, { args: ['--help'] });
    await assert.rejects(ready, /ended with 0/);
    for (const { name } of [...members, ...faultScenarios]) assert.ok(said().includes(name), name);
  });

  it('asks everything on this machine without the proxy of the environment', async t => {
    const asked: string[] = [];
    const proxy = await startLoopbackServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.writeHead(502).end();
    });
    t.after(proxy.close);
    const run = await start(t, { args: quick, env: { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url } });
    assert.match(run.said(), /^First sync: synced/m);
    assert.deepEqual(asked, []);
  });

  it('starts without a past where the settings are wrong, and says what the sync says', async t => {
    const run = await start(t, { args: quick, env: { SYNC_TIME: 'noon' } });
    assert.match(run.said(), /^No past days: .*SYNC_TIME/m);
    assert.match(run.said(), /^First sync failed \(config\): .*SYNC_TIME/m);
  });

  it('says what is wrong with the command, and which port is taken', async t => {
    const wrong = launch(t, { args: ['--nope'] });
    await assert.rejects(wrong.ready, /ended with 2:\n.*'--nope'/);
    const other = await startLoopbackServer((_, response) => void response.end());
    t.after(other.close);
    const taken = launch(t, { env: { PORT: String(other.port) } });
    await assert.rejects(taken.ready, new RegExp(`ended with 1:\\n[\\s\\S]*PORT ${other.port} is in use`));
  });
});

describe('npm start -- --account', { concurrency: 2 }, () => {
  const credentials = { username: 'someone@example.invalid', password: 'correct horse' };

  async function startWithAccount(t: TestContext, password: string, folder?: string) {
    const peloton = await startPelotonDouble({ credentials });
    t.after(peloton.close);
    const env = {
      PELOTON_API_URL: peloton.apiUrl,
      PELOTON_AUTH_URL: peloton.authUrl,
      PELOTON_USERNAME: credentials.username,
      PELOTON_PASSWORD: password,
    };
    const run = await start(t, { args: ['--account'], env, ...(folder && { folder }) });
    return { peloton, run, settings: { PELOTON_API_URL: peloton.apiUrl, PELOTON_AUTH_URL: peloton.authUrl } };
  }

  it('signs in where the settings say, with that account, and tells nobody', async t => {
    const { peloton, run } = await startWithAccount(t, credentials.password);
    assert.match(run.said(), /^First sync: synced/m);
    assert.ok(peloton.requests.length > 0);
    assert.deepEqual(peloton.violations, []);
    assert.equal(serverUrls(run).length, 3);
    for (const secret of peloton.secrets()) assert.ok(!run.said().includes(secret));
  });

  it('gives the password to the commands of a second terminal, and to no other process that asks', async t => {
    const folder = await mkdtemp(join(tmpdir(), 'account-'));
    t.after(() => rm(folder, { recursive: true }));
    const { run, settings } = await startWithAccount(t, credentials.password, folder);
    const [vault = '', blobs = ''] = ['vault', 'blobs'].map(
      name => new RegExp(`^${name} +(\\S+)$`, 'm').exec(run.said())?.[1],
    );
    for (const authorization of ['Bearer loopback', 'Bearer anything', '']) {
      const secret = await fetch(`${vault}/secrets/peloton-password?api-version=7.5`, { headers: { authorization } });
      assert.equal(secret.status, 401);
      assert.ok(!(await secret.text()).includes(credentials.password));
    }
    const files = async () => await readdir(join(folder, '.azurite'));
    const token = `vault-${new URL(vault).port}.token`;
    assert.deepEqual(await files(), [token]);
    if (process.platform !== 'win32') {
      assert.equal((await stat(join(folder, '.azurite', token))).mode & 0o777, 0o600);
    }
    assert.ok(!run.said().includes(await readFile(join(folder, '.azurite', token), 'utf8')));

    const AccountKey = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';
    const store = `DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=${AccountKey};BlobEndpoint=${blobs};`;
    const fileSettings = { ...settings, KEY_VAULT_URL: vault, STORAGE_CONNECTION_STRING: store };
    const here = await spawnCommand('doctor', { fileSettings, folder });
    assert.match(here.output, /^ok {4}peloton-password +stored on /m);
    assert.equal(here.code, 0, here.output);
    const elsewhere = await spawnCommand('doctor', { fileSettings });
    assert.match(
      elsewhere.output,
      /^FIX {3}vault +vault: .*\(401.* → .*run this in the folder in which it was started/m,
    );

    await end(run, 'SIGINT');
    assert.deepEqual(await files(), []);
  });

  it('serves although the first sync failed, and says why', async t => {
    const { run } = await startWithAccount(t, 'wrong');
    assert.match(run.said(), /^First sync failed \(sign-in-refused\): .+$/m);
    assert.equal((await fetch(`${run.url}/api/stats`)).status, 404);
  });
});
