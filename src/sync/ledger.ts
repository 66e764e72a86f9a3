// state.json during one run: sign-ins counted before they are sent, tokens marked as dead, and at the end what the next
// run has to know. Whoever holds the lease is the only writer.

import type { BlobContainer } from '../azure/storage.ts';
import { type ErrorCode, errorTable, StatsError } from '../errors.ts';
import type { Ledger } from '../peloton/session.ts';
import { digestSecret, type SecretVersions } from '../peloton/sign-in-secrets.ts';
import { dayMs } from '../stats/time.ts';
import { isStillToCome, type Wait, waitAfter } from './schedule.ts';
import { type HookState, type State, type StateFile, writeState } from './state.ts';

const signInsPerDay = 3;
const deadTokensKept = 4;
const capHint = 'Until then a session that is pasted into peloton-session is tried at once.';

export type RunLedger = Ledger & {
  recordSuccess(syncedAt: Date): Promise<void>;
  recordHooks(hooks: HookState[]): Promise<void>;
  /** @param tried the secrets as the run leaves them; undefined where it could not read them. */
  recordFailure(error: StatsError, tried: SecretVersions | undefined): Promise<void>;
  /** What became of a sign-in for its own sake: the syncs wait for nothing because of it. */
  recordSignIn(outcome: 'signed-in' | StatsError, tried: SecretVersions | undefined): Promise<void>;
};

type Run = {
  container: BlobContainer;
  file: StateFile;
  startedAt: Date;
  clock: () => Date;
  /** Makes a sign-in although the last one was refused. */
  force: boolean;
};

type Refused = State['refused'];

/** What stops more. */
function stricterOf(one: Refused, other: Refused): Refused {
  if (!one || !other) return one ?? other;
  const endOf = ({ until }: NonNullable<Refused>) => (until === null ? Number.POSITIVE_INFINITY : Date.parse(until));
  return { ...(endOf(one) > endOf(other) ? one : other), stops_sync: one.stops_sync || other.stops_sync };
}

/** True while no success has followed the last failure. */
export function isFailing({ last_failure: failure, last_success: success }: State): boolean {
  return failure !== null && (success === null || failure.at > success);
}

export function openLedger({ container, file: opened, startedAt, clock, force }: Run): RunLedger {
  let file = opened;
  let hasSignedIn = false;

  const save = async (changes: Partial<State>) => {
    file = await writeState(container, file, { ...file.state, ...changes });
  };

  const recentSignIns = () => {
    const now = clock();
    return file.state.sign_ins.filter(({ at }) => isStillToCome(new Date(Date.parse(at) + dayMs), now));
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

  /** What of a failure stops the next sign-in. */
  const refusalOf = (wait: Wait, tried: SecretVersions | undefined, stops_sync: boolean): Refused => {
    if (!wait.untilSecretsChange || !tried) return stillRefused(tried);
    const until = wait.nextAttempt?.toISOString() ?? null;
    return stricterOf(stillRefused(tried), { versions: tried, until, stops_sync });
  };

  function assertUnderCap() {
    const signIns = recentSignIns();
    const [oldest] = signIns;
    const last = signIns.at(-1);
    if (!oldest || !last || signIns.length < signInsPerDay) return;
    const code = last.outcome === 'signed-in' ? 'upstream-changed' : last.outcome;
    const noSignInBefore = new Date(Date.parse(oldest.at) + dayMs);
    const failure = file.state.last_failure;
    const hint = failure?.code === code ? failure.hint : errorTable[code].hint;
    throw new StatsError(code, `${signInsPerDay} sign-ins were made in 24 hours: no more until the oldest is past.`, {
      hint: hint.includes(capHint) ? hint : `${hint} ${capHint}`,
      noSignInBefore,
    });
  }

  /** A refusal that did not stop the syncs, because they had a session. */
  function assertNotRefused({ username, password }: SecretVersions) {
    const { refused } = file.state;
    if (force || !refused || refused.stops_sync) return;
    if (refused.versions.username !== username || refused.versions.password !== password) return;
    const until = refused.until === null ? undefined : new Date(refused.until);
    if (until && !isStillToCome(until, clock())) return;
    const code = until ? 'upstream-changed' : 'sign-in-refused';
    throw new StatsError(code, 'The last sign-in with these credentials was not accepted, so no other is made.', {
      ...(until ? { noSignInBefore: until } : { credentialsJudged: true }),
    });
  }

  return {
    isDead: token => file.state.dead_tokens.includes(digestSecret(token)),
    markDead(token) {
      const dead_tokens = [...file.state.dead_tokens, digestSecret(token)].slice(-deadTokensKept);
      file = { ...file, state: { ...file.state, dead_tokens } };
    },
    proveWritable: () => save({}),
    assertSignInAllowed(tried) {
      assertUnderCap();
      assertNotRefused(tried);
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
        refused: hasSignedIn ? null : file.state.refused && { ...file.state.refused, stops_sync: false },
        sign_ins: endedSignIns('signed-in'),
      });
    },
    async recordSignIn(outcome, tried) {
      if (outcome === 'signed-in') return await save({ refused: null, sign_ins: endedSignIns(outcome) });
      const wait = waitAfter({ error: outcome, startedAt, failedAt: clock() }, 1);
      await save({ refused: refusalOf(wait, tried, false), sign_ins: endedSignIns(outcome.code) });
    },
    recordHooks: hooks => save({ hooks }),
    async recordFailure(error, tried) {
      const { state } = file;
      const failedAt = clock();
      const previous = isFailing(state) ? state.last_failure : null;
      const unavailableBefore = previous?.unavailable_in_row ?? 0;
      const unavailableInRow = unavailableBefore + (error.code === 'upstream-unavailable' ? 1 : 0);
      const wait = waitAfter({ error, startedAt, failedAt }, Math.max(unavailableInRow, 1));
      await save({
        last_failure: {
          at: failedAt.toISOString(),
          since: previous?.code === error.code ? previous.since : failedAt.toISOString(),
          code: error.code,
          hint: error.hint,
          unavailable_in_row: unavailableInRow,
        },
        next_attempt: wait.untilSecretsChange ? null : (wait.nextAttempt?.toISOString() ?? null),
        refused: refusalOf(wait, tried, true),
        sign_ins: endedSignIns(error.code),
      });
    },
  };
}
