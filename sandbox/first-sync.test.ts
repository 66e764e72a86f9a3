import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { startLoopbackServer } from './loopback-server.ts';

const program = `
  const { describeSync } = await import(${JSON.stringify(new URL('first-sync.ts', import.meta.url))});
  const host = { url: process.argv[1], routePrefix: '', functions: [], functionKey: 'the-key' };
  console.log(await describeSync(host, 'First sync', { force: true }));
`;

test('the first sync is asked for directly, whatever proxy the shell names', async () => {
  const asked: string[] = [];
  await using server = await startLoopbackServer(({ method, url, headers }, response) => {
    asked.push(`${method} ${url} ${headers['x-functions-key']}`);
    response.end(JSON.stringify({ outcome: 'synced', date: '2026-11-22' }));
  });
  const nowhere = 'http://127.0.0.1:9';
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, server.url], {
    env: { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: nowhere, http_proxy: nowhere },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  assert.equal(await text(child.stdout), 'First sync: synced for 2026-11-22.\n');
  assert.deepEqual(asked, ['POST /api/sync?force=true the-key']);
});
