// `npm start`: the whole service on this machine, in one process. Ctrl-C, a signal or a crash ends all of it.
// A Peloton password leaves the environment before anything else is loaded, since what is loaded could start something.

import { constants } from 'node:os';
import { resolve } from 'node:path';
import { completeAccount, takeAccount } from './account.ts';
import { members } from './members/members.ts';
import type { Sandbox } from './sandbox.ts';
import { CommandError, readStartOptions, type StartOptions } from './start-options.ts';

const help = `npm start -- [options]

The whole service on this machine: Peloton and Key Vault as doubles, Azurite for the blobs, and a local host that
runs the same functions as Azure. Does a first sync, then serves until Ctrl-C.

  --data DIR     keep the blobs in DIR; without it they are gone at the end
  --member NAME  whose stats: ${members.map(member => member.name).join(', ')}
  --account      the real Peloton with your own account: asks for e-mail and password, or takes
                 PELOTON_USERNAME and PELOTON_PASSWORD; they stay in this process's memory
  --help         this text

PORT is the port of the host: 7071, or 0 for any free one. SYNC_TIME, STATS_CONTAINER and the other settings of the
service are taken from the environment; SYNC_TIME_ZONE is this machine's zone unless it is set.
`;

const root = resolve(import.meta.dirname, '../..');
const longestEndMs = 3_000;
const endSteps: (() => Promise<void>)[] = [];

const givenAccount = takeAccount(process.env);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => end(signal === 'SIGINT' ? 0 : 128 + constants.signals[signal]));
}
try {
  const options = readStartOptions(process.argv.slice(2), process.env);
  if (options.help) console.log(help);
  else await start(options);
} catch (error) {
  console.error(error instanceof CommandError ? error.message : error);
  await end(error instanceof CommandError ? error.exitCode : 1);
}

async function start(options: StartOptions): Promise<void> {
  const { usesAccount, member, dataDir, port } = options;
  const terminal = { input: process.stdin, output: process.stdout };
  const account = usesAccount ? await completeAccount(givenAccount, terminal) : undefined;
  const [{ startSandbox }, { startLocalHost }, { describeFirstSync, describeReady }] = await Promise.all([
    import('./sandbox.ts'),
    import('./local-host.ts'),
    import('./first-sync.ts'),
  ]);
  const sandbox = await startSandbox({ account, member, dataDir, onStarted: report });
  endSteps.unshift(sandbox.close);
  const host = await startLocalHost({ root, port, settings: settingsFor(sandbox) }).catch(error => {
    throw error.code === 'EADDRINUSE' ? portTaken(options) : error;
  });
  endSteps.unshift(host.close);
  report('host', host.url);
  console.log(await describeFirstSync(host));
  console.log(`\n${describeReady(host)}`);
}

function report(name: string, url: string): void {
  console.log(`${name.padEnd(8)} ${url}`);
}

function portTaken({ port, isPortChosen }: StartOptions): CommandError {
  const which = isPortChosen ? `PORT ${port} is in use.` : `Port ${port} is in use, perhaps by another npm start.`;
  return new CommandError(`${which} Name another, or take any free one: PORT=0 npm start`, 1);
}

function settingsFor({ settings }: Sandbox): Sandbox['settings'] {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  // Node knows no zone where TZ names none.
  return { ...settings, SYNC_TIME_ZONE: process.env.SYNC_TIME_ZONE || timeZone || 'UTC' };
}

/** Ends what has been started, the last first, and the process with it; a second signal does not wait. */
async function end(exitCode: number): Promise<void> {
  setTimeout(() => process.exit(exitCode), longestEndMs).unref();
  try {
    for (const step of endSteps.splice(0)) await step();
  } catch (error) {
    console.error(error);
  }
  process.exit(exitCode);
}
