// Health, and, only where it is asked for, one sync: POST /api/sync with the function's key, which is never shown.

import { type ErrorCode, errorTable } from '../../errors.ts';
import { type Answer, ask, jsonOf } from './ask.ts';
import type { Azure } from './azure.ts';
import { type Patience, readPatiently } from './patience.ts';
import { askApp } from './prove-app.ts';
import type { Target } from './target.ts';
import { fix, holds, notAsked, type Proof, type Verdict } from './verdict.ts';

export type Health = {
  status: string;
  problem: { code: string; hint: string; since: string } | null;
  notices?: { code: string }[];
  last_success: string | null;
};

const syncTimeMs = 120_000;

function readHealth(answer: Answer): Health | undefined {
  const isOurs = answer.header('content-type').startsWith('application/json');
  const value = isOurs ? (jsonOf(answer) as Partial<Health> | undefined) : undefined;
  return typeof value?.status === 'string' ? (value as Health) : undefined;
}

/** Asks for health until the service itself answers: a platform's own page, and a refused connection, are a starting app. */
export async function awaitHealth(
  url: string,
  patience: Patience,
): Promise<{ health: Health | undefined; came: string }> {
  return await readPatiently(patience, {
    what: `health from ${url}`,
    read: async () => {
      const answer = await ask(`${url}/api/health`);
      return { health: readHealth(answer), came: answer.came };
    },
    isGood: ({ health }) => health !== undefined,
  });
}

/** Nobody has stored credentials yet: that is no fault of a deployment. One that had them and cannot read them is. */
type SyncFacts = { lacksCredentials: boolean };

export function judgeHealth({ status, problem, notices = [] }: Health, { lacksCredentials }: SyncFacts): Verdict {
  const noticed = notices.length > 0 ? `, with the notice ${notices.map(({ code }) => code).join(', ')}` : '';
  if (!problem) return holds('health', status + noticed);
  const { code, hint, since } = problem;
  const text = `${code === status ? status : `${status} (${code})`} since ${since}${noticed}`;
  if (lacksCredentials && code === 'vault') return notAsked('health', `${text}: no credentials in the vault yet`);
  const isNobodys = code === 'empty' || errorTable[code as ErrorCode]?.actor === 'nobody';
  return isNobodys ? holds('health', `${text}. ${hint}`) : fix('health', text, hint);
}

async function readKey(azure: Azure, { syncKey, resource }: Target): Promise<{ key: string } | { came: string }> {
  if (syncKey) return { key: syncKey };
  if (!resource) return { came: 'neither SYNC_KEY nor the names of the app in Azure are set' };
  const answer = await askApp(azure, resource, { path: '/functions/sync-now/listkeys', method: 'POST' });
  if (answer.kind === 'refused') return { came: answer.why };
  if (answer.kind === 'failed') return { came: answer.came };
  const key = (answer.value as { default?: unknown }).default;
  return typeof key === 'string' && key ? { key } : { came: 'Azure lists no key with the name default' };
}

type SyncBody = { outcome?: string; code?: string; detail?: string };

/** The key goes to the app itself, never to what stands in front. */
export async function* proveSync(
  azure: Azure,
  { target, url, before }: { target: Target; url: string; before: Health },
): Proof<SyncFacts> {
  const found = await readKey(azure, target);
  if (!('key' in found)) {
    yield fix('sync', `no key of the function sync-now: ${found.came}`, 'give it as SYNC_KEY');
    return { lacksCredentials: false };
  }
  const headers = { 'x-functions-key': found.key, 'content-length': '0' };
  const answer = await ask(`${url}/api/sync`, { method: 'POST', headers, timeoutMs: syncTimeMs });
  const { outcome, code, detail = '' } = (jsonOf(answer) ?? {}) as SyncBody;
  const isEmptyVault =
    code === 'vault' && detail.startsWith('The vault has no secret ') && before.last_success === null;
  if (outcome && (answer.status === 200 || answer.status === 409)) yield holds('sync', outcome);
  else if (isEmptyVault)
    yield notAsked('sync', 'no credentials in the vault yet: bash infra/scripts/set-credentials.sh');
  else if (code === 'upstream-unavailable') yield notAsked('sync', 'Peloton is not available: the timer tries again');
  else if (code) yield fix('sync', `${answer.status} ${code}`, detail);
  else yield fix('sync', `${answer.came}, and no outcome`, answer.status === 401 ? refusedKey : 'look at the logs');
  return { lacksCredentials: isEmptyVault };
}

const refusedKey = 'the platform refuses the key: take the one that Azure lists for sync-now';
