// The ledger of sign-ins: how many were made, which were refused, and which tokens are never sent again. All of it is in
// state.json before Peloton hears of it, so that no crash can make a run forget.

import { type ErrorCode, errorTable, StatsError } from '../errors.ts';
import type { Rung, SignInLedger } from '../peloton/sign-in-ledger.ts';
import { digestSecret, type SecretVersions } from '../peloton/sign-in-secrets.ts';
import { dayMs } from '../stats/time.ts';
import type { RunState, State } from './state.ts';

const signInsPerDay = 3;
const deadTokensKept = 4;
const capHint = 'Until then a session that is pasted into peloton-session is tried at once.';

export type Ledger = SignInLedger & {
  /** Whether this run has made a sign-in. */
  hasSignedIn(): boolean;
  /** Whether its last sign-in has no outcome yet. */
  isSignInPending(): boolean;
};

type LedgerParts = {
  file: RunState;
  clock: () => Date;
  /** Makes a sign-in although the last one was refused. */
  force: boolean;
};

/** The sign-ins of the last 24 hours, and those that a wrong clock dated ahead by less than two days: they were made. */
export function recentSignIns({ sign_ins }: State, now: Date): State['sign_ins'] {
  const ageMs = (at: string) => now.getTime() - Date.parse(at);
  return sign_ins.filter(({ at }) => ageMs(at) < dayMs && ageMs(at) > -2 * dayMs);
}

/** The hint of the last failure where it had this code, since that one knows the cause; else the code's own hint. */
function knownHint({ last_failure: failure }: State, code: ErrorCode): string {
  return failure?.code === code ? failure.hint : errorTable[code].hint;
}

function assertUnderCap(state: State, now: Date): void {
  const signIns = recentSignIns(state, now);
  const last = signIns.at(-1);
  if (!last || signIns.length < signInsPerDay) return;
  const code = last.outcome === 'signed-in' ? 'upstream-changed' : last.outcome;
  const oldest = Math.min(...signIns.map(({ at }) => Date.parse(at))); // not always the first: a clock can be set back
  const noSignInBefore = new Date(oldest + dayMs);
  const hint = knownHint(state, code);
  throw new StatsError(code, `${signInsPerDay} sign-ins were made in 24 hours: no more until the oldest is past.`, {
    hint: hint.includes(capHint) ? hint : `${hint} ${capHint}`,
    noSignInBefore,
  });
}

function hasSameCredentials(one: SecretVersions, other: SecretVersions): boolean {
  return one.username === other.username && one.password === other.password;
}

type Asked = { tried: SecretVersions; now: Date };

/**
 * A refusal that does not stop the syncs, because they have a session, still stops a sign-in with the same credentials; and so
 * do unknown answers by every rung.
 */
function assertNotRefused(state: State, rungs: readonly Rung[], asked: Asked): void {
  const { refused } = state;
  const isJudged = refused !== null && refused.until === null && !refused.stops_sync;
  const isRefused = isJudged && hasSameCredentials(refused.versions, asked.tried);
  const until = heldUntil(state, rungs, asked);
  if (!isRefused && !until) return;
  const code = isRefused ? 'sign-in-refused' : 'upstream-changed';
  throw new StatsError(code, 'The last sign-in with these credentials was not accepted, so no other is made.', {
    hint: knownHint(state, code),
    ...(isRefused || !until ? { credentialsJudged: true } : { noSignInBefore: until }),
  });
}

/** The sign-ins with another outcome of the last one. */
export function withOutcome(signIns: State['sign_ins'], outcome: ErrorCode | 'signed-in'): State['sign_ins'] {
  const last = signIns.at(-1);
  return last ? [...signIns.slice(0, -1), { ...last, outcome }] : signIns;
}

/** The rungs of that order that an unknown answer holds back, with the end of each. */
function findHeld({ held_rungs }: State, tried: SecretVersions, now: Date): Map<Rung, Date> {
  const holds = held_rungs.filter(
    ({ versions, until }) => hasSameCredentials(versions, tried) && Date.parse(until) > now.getTime(),
  );
  return new Map(holds.map(({ rung, until }) => [rung, new Date(until)]));
}

function heldUntil(state: State, rungs: readonly Rung[], { tried, now }: Asked): Date | undefined {
  const held = findHeld(state, tried, now);
  const ends = rungs.map(rung => held.get(rung)?.getTime() ?? 0);
  return ends.includes(0) ? undefined : new Date(Math.min(...ends));
}

type RungEnding = Asked & { outcome: 'signed-in' | StatsError };

/** What a rung's end changes. */
function changesOf(state: State, rung: Rung, ending: RungEnding): Partial<State> {
  const { outcome, tried, now } = ending;
  const others = state.held_rungs.filter(held => held.rung !== rung);
  if (outcome === 'signed-in') return { held_rungs: others, last_rung: rung };
  if (outcome.code !== 'upstream-changed' || !outcome.credentialsJudged) return {};
  const until = new Date(now.getTime() + dayMs).toISOString();
  return { held_rungs: [...others, { rung, versions: tried, until }] };
}

export function openLedger({ file, clock, force }: LedgerParts): Ledger {
  let hasSignedIn = false;
  let isPending = false;
  return {
    hasSignedIn: () => hasSignedIn,
    isSignInPending: () => isPending,
    isDead: token => file.state.dead_tokens.includes(digestSecret(token)),
    markDead(token) {
      file.change({ dead_tokens: [...file.state.dead_tokens, digestSecret(token)].slice(-deadTokensKept) });
    },
    proveWritable: () => file.save({}),
    openRungs(rungs, tried) {
      const now = clock();
      assertUnderCap(file.state, now);
      if (!force) assertNotRefused(file.state, rungs, { tried, now });
      const held = force ? new Map() : findHeld(file.state, tried, now);
      const { last_rung: last } = file.state;
      return rungs.filter(rung => !held.has(rung)).sort((one, other) => Number(other === last) - Number(one === last));
    },
    heldUntil: (rungs, tried) => heldUntil(file.state, rungs, { tried, now: clock() }),
    async countSignIn() {
      const now = clock();
      assertUnderCap(file.state, now);
      // The outcome is not known until the rung or the run ends.
      const signIn = { at: now.toISOString(), outcome: 'upstream-unavailable' as const };
      await file.save({ sign_ins: [...recentSignIns(file.state, now), signIn] });
      hasSignedIn = true;
      isPending = true;
    },
    endRung(rung, outcome, tried) {
      file.change(changesOf(file.state, rung, { outcome, tried, now: clock() }));
      if (outcome === 'signed-in' || !isPending) return;
      file.change({ sign_ins: withOutcome(file.state.sign_ins, outcome.code) });
      isPending = false;
    },
  };
}
