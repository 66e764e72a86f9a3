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

  it('takes no copy that lies beside a day for the day, and no day that says it is another', async () => {
    const bench = await benchWithDays(3);
    const series = await bench.blob('history.json');
    const put = async (name: string, change: (text: string) => string) => {
      const text = change((await bench.blob('history/2026-11-19.json')) ?? '');
      await bench.container('public').getBlockBlobClient(name).upload(text, Buffer.byteLength(text));
    };
    const recount = (text: string) => text.replace(/"total_workouts":\d+/, '"total_workouts":7');
    for (const name of [
      '2026-11-20.json.bak',
      '2026-11-19.JSON',
      '2026-11-20',
      '2026-02-30.json',
      'a/2026-11-20.json',
    ]) {
      await put(`history/${name}`, text => recount(text.replaceAll('2026-11-19', '2026-11-20')));
    }
    const ignored = await spawnCommand('rebuild-history', { settings: bench.settings });
    assert.deepEqual(
      [ignored.code, ignored.output],
      [0, 'history.json is made of 3 days, from 2026-11-18 to 2026-11-20.\n'],
    );
    assert.equal(await bench.blob('history.json'), series);

    await put('history/2026-11-17.json', recount);
    const named = await spawnCommand('rebuild-history', { settings: bench.settings });
    assert.equal(named.code, 1);
    assert.match(named.output, /made of 3 days.*\nDamaged, and left out:\n {2}history\/2026-11-17\.json\n→ /);
    assert.equal(await bench.blob('history.json'), series);
  });

  it('leaves out and names the days that a wrong clock dated ahead', async () => {
    const bench = await benchWithDays(2);
    const series = await bench.blob('history.json');
    const later = new Date(Date.now() + 2 * 365 * 24 * hourMs).toISOString().slice(0, 10);
    for (const date of [later, '2026-11-17']) {
      const snapshot = JSON.parse((await bench.blob('latest.json')) ?? '');
      const text = JSON.stringify({ ...snapshot, date, synced_at: `${later}T09:00:00.000Z` });
      await bench.container('public').getBlockBlobClient(`history/${date}.json`).upload(text, Buffer.byteLength(text));
    }
    const { code, output } = await spawnCommand('rebuild-history', { settings: bench.settings });
    assert.equal(code, 0);
    assert.match(
      output,
      new RegExp(
        `made of 2 days.*\\nDated ahead of the clock, and left out:\\n  history/2026-11-17\\.json\\n  history/${later}\\.json\\n→ `,
      ),
    );
    assert.equal(await bench.blob('history.json'), series);
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
