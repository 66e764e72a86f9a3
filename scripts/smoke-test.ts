// After a deployment: is it really there? A deployment can "succeed" and leave an app without functions, or one that may not
// read its vault. Takes PUBLIC_URL, SYNC_KEY and FUNCTIONS (the names that Azure lists, one a line) from the environment.

import { readdir } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';

export type SmokeTest = {
  url: string;
  /** The key of the function sync-now. */
  key: string;
  /** What Azure lists, such as `stats-abc/health`, and what the source has. */
  functions: readonly string[];
  expectedFunctions: readonly string[];
  /** How long a fresh app may take to answer, and how often it is asked. */
  startMs?: number;
  pauseMs?: number;
};

type Health = { status: string; problem: { code: string; hint: string } | null; last_success: string | null };
type SyncAnswer = { outcome?: string; code?: string; detail?: string };

const syncTimeMs = 120_000;

/** @returns what was seen, a line each. @throws with the exact thing that is wrong; no message holds the key. */
export async function smokeTest(test: SmokeTest): Promise<string[]> {
  const listed = checkFunctions(test);
  const before = await awaitHealth(test);
  const synced = await checkSync(test, before);
  const code = before.problem?.code ?? before.status;
  return [listed, `health: ${before.status}${code === before.status ? '' : ` (${code})`}`, synced];
}

function checkFunctions({ functions, expectedFunctions }: SmokeTest): string {
  const found = new Set(functions.map(name => name.slice(name.indexOf('/') + 1)));
  const missing = expectedFunctions.filter(name => !found.has(name));
  if (missing.length > 0) throw new Error(`Azure does not list the functions ${missing.join(', ')}.`);
  return `functions: all ${expectedFunctions.length}`;
}

async function awaitHealth({ url, startMs = 180_000, pauseMs = 5_000 }: SmokeTest): Promise<Health> {
  const giveUpAt = Date.now() + startMs;
  for (;;) {
    const { health, seen } = await askHealth(url);
    if (health) return health;
    if (Date.now() >= giveUpAt) throw new Error(`GET /api/health gave no health: ${seen}.`);
    await wait(pauseMs);
  }
}

/** The platform's own pages, and a connection that is refused, are what a starting app looks like. */
async function askHealth(url: string): Promise<{ health?: Health; seen: string }> {
  try {
    const answer = await fetch(`${url}/api/health`, { signal: AbortSignal.timeout(30_000) });
    const isOurs = answer.headers.get('content-type')?.startsWith('application/json') === true;
    return isOurs ? { health: (await answer.json()) as Health, seen: 'health' } : { seen: `status ${answer.status}` };
  } catch (error) {
    return { seen: String(error) };
  }
}

async function checkSync({ url, key }: SmokeTest, { last_success }: Health): Promise<string> {
  const answer = await fetch(`${url}/api/sync`, {
    method: 'POST',
    headers: { 'x-functions-key': key },
    signal: AbortSignal.timeout(syncTimeMs),
  });
  const text = await answer.text();
  const { outcome, code, detail } = parseAnswer(text);
  if (answer.status === 200 || answer.status === 409) return `sync: ${outcome}`;
  // An app that never had credentials is deployed well; one that had them and cannot read them any more is not.
  const isEmptyVault = code === 'vault' && detail?.startsWith('The vault has no secret ') === true;
  if (isEmptyVault && last_success === null) return 'sync: no credentials in the vault yet';
  if (code === 'upstream-unavailable') return 'sync: Peloton is not available; the timer tries again';
  throw new Error(`POST /api/sync answered ${answer.status} ${code ?? ''}: ${detail ?? 'no problem of ours'}`);
}

function parseAnswer(text: string): SyncAnswer {
  return text.startsWith('{') ? (JSON.parse(text) as SyncAnswer) : {};
}

/** Each file of functions/ registers the one function that it is named for. */
export async function namesInSource(folder: string): Promise<string[]> {
  const files = await readdir(folder);
  return files
    .filter(file => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map(file => file.slice(0, -'.ts'.length));
}

if (process.argv[1] === import.meta.filename) {
  const { PUBLIC_URL: url, SYNC_KEY: key, FUNCTIONS: functions } = process.env;
  if (!url || !key || !functions) throw new Error('PUBLIC_URL, SYNC_KEY and FUNCTIONS must be set.');
  const expectedFunctions = await namesInSource('functions');
  const seen = await smokeTest({ url, key, functions: functions.split(/\s+/).filter(Boolean), expectedFunctions });
  console.log(seen.join('\n'));
}
