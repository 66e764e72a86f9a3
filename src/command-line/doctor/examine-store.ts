// The store: the newest snapshot and its age, the series, the activity, what the last runs wrote down, and the lease.

import { parseActivity } from '../../stats/activity.ts';
import { activityBlob, historyBlob, latestBlob } from '../../stats/blobs.ts';
import { type HistoryPoint, parseHistory } from '../../stats/history.ts';
import type { Snapshot } from '../../stats/snapshot.ts';
import { isAhead, isDayFromWrongClock } from '../../stats/wrong-clock.ts';
import { type Checkpoint, readCheckpoint } from '../../sync/checkpoint.ts';
import { evaluateHealth } from '../../sync/health.ts';
import { recentSignIns } from '../../sync/ledger.ts';
import type { Run } from '../../sync/run.ts';
import {
  countOf,
  describeDuration,
  type Examination,
  type Finding,
  fix,
  fixError,
  judgeProblem,
  note,
  ok,
} from './finding.ts';

const syncNow = 'npm run sync';
const rebuildHistory = 'npm run rebuild-history';

function judgeLatest({ latest, file }: Checkpoint, now: Date): Finding {
  if (!latest && file.state.last_failure) return note(latestBlob, 'there is none yet: state.json says why');
  if (!latest) return fix(latestBlob, 'there is none yet', `${syncNow}, or wait a quarter of an hour for the timer`);
  const { snapshot } = latest;
  if (!snapshot) return fix(latestBlob, 'it is damaged', `${syncNow} -- --force`);
  const syncedAt = new Date(snapshot.synced_at);
  if (isAhead(syncedAt, now)) {
    return fix(latestBlob, `a clock that was wrong dated it ahead: ${snapshot.synced_at}`, `${syncNow} -- --force`);
  }
  const age = describeDuration(now.getTime() - syncedAt.getTime());
  return ok(latestBlob, `of ${snapshot.date}, synced ${age} ago: ${snapshot.workout_counts.total_workouts} workouts`);
}

function judgeSeries(points: readonly HistoryPoint[] | undefined, now: Date): Finding {
  if (!points) return fix(historyBlob, 'it is damaged', rebuildHistory);
  const ahead = points.filter(({ date }) => isDayFromWrongClock(date, now)).map(({ date }) => date);
  if (ahead.length > 0) return fix(historyBlob, `a wrong clock dated ahead: ${ahead.join(', ')}`, rebuildHistory);
  return ok(historyBlob, `${countOf(points.length, 'day')}, the last ${points.at(-1)?.date ?? 'none'}`);
}

async function* examineSeries({ storage, clock }: Run, { latest }: Checkpoint): Examination {
  try {
    const blob = await storage.public.read(historyBlob);
    if (typeof blob !== 'object') {
      yield latest ? fix(historyBlob, 'it is missing', rebuildHistory) : note(historyBlob, 'there is none yet');
      return;
    }
    yield judgeSeries(parseHistory(blob.bytes)?.points, clock());
  } catch (thrown) {
    yield fixError(historyBlob, thrown);
  }
}

function judgeActivity(bytes: Buffer | undefined): Finding {
  if (!bytes) return note(activityBlob, 'there is none yet: a sync reads the list of workouts');
  const activity = parseActivity(bytes);
  if (!activity) return fix(activityBlob, 'it is damaged', 'npm run backfill');
  const { days, complete_since: since, as_of } = activity;
  const count = `${countOf(days.length, 'day')} with a workout`;
  if (since === null) return note(activityBlob, `${count} so far: the timer is still reading the past`);
  return ok(activityBlob, `${count} since ${since}, as of ${as_of}`);
}

async function* examineActivity({ storage, config }: Run): Examination {
  if (config.workouts === 'off') return yield note(activityBlob, 'not published: WORKOUTS=off');
  try {
    const blob = await storage.public.read(activityBlob);
    yield judgeActivity(typeof blob === 'object' ? blob.bytes : undefined);
  } catch (thrown) {
    yield fixError(activityBlob, thrown);
  }
}

/** The service's own health, by the records of the last runs. */
function* judgeState({ config, clock }: Run, { file, ...published }: Checkpoint): Generator<Finding> {
  if (file.isDamaged) return yield fix('state.json', 'it is damaged and counts as empty', `${syncNow} writes it anew`);
  const now = clock();
  const recent = recentSignIns(file.state, now).length;
  const signIns = `${recent} of 3 sign-ins in 24 hours`;
  const health = evaluateHealth({ ...published, now, schedule: config.schedule, state: file.state, startedAt: now });
  const { status, problem, notices, next_attempt } = health;
  const next = next_attempt ?? 'once a secret has a new version';
  if (!problem || status === 'empty') yield ok('state.json', `${status}, ${signIns}, next sync ${next}`);
  else {
    const text = `${status} (${problem.code}) since ${problem.since}, ${signIns}, next attempt ${next}`;
    yield judgeProblem('state.json', text, problem);
  }
  for (const { code, since, hint } of notices) yield fix(code, `a notice of the syncs, since ${since}`, hint);
}

/** Takes the lease in a run of its own, whose end gives it back. */
async function* examineLease(start: () => Promise<Run>): Examination {
  const run = await start();
  try {
    const isTaken = await run.takeLease().finally(run.end);
    yield isTaken ? ok('lease', 'free: taken and released') : note('lease', 'held by another run at this moment');
  } catch (thrown) {
    yield fixError('lease', thrown);
  }
}

/** Returns the newest snapshot, where there is a good one. */
export async function* examineStore(run: Run, start: () => Promise<Run>): Examination<Snapshot | undefined> {
  let checkpoint: Checkpoint;
  try {
    checkpoint = await readCheckpoint({ ...run, log: () => {} }); // what it would log is said below
  } catch (thrown) {
    yield fixError('store', thrown);
    return undefined;
  }
  yield judgeLatest(checkpoint, run.clock());
  yield* examineSeries(run, checkpoint);
  yield* examineActivity(run);
  yield* judgeState(run, checkpoint);
  yield* examineLease(start);
  return checkpoint.latest?.snapshot;
}
