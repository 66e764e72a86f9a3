// activity-rows.json: what was read of each workout, and where the reading of the list stands. Each page is in this blob before
// the next one is asked for, so that no crash loses a workout or counts one twice.

import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { BlobContainer } from '../azure/storage.ts';
import { StatsError } from '../errors.ts';
import type { ActivityRow } from '../stats/activity.ts';
import { activityRowsBlob } from '../stats/blobs.ts';
import { tryParseJson } from '../stats/json.ts';
import { type RecentWorkout, recentWorkoutSchema } from '../stats/schemas.ts';

const instant = z.iso.datetime();
const amount = z.number().nonnegative();
/** The digest of the workout's id, and the fields of an ActivityRow. */
const storedRow = z.tuple([z.string(), z.iso.date(), z.string(), amount, amount, z.boolean()]);
const walkSchema = z.object({
  /** The page that is read next. */
  page: z.int().nonnegative(),
  /** How many workouts the list had at the page before. */
  total: z.int().nonnegative().nullable(),
});
const digests = z.array(z.string()).transform(list => new Set(list));

const fileSchema = z.object({
  version: z.literal(1),
  /** A digest of the account's id: the days of another account are read anew. */
  account: z.string(),
  time_zone: z.string(),
  /** When the newest page was read; null before the first. */
  as_of: instant.nullable(),
  /** The walk through the newest pages; null where none is under way. */
  newest: walkSchema
    .extend({
      /** The workouts that this walk has met. */
      seen: digests,
      /** The workouts that were unknown when the last whole walk ended. */
      added: digests,
    })
    .nullable(),
  /** The walk through all older pages; null once they are read. */
  past: walkSchema.nullable(),
  past_read_at: instant.nullable(),
  /** The workouts with the newest start, where their classes are published. */
  latest: z.array(
    z.object({ id: z.string(), started_at: z.number(), workout: z.custom<RecentWorkout>(recentWorkoutSchema.is) }),
  ),
  rows: z
    .array(storedRow)
    .transform(
      rows =>
        new Map(
          rows.map(([id, date, discipline, seconds, joules, isImported]): [string, ActivityRow] => [
            id,
            { date, discipline, seconds, joules, isImported },
          ]),
        ),
    ),
});

export type ActivityRows = z.output<typeof fileSchema>;

/** The rows with the ETag that their next version has to replace; undefined while there are none. */
export type RowsFile = { kept: ActivityRows; etag: string | undefined };

export type RowsOwner = { userId: string; timeZone: string };

const digestAccount = (userId: string) => createHash('sha256').update(userId).digest('base64url').slice(0, 22);

/** Before any page has been read. */
export function noRows({ userId, timeZone }: RowsOwner): ActivityRows {
  return {
    version: 1,
    account: digestAccount(userId),
    time_zone: timeZone,
    as_of: null,
    newest: null,
    past: { page: 0, total: null },
    past_read_at: null,
    latest: [],
    rows: new Map(),
  };
}

type StoredRows = { file: RowsFile; isOfAnotherAccount: boolean };

/** The stored rows; none where they are damaged, of another account or of another time zone. */
export async function readRows(container: BlobContainer, owner: RowsOwner): Promise<StoredRows> {
  const none = noRows(owner);
  const blob = await container.read(activityRowsBlob);
  if (blob === undefined || blob === 'unchanged') {
    return { file: { kept: none, etag: undefined }, isOfAnotherAccount: false };
  }
  const { data = none } = fileSchema.safeParse(tryParseJson(blob.bytes.toString('utf8')));
  const isOfAnotherAccount = data.account !== none.account;
  const isOurs = !isOfAnotherAccount && data.time_zone === none.time_zone;
  return { file: { kept: isOurs ? data : none, etag: blob.etag }, isOfAnotherAccount };
}

/** @throws StatsError `storage`, also where another run has written the rows meanwhile. */
export async function writeRows(container: BlobContainer, { kept, etag }: RowsFile): Promise<RowsFile> {
  const { newest, rows } = kept;
  const value = {
    ...kept,
    newest: newest && { ...newest, seen: [...newest.seen], added: [...newest.added] },
    rows: Array.from(rows, ([id, row]) => [id, row.date, row.discipline, row.seconds, row.joules, row.isImported]),
  };
  const content = { bytes: Buffer.from(JSON.stringify(value)), contentType: 'application/json' };
  const written = await container.write(activityRowsBlob, content, etag === undefined ? 'absent' : { etag });
  if (written === 'conflict') throw new StatsError('storage', `${activityRowsBlob} was changed by another run.`);
  return { kept, etag: written };
}
