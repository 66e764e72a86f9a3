// biome-ignore-all lint/suspicious/noTemplateCurlyInString: GitHub Actions interpolates with the same signs.

// The GitHub Actions workflows: pinned, with the least rights, and the one that asks for a sync really asks for one.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { glob, readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { readTarget } from '../src/command-line/prove/target.ts';
import { testedVersion } from './bicep.ts';
import { checkSafety, type Workflow } from './workflow-safety.ts';

const folder = new URL('../.github/workflows/', import.meta.url);

async function readWorkflows(): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for await (const name of glob('*.yml', { cwd: fileURLToPath(folder) }))
    texts.set(name, await readFile(new URL(name, folder), 'utf8'));
  return texts;
}

describe('the workflows', () => {
  it('are three: tests, deployment, the fallback clock', async () => {
    assert.deepEqual([...(await readWorkflows()).keys()].sort(), ['ci.yml', 'deploy.yml', 'sync-fallback.yml']);
  });

  it('pin every action, and have no more rights than they need', async () => {
    for (const [name, text] of await readWorkflows()) assert.deepEqual(checkSafety(text), [], name);
  });

  it('bring the compiler that the template is checked by, wherever npm test runs, as .ci/run does', async () => {
    const ofCi = await readFile(new URL('../.ci/run', import.meta.url), 'utf8');
    assert.ok(ofCi.includes(`/${testedVersion}/tools/bicep`));
    for (const [name, text] of await readWorkflows())
      for (const { steps } of Object.values((parse(text) as Workflow).jobs)) {
        const before = steps
          .map(({ run = '' }) => run)
          .join('\n')
          .split(/ npm test$/m);
        if (before.length > 1) assert.ok(before[0]?.includes(`az bicep install --version v${testedVersion}`), name);
      }
  });

  for (const [fault, from, to, finding] of [
    ['a tag for an action', /@[0-9a-f]{40} # v7/, '@v7', /not pinned/],
    ['a right to write', 'contents: read', 'contents: write', /may write contents/],
    ['no permissions', /\npermissions:\n {2}contents: read\n/, '\n', /no permissions/],
    ['an expression in a shell', 'run: npm ci', 'run: npm ci ${{ github.head_ref }}', /into a shell/],
    ['a dependency beside the token', 'npm run prove', 'npm ci && npm run prove', /npm beside a token/],
    ['another script beside the token', 'npm run prove', 'npm run prove-all', /npm beside a token/],
  ] as const) {
    it(`are found unsafe with ${fault}`, async () => {
      const text = (await readWorkflows()).get('deploy.yml') ?? '';
      const planted = text.replace(from, to);
      assert.notEqual(planted, text);
      assert.match(checkSafety(planted).join('\n'), finding);
    });
  }
});

describe('the fallback clock', () => {
  let script: string;
  let url: string;
  let asked: IncomingMessage[];
  let answer: { status: number; body: string };
  const server = createServer((request, response) => {
    asked.push(request);
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
  });

  before(async () => {
    const { jobs } = parse((await readWorkflows()).get('sync-fallback.yml') ?? '') as Workflow;
    script = jobs.sync?.steps[0]?.run ?? '';
    await once(server.listen(0, '127.0.0.1'), 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    asked = [];
    answer = { status: 200, body: '{"outcome":"not-due"}' };
  });
  after(() => server.close());

  /** As GitHub runs a step: bash -e. */
  async function run(env: Record<string, string> = {}) {
    const child = spawn('bash', ['-e', '-c', script], {
      env: { PATH: process.env.PATH, STATS_URL: url, SYNC_KEY: 'key-canary', ...env },
    });
    let output = '';
    child.stdout.on('data', chunk => (output += chunk));
    child.stderr.on('data', chunk => (output += chunk));
    const [code] = await once(child, 'close');
    return { code, output };
  }

  it('posts to /api/sync with the key in a header, and shows the answer', async () => {
    const { code, output } = await run();
    assert.equal(code, 0, output);
    const [{ method, url: path, headers } = {}] = asked;
    assert.deepEqual([method, path, headers?.['x-functions-key']], ['POST', '/api/sync', 'key-canary']);
    assert.match(output, /not-due/);
    assert.ok(!output.includes('canary'));
  });

  it('is content when another run holds the lease', async () => {
    answer = { status: 409, body: '{"outcome":"busy"}' };
    assert.equal((await run()).code, 0);
  });

  it('only warns when Peloton is away', async () => {
    answer = { status: 502, body: '{"status": 502,"code":"upstream-unavailable"}' };
    const { code, output } = await run();
    assert.equal(code, 0, output);
    assert.match(output, /^::warning::/m);
  });

  for (const [status, body] of [
    [502, '{"code":"sign-in-refused"}'],
    [503, '{"code":"vault"}'],
    [401, ''],
  ] as const) {
    it(`fails, so that GitHub tells somebody, on ${status} ${body}`, async () => {
      answer = { status, body };
      const { code, output } = await run();
      assert.equal(code, 1);
      assert.match(output, new RegExp(`::error::.*${status}`));
    });
  }

  it('fails when nobody answers', async () => {
    const { code, output } = await run({ STATS_URL: 'http://127.0.0.1:1' });
    assert.equal(code, 1, output);
    assert.match(output, /::error::.*000/);
  });
});

describe('the proof of a deployment', () => {
  it('has the names that the command goes by, and asks for a sync', async () => {
    const { jobs } = parse((await readWorkflows()).get('deploy.yml') ?? '') as Workflow;
    const { env = {}, steps = [] } = jobs.deploy ?? {};
    assert.equal(steps.at(-1)?.run, 'npm run prove -- --sync');
    for (const [name, value] of Object.entries(env)) assert.equal(value, `\${{ vars.${name} }}`);
    const subscription = '00000000-0000-0000-0000-000000000001';
    const given = Object.fromEntries(Object.keys(env).map(name => [name, subscription]));
    assert.deepEqual(readTarget(given).resource, { subscription, group: subscription, name: subscription });
  });
});
