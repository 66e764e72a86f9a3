// The frame of the commands that work with the service's own settings and runs.

import { createRunStarter } from '../app.ts';
import { environment, type Settings } from '../config.ts';
import { StatsError } from '../errors.ts';
import { type Log, syncFailed } from '../log.ts';
import type { Run, RunLimits } from '../sync/run.ts';
import { describeTarget } from './describe-target.ts';
import { readSettings } from './read-settings.ts';
import { type Given, type HasFlag, type Program, runProgram } from './run-program.ts';

export type CommandContext = {
  settings: Settings;
  /**
   * Starts a run, which the command has to end. Without `limits` its time is that of a tick.
   * @throws StatsError `config` with every fault of the settings.
   */
  start: (limits?: Partial<RunLimits>) => Promise<Run>;
  log: Log;
  has: HasFlag;
};

export type Command = Omit<Program, 'run'> & {
  /** Resolves to the exit code. */
  run: (context: CommandContext, given: Given) => Promise<number>;
};

/** The log of a run at the terminal: warnings and errors, on stderr, but for the failure that `report` prints. */
const log: Log = (level, event, fields = {}) => {
  if ((level !== 'warn' && level !== 'error') || event === syncFailed) return;
  console.error(`${level.padEnd(5)} ${event} ${JSON.stringify(fields)}`);
};

const settingsHint =
  'Set them in the environment, or in local.settings.json. For what npm start runs: cp local.settings.json.example local.settings.json; for Azure: azd exec npm run …';

/** A failure of the settings with the hint for a terminal, where they come from the environment and a file. */
function forThisMachine(thrown: unknown): unknown {
  if (!(thrown instanceof StatsError) || thrown.code !== 'config') return thrown;
  return new StatsError('config', thrown.message, { hint: settingsHint });
}

/** Runs the command of this process with its settings: those of the environment and of local.settings.json. */
export async function runCommand({ run, ...program }: Command): Promise<void> {
  const runWithSettings = async (has: HasFlag, given: Given) => {
    const settings = await readSettings(environment, process.cwd());
    console.log(describeTarget(settings));
    const startRun = createRunStarter(settings);
    const start = (limits?: Partial<RunLimits>) =>
      startRun(log, limits).catch(thrown => {
        throw forThisMachine(thrown);
      });
    return await run({ settings, start, log, has }, given);
  };
  await runProgram({ ...program, run: runWithSettings });
}
