import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Bench, startBench } from '../../test/bench.ts';
import { spawnCommand } from '../../test/spawn-command.ts';
import { hourMs } from '../stats/time.ts';

async function benchWithDays(days: number): Promise<Bench> {
  const bench = await startBench({ at: '2026-11-18T09:00:00.000Z' });
  for (let day = 0; day < days; day++) {
    await bench.tick();
    bench.passTime(24 * hourMs);
  }
  return bench;
}

const damage = (bench: Bench, name: string) => bench.container('public').getBlockBlobClient(name).upload('{', 1);

describe('npm run rebuild-history', { concurrency: 2 }, () => {
  it('makes the series anew from the days, exactly as the syncs made it', async () => {
    const bench = await benchWithDays(3);
    const series = await bench.blob('history.json');
    await bench.container('public').deleteBlob('history.json');
    const { code, output } = await spawnCommand('rebuild-history', { settings: bench.settings });
    assert.deepEqual([code, output], [0, 'history.json is made of 3 days, from 2026-11-18 to 2026-11-20.\n']);
    assert.equal(await bench.blob('history.json'), series);
  });

  it('names the days that are damaged, and ends with 1', async () => {
    const bench = await benchWithDays(3);
    await damage(bench, 'history/2026-11-19.json');
    await damage(bench, 'history.json');
    const { code, output } = await spawnCommand('rebuild-history', { settings: bench.settings });
    assert.equal(code, 1);
    assert.match(
      output,
      /made of 2 days, from 2026-11-18 to 2026-11-20\.\nDamaged, and left out:\n {2}history\/2026-11-19\.json\n→ /,
    );
    const { points } = JSON.parse((await bench.blob('history.json')) ?? '');
    assert.deepEqual(
      points.map(({ date }: { date: string }) => date),
      ['2026-11-18', '2026-11-20'],
    );
  });

  it('leaves the series as it is where there is no day, and while a sync is running', async () => {
    const bench = await benchWithDays(1);
    const series = await bench.blob('history.json');
    await bench.container('public').deleteBlob('history/2026-11-18.json');
    const none = await spawnCommand('rebuild-history', { settings: bench.settings });
    assert.equal(none.code, 1);
    assert.match(none.output, /no good day .*: it stays as it was/);

    await bench.container('private').getBlobLeaseClient().acquireLease(60);
    const busy = await spawnCommand('rebuild-history', { settings: bench.settings });
    assert.equal(busy.code, 1);
    assert.match(busy.errors, /^Busy/);
    assert.equal(await bench.blob('history.json'), series);
  });
});
