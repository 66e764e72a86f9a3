import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { type BlobContainer, createStorage, syncStorageLimits } from '../src/azure/storage.ts';
import { readStorageConfig } from '../src/config.ts';
import { dayBlob, historyBlob, latestBlob } from '../src/stats/blobs.ts';
import { parseHistory } from '../src/stats/history.ts';
import { parseSnapshot } from '../src/stats/snapshot.ts';
import { dayMs } from '../src/stats/time.ts';
import { toSnapshot } from '../src/stats/to-snapshot.ts';
import { replaceHistory } from '../src/sync/series.ts';
import { startAzurite } from './azurite.ts';
import { findMember } from './members/members.ts';
import { drawOverview } from './members/overview.ts';
import { drawPastDays, drawPastDaysAside } from './past-days.ts';
import { seedHistory } from './seed-history.ts';

const now = new Date('2026-11-22T20:00:00.000Z');
const schedule = { hour: 8, minute: 0, timeZone: 'America/New_York' };

function daysOf(member: string) {
  return drawPastDays({ member, schedule, now }).days.map(({ date, bytes }) => {
    const snapshot = parseSnapshot(Buffer.from(bytes));
    assert.equal(snapshot?.date, date);
    return snapshot;
  });
}

async function newContainer(t: TestContext): Promise<BlobContainer> {
  const { connectionString, close } = await startAzurite();
  t.after(close);
  return createStorage(readStorageConfig({ STORAGE_CONNECTION_STRING: connectionString }), syncStorageLimits).public;
}

async function read(container: BlobContainer, name: string): Promise<Buffer> {
  const blob = await container.read(name);
  assert.ok(typeof blob === 'object', name);
  return blob.bytes;
}

describe('the past days of a member', () => {
  it('are the 400 before today without a gap, each synced when it was due', () => {
    const days = daysOf('regular');
    const dates = days.map(({ date }) => date);
    const expected = Array.from({ length: 400 }, (_, index) =>
      new Date(Date.parse('2026-11-22') - (400 - index) * dayMs).toISOString().slice(0, 10),
    );
    assert.deepEqual(dates, expected);
    assert.equal(days.find(({ date }) => date === '2026-10-31')?.synced_at, '2026-10-31T12:00:00.000Z');
    assert.equal(days.find(({ date }) => date === '2026-11-01')?.synced_at, '2026-11-01T13:00:00.000Z');
  });

  it('say what Peloton would have said at that instant', () => {
    const yesterday = daysOf('regular').at(-1);
    const syncedAt = new Date('2026-11-21T13:00:00.000Z');
    const body = drawOverview(findMember('regular', now), syncedAt, 'unversioned');
    const { snapshot } = toSnapshot({ body, syncedAt, date: '2026-11-21', timeZone: schedule.timeZone });
    assert.deepEqual(yesterday, snapshot);
  });

  it('begin with the member, and are none for one who joined today', () => {
    assert.equal(daysOf('newcomer')[0]?.date, '2026-11-06');
    assert.deepEqual(daysOf('empty'), []);
  });

  it('are the same from another thread', async () => {
    const request = { member: 'newcomer', schedule, now };
    const past = await drawPastDaysAside(request);
    assert.deepEqual(past, drawPastDays(request));
  });
});

describe('a new sandbox', () => {
  const past = drawPastDays({ member: 'newcomer', schedule, now });

  it('has the past days and their series where a sync would have put them', async t => {
    const container = await newContainer(t);
    assert.equal(await seedHistory(container, past), 16);
    assert.deepEqual(await read(container, dayBlob('2026-11-21')), Buffer.from(past.days.at(-1)?.bytes ?? []));
    const series = parseHistory(await read(container, historyBlob));
    const rebuilt = await replaceHistory(container, now);
    assert.deepEqual(rebuilt, { history: series, damaged: [], ahead: [] });
    assert.equal(await container.read(latestBlob), undefined);
  });

  it('is left as it is once there are stats in it', async t => {
    for (const name of [latestBlob, dayBlob('2020-01-01')]) {
      const container = await newContainer(t);
      await container.write(name, { bytes: Buffer.from('mine'), contentType: 'text/plain' }, 'absent');
      assert.equal(await seedHistory(container, past), 0);
      assert.equal(await container.read(historyBlob), undefined);
    }
  });
});
