// The order in which the doctor looks: each part from the ground up, so that the first fault is the one to mend first.

import type { Config, Settings } from '../../config.ts';
import { asStatsError } from '../../errors.ts';
import { minuteMs } from '../../stats/time.ts';
import type { Run } from '../../sync/run.ts';
import { signInNow } from '../../sync/sign-in-now.ts';
import type { CommandContext } from '../run-command.ts';
import { examinePeloton } from './examine-peloton.ts';
import { examinePublicUrl } from './examine-public-url.ts';
import { examineSecrets } from './examine-secrets.ts';
import { examineStore } from './examine-store.ts';
import { type Examination, type Finding, fix, fixError, note, ok } from './finding.ts';

function describeConfig({ vault, storage, schedule, peloton }: Config): string {
  const { access, publicContainer } = storage;
  const store = 'accountUrl' in access ? `at ${new URL(access.accountUrl).host}` : 'by connection string';
  const [hour, minute] = [schedule.hour, schedule.minute].map(part => String(part).padStart(2, '0'));
  return [
    `vault ${new URL(vault.url).host}`,
    `container ${publicContainer} ${store}`,
    `Peloton at ${new URL(peloton.apiUrl).host}`,
    `due at ${hour}:${minute} ${schedule.timeZone}`,
  ].join(', ');
}

/** Node.js has to be told to go by a proxy. The URL may hold a password and is not shown. */
function* examineProxy(settings: Settings): Generator<Finding> {
  const given = (name: string) => Boolean(settings[name]?.trim() || settings[name.toLowerCase()]?.trim());
  const isUsed = settings.NODE_USE_ENV_PROXY === '1' || settings.NODE_OPTIONS?.includes('--use-env-proxy');
  if (!given('HTTPS_PROXY') || isUsed) return;
  const how = 'for Peloton through the proxy set NODE_USE_ENV_PROXY=1 and NO_PROXY=127.0.0.1,localhost beside it';
  yield note('proxy', `HTTPS_PROXY is set, and Node.js does not go by it: ${how}`);
}

async function* trySignIn(start: () => Promise<Run>): Examination {
  const run = await start();
  try {
    const outcome = await signInNow(run).finally(run.end);
    if (outcome === 'busy') yield fix('sign-in', 'another run holds the lease', 'try again in a minute.');
    else yield ok('sign-in', 'Peloton let us in; the new session is in the vault');
  } catch (thrown) {
    const { code, message } = asStatsError(thrown);
    const isAway = code === 'upstream-unavailable'; // a sync would wait, but the person at the terminal wants to know
    yield isAway ? fix('sign-in', `${code}: ${message}`, 'try again later.') : fixError('sign-in', thrown);
  }
}

/** Each part has its own time; together they take longer than a tick may. */
const examineLimits = { workMs: 10 * minuteMs, endMs: 11 * minuteMs };

/** Everything, in the order of what depends on what. Only the sign-in, where it is asked for, changes anything. */
export async function* examine({ settings, start, has }: Omit<CommandContext, 'log'>): Examination {
  let run: Run;
  try {
    run = await start(examineLimits);
  } catch (thrown) {
    const { message, hint } = asStatsError(thrown);
    yield fix('settings', message, hint);
    return;
  }
  try {
    yield ok('settings', describeConfig(run.config));
    yield* examineProxy(settings);
    const secrets = yield* examineSecrets(run);
    yield* examinePeloton(run, secrets);
    const latest = yield* examineStore(run, start);
    yield* examinePublicUrl(run, { settings, latest });
    if (has('sign-in')) yield* trySignIn(start);
  } finally {
    await run.end();
  }
}
