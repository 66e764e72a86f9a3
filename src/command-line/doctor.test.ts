import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startLoopbackServer } from '../../sandbox/loopback-server.ts';
import { startBench } from '../../test/bench.ts';
import { type CommandEnd, spawnCommand } from '../../test/spawn-command.ts';

const linesOf = ({ output }: CommandEnd) => output.trimEnd().split('\n');

describe('npm run doctor', { concurrency: 2 }, () => {
  it('finds nothing to fix in a service that works, and signs in only when it is told to', async () => {
    const bench = await startBench({ at: new Date().toISOString() });
    await bench.tick();
    const looked = await spawnCommand('doctor', { settings: bench.settings });
    assert.equal(looked.code, 0, looked.output);
    for (const line of linesOf(looked)) assert.match(line, /^(ok {4}|note {2})\S/);
    assert.equal(bench.peloton.counts.credentialPosts, 1);

    const signedIn = await spawnCommand('doctor', { args: ['--sign-in'], settings: bench.settings });
    assert.equal(signedIn.code, 0, signedIn.output);
    assert.match(linesOf(signedIn).at(-1) ?? '', /^ok {4}sign-in +Peloton let us in/);
    assert.equal(bench.peloton.counts.credentialPosts, 2);

    for (const secret of bench.peloton.secrets())
      for (const { output, errors } of [looked, signedIn]) assert.ok(!(output + errors).includes(secret), secret);
  });

  it('ends with 1 and counts what is to be fixed, also where nothing is there at all', async () => {
    const gone = await startLoopbackServer(() => {});
    await gone.close();
    const { port } = gone;
    const settings = {
      KEY_VAULT_URL: gone.url,
      STORAGE_CONNECTION_STRING: `DefaultEndpointsProtocol=http;AccountName=a;AccountKey=Zm9v;BlobEndpoint=http://127.0.0.1:${port}/a;`,
      PELOTON_API_URL: gone.url,
      PELOTON_AUTH_URL: gone.url,
      PUBLIC_URL: gone.url,
    };
    const end = await spawnCommand('doctor', { settings });
    assert.equal(end.code, 1);
    const faults = linesOf(end).filter(line => line.startsWith('FIX'));
    assert.deepEqual(
      faults.map(line => line.slice(6, 22).trim()),
      ['vault', 'sign-in page', 'store', '/api/health', '/api/stats'],
    );
    for (const line of faults) assert.match(line, / → \S/);
    assert.match(end.output, /^5 to fix\.$/m);
  });

  it('stops at settings that are wrong, and names all of them', async () => {
    const { code, output } = await spawnCommand('doctor', { settings: { SYNC_TIME: '25:00', PUBLIC_URL: 'nowhere' } });
    assert.equal(code, 1);
    assert.match(output, /^FIX {3}settings .*KEY_VAULT_URL.*SYNC_TIME.*PUBLIC_URL.*STORAGE_ACCOUNT_URL.* → /);
    assert.equal(output.match(/^(ok|note|FIX)/gm)?.length, 1);
  });
});
