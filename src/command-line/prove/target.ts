// What is to be proved, by the names that azd keeps in its environment: azd env get-values.

import type { Settings } from '../../config.ts';
import { StatsError } from '../../errors.ts';

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

const hint = 'In the folder of the repository: (set -a; eval "$(azd env get-values)"; npm run prove)';

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
  throw new StatsError('config', 'Nothing to prove: neither PUBLIC_URL nor the names of the app in Azure are set.', {
    hint,
  });
}
