// What is to be proved: by names of the environment, which are those that azd keeps.

import type { Settings } from '../../config.ts';
import { StatsError } from '../../errors.ts';
import { publicCloud, type ReadToken } from './azure.ts';
import { outputOf } from './output-of.ts';

export type Target = {
  /** Where the app answers by itself, without a slash at the end; undefined where only Azure can tell. */
  appUrl: string | undefined;
  /** Where readers reach it: the same, a domain or a CDN. */
  publicUrl: string | undefined;
  /** The app as a resource: `/subscriptions/…/resourceGroups/…`, and its name. */
  resource: { subscription: string; group: string; name: string } | undefined;
  /** The id by which the logs are asked. */
  workspace: string | undefined;
  /** The key of sync-now, where it is given and need not be asked for. */
  syncKey: string | undefined;
};

const hint =
  'Run it in the folder that was deployed, with azd at hand, or name the service: PUBLIC_URL=https://… npm run prove';

/** @throws StatsError `config` for what cannot be a service's address: https, or http on this machine. */
function readUrl(name: string, given: string | undefined): string | undefined {
  if (!given) return undefined;
  const url = URL.parse(given);
  const isHere = url?.protocol === 'http:' && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (!url || !(url.protocol === 'https:' || isHere) || url.username || url.search) {
    throw new StatsError('config', `${name} must be an https URL (http for loopback only).`, { hint });
  }
  return url.href.replace(/[/?#]+$/, '');
}

const patterns = {
  AZURE_SUBSCRIPTION_ID: /^[0-9a-f-]{36}$/i,
  AZURE_RESOURCE_GROUP: /^[\w.()-]{1,90}$/,
  AZURE_FUNCTION_APP_NAME: /^[\w-]{1,60}$/,
  LOG_ANALYTICS_WORKSPACE_ID: /^[0-9a-f-]{36}$/i,
};

const enough = ['PUBLIC_URL', 'AZURE_FUNCTION_APP_URL', 'AZURE_FUNCTION_APP_NAME'];

/** The given environment; where that names nothing to prove, with what azd keeps of the project in the working folder. */
export async function completeEnvironment(given: Settings): Promise<Settings> {
  if (enough.some(name => given[name]?.trim())) return given;
  const lines = (await outputOf('azd', ['env', 'get-values', '--no-prompt'], given)) ?? '';
  const kept = [...lines.matchAll(/^(\w+)="(.*)"\r?$/gm)].map(([, name, value = '']) => [
    name,
    value.replace(/\\(.)/g, '$1'),
  ]);
  return { ...given, ...Object.fromEntries(kept) };
}

/** @throws StatsError `config` where nothing is named, or a name cannot be one. */
export function readTarget(environment: Settings): Target {
  const given = (name: string) => environment[name]?.trim() || undefined;
  const isMalformed = ([name, pattern]: [string, RegExp]) =>
    !pattern.test(given(name) ?? '') && given(name) !== undefined;
  const malformed = Object.entries(patterns)
    .filter(isMalformed)
    .map(([name]) => name);
  if (malformed.length > 0) throw new StatsError('config', `Malformed: ${malformed.join(', ')}.`, { hint });
  const [subscription, group, name] = ['AZURE_SUBSCRIPTION_ID', 'AZURE_RESOURCE_GROUP', 'AZURE_FUNCTION_APP_NAME'].map(
    given,
  );
  const target: Target = {
    appUrl: readUrl('AZURE_FUNCTION_APP_URL', given('AZURE_FUNCTION_APP_URL')),
    publicUrl: readUrl('PUBLIC_URL', given('PUBLIC_URL')),
    resource: subscription && group && name ? { subscription, group, name } : undefined,
    workspace: given('LOG_ANALYTICS_WORKSPACE_ID'),
    syncKey: given('SYNC_KEY'),
  };
  if (target.appUrl || target.publicUrl || target.resource) return target;
  throw new StatsError(
    'config',
    'Nothing to prove: neither PUBLIC_URL nor the name of an app is set, and azd knows of none.',
    {
      hint,
    },
  );
}

/** Whose a token is, by its own claims; undefined where it says nothing that could be shown. */
function bearerOf(token: string): string | undefined {
  const claims = tryParse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  return ['upn', 'unique_name', 'preferred_username', 'appid']
    .map(name => claims[name])
    .find((claim): claim is string => typeof claim === 'string' && /^[\w.@#+-]{1,120}$/.test(claim));
}

function tryParse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {}; // a token need not be a JWT
  }
}

/** The first line: against what the command works, and as whom. The token is the one that the proofs ask with. */
export async function describeTarget(
  { appUrl, publicUrl, resource }: Target,
  { environment, readToken }: { environment: Settings; readToken: ReadToken },
): Promise<string> {
  const { AZURE_ENV_NAME: name = '' } = environment;
  const url = publicUrl ?? appUrl;
  const parts = [
    /^[\w.-]{1,64}$/.test(name) && `Azure environment ${name}`,
    resource && `app ${resource.name} in ${resource.group}`,
    url && new URL(url).host,
  ];
  const token = resource && (await readToken(publicCloud.manager));
  const login = token
    ? `you, ${bearerOf(token) ?? 'by a login that does not say its name'}`
    : 'nobody, without a login to Azure';
  return `Against ${parts.filter(Boolean).join(', ')}; as ${resource ? login : 'any reader'}.`;
}
