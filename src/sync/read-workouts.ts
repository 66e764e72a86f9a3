// Reads the list of workouts after a sync and at the ticks after it, and publishes what was done on each day. Nothing here
// fails, delays or changes a sync: what goes wrong becomes the notice `workouts`. No session is renewed for the list.

import type { StoredBlob } from '../azure/storage.ts';
import type { WorkoutMode } from '../config.ts';
import { asStatsError, StatsError, stackOf } from '../errors.ts';
import { timed } from '../log.ts';
import type { Account } from '../peloton/session.ts';
import { fetchWorkouts, pageLimit, type WorkoutPage } from '../peloton/workouts.ts';
import { parseActivity, toDays } from '../stats/activity.ts';
import { activityBlob, activityRowsBlob, workoutsBlob } from '../stats/blobs.ts';
import { recentCount } from '../stats/recent-workouts.ts';
import type { Activity, RecentWorkouts } from '../stats/schemas.ts';
import { localDate } from '../stats/time.ts';
import { isAhead } from '../stats/wrong-clock.ts';
import { type ActivityRows, noRows, type RowsFile, readRows, writeRows } from './activity-rows.ts';
import type { Findings } from './notices.ts';
import { type RunRecord, recordReading, tryToRecord } from './outcome.ts';
import { replaceBlob } from './public-blobs.ts';
import type { Run } from './run.ts';
import type { State } from './state.ts';
import { addPage, beginNewest, nextPage } from './walk-workouts.ts';

export type Reading = {
  /** @throws StatsError where there is no session to ask with. */
  account: () => Promise<Account>;
  maxPages: number;
  /** All workouts that the overview has counted. */
  counted: number;
  /** Makes days that are whole anew, in place of adding to them. */
  isAnew?: boolean;
  /** Hears how many workouts have been read, of how many in all. */
  onPage?: (read: number, total: number | null) => void;
};

/** The pages of one tick. */
export const pagesPerTick = 20;

type OpenList = { run: Run; mode: Exclude<WorkoutMode, 'off'>; account: Account; file: RowsFile };

const listChanged = (how: string) => new StatsError('upstream-changed', `The list of workouts ${how}.`);

/** A page without a row is the end of the list only where nothing says that more should be there. */
function assertPlausible({ size, isLast, total }: WorkoutPage, page: number, { kept, counted }: Expected): void {
  if (size > 0) return;
  if (page === 0 && counted > 0) throw listChanged(`came empty, while the overview counts ${counted}`);
  const known = total ?? (kept.newest ?? kept.past)?.total ?? counted;
  if (!isLast || page * pageLimit < known) throw listChanged(`ended before its ${known} workouts`);
}

type Expected = { kept: ActivityRows; counted: number };

type ReadPage = { page: number; answer: WorkoutPage };

/** More often than deletions between two pages make a walk step back in one run. */
const mostReturns = 4;

/** A list that gives the same page for every number, or whose total goes up and down, would be read for ever. */
function assertGoesOn({ page, answer }: ReadPage, before: readonly ReadPage[]): void {
  const first = answer.workouts[0]?.id;
  const last = before.at(-1);
  const isAgain = first !== undefined && first === last?.answer.workouts[0]?.id && answer.total === last.answer.total;
  if (isAgain && page === last.page + 1) throw listChanged('gave the same page twice');
  if (before.filter(other => other.page === page).length >= mostReturns) throw listChanged('came to no end');
}

/** Reads pages while there are pages and time, each into the store before the next. */
async function readPages(list: OpenList, { maxPages, counted, onPage }: Reading): Promise<void> {
  const { run, mode, account } = list;
  const { kept } = list.file;
  const before: ReadPage[] = [];
  for (let read = 0; read < maxPages && run.hasTime(); read++) {
    const page = nextPage(kept);
    if (page === undefined) return;
    if (read > 0) await run.pausePage();
    const { http, config, log, clock } = run;
    const answer = await timed(log, 'peloton.workouts', () =>
      fetchWorkouts({ http, peloton: config.peloton, ...account, page, mode }),
    );
    assertPlausible(answer, page, { kept, counted });
    assertGoesOn({ page, answer }, before);
    before.push({ page, answer });
    const left_out = answer.size - answer.workouts.length;
    if (left_out > 0) log('warn', 'workouts.left-out', { left_out });
    addPage(kept, answer, clock());
    if (mode === 'days') kept.latest = [];
    list.file = await writeRows(run.storage.private, list.file);
    onPage?.(kept.rows.size, answer.total);
  }
}

function firstDay({ rows, past_read_at, time_zone }: ActivityRows): string | null {
  if (past_read_at === null) return null;
  let first = localDate(new Date(past_read_at), time_zone);
  for (const { date } of rows.values()) if (date < first) first = date;
  return first;
}

/** Puts the days into the public container, and the latest workouts where their classes are published. */
async function publishWorkouts({ run, mode, file: { kept } }: OpenList): Promise<void> {
  const { rows, as_of, time_zone, past, latest } = kept;
  if (as_of === null) return;
  const activity: Activity = {
    schema_version: 1,
    time_zone,
    as_of,
    complete_since: firstDay(kept),
    days: toDays(rows.values()),
  };
  // The days of another zone, and the whole ones of an earlier reading, are served until these are whole.
  const isServedOn = (stored: StoredBlob | undefined) => {
    const served = stored && parseActivity(stored.bytes);
    return served !== undefined && (served.complete_since !== null || served.time_zone !== time_zone);
  };
  const container = run.storage.public;
  const next = async (stored: StoredBlob | undefined) => (past && isServedOn(stored) ? undefined : activity);
  await replaceBlob({ container, name: activityBlob, next });
  if (mode === 'days') return;
  const workouts: RecentWorkouts = {
    schema_version: 1,
    as_of,
    workouts: latest.slice(0, recentCount).map(({ workout }) => workout),
  };
  await replaceBlob({ container, name: workoutsBlob, next: async () => workouts });
}

/** What each setting lets be published. */
const published: Record<WorkoutMode, string[]> = {
  off: [],
  days: [activityBlob],
  classes: [activityBlob, workoutsBlob],
};

/** Deletes what is public and may be no longer. */
async function withdraw({ storage }: Run, stillPublished: readonly string[]): Promise<void> {
  for (const name of published.classes) if (!stillPublished.includes(name)) await storage.public.delete(name);
}

/** The notice of a list and an overview that do not agree, which a deletion or an import that Peloton does not count may explain. */
function judgeCounts({ rows, newest, past }: ActivityRows, counted: number): Findings {
  if (newest || past) return {};
  const own = [...rows.values()].filter(({ isImported }) => !isImported).length;
  const isApart = (listed: number) => Math.abs(listed - counted) > Math.max(5, 0.02 * Math.max(listed, counted));
  const imports = rows.size - own;
  const hint = `The list of workouts has ${rows.size}, ${imports} of them imported, and the overview counts ${counted}. If workouts were deleted at Peloton, npm run backfill makes the days anew; if it stays so, report it.`;
  return { 'account-differs': isApart(rows.size) && isApart(own) ? { hint } : null };
}

/** True for a failure that stops the reading until the next day's sync; any other is tried again at the next tick. */
function stopsReading({ code, status = 0, retryAfterMs }: StatsError): boolean {
  if ([401, 403, 429].includes(status) || retryAfterMs !== undefined) return true;
  return code !== 'upstream-unavailable' && code !== 'storage' && code !== 'vault';
}

function describeFailure(error: StatsError, isStopped: boolean): string {
  const next = isStopped ? "The next day's sync tries again." : 'The next tick tries again.';
  return `The list of workouts could not be read: ${error.message} ${next} The stats are not concerned.`;
}

export type Result = { kept: ActivityRows | undefined; failure: StatsError | undefined };

/** A walk through the newest pages belongs to each sync. One that a clock ahead of this one dates has to be made anew. */
function isBehind({ as_of }: ActivityRows, lastSuccess: string | null, now: Date): boolean {
  return as_of === null || as_of < (lastSuccess ?? '') || isAhead(new Date(as_of), now);
}

/** Reads and publishes as far as the time lasts. What was read is published also where a later page fails. */
async function readAndPublish(run: Run, { state }: RunRecord['file'], reading: Reading): Promise<Result> {
  const { config, storage, clock, log } = run;
  const mode = config.workouts;
  let kept: ActivityRows | undefined;
  try {
    await withdraw(run, published[mode]);
    if (mode === 'off') {
      await storage.private.delete(activityRowsBlob);
      return { kept, failure: undefined };
    }
    const account = await reading.account();
    const owner = { userId: account.userId, timeZone: config.schedule.timeZone };
    const { file, isOfAnotherAccount } = await readRows(storage.private, owner);
    if (isOfAnotherAccount) await withdraw(run, []);
    const list: OpenList = { run, mode, account, file };
    if (reading.isAnew && !list.file.kept.past) list.file.kept = noRows(owner);
    kept = list.file.kept;
    if (isBehind(kept, state.last_success, clock())) beginNewest(kept);
    const [pages] = await Promise.allSettled([readPages(list, reading)]);
    const [days] = await Promise.allSettled([publishWorkouts(list)]);
    for (const end of [pages, days]) if (end.status === 'rejected') throw end.reason;
    return { kept, failure: undefined };
  } catch (thrown) {
    const failure = asStatsError(thrown);
    const { code, message } = failure;
    log('warn', 'workouts.failed', { code, message });
    if (!(thrown instanceof StatsError)) log('error', 'defect', { stack: stackOf(thrown) });
    return { kept, failure };
  }
}

function isSameDay(one: string | null, other: string | null, timeZone: string): boolean {
  const [a, b] = [one, other].map(at => at && localDate(new Date(at), timeZone));
  return a === b;
}

/** What a failed reading leaves: a notice at once, which is logged when the next day's reading fails too. */
function describeFailed({ config }: Run, { last_success, workouts }: State, failure: StatsError) {
  const isStopped = stopsReading(failure);
  const failing_after = workouts?.failing_after ?? last_success;
  const isQuiet = isSameDay(failing_after, last_success, config.schedule.timeZone);
  const findings: Findings = { workouts: { hint: describeFailure(failure, isStopped), isQuiet } };
  return { is_pending: !isStopped, failing_after, findings };
}

function describeGood(kept: ActivityRows | undefined, counted: number) {
  const findings: Findings = { workouts: null, ...(kept ? judgeCounts(kept, counted) : { 'account-differs': null }) };
  return { is_pending: kept !== undefined && nextPage(kept) !== undefined, failing_after: null, findings };
}

/** Reads the list of workouts on, as far as the setting, the time and the number of pages allow. Never throws. */
export async function readWorkouts(run: Run, record: RunRecord, reading: Reading): Promise<Result> {
  if (!run.hasTime()) return { kept: undefined, failure: undefined }; // the next tick goes on
  const { file } = record;
  const result = await readAndPublish(run, file, reading);
  const { kept, failure } = result;
  if (failure && !stopsReading(failure) && !run.hasTime()) return result;
  const { findings, ...stand } = failure
    ? describeFailed(run, file.state, failure)
    : describeGood(kept, reading.counted);
  const past_read_at = kept?.past_read_at ?? file.state.workouts?.past_read_at ?? null;
  await tryToRecord(run.log, () => recordReading(record, { ...stand, past_read_at }, findings));
  return result;
}
