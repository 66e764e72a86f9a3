// The frame of every command: its flags, its failures at the terminal, and its end. Loads no package.
// Exit codes: 0 for good, 1 for anything that needs someone, 2 for a command line that is wrong.

import { parseArgs } from 'node:util';
import { asStatsError, StatsError, stackOf } from '../errors.ts';

/** Whether the flag was given. */
export type HasFlag = (flag: string) => boolean;

export type Program = {
  help: string;
  /** Names of flags without a value. */
  flags: readonly string[];
  /** Resolves to the exit code. */
  run: (has: HasFlag) => Promise<number>;
};

/** Prints a failure for the person at the terminal: the code, the message, the next step. */
function report(thrown: unknown): void {
  const { code, message, hint } = asStatsError(thrown);
  console.error(`Failed (${code}): ${message}\n→ ${hint}`);
  if (!(thrown instanceof StatsError)) console.error(stackOf(thrown).join('\n'));
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

/** Runs the program of this process, sets its exit code, and lets nothing keep the process alive. */
export async function runProgram({ help, flags, run }: Program): Promise<void> {
  const given = readFlags(flags);
  if (!given || given.help) {
    if (given) console.log(help);
    process.exitCode = given ? 0 : 2;
    return;
  }
  try {
    process.exitCode = await run(flag => given[flag] === true);
  } catch (thrown) {
    report(thrown);
    process.exitCode = 1;
  }
  endSoon();
}
