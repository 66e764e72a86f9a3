// Reads the command line of `npm start`, and the port from the environment.

import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Usage } from '../src/command-line/help.ts';
import { type FaultScenario, faultScenarios, findFault } from './fault-scenarios.ts';
import { findMember, members } from './members/members.ts';

export const defaultPort = 7071;
const defaultMember = 'regular';

export type StartOptions = {
  help: boolean;
  port: number;
  /** Whether the port comes from PORT; then no other will do. */
  isPortChosen: boolean;
  /** The absolute path of --data. */
  dataDir: string | undefined;
  member: string;
  usesAccount: boolean;
  /** Whether there are no past days, and the list of workouts is slow. */
  isFirstDay: boolean;
  fault: FaultScenario | undefined;
  /** Whether the fault is there before the first sync, and not only after it. */
  isFaultFirst: boolean;
};

const flags = {
  data: { type: 'string' },
  member: { type: 'string' },
  fault: { type: 'string' },
  'first-day': { type: 'boolean', default: false },
  'fault-first': { type: 'boolean', default: false },
  account: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

const listFaults = () => {
  const width = Math.max(...faultScenarios.map(({ name }) => name.length));
  return faultScenarios.map(({ name, description }) => `  ${name.padEnd(width)}  ${description}`).join('\n');
};

export const startUsage: Usage = {
  command: 'npm start',
  about: `The whole service on this machine: Peloton and Key Vault as doubles, Azurite for the blobs, and a local host that
runs the same functions as Azure. Begins with a year of past days, does a first sync, then serves until Ctrl-C.`,
  options: {
    data: ['DIR', 'keep the blobs in DIR; without it they are gone at the end'],
    member: ['NAME', `whose stats: ${members.map(({ name }) => name).join(', ')}`],
    fault: [
      'NAME',
      `one of the names below goes wrong after the first sync, and a second one is made at once: health and log tell
of it, and readers see the last good stats`,
    ],
  },
  flags: {
    'first-day':
      "the member's first day: no past days, and a list of workouts that is slow, so that the past comes bit by bit",
    'fault-first': `the fault is there from the beginning and there are no past days: what a new owner may meet. Page and card
say that there are no stats yet, and lead the owner to health, which says why and what to do`,
    account: `the real Peloton with your own account: asks for e-mail and password, or takes PELOTON_USERNAME and
PELOTON_PASSWORD; they stay in this process's memory, and only commands that are run in this folder get
them from there (by a token in .azurite/, until Ctrl-C)`,
  },
  more: `PORT is the port of the host: 7071, or 0 for any free one. SYNC_TIME, STATS_CONTAINER and the other settings of the
service are taken from the environment; SYNC_TIME_ZONE is this machine's zone unless it is set.

Faults, which last until Ctrl-C:
${listFaults()}`,
};

/** An error that the person at the terminal can correct, shown without a stack. Exit code 2 means a wrong command. */
export class CommandError extends Error {
  readonly exitCode: number;
  constructor(message: string, exitCode = 2) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Reads the options. Throws a CommandError that says which values are allowed. */
export function readStartOptions(args: readonly string[], environment: NodeJS.ProcessEnv): StartOptions {
  const { data, member, account, fault, 'first-day': isFirstDay, 'fault-first': isFaultFirst, help } = parseFlags(args);
  if (account && member !== undefined) throw new CommandError('--member and --account do not go together.');
  if (account && isFirstDay) throw new CommandError('--first-day and --account do not go together.');
  if (account && fault !== undefined) throw new CommandError('--fault and --account do not go together.');
  if (isFaultFirst && fault === undefined) throw new CommandError('--fault-first goes with --fault NAME.');
  if (data === '') throw new CommandError('--data needs the name of a folder.');
  if (member !== undefined) checkMember(member);
  const port = environment.PORT || String(defaultPort);
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    throw new CommandError(`PORT "${port}": must be from 0 to 65535.`);
  return {
    help,
    port: Number(port),
    isPortChosen: Boolean(environment.PORT),
    dataDir: data === undefined ? undefined : resolve(data),
    member: member ?? defaultMember,
    usesAccount: account,
    isFirstDay,
    fault: fault === undefined ? undefined : requireFault(fault),
    isFaultFirst,
  };
}

function parseFlags(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: flags }).values;
  } catch (error) {
    const allowed = Object.keys(flags).map(name => `--${name}`);
    throw new CommandError(`${(error as Error).message}\nAllowed: ${allowed.join(', ')}.`);
  }
}

function requireFault(name: string): FaultScenario {
  const fault = findFault(name);
  if (fault) return fault;
  throw new CommandError(`No fault "${name}": there are ${faultScenarios.map(({ name }) => name).join(', ')}.`);
}

function checkMember(name: string): void {
  try {
    findMember(name, new Date());
  } catch (error) {
    throw new CommandError((error as Error).message);
  }
}
