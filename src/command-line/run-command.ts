// The frame of every command: its flags, its settings, its runs, and its end.
// Exit codes: 0 for good, 1 for anything that needs someone, 2 for a command line that is wrong.

import { parseArgs } from 'node:util';
import { createRunStarter } from '../app.ts';
import { environment, type Settings } from '../config.ts';
import { asStatsError, StatsError, stackOf } from '../errors.ts';
import { type Log, syncFailed } from '../log.ts';
import type { Run, RunLimits } from '../sync/run.ts';
import { readSettings } from './read-settings.ts';

export type CommandContext = {
  settings: Settings;
  /**
   * Starts a run, which the command has to end. Without `limits` its time is that of a tick.
   * @throws StatsError `config` with every fault of the settings.
   */
  start: (limits?: Partial<RunLimits>) => Promise<Run>;
  log: Log;
  /** Whether the flag was given. */
  has: (flag: string) => boolean;
};

export type Command = {
  help: string;
  /** Names of flags without a value. */
  flags: readonly string[];
  /** Resolves to the exit code. */
  run: (context: CommandContext) => Promise<number>;
};

/** The log of a run at the terminal: warnings and errors, on stderr, but for the failure that `report` prints. */
const log: Log = (level, event, fields = {}) => {
  if ((level !== 'warn' && level !== 'error') || event === syncFailed) return;
  console.error(`${level.padEnd(5)} ${event} ${JSON.stringify(fields)}`);
};

/** Prints a failure for the person at the terminal: the code, the message, the next step. */
function report(thrown: unknown): void {
  const { code, message, hint } = asStatsError(thrown);
  console.error(`Failed (${code}): ${message}\n→ ${hint}`);
  if (!(thrown instanceof StatsError)) console.error(stackOf(thrown).join('\n'));
}

const settingsHint = 'Set them in the environment, or in local.settings.json: local.settings.json.example shows how.';

/** A failure of the settings with the hint for a terminal, where they come from the environment and a file. */
function forThisMachine(thrown: unknown): unknown {
  if (!(thrown instanceof StatsError) || thrown.code !== 'config') return thrown;
  return new StatsError('config', thrown.message, { hint: settingsHint });
}

function readFlags(flags: readonly string[]): Record<string, unknown> | undefined {
  const options = Object.fromEntries([...flags, 'help'].map(name => [name, { type: 'boolean' as const }]));
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    console.error(`${(error as Error).message}\nAllowed: ${[...flags, 'help'].map(name => `--${name}`).join(', ')}.`);
    return undefined;
  }
}

function flush(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise(resolve => stream.write('', () => resolve()));
}

/** How long the process may take to end by itself. */
const longestEndMs = 1_000;

/**
 * Ends the process where something keeps it alive after its last output: a program that Azure's login started, or a request of
 * a library that nobody can end. This is the last resort, since the requests of a run end with the run.
 */
function endSoon(): void {
  const end = async () => {
    await Promise.all([process.stdout, process.stderr].map(flush));
    process.exit();
  };
  setTimeout(end, longestEndMs).unref();
}

/** Runs the command of this process, sets its exit code, and lets nothing keep the process alive. */
export async function runCommand({ help, flags, run }: Command): Promise<void> {
  const given = readFlags(flags);
  if (!given || given.help) {
    if (given) console.log(help);
    process.exitCode = given ? 0 : 2;
    return;
  }
  try {
    const settings = await readSettings(environment, process.cwd());
    const startRun = createRunStarter(settings);
    const start = (limits?: Partial<RunLimits>) =>
      startRun(log, limits).catch(thrown => {
        throw forThisMachine(thrown);
      });
    process.exitCode = await run({ settings, start, log, has: flag => given[flag] === true });
  } catch (thrown) {
    report(thrown);
    process.exitCode = 1;
  }
  endSoon();
}
