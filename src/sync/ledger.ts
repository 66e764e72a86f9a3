// The ledger of sign-ins: how many were made, which were refused, and which tokens are never sent again. All of it is in
// state.json before Peloton hears of it, so that no crash can make a run forget.

import { type ErrorCode, errorTable, StatsError } from '../errors.ts';
import type { SignInLedger } from '../peloton/session.ts';
import { digestSecret, type SecretVersions } from '../peloton/sign-in-secrets.ts';
import { dayMs } from '../stats/time.ts';
import { isStillToCome } from './schedule.ts';
import type { RunState, State } from './state.ts';

const signInsPerDay = 3;
const deadTokensKept = 4;
const capHint = 'Until then a session that is pasted into peloton-session is tried at once.';

export type Ledger = SignInLedger & {
  /** Whether this run has made a sign-in. */
  hasSignedIn(): boolean;
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

/** A refusal that does not stop the syncs, because they have a session, still stops a sign-in with the same credentials. */
function assertNotRefused(state: State, { username, password }: SecretVersions, now: Date): void {
  const { refused } = state;
  if (!refused || refused.stops_sync) return;
  if (refused.versions.username !== username || refused.versions.password !== password) return;
  const until = refused.until === null ? undefined : new Date(refused.until);
  if (until && !isStillToCome(until, now)) return;
  const code = until ? 'upstream-changed' : 'sign-in-refused';
  throw new StatsError(code, 'The last sign-in with these credentials was not accepted, so no other is made.', {
    hint: knownHint(state, code),
    ...(until ? { noSignInBefore: until } : { credentialsJudged: true }),
  });
}

export function openLedger({ file, clock, force }: LedgerParts): Ledger {
  let hasSignedIn = false;
  return {
    hasSignedIn: () => hasSignedIn,
    isDead: token => file.state.dead_tokens.includes(digestSecret(token)),
    markDead(token) {
      file.change({ dead_tokens: [...file.state.dead_tokens, digestSecret(token)].slice(-deadTokensKept) });
    },
    proveWritable: () => file.save({}),
    assertSignInAllowed(tried) {
      assertUnderCap(file.state, clock());
      if (!force) assertNotRefused(file.state, tried, clock());
    },
    async countSignIn() {
      const now = clock();
      // The outcome is not known until the run ends.
      const signIn = { at: now.toISOString(), outcome: 'upstream-unavailable' as const };
      await file.save({ sign_ins: [...recentSignIns(file.state, now), signIn] });
      hasSignedIn = true;
    },
  };
}
