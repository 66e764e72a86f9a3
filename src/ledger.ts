// state.json during one run: sign-ins counted before they are sent, tokens marked as dead, and at the end what the next
// run has to know. Whoever holds the lease is the only writer.

import { type ErrorCode, StatsError } from './errors.ts';
import type { Ledger } from './peloton/session.ts';
import { waitAfter } from './schedule.ts';
import { digestSecret, type HookState, type SecretVersions, type State, type StateFile, writeState } from './state.ts';
import type { BlobContainer } from './storage.ts';

const dayMs = 24 * 60 * 60 * 1000;
const signInsPerDay = 3;
const deadTokensKept = 4;

export type RunLedger = Ledger & {
  recordSuccess(syncedAt: Date): Promise<void>;
  /** A sign-in that was made for its own sake worked: an earlier refusal is over. */
  recordSignIn(): Promise<void>;
  recordHooks(hooks: HookState[]): Promise<void>;
  /** @param tried the secrets as the run leaves them; undefined where it could not read them. */
  recordFailure(error: StatsError, tried: SecretVersions | undefined): Promise<void>;
};

type Run = { container: BlobContainer; file: StateFile; startedAt: Date; clock: () => Date };

/** True while no success has followed the last failure. */
export function isFailing({ last_failure: failure, last_success: success }: State): boolean {
  return failure !== null && (success === null || failure.at > success);
}

export function openLedger({ container, file: opened, startedAt, clock }: Run): RunLedger {
  let file = opened;
  let hasSignedIn = false;

  const save = async (changes: Partial<State>) => {
    file = await writeState(container, file, { ...file.state, ...changes });
  };

  const recentSignIns = () => {
    const from = clock().getTime() - dayMs;
    return file.state.sign_ins.filter(({ at }) => Date.parse(at) > from);
  };

  /** The sign-ins with this run's, if it made one, ended. */
  const endedSignIns = (outcome: ErrorCode | 'signed-in') => {
    const signIns = recentSignIns();
    const last = signIns.at(-1);
    return hasSignedIn && last ? [...signIns.slice(0, -1), { ...last, outcome }] : signIns;
  };

  /** The refusal of before, unless this run had other secrets: then it is over, whatever became of the run. */
  const stillRefused = (tried: SecretVersions | undefined) => {
    const { refused } = file.state;
    if (!refused || !tried) return refused;
    const { username, password, session } = refused.versions;
    const isSame = username === tried.username && password === tried.password && session === tried.session;
    return isSame ? refused : null;
  };

  return {
    isDead: token => file.state.dead_tokens.includes(digestSecret(token)),
    markDead(token) {
      const dead_tokens = [...file.state.dead_tokens, digestSecret(token)].slice(-deadTokensKept);
      file = { ...file, state: { ...file.state, dead_tokens } };
    },
    assertSignInAllowed() {
      const signIns = recentSignIns();
      const [oldest] = signIns;
      const last = signIns.at(-1);
      if (!oldest || !last || signIns.length < signInsPerDay) return;
      const code = last.outcome === 'signed-in' ? 'upstream-changed' : last.outcome;
      const failure = file.state.last_failure;
      throw new StatsError(code, `${signInsPerDay} sign-ins were made in 24 hours: no more until the oldest is past.`, {
        ...(failure?.code === code && { hint: failure.hint }),
        retryAfterMs: Date.parse(oldest.at) + dayMs - clock().getTime(),
      });
    },
    async countSignIn() {
      // Until the run says otherwise, nobody knows what became of it.
      const signIn = { at: clock().toISOString(), outcome: 'upstream-unavailable' as const };
      await save({ sign_ins: [...recentSignIns(), signIn] });
      hasSignedIn = true;
    },
    async recordSuccess(syncedAt) {
      await save({
        last_success: syncedAt.toISOString(),
        next_attempt: null,
        refused: null,
        sign_ins: endedSignIns('signed-in'),
      });
    },
    recordSignIn: () => save({ refused: null, sign_ins: endedSignIns('signed-in') }),
    recordHooks: hooks => save({ hooks }),
    async recordFailure(error, tried) {
      const { state } = file;
      const failedAt = clock();
      const previous = isFailing(state) ? state.last_failure : null;
      const unavailableBefore = previous?.unavailable_in_row ?? 0;
      const unavailableInRow = unavailableBefore + (error.code === 'upstream-unavailable' ? 1 : 0);
      const wait = waitAfter({ error, startedAt, failedAt }, Math.max(unavailableInRow, 1));
      const nextAttempt = wait.nextAttempt?.toISOString() ?? null;
      await save({
        last_failure: {
          at: failedAt.toISOString(),
          since: previous?.code === error.code ? previous.since : failedAt.toISOString(),
          code: error.code,
          hint: error.hint,
          unavailable_in_row: unavailableInRow,
        },
        next_attempt: wait.untilSecretsChange ? null : nextAttempt,
        refused: wait.untilSecretsChange && tried ? { versions: tried, until: nextAttempt } : stillRefused(tried),
        sign_ins: endedSignIns(error.code),
      });
    },
  };
}
