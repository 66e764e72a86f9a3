// state.json carries instants, codes and versions from one run to the next; never a local day, never a secret. A field that is
// damaged, or that another version of this code wrote, counts as unset: a bad state can delay a sync but not end it.

import * as z from 'zod';
import type { BlobContainer } from '../azure/storage.ts';
import { type ErrorCode, errorTable, StatsError } from '../errors.ts';
import { rungSchema } from '../peloton/sign-in-ledger.ts';
import { secretVersions } from '../peloton/sign-in-secrets.ts';
import { stateBlob } from '../stats/blobs.ts';
import { tryParseJson } from '../stats/json.ts';
import { lostPartSchema } from '../stats/losses.ts';
import { isAhead, isFromWrongClock } from '../stats/wrong-clock.ts';
import { storedNoticeSchema } from './notices.ts';

const instant = z.iso.datetime();
const errorCode = z.enum(Object.keys(errorTable) as [ErrorCode, ...ErrorCode[]]);

const hookState = z.object({
  /** SHA-256 of the hook's URL and token. */
  id: z.string(),
  /** Digest of the stats that the hook last accepted. */
  accepted: z.string().nullable(),
  /** The calls of the last 24 hours. */
  tried: z.array(instant),
  /** Since when the hook has accepted no call, and why the last call failed; null while none has failed. */
  failed: z.object({ since: instant, reason: z.string() }).nullable().catch(null),
});

export type HookState = z.infer<typeof hookState>;

const signInEntry = z.object({
  at: instant,
  // An outcome that another version of this code wrote still counts as a sign-in.
  outcome: z.union([errorCode, z.literal('signed-in')]).catch('upstream-unavailable'),
});

/** A rung whose answer was unknown: not tried with these secrets until that instant. */
const heldRung = z.object({ rung: rungSchema, versions: secretVersions, until: instant });

/** The good entries of a list. */
function entriesOf<T extends z.ZodType>(entry: T) {
  const read = (value: unknown) => entry.safeParse(value).data;
  return z
    .array(z.unknown())
    .catch([])
    .transform((values): z.output<T>[] => values.map(read).filter(value => value !== undefined));
}

const stateSchema = z.object({
  last_success: instant.nullable().catch(null),
  last_failure: z
    .object({
      at: instant,
      /** The first of the failures with this code that no success has interrupted. */
      since: instant,
      code: errorCode,
      hint: z.string(),
      /** Runs that failed with `upstream-unavailable` since the last success. */
      unavailable_in_row: z.int().nonnegative(),
      /** A success has followed: written down, since the instants of two clocks do not tell. */
      is_over: z.boolean().optional(),
    })
    .nullable()
    .catch(null),
  next_attempt: instant.nullable().catch(null),
  /** No sign-in with these secrets: until the instant where one is given, else until one of them has another version. */
  refused: z
    .object({
      versions: secretVersions,
      until: instant.nullable(),
      /** False while a sync may have a session that is good, and needs no sign-in. */
      stops_sync: z.boolean().catch(true),
    })
    .nullable()
    .catch(null),
  /** The sign-ins of the last 24 hours with the outcome of their runs. A damaged entry does not hide the others. */
  sign_ins: entriesOf(signInEntry),
  held_rungs: entriesOf(heldRung),
  /** The rung that got in last. */
  last_rung: rungSchema.nullable().catch(null),
  /** SHA-256 of the last tokens that are never sent again: refused ones, and refresh tokens that have a successor. */
  dead_tokens: entriesOf(z.string()),
  hooks: entriesOf(hookState),
  /** Each as the last run that checked for it left it. */
  notices: entriesOf(storedNoticeSchema),
  /** The parts of the snapshot that used to come and are absent, each by a name of ours. */
  lost_parts: entriesOf(lostPartSchema),
  /** The reading of the list of workouts; null before the first. */
  workouts: z
    .object({
      /** Whether there are pages to read, or a reading to repeat, at the next tick. */
      is_pending: z.boolean(),
      /** When the past was read to its end. Build hooks hear of that. */
      past_read_at: instant.nullable().catch(null),
      /** The sync after which the reading failed first; null where the last reading was good. */
      failing_after: instant.nullable().catch(null),
    })
    .nullable()
    .catch(null),
});

export type State = z.infer<typeof stateSchema>;

/** The state with the ETag that its next version has to replace; undefined while there is none. */
export type StateFile = { state: State; etag: string | undefined; isDamaged: boolean };

/** Before anything has been tried. */
export const initialState: State = stateSchema.parse({});

/**
 * True while no success has followed the last failure. A success that could not be recorded is known by the instant of its
 * snapshot alone, which proves nothing where it is dated ahead of the clock.
 */
export function isFailing({ last_failure: failure, last_success: success }: State, now: Date): boolean {
  if (failure === null || failure.is_over) return false;
  return success === null || failure.at > success || isAhead(new Date(success), now);
}

/** The state without the instants that a wrong clock wrote, and what depends on them. */
function withoutWrongClock(state: State, now: Date): State {
  const counts = (at: string) => !isFromWrongClock(new Date(at), now);
  const { last_success, last_failure: failure, next_attempt, refused } = state;
  return {
    ...state,
    last_success: last_success !== null && counts(last_success) ? last_success : null,
    last_failure:
      failure && counts(failure.at) ? { ...failure, since: counts(failure.since) ? failure.since : failure.at } : null,
    next_attempt: next_attempt !== null && counts(next_attempt) ? next_attempt : null,
    refused: refused && (refused.until === null || counts(refused.until)) ? refused : null,
    sign_ins: state.sign_ins.filter(({ at }) => counts(at)),
    held_rungs: state.held_rungs.filter(({ until }) => counts(until)),
    hooks: state.hooks.map(hook => ({ ...hook, tried: hook.tried.filter(counts) })),
    lost_parts: state.lost_parts.map(lost => (counts(lost.since) ? lost : { ...lost, since: now.toISOString() })),
  };
}

/** @param now an instant more than two days after this one counts as unset. */
export async function readState(container: BlobContainer, now: Date): Promise<StateFile> {
  const blob = await container.read(stateBlob);
  if (blob === undefined || blob === 'unchanged') return { state: initialState, etag: undefined, isDamaged: false };
  const { data: state } = stateSchema.safeParse(tryParseJson(blob.bytes.toString('utf8')));
  if (!state) return { state: initialState, etag: blob.etag, isDamaged: true };
  return { state: withoutWrongClock(state, now), etag: blob.etag, isDamaged: false };
}

/**
 * Replaces the state that was read.
 * @throws StatsError `storage` where someone else has replaced it meanwhile.
 */
async function writeState(container: BlobContainer, file: StateFile, state: State): Promise<StateFile> {
  const bytes = Buffer.from(JSON.stringify(state, null, 2));
  const condition = file.etag === undefined ? 'absent' : { etag: file.etag };
  const etag = await container.write(stateBlob, { bytes, contentType: 'application/json' }, condition);
  if (etag === 'conflict') throw new StatsError('storage', `${stateBlob} was changed by another run.`);
  return { state, etag, isDamaged: false };
}

/** state.json during one run. The holder of the lease is its only writer. */
export type RunState = {
  readonly state: State;
  /** Changes what the next save writes. */
  change(changes: Partial<State>): void;
  /** @throws StatsError `storage`. */
  save(changes: Partial<State>): Promise<void>;
};

export function openState(container: BlobContainer, opened: StateFile): RunState {
  let file = opened;
  return {
    get state() {
      return file.state;
    },
    change(changes) {
      file = { ...file, state: { ...file.state, ...changes } };
    },
    async save(changes) {
      file = await writeState(container, file, { ...file.state, ...changes });
    },
  };
}
