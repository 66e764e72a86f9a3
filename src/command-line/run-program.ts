// The frame of every command: its flags, its failures at the terminal, and its end. Loads no package.
// Exit codes: 0 for good, 1 for anything that needs someone, 2 for a command line that is wrong.

import { parseArgs } from 'node:util';
import { asStatsError, StatsError, stackOf } from '../errors.ts';
import { renderHelp, type Usage } from './help.ts';

/** Whether the flag was given. */
export type HasFlag = (flag: string) => boolean;

/** What follows the flags, and the values of those that have one. */
export type Given = { operand: string; option: (name: string) => string | undefined };

export type Program = Usage & {
  /** Resolves to the exit code. */
  run: (has: HasFlag, given: Given) => Promise<number>;
};

/** Prints a failure for the person at the terminal: the code, the message, the next step. */
function report(thrown: unknown): void {
  const { code, message, hint } = asStatsError(thrown);
  console.error(`Failed (${code}): ${message}\n→ ${hint}`);
  if (!(thrown instanceof StatsError)) console.error(stackOf(thrown).join('\n'));
}

type CommandLine = { values: Record<string, unknown>; operand: string };

function readCommandLine({ flags = {}, options = {}, operand }: Program): CommandLine | undefined {
  const ofType = (type: 'boolean' | 'string') => (name: string) => [name, { type }] as const;
  const known = [
    ...Object.keys(options).map(ofType('string')),
    ...[...Object.keys(flags), 'help'].map(ofType('boolean')),
  ];
  try {
    const { values, positionals } = parseArgs({
      options: Object.fromEntries(known),
      allowPositionals: operand !== undefined,
    });
    const isComplete = positionals.length === (operand === undefined ? 0 : 1);
    if (!isComplete && !values.help) throw new Error(`Name one ${operand}: see --help.`);
    return { values, operand: positionals[0] ?? '' };
  } catch (error) {
    console.error(`${(error as Error).message}\nAllowed: ${known.map(([name]) => `--${name}`).join(', ')}.`);
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
export async function runProgram(program: Program): Promise<void> {
  const line = readCommandLine(program);
  if (!line || line.values.help) {
    if (line) console.log(renderHelp(program));
    process.exitCode = line ? 0 : 2;
    return;
  }
  const { values, operand } = line;
  const option = (name: string) => (typeof values[name] === 'string' ? values[name] : undefined);
  try {
    process.exitCode = await program.run(flag => values[flag] === true, { operand, option });
  } catch (thrown) {
    report(thrown);
    process.exitCode = 1;
  }
  endSoon();
}
