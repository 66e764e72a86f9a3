// `npm start`: the whole service on this machine, in one process, so that Ctrl-C, a signal or a crash ends everything. A
// Peloton password leaves the environment before the rest is loaded, so that no process started later inherits the
// password.

import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { renderHelp } from '../src/command-line/help.ts';
import { completeAccount, takeAccount } from './account.ts';
import type { FaultScenario } from './fault-scenarios.ts';
import { slowBy } from './faults.ts';
import type { LocalHost } from './local-host.ts';
import type { PastDays } from './past-days.ts';
import type { Sandbox } from './sandbox.ts';
import { CommandError, readStartOptions, type StartOptions, startUsage } from './start-options.ts';

/** Every page of the list of workouts but the first takes three seconds. */
const slowPast = slowBy(3_000, ({ url = '' }) => /\/workouts\?.*page=[1-9]/.test(url));

const root = resolve(import.meta.dirname, '..');
const longestEndMs = 3_000;
const endSteps: (() => Promise<void>)[] = [];

// esbuild, which makes the widget's script, would else keep a process that outlives this one by a moment.
process.env.ESBUILD_WORKER_THREADS = '0';
const givenAccount = takeAccount(process.env);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => end(signal === 'SIGINT' ? 0 : 128 + constants.signals[signal]));
}
// npm and a shell may stand between a signal and this process and not pass the signal on, so the end of the parent counts too.
const parent = process.ppid;
setInterval(() => hasParent() || end(0), 1_000).unref();
try {
  const options = readStartOptions(process.argv.slice(2), process.env);
  if (options.help) console.log(renderHelp(startUsage));
  else await start(options);
} catch (error) {
  console.error(error instanceof CommandError ? error.message : error);
  await end(error instanceof CommandError ? error.exitCode : 1);
}

async function start(options: StartOptions): Promise<void> {
  const { usesAccount, member, dataDir, isFirstDay, fault, isFaultFirst } = options;
  console.log(
    `Against the sandbox: doubles on this machine${usesAccount ? ', but the real Peloton; as you, by your own account' : `; as its member ${member}`}.`,
  );
  const terminal = { input: process.stdin, output: process.stdout };
  const account = usesAccount ? await completeAccount(givenAccount, terminal) : undefined;
  if (dataDir) await claimFolder(dataDir, account ? 'an account' : `the member ${member}`);
  const past = account || isFirstDay || isFaultFirst ? undefined : drawPast(member);
  const [{ startSandbox }, { describeReady, describeSync, readEverything }] = await Promise.all([
    import('./sandbox.ts'),
    import('./first-sync.ts'),
  ]);
  const sandbox = await startSandbox({ account, member, dataDir, onStarted: report });
  endSteps.unshift(sandbox.close);
  if (isFirstDay) sandbox.peloton?.faults.add(slowPast);
  if (fault && isFaultFirst) await plant(sandbox, fault);
  const host = await startHost(sandbox, options);
  await seed(sandbox, await past);
  console.log(await describeSync(host, 'First sync'));
  if (fault && !isFaultFirst) {
    await readEverything(host);
    await plant(sandbox, fault);
    console.log(await describeSync(host, 'Second sync', { force: true }));
  }
  console.log(`\n${describeReady(host, options)}`);
  await host.runTimer('sync').catch(() => {}); // a failure is in the log, as that of any later run
}

/** Refuses a folder that holds the stats of somebody else: two people in one store would be mixed into one history. */
async function claimFolder(dataDir: string, owner: string): Promise<void> {
  const file = join(dataDir, 'whose-stats.txt');
  try {
    await makeFolder(dataDir);
    await writeFile(file, owner, { flag: 'wx' });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST' || !existsSync(file))
      throw new CommandError(`--data ${dataDir} cannot be used (${code}).\n→ Name a folder that you may write to.`, 1);
    const before = await readFile(file, 'utf8');
    if (before !== owner)
      throw new CommandError(`--data ${dataDir} holds the stats of ${before}: name another folder.`, 1);
  }
}

/** Makes a folder and those above. Node's own `recursive` never ends where the system makes none, as under /proc. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || existsSync(dirname(path))) throw error;
    await makeFolder(dirname(path));
    await makeFolder(path);
  }
}

async function startHost(sandbox: Sandbox, options: StartOptions): Promise<LocalHost> {
  const { startLocalHost } = await import('./local-host.ts');
  const host = await startLocalHost({ root, port: options.port, settings: settingsFor(sandbox) }).catch(error => {
    throw error.code === 'EADDRINUSE' ? portTaken(options) : error;
  });
  endSteps.unshift(host.close);
  report('host', host.url);
  return host;
}

/** Never rejects: the sandbox works without past days, and the first sync reports wrong settings too. */
async function drawPast(member: string): Promise<PastDays | undefined> {
  const [{ readSchedule }, { findTimeZone }, { drawPastDaysAside }] = await Promise.all([
    import('../src/config.ts'),
    import('../src/stats/time-zones.ts'),
    import('./past-days.ts'),
  ]);
  try {
    const schedule = readSchedule({ ...process.env, SYNC_TIME_ZONE: timeZone() }, findTimeZone);
    return await drawPastDaysAside({ member, schedule, now: new Date() });
  } catch (error) {
    console.error(`No past days: ${(error as Error).message}`);
    return undefined;
  }
}

async function seed(sandbox: Sandbox, past: PastDays | undefined): Promise<void> {
  if (!past) return;
  const [{ readStorageConfig }, { createStorage, syncStorageLimits }, { seedHistory }] = await Promise.all([
    import('../src/config.ts'),
    import('../src/azure/storage.ts'),
    import('./seed-history.ts'),
  ]);
  const storage = createStorage(readStorageConfig({ ...process.env, ...sandbox.settings }), syncStorageLimits);
  const count = await seedHistory(storage.public, past);
  if (count > 0) console.log(`${count} past days of this member are in the store.`);
}

async function plant({ peloton, vault, azurite }: Sandbox, fault: FaultScenario): Promise<void> {
  if (!peloton) return; // with an account there is no double
  await fault.plant({ peloton, vault, azurite });
  console.log(`Fault ${fault.name}: ${fault.description}`);
}

function report(name: string, url: string): void {
  console.log(`${name.padEnd(8)} ${url}`);
}

function portTaken({ port, isPortChosen }: StartOptions): CommandError {
  const which = isPortChosen ? `PORT ${port} is in use.` : `Port ${port} is in use, perhaps by another npm start.`;
  return new CommandError(`${which} Name another, or take any free one: PORT=0 npm start`, 1);
}

function settingsFor({ settings }: Sandbox): Sandbox['settings'] {
  return { ...settings, SYNC_TIME_ZONE: timeZone() };
}

/** The time zone of the environment or else of this machine. Node gives none where TZ holds an unknown name. */
function timeZone(): string {
  return process.env.SYNC_TIME_ZONE || Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
}

/** An orphan gets another parent, except on Windows: there the number stays, and nobody has it. */
function hasParent(): boolean {
  if (process.ppid !== parent) return false;
  try {
    return process.kill(parent, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'; // a parent of another user may not be asked, and is there
  }
}

/** Closes everything that was started, the last first, and exits. A second signal does not wait. */
async function end(exitCode: number): Promise<void> {
  setTimeout(() => process.exit(exitCode), longestEndMs).unref();
  try {
    for (const step of endSteps.splice(0)) await step();
  } catch (error) {
    console.error(error);
  }
  process.exit(exitCode);
}
