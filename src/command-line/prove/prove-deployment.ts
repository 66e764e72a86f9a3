// The order of the proofs: the app as Azure lists it, health and the sync, what readers get, and what the logs tell.

import type { Azure } from './azure.ts';
import type { Patience } from './patience.ts';
import { proveApp, proveFunctions } from './prove-app.ts';
import { proveLogs } from './prove-logs.ts';
import { judgeKey, proveSite, type SiteOptions } from './prove-site.ts';
import { awaitHealth, judgeHealth, proveSync } from './prove-sync.ts';
import { readRegistrations } from './registrations.ts';
import type { Target } from './target.ts';
import { fix, notAsked, type Proof } from './verdict.ts';

export type DeploymentOptions = {
  /** Whether to ask for a sync: the only thing that is not a reading. */
  sync: boolean;
  patience: Patience;
};

async function* proveService(
  azure: Azure,
  { target, url, sync, patience }: { target: Target; url: string; sync: boolean; patience: Patience },
): Proof<boolean> {
  const { health: before, came } = await awaitHealth(url, patience);
  if (!before) {
    const step = 'look at the app in the portal, and at its log stream; azd deploy uploads it anew';
    yield fix('health', `no health from ${url}: ${came}`, step);
    yield notAsked('routes', 'the app does not answer');
    return false;
  }
  const facts = sync ? yield* proveSync(azure, { target, url, before }) : { lacksCredentials: false };
  const { health: after = before } = sync ? await awaitHealth(url, patience) : {};
  yield judgeHealth(after, facts);
  yield await judgeKey(url);
  return true;
}

/** The readers' own address too, where that is another: a domain or a CDN. */
async function* proveAddresses({ app, readers }: { app: string; readers: string }, options: SiteOptions): Proof {
  for (const url of new Set([app, readers])) {
    const prefix = app === readers ? '' : `${new URL(url).host} `;
    for await (const { subject, ...verdict } of proveSite(url, options))
      yield { ...verdict, subject: prefix + subject };
  }
}

export async function* proveDeployment(azure: Azure, target: Target, { sync, patience }: DeploymentOptions): Proof {
  const registrations = await readRegistrations();
  const facts = yield* proveApp(azure, target);
  yield* proveFunctions(azure, target, { registrations, patience });
  const app = target.appUrl ?? facts.url ?? target.publicUrl;
  if (!app)
    yield fix('routes', 'no address of the app is known, so nothing was asked of it', 'set AZURE_FUNCTION_APP_URL');
  else if (yield* proveService(azure, { target, url: app, sync, patience })) {
    yield* proveAddresses({ app, readers: target.publicUrl ?? app }, { registrations, patience });
  }
  yield* proveLogs(azure, target, facts.hostStorage);
}
