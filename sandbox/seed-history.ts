// Fills the store of a new sandbox with a year of past days and their series, in the blobs of a sync, so that its page has
// a year to show. A store that has days already stays as it is. `latest.json` is left to the first sync.

import type { BlobContainer } from '../src/azure/storage.ts';
import { dayBlob, daysPrefix, historyBlob, latestBlob } from '../src/stats/blobs.ts';
import { publicContent } from '../src/sync/public-blobs.ts';
import type { PastDays } from './past-days.ts';

const writesAtOnce = 32;

async function isEmpty(container: BlobContainer): Promise<boolean> {
  if (await container.read(latestBlob)) return false;
  return (await container.list(daysPrefix)).length === 0;
}

/**
 * Writes the past days, where the public container is empty.
 * @returns the number of days that were written.
 * @throws StatsError `storage`.
 */
export async function seedHistory(container: BlobContainer, { days, series }: PastDays): Promise<number> {
  if (days.length === 0 || !(await isEmpty(container))) return 0;
  const write = (name: string, bytes: Uint8Array) =>
    container.write(name, publicContent(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)), 'absent');
  await write(historyBlob, series); // alone, since the first write also creates the container
  const waiting = days.values();
  const writeDays = async () => {
    for (const { date, bytes } of waiting) await write(dayBlob(date), bytes);
  };
  await Promise.all(Array.from({ length: writesAtOnce }, writeDays));
  return days.length;
}
