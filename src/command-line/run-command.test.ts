import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startLoopbackServer } from '../../sandbox/loopback-server.ts';
import { startBench } from '../../test/bench.ts';
import { spawnCommand } from '../../test/spawn-command.ts';

describe('a command', { concurrency: 2 }, () => {
  it('ends when it has said all, whatever is still open, and not before', async () => {
    const { code, output, errors, lingeredMs } = await spawnCommand('../../test/lingering-command');
    assert.equal(output.match(/^a line of output$/gm)?.length, 20_000);
    assert.deepEqual([code, errors], [1, 'the last word\n']);
    assert.ok(lingeredMs < 5_000, `it lived for ${lingeredMs} ms after its last word`);
  });

  // test/faults/commands-end.test.ts has every command with every peer.
  it("ends where the platform's endpoint for tokens takes the connection and never answers", async () => {
    const silent = await startLoopbackServer(() => new Promise(() => {}));
    const bench = await startBench({ at: new Date().toISOString() });
    const environment = { IDENTITY_ENDPOINT: `${silent.url}/msi/token`, IDENTITY_HEADER: 'proof' };
    const end = await spawnCommand('sync', { settings: { ...bench.settings, ...environment } });
    await silent.close();
    assert.match(end.errors, /^Failed \(vault\): .*no token came in time.*\n→ Look at the app's identity/m);
    assert.ok(end.code === 1 && end.lingeredMs < 5_000, `it lived for ${end.lingeredMs} ms after its last word`);
  });
});
