// The command line of `npm start`, and the port in the environment.

import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { findMember } from './members/members.ts';

export const defaultPort = 7071;

export type StartOptions = {
  help: boolean;
  port: number;
  /** Whether PORT named it; then it must be that one. */
  isPortChosen: boolean;
  /** Absolute. */
  dataDir: string | undefined;
  member: string | undefined;
  usesAccount: boolean;
};

const flags = {
  data: { type: 'string' },
  member: { type: 'string' },
  account: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** Something that whoever typed the command can put right: told without a stack. Exit code 2 is a wrong command. */
export class CommandError extends Error {
  readonly exitCode: number;
  constructor(message: string, exitCode = 2) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Throws a CommandError that says what is allowed. */
export function readStartOptions(args: readonly string[], environment: NodeJS.ProcessEnv): StartOptions {
  const { data, member, account, help } = parseFlags(args);
  if (account && member !== undefined) throw new CommandError('--member and --account do not go together.');
  if (member !== undefined) checkMember(member);
  const port = environment.PORT || String(defaultPort);
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    throw new CommandError(`PORT "${port}": must be from 0 to 65535.`);
  return {
    help,
    port: Number(port),
    isPortChosen: Boolean(environment.PORT),
    dataDir: data === undefined ? undefined : resolve(data),
    member,
    usesAccount: account,
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

function checkMember(name: string): void {
  try {
    findMember(name, new Date());
  } catch (error) {
    throw new CommandError((error as Error).message);
  }
}
