// The service that the browser tests look at: the real one, as `npm start` runs it, with a member and a year of days.

import { startService as startSandbox } from '../examples/start-service.ts';
import type { Snapshot } from '../src/stats/snapshot.ts';

/** `url` is what the snippets call PUBLIC_URL; `snapshot` is what it answers for stats. */
export type Service = { url: string; snapshot: Snapshot; close: () => Promise<void> };

export async function startService(): Promise<Service> {
  const { url, stop } = await startSandbox();
  const response = await fetch(`${url}/api/stats`);
  return { url, snapshot: (await response.json()) as Snapshot, close: stop };
}
