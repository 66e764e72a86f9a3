// The build hook of a simulated year: a site that is told of every change, and that is dead for a while, as when its owner has
// deleted the hook there and not in the vault.

import { startLoopbackServer } from '../sandbox/loopback-server.ts';

export type SiteHook = {
  url: string;
  isDead: boolean;
  /** When it was called, in milliseconds since 1970, and whether it took the news. */
  calls: { at: number; isAccepted: boolean }[];
  close(): Promise<void>;
};

/** Starts a hook that keeps the time of its calls by the clock of the year. */
export async function startSiteHook(time: { now: number }): Promise<SiteHook> {
  const server = await startLoopbackServer((request, response) => {
    request.resume();
    hook.calls.push({ at: time.now, isAccepted: !hook.isDead });
    response.writeHead(hook.isDead ? 404 : 200).end();
  });
  const hook: SiteHook = { url: `${server.url}/build`, isDead: false, calls: [], close: server.close };
  return hook;
}

/** One sentence for each rule that the calls broke. `told` are the codes of the notices that the year logged. */
export function judgeSiteHook({ calls }: SiteHook, told: readonly string[], dayMs: number): string[] {
  const broken: string[] = [];
  const refused = calls.filter(({ isAccepted }) => !isAccepted);
  const inADay = refused.map(({ at }) => refused.filter(other => other.at > at - dayMs && other.at <= at).length);
  if (Math.max(0, ...inADay) > 3) broken.push(`the dead hook was called ${Math.max(...inADay)} times in a day`);
  if (refused.length === 0) broken.push('the dead hook was never called');
  if (!calls.at(-1)?.isAccepted) broken.push('the hook has not heard of the last change');
  if (told.join() !== 'hook-failing')
    broken.push(`the notices were ${told.join() || 'none'}, and not hook-failing once`);
  return broken;
}
