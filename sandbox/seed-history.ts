// A year for a new sandbox, so that its page is full: the past days and their series, in the blobs where a sync would have
// put them. Only in a store that has none; the newest snapshot is left to the first sync.

import type { BlobContainer } from '../src/azure/storage.ts';
import { dayBlob, daysPrefix, historyBlob, latestBlob } from '../src/stats/blobs.ts';
import { publicContent } from '../src/sync/publish.ts';
import type { PastDays } from './past-days.ts';

const writesAtOnce = 32;

async function isEmpty(container: BlobContainer): Promise<boolean> {
  if (await container.read(latestBlob)) return false;
  return (await container.list(daysPrefix)).length === 0;
}

/**
 * Returns how many days were written: none where the public container was not empty.
 * @throws StatsError `storage`.
 */
export async function seedHistory(container: BlobContainer, { days, series }: PastDays): Promise<number> {
  if (days.length === 0 || !(await isEmpty(container))) return 0;
  const write = (name: string, bytes: Uint8Array) =>
    container.write(name, publicContent(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)), 'absent');
  await write(historyBlob, series); // also makes the container, before the crowd comes
  const waiting = days.values();
  const writeDays = async () => {
    for (const { date, bytes } of waiting) await write(dayBlob(date), bytes);
  };
  await Promise.all(Array.from({ length: writesAtOnce }, writeDays));
  return days.length;
}
