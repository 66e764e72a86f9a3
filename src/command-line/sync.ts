// `npm run sync`: one sync now, from this machine, like the timer's. Ends with 0 when the stats are fresh, and with 1
// when they are not and somebody has to do something, or to try again.

import { readCheckpoint } from '../sync/checkpoint.ts';
import { evaluateHealth, type Health } from '../sync/health.ts';
import type { Run } from '../sync/run.ts';
import { tick } from '../sync/tick.ts';
import { type CommandContext, runCommand } from './run-command.ts';

const about = 'One sync now, if one is due, with the settings of the environment over those of local.settings.json.';
const force = `sync although none is due, although a failed one waits, although all counts are gone, although stats are
dated ahead of the clock, and once although the sign-in was refused; the lease and the cap on sign-ins hold
all the same`;

async function readHealth(run: Run): Promise<Health> {
  const { config, clock } = run;
  try {
    const { file, ...published } = await readCheckpoint(run);
    const now = clock();
    return evaluateHealth({ ...published, now, schedule: config.schedule, state: file.state, startedAt: now });
  } finally {
    await run.end();
  }
}

function describeWait({ problem, last_success, next_attempt }: Health): string {
  const next = next_attempt ?? 'once a secret of the vault has a new version';
  if (!problem) return `Not due: the last sync was at ${last_success}, the next is due at ${next}.`;
  return `Not due yet, after a failure (${problem.code}) since ${problem.since}; next attempt: ${next}.\n→ ${problem.hint}`;
}

async function syncOnce({ start, log, has }: CommandContext): Promise<number> {
  const result = await tick(start, { log, force: has('force') });
  if (result.outcome === 'busy') {
    console.error('Busy: another sync is running. Try again in a minute.');
    return 1;
  }
  if (result.outcome === 'synced') console.log(`Synced: the stats of ${result.date} are public.`);
  else console.log(`${describeWait(await readHealth(await start()))}\nTo sync all the same: npm run sync -- --force`);
  return 0;
}

await runCommand({ command: 'npm run sync', about, flags: { force }, run: syncOnce });
