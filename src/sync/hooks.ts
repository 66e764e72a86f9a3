// Build hooks: sites that rebuild themselves are told when the public stats have changed. A hook is pending while what it last
// accepted is not what is public. One that fails is tried again at ticks and never fails a sync.

import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { Vault } from '../azure/vault.ts';
import { isLoopback } from '../config.ts';
import { asStatsError, StatsError, waitForAll } from '../errors.ts';
import type { HttpClient } from '../http.ts';
import { type Log, timed } from '../log.ts';
import type { Snapshot } from '../stats/snapshot.ts';
import { dayMs, hourMs, minuteMs } from '../stats/time.ts';
import type { HookState } from './state.ts';

const secretName = 'build-hooks';
/** How long after the last try of 24 hours the next one may come: at once, at the next tick, and after an outage. */
const waitsMs = [0, 10 * minuteMs, 4 * hourMs];

function isHookUrl(text: string): boolean {
  const url = URL.parse(text);
  if (!url || url.username || url.password) return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url));
}

const hookSchema = z.object({
  url: z.string().refine(isHookUrl),
  token: z
    .string()
    .trim()
    .regex(/^[\x21-\x7e]*$/)
    .nullish(),
});

type Hook = z.infer<typeof hookSchema>;

/** What tells one version of the public stats from another: everything but when they were synced. */
export function digestStats({ synced_at: _at, date: _date, ...stats }: Snapshot): string {
  return createHash('sha256').update(JSON.stringify(stats)).digest('hex');
}

/** A URL can be a secret by itself, so state.json knows a hook by a digest: another token makes it another hook. */
function idOf({ url, token }: Hook): string {
  return createHash('sha256')
    .update(JSON.stringify([url, token ?? '']))
    .digest('hex');
}

function recentTries({ tried }: HookState, now: Date): string[] {
  return tried.filter(at => Date.parse(at) > now.getTime() - dayMs);
}

function isPending(hook: HookState, digest: string, now: Date): boolean {
  if (hook.accepted === digest) return false;
  const tries = recentTries(hook, now);
  const waitMs = waitsMs[tries.length];
  return waitMs !== undefined && now.getTime() - Date.parse(tries.at(-1) ?? '1970-01-01') >= waitMs;
}

/** Whether a tick has a hook to call: known from the state alone. */
export function hasPendingHook(hooks: readonly HookState[], snapshot: Snapshot | undefined, now: Date): boolean {
  if (hooks.length === 0 || !snapshot) return false;
  const digest = digestStats(snapshot);
  return hooks.some(hook => isPending(hook, digest, now));
}

const hint = `Store ${secretName} as JSON: [{"url":"https://…","token":"…"}], where the token is optional.`;

function parseList(text: string): unknown[] {
  try {
    const list: unknown = JSON.parse(text);
    if (Array.isArray(list)) return list;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new StatsError('vault', `The secret ${secretName} is not a list of hooks.`, { hint });
}

/** The last entry of each URL; one that is malformed is named by its place, and costs the others nothing. */
async function readHooks(vault: Pick<Vault, 'read'>, log: Log): Promise<Hook[]> {
  const secret = await vault.read(secretName);
  if (!secret) return [];
  const entries = parseList(secret.value).map(entry => hookSchema.safeParse(entry));
  const malformed = entries.flatMap(({ success }, index) => (success ? [] : `${index + 1}`));
  if (malformed.length > 0) log('warn', 'hooks.malformed', { entries: malformed, hint });
  const byUrl = new Map(entries.flatMap(({ data }) => (data ? [[data.url, data]] : [])));
  return [...byUrl.values()];
}

async function call(http: HttpClient, { url: text, token }: Hook, date: string): Promise<void> {
  const url = new URL(text);
  const answer = await http.request({
    method: 'POST',
    url,
    route: '/{hook}',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    body: JSON.stringify({ event_type: 'peloton-stats-changed', client_payload: { date } }),
    ...(token && { credential: { origin: url.origin, headers: { Authorization: `Bearer ${token}` } } }),
  });
  if (answer.status < 200 || answer.status > 299) {
    throw new StatsError('upstream-unavailable', `${answer.label} answered ${answer.status}.`, {
      status: answer.status,
    });
  }
}

export type HookParts = { http: HttpClient; vault: Pick<Vault, 'read'>; clock: () => Date; log: Log };

export type HookRound = {
  snapshot: Snapshot;
  /** A hook that is new has nothing to hear of stats that did not change. */
  hasChanged: boolean;
  known: readonly HookState[];
  /** Writes the hooks' state down: before the calls, so that a crash cannot multiply them, and after. */
  save: (hooks: HookState[]) => Promise<void>;
};

type HookCall = { http: HttpClient; log: Log; hook: Hook; date: string };

async function isAccepted({ http, log, hook, date }: HookCall): Promise<boolean> {
  const { host } = new URL(hook.url);
  try {
    await timed(log, 'hook.called', () => call(http, hook, date), { host });
    return true;
  } catch (thrown) {
    // Whatever it was, the others have to be written down.
    const { message, status = null } = asStatsError(thrown);
    log('warn', 'hook.failed', { host, status, message });
    return false;
  }
}

async function callPending({ http, vault, clock, log }: HookParts, round: HookRound): Promise<void> {
  const { snapshot, hasChanged, known, save } = round;
  const now = clock();
  const digest = digestStats(snapshot);
  const hooks = (await readHooks(vault, log)).map(hook => ({ hook, id: idOf(hook) }));
  // An owner who mends a hook that failed puts another in its place, which has to hear what that one did not.
  const isMended = known.some(state => state.accepted !== digest && !hooks.some(({ id }) => id === state.id));
  const entries = hooks.map(({ hook, id }) => {
    const accepted = hasChanged || isMended ? null : digest;
    const state = known.find(state => state.id === id) ?? { id, accepted, tried: [] };
    return { hook, state: { ...state, tried: recentTries(state, now) } };
  });
  const states = entries.map(({ state }) => state);
  const pending = entries.filter(({ state }) => isPending(state, digest, now));
  for (const { state } of pending) state.tried.push(now.toISOString());
  const idsOf = (list: readonly HookState[]) => list.map(({ id }) => id).join();
  if (pending.length > 0 || idsOf(states) !== idsOf(known)) await save(states);
  await waitForAll(
    pending.map(async ({ hook, state }) => {
      if (await isAccepted({ http, log, hook, date: snapshot.date })) state.accepted = digest;
    }),
  );
  if (pending.length > 0) await save(states);
}

/** Calls every hook that is pending. Never throws: what goes wrong is logged, and tried again at a later tick. */
export async function callHooks(parts: HookParts, round: HookRound): Promise<void> {
  try {
    await callPending(parts, round);
  } catch (thrown) {
    const { code, message, hint } = asStatsError(thrown);
    parts.log('warn', 'hooks.failed', { code, message, hint });
  }
}
