// The app as Azure's management knows it: whether it runs, and whether it lists every function of the source. A deployment can
// "succeed" and leave an app without functions.

import type { Azure, AzureAnswer } from './azure.ts';
import { type Patience, readPatiently } from './patience.ts';
import type { Registration } from './registrations.ts';
import type { Target } from './target.ts';
import { fix, holds, judge, notAsked, type Proof } from './verdict.ts';

export type AppFacts = {
  /** `https://HOST`, from Azure itself. */
  url?: string;
  /** The blob endpoint of the host's own account. */
  hostStorage?: string;
};

type Site = {
  properties?: {
    state?: string;
    defaultHostName?: string;
    functionAppConfig?: { deployment?: { storage?: { value?: string } } };
  };
};
type FunctionList = { value?: { name?: string; properties?: { isDisabled?: boolean } }[] };

export const managerAudience = 'https://management.azure.com';
const webVersion = '?api-version=2024-11-01';

export function groupPath({ subscription, group }: NonNullable<Target['resource']>): string {
  return `/subscriptions/${subscription}/resourceGroups/${group}`;
}

/** Asks below the app's own resource. */
export async function askApp(
  azure: Azure,
  resource: NonNullable<Target['resource']>,
  { path = '', method = 'GET' }: { path?: string; method?: string } = {},
): Promise<AzureAnswer> {
  const site = `${groupPath(resource)}/providers/Microsoft.Web/sites/${resource.name}`;
  return await azure.call({
    url: `${azure.hosts.manager}${site}${path}${webVersion}`,
    audience: managerAudience,
    method,
  });
}

const unnamed = 'AZURE_SUBSCRIPTION_ID, AZURE_RESOURCE_GROUP or AZURE_FUNCTION_APP_NAME is not set';

export async function* proveApp(azure: Azure, { resource }: Target): Proof<AppFacts> {
  if (!resource) return yield* leaveOut('app', unnamed);
  const answer = await askApp(azure, resource);
  if (answer.kind === 'refused') return yield* leaveOut('app', answer.why);
  if (answer.kind === 'failed') {
    yield fix(
      'app',
      answer.came,
      `is there an app ${resource.name}? azd provision --no-state makes a missing one anew`,
    );
    return {};
  }
  const { state, defaultHostName, functionAppConfig } = (answer.value as Site).properties ?? {};
  yield state === 'Running'
    ? holds('app', `${resource.name} is running`)
    : fix('app', `its state is ${state}, not Running`, `az functionapp start -g ${resource.group} -n ${resource.name}`);
  const packages = functionAppConfig?.deployment?.storage?.value;
  return {
    ...(defaultHostName && { url: `https://${defaultHostName}` }),
    ...(packages && URL.canParse(packages) && { hostStorage: new URL(packages).origin }),
  };
}

async function* leaveOut(subject: string, why: string): Proof<Record<string, never>> {
  yield notAsked(subject, why);
  return {};
}

const wrongRuntime =
  'azd deploy; where that ends with "triggers synchronization failed", the region lacks this Node.js: azd env set STATS_NODE_VERSION 22, azd up';

type Listing = { answer: AzureAnswer; missing: string[]; disabled: string[] };

function readListing(answer: AzureAnswer, expected: readonly string[]): Listing {
  const listed = answer.kind === 'given' ? ((answer.value as FunctionList).value ?? []) : [];
  const isDisabled = new Map(
    listed.map(({ name = '', properties }) => [name.split('/').at(-1), properties?.isDisabled]),
  );
  const missing = expected.filter(name => !isDisabled.has(name));
  return { answer, missing, disabled: expected.filter(name => isDisabled.get(name)) };
}

/** Asks until Azure lists every function, since a deployment's end is not yet the end of its indexing. */
export async function* proveFunctions(
  azure: Azure,
  { resource }: Target,
  { registrations, patience }: { registrations: readonly Registration[]; patience: Patience },
): Proof {
  if (!resource) return yield notAsked('functions', unnamed);
  const names = registrations.map(({ name }) => name);
  const { answer, missing, disabled } = await readPatiently(patience, {
    what: 'Azure to list every function',
    read: async () => readListing(await askApp(azure, resource, { path: '/functions' }), names),
    isGood: listing => listing.answer.kind === 'refused' || listing.missing.length === 0,
  });
  if (answer.kind === 'refused') yield notAsked('functions', answer.why);
  else if (answer.kind === 'failed') yield fix('functions', answer.came, wrongRuntime);
  else if (missing.length > 0) yield fix('functions', `Azure does not list ${missing.join(', ')}`, wrongRuntime);
  else {
    const faults = disabled.map(name => `${name} is disabled`);
    yield judge(
      'functions',
      faults,
      `Azure lists all ${names.length}`,
      'remove the setting AzureWebJobs.NAME.Disabled',
    );
  }
}
