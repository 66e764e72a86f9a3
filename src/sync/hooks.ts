// Build hooks: sites that rebuild themselves are called when the public stats have changed. A hook is pending while the stats
// that it last accepted are not the public ones. A hook that fails is called again at later ticks and never fails a sync; after
// three days a notice tells the owner.

import { createHash } from 'node:crypto';
import type { Vault } from '../azure/vault.ts';
import { asStatsError, waitForAll } from '../errors.ts';
import type { HttpClient } from '../http.ts';
import { type Log, timed } from '../log.ts';
import type { Snapshot } from '../stats/snapshot.ts';
import { dayMs, hourMs, minuteMs } from '../stats/time.ts';
import { isAhead, isFromWrongClock } from '../stats/wrong-clock.ts';
import { callHook } from './call-hook.ts';
import { describeFaults, type Hook, hooksHint, hooksSecret, idOf, parseHooks } from './hook-list.ts';
import type { Findings } from './notices.ts';
import type { HookState } from './state.ts';

/** The wait before the first, second and third call in 24 hours: none, until the next tick, until an outage may be over. */
const waitsMs = [0, 10 * minuteMs, 4 * hourMs];
/** How long a hook may fail before a notice tells its owner. */
const noticeAfterMs = 3 * dayMs;

/** What hooks hear of: the newest stats, and when the past of the list of workouts was read to its end. */
export type News = { snapshot: Snapshot; pastReadAt: string | null };

/** A digest of the public stats without the instant and the day of their sync, which tells one version from another. */
export function digestStats({ synced_at: _at, date: _date, ...stats }: Snapshot): string {
  return createHash('sha256').update(JSON.stringify(stats)).digest('hex');
}

/** The digest of what hooks hear of: the public stats, and that the past of the list of workouts is complete. */
function digestNews({ snapshot, pastReadAt }: News): string {
  const stats = digestStats(snapshot);
  return pastReadAt === null ? stats : createHash('sha256').update(`${stats} ${pastReadAt}`).digest('hex');
}

/** The tries of the last 24 hours. A try that is dated ahead of the clock does not count: the hook would wait for ever. */
function recentTries({ tried }: HookState, now: Date): string[] {
  return tried.filter(at => Date.parse(at) > now.getTime() - dayMs && !isAhead(new Date(at), now));
}

function isPending(hook: HookState, digest: string, now: Date): boolean {
  if (hook.accepted === digest) return false;
  const tries = recentTries(hook, now);
  const waitMs = waitsMs[tries.length];
  return waitMs !== undefined && now.getTime() - Date.parse(tries.at(-1) ?? '1970-01-01') >= waitMs;
}

/** Whether a tick has a hook to call, by the state alone: the list in the vault is not read. */
export function hasPendingHook(hooks: readonly HookState[], news: News, now: Date): boolean {
  if (hooks.length === 0) return false;
  const digest = digestNews(news);
  return hooks.some(hook => isPending(hook, digest, now));
}

export type HookParts = { http: HttpClient; vault: Pick<Vault, 'read'>; clock: () => Date; log: Log };

export type HookRound = News & {
  /** Whether this sync changed the stats: a new hook is not called for stats that did not change. */
  hasChanged: boolean;
  known: readonly HookState[];
  /** Writes the hooks into state.json: before the calls, so that a crash cannot multiply them, and after. */
  save: (hooks: HookState[], findings: Findings) => Promise<void>;
};

type ReadList = {
  hooks: Hook[];
  /** Why the list may be incomplete. A fault that only the owner can mend becomes a notice at once. */
  fault?: { what: string; isOwners: boolean };
};

/** Reads the list and logs its faults. A vault that fails makes no notice, since a later tick may read the list. */
async function readHooks(vault: Pick<Vault, 'read'>, log: Log): Promise<ReadList> {
  try {
    const { hooks, ...list } = parseHooks((await vault.read(hooksSecret))?.value ?? '');
    const what = describeFaults(list);
    if (what === undefined) return { hooks };
    if (list.isList)
      log('warn', 'hooks.malformed', { entries: list.malformed.map(({ entry }) => `${entry}`), hint: what });
    else log('warn', 'hooks.failed', { code: 'vault', message: what, hint: hooksHint });
    return { hooks, fault: { what, isOwners: true } };
  } catch (thrown) {
    const { code, message, hint } = asStatsError(thrown);
    log('warn', 'hooks.failed', { code, message, hint });
    return {
      hooks: [],
      fault: { what: `The secret ${hooksSecret} could not be read: ${message} ${hint}`, isOwners: false },
    };
  }
}

/** The news of a round, as the digest of the public stats, and the instant of the round. */
type Moment = { digest: string; now: Date };

/** A hook with its state. `hook` is undefined where the list has none for this state, perhaps because an entry is malformed. */
type Entry = { hook: Hook | undefined; state: HookState };

/** The hooks of a round with their states. */
function toEntries(list: ReadList, { known, hasChanged }: HookRound, { digest, now }: Moment): Entry[] {
  const listed = list.hooks.map(hook => ({ hook, id: idOf(hook) }));
  const unlisted = known.filter(({ id }) => !listed.some(each => each.id === id));
  // A hook that failed and is listed no more was probably replaced by a new one, which has to get the news in its place.
  const isMended = unlisted.some(({ accepted }) => accepted !== digest);
  const accepted = hasChanged || isMended ? null : digest;
  const entries = listed.map(({ hook, id }): Entry => {
    const state = known.find(state => state.id === id) ?? { id, accepted, tried: [], failed: null };
    return { hook, state };
  });
  // A malformed entry may stand for any of the hooks that are listed no more: all of them stay pending.
  const orphans = list.fault ? unlisted.map((state): Entry => ({ hook: undefined, state })) : [];
  return [...entries, ...orphans].map(({ hook, state }) => {
    const failed = state.accepted === digest ? null : state.failed;
    return { hook, state: { ...state, tried: recentTries(state, now), failed } };
  });
}

type HookCall = { http: HttpClient; log: Log; hook: Hook; date: string };

/** Why the hook did not accept the news, in words that name no host; undefined where it did. */
async function callAndLog({ http, log, hook, date }: HookCall): Promise<string | undefined> {
  const { host } = new URL(hook.url);
  const hostLog: Log = (level, event, fields) => log(level, event, { host, ...fields });
  try {
    await timed(hostLog, 'hook.called', () => callHook(http, hook, date));
    return undefined;
  } catch (thrown) {
    // Not thrown on: the outcome of the other hooks still has to be written down.
    const { message, status = null } = asStatsError(thrown);
    hostLog('warn', 'hook.failed', { status, message });
    return message.replaceAll(`POST ${host}/{hook}`, 'it');
  }
}

function afterCall(state: HookState, reason: string | undefined, { digest, now }: Moment): HookState {
  if (reason === undefined) return { ...state, accepted: digest, failed: null };
  const { since } = state.failed ?? {};
  const isKnown = since !== undefined && !isFromWrongClock(new Date(since), now);
  return { ...state, failed: { since: isKnown ? since : now.toISOString(), reason } };
}

/** The notice of a round: a malformed list at once, a failing hook after three days. */
function judgeEntries(list: ReadList, entries: readonly Entry[], now: Date): Findings {
  const isOld = ({ state: { failed } }: Entry) => failed && now.getTime() - Date.parse(failed.since) >= noticeAfterMs;
  const old = entries.filter(isOld);
  const failing = old.flatMap(({ hook, state: { failed } }) =>
    hook && failed
      ? `Entry ${hook.entry} of the secret ${hooksSecret} has accepted no call since ${failed.since}: ${failed.reason}`
      : [],
  );
  const isListNoticed = list.fault?.isOwners || old.length > failing.length;
  const hints = [...(isListNoticed && list.fault ? [list.fault.what] : []), ...failing];
  if (hints.length === 0) return list.fault ? {} : { 'hook-failing': null };
  const [since] = old.flatMap(({ state: { failed } }) => failed?.since ?? []).sort();
  return { 'hook-failing': { hint: hints.join(' '), ...(since && { since }) } };
}

function statesOf(entries: readonly Entry[]): HookState[] {
  return entries.map(({ state }) => state);
}

async function callPending({ http, vault, clock, log }: HookParts, round: HookRound): Promise<void> {
  const { snapshot, save } = round;
  const at = { digest: digestNews(round), now: clock() };
  const list = await readHooks(vault, log);
  const entered = toEntries(list, round, at);
  const pending = new Set(
    entered.filter(({ state }) => isPending(state, at.digest, at.now)).map(({ state }) => state.id),
  );
  const entries = entered.map(({ hook, state }): Entry => {
    const tried = pending.has(state.id) ? [...state.tried, at.now.toISOString()] : state.tried;
    return { hook, state: { ...state, tried } };
  });
  await save(statesOf(entries), {});
  const called = await waitForAll(
    entries.map(async ({ hook, state }): Promise<Entry> => {
      if (!pending.has(state.id)) return { hook, state };
      const reason = hook ? await callAndLog({ http, log, hook, date: snapshot.date }) : list.fault?.what;
      return { hook, state: afterCall(state, reason, at) };
    }),
  );
  await save(statesOf(called), judgeEntries(list, called, at.now));
}

/** Calls every hook that is pending. Never throws: a failure is logged, and the hook is called again at a later tick. */
export async function callHooks(parts: HookParts, round: HookRound): Promise<void> {
  try {
    await callPending(parts, round);
  } catch (thrown) {
    const { code, message, hint } = asStatsError(thrown);
    parts.log('warn', 'hooks.failed', { code, message, hint });
  }
}
