import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Bench, startBench } from '../../test/bench.ts';
import { type CommandEnd, spawnCommand } from '../../test/spawn-command.ts';

/** The command lives in real time, so what it talks to does too. */
const startNow = () => startBench({ at: new Date().toISOString() });

function assertTellsNoSecret(bench: Bench, { output, errors }: CommandEnd): void {
  for (const secret of bench.peloton.secrets()) assert.ok(!(output + errors).includes(secret), secret);
}

describe('npm run sync', { concurrency: 2 }, () => {
  it('syncs what is due with the settings of local.settings.json, and then nothing unless it is forced', async () => {
    const bench = await startNow();
    const run = (...args: string[]) => spawnCommand('sync', { args, fileSettings: bench.settings });
    const first = await run();
    assert.match(first.output, /^Synced: the stats of \d{4}-\d\d-\d\d are public\.\n$/);
    assert.deepEqual([first.code, first.errors], [0, '']);
    assert.ok(await bench.blob('latest.json'));

    const second = await run();
    assert.match(second.output, /^Not due: the last sync was at \S+Z, the next is due at \S+Z\.\n.*--force$/m);
    assert.equal(second.code, 0);
    assert.equal(bench.peloton.counts.overviews, 1);

    const forced = await run('--force');
    assert.match(forced.output, /^Synced/);
    assert.equal(bench.peloton.counts.overviews, 2);
    for (const end of [first, second, forced]) assertTellsNoSecret(bench, end);
  });

  it('fails with the code and what to do, and then says what it waits for', async () => {
    const bench = await startNow();
    bench.vault.secrets.set('peloton-password', 'wrong');
    const failed = await spawnCommand('sync', { settings: bench.settings });
    assert.equal(failed.code, 1);
    assert.match(
      failed.errors,
      /^Failed \(sign-in-refused\): POST \S+ refused the credentials: invalid_user_password\.$/m,
    );
    assert.match(failed.errors, /^→ Peloton does not know this user name with this password/m);

    const waiting = await spawnCommand('sync', { settings: bench.settings });
    assert.equal(waiting.code, 0);
    assert.match(
      waiting.output,
      /^Not due yet, after a failure \(sign-in-refused\) .* once a secret .* new version\.$/m,
    );
    assert.match(waiting.output, /^→ Peloton does not know this user name with this password/m);
    assert.equal(bench.peloton.counts.credentialPosts, 1);
    for (const end of [failed, waiting]) assertTellsNoSecret(bench, end);
  });

  it('ends with 1 while another run holds the lease', async () => {
    const bench = await startNow();
    await bench.container('private').create();
    await bench.container('private').getBlobLeaseClient().acquireLease(60);
    const { code, output, errors } = await spawnCommand('sync', { settings: bench.settings });
    assert.deepEqual([code, output], [1, '']);
    assert.match(errors, /^Busy: another sync is running/);
  });

  it('names every fault of the settings at once, and where to mend them', async () => {
    const { code, errors } = await spawnCommand('sync', { settings: { SYNC_TIME: '25:00' } });
    assert.equal(code, 1);
    assert.match(errors, /^Failed \(config\): .*KEY_VAULT_URL is missing; SYNC_TIME must .*STORAGE_ACCOUNT_URL/m);
    assert.match(errors, /^→ .*local\.settings\.json\.example/m);
  });

  it('refuses a flag that it does not know, and explains itself', async () => {
    const [wrong, help] = await Promise.all([
      spawnCommand('sync', { args: ['--now'] }),
      spawnCommand('sync', { args: ['--help'] }),
    ]);
    assert.equal(wrong.code, 2);
    assert.match(wrong.errors, /'--now'.*\nAllowed: --force, --help\./);
    assert.equal(help.code, 0);
    assert.match(
      help.output,
      /^npm run sync \[-- --force\]\n\n.*\n\n {2}--force {2}sync although.*\n {2}--help {3}this text\n\nEnds with 0/s,
    );
  });
});
