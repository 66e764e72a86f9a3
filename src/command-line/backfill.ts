// `npm run backfill`: reads the whole list of workouts, a page a second, and makes activity.json anew. Under the lease, so that no
// sync writes meanwhile. What was read is kept page by page: the command, or the timer, goes on where it stopped.

import { minuteMs } from '../stats/time.ts';
import { readCheckpoint } from '../sync/checkpoint.ts';
import { openRecord, recordReading } from '../sync/outcome.ts';
import { type Result, readWorkouts } from '../sync/read-workouts.ts';
import type { Run } from '../sync/run.ts';
import { openAccount } from '../sync/session-parts.ts';
import { countOf } from './doctor/finding.ts';
import { type CommandContext, runCommand } from './run-command.ts';

/** A hundred thousand workouts are a thousand pages. */
const backfillLimits = { workMs: 60 * minuteMs, endMs: 61 * minuteMs };

const about = `Reads the whole list of workouts, with the stored session and the settings of the environment over those of
local.settings.json, and makes activity.json anew: workouts that were deleted at Peloton go. Signs in nowhere. When it is
stopped, it goes on from there the next time, and so does the timer.`;

const barWidth = 40;

/** One line on a terminal, drawn over itself; elsewhere nothing, so that a log holds no bars. */
function drawProgress(read: number, total: number | null): void {
  if (!process.stderr.isTTY) return;
  const share = total ? Math.min(read / total, 1) : 0;
  const bar = total ? `${'█'.repeat(Math.round(share * barWidth)).padEnd(barWidth, '·')} ` : '';
  process.stderr.write(`\r${bar}${read} of ${total ?? 'all'} workouts `);
}

async function readAll(run: Run): Promise<Result | string> {
  if (run.config.workouts === 'off') return 'WORKOUTS=off: nothing of the list of workouts is read or published.';
  if (!(await run.takeLease())) return 'Busy: a sync is running. Try again in a minute.';
  const { file, latest } = await readCheckpoint(run);
  if (!latest?.snapshot) return 'There are no stats yet: npm run sync, and then this again.';
  const record = openRecord(run, { file, force: false });
  const stand = { past_read_at: null, failing_after: null, ...file.state.workouts, is_pending: true };
  await recordReading(record, stand, {}); // whatever stops this process, the timer goes on
  return await readWorkouts(run, record, {
    account: () => openAccount(run, record),
    maxPages: Number.POSITIVE_INFINITY,
    counted: latest.snapshot.workout_counts.total_workouts,
    isAnew: true,
    onPage: drawProgress,
  });
}

function describe({ kept, failure }: Result): string {
  const read = kept && kept.rows.size > 0 ? `${countOf(kept.rows.size, 'workout')} read` : 'Nothing read';
  if (failure) {
    const next =
      failure.status === 401
        ? 'npm run sync, which renews the session, and then this again'
        : 'run it again: it goes on';
    return `${read}. ${failure.message}\n→ ${next}.`;
  }
  if (!kept || kept.past) return `${read}, and the time is up.\n→ run it again: it goes on.`;
  const days = new Set([...kept.rows.values()].map(({ date }) => date)).size;
  return `activity.json is made of ${countOf(kept.rows.size, 'workout')} on ${countOf(days, 'day')}.`;
}

async function backfill({ start }: CommandContext): Promise<number> {
  const run = await start(backfillLimits);
  try {
    const result = await readAll(run);
    if (process.stderr.isTTY) process.stderr.write('\n');
    if (typeof result === 'string') {
      console.error(result);
      return 1;
    }
    const isWhole = !result.failure && result.kept?.past === null;
    (isWhole ? console.log : console.error)(describe(result));
    return isWhole ? 0 : 1;
  } finally {
    await run.end();
  }
}

await runCommand({ command: 'npm run backfill', about, run: backfill });
