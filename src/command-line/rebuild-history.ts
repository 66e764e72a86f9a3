// `npm run rebuild-history`: history.json made anew from the days. Under the lease, so that no sync writes meanwhile.

import { minuteMs } from '../stats/time.ts';
import { type RebuiltHistory, replaceHistory } from '../sync/series.ts';
import { countOf } from './doctor/finding.ts';
import { type CommandContext, runCommand } from './run-command.ts';

/** Ten years are 3,650 blobs. */
const rebuildLimits = { workMs: 30 * minuteMs, endMs: 31 * minuteMs };

const about = `Makes history.json anew from history/*.json, with the settings of the environment over those of local.settings.json.
Days that are damaged are left out and named; then the exit code is 1. So are days that a wrong clock dated more than two
days ahead, which are nobody's days.`;

function describeLeftOut(why: string, names: readonly string[], nextStep: string): string[] {
  return names.length === 0 ? [] : [`${why}, and left out:`, ...names.map(name => `  ${name}`), `→ ${nextStep}`];
}

function describe({ history: { points }, damaged, ahead }: RebuiltHistory): string[] {
  const [first] = points;
  const last = points.at(-1);
  const rebuilt =
    first && last
      ? `history.json is made of ${countOf(points.length, 'day')}, from ${first.date} to ${last.date}.`
      : 'There is no good day to make history.json of: it stays as it was.';
  const restore = 'Put a good version back (docs/operations.md, "Restore from history"), then run this again.';
  return [
    rebuilt,
    ...describeLeftOut('Damaged', damaged, restore),
    ...describeLeftOut('Dated ahead of the clock', ahead, 'A wrong clock wrote them: nothing reads them, delete them.'),
  ];
}

async function rebuild({ start }: CommandContext): Promise<number> {
  const run = await start(rebuildLimits);
  try {
    if (!(await run.takeLease())) {
      console.error('Busy: a sync is running. Try again in a minute.');
      return 1;
    }
    const rebuilt = await replaceHistory(run.storage.public, run.clock());
    console.log(describe(rebuilt).join('\n'));
    return rebuilt.damaged.length === 0 && rebuilt.history.points.length > 0 ? 0 : 1;
  } finally {
    await run.end();
  }
}

await runCommand({ command: 'npm run rebuild-history', about, run: rebuild });
