// The first line of a command: against what it works, and as whom. Read from settings that may be wrong, so that the line is there
// before a fault is; only hosts and names are shown.

import { isLoopback, type Settings } from '../config.ts';

/** The host of a URL that the service could use; undefined for any other text, which may be a secret in the wrong place. */
function hostOf(text: string | undefined): string | undefined {
  const url = URL.parse(text ?? '');
  const isUsable = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url));
  return isUsable ? url?.host : undefined;
}

function storeOf({ STORAGE_ACCOUNT_URL, STORAGE_CONNECTION_STRING = '' }: Settings): string | undefined {
  if (/^UseDevelopmentStorage=true/.test(STORAGE_CONNECTION_STRING)) return '127.0.0.1:10000';
  const [, endpoint] = /(?:^|;)BlobEndpoint=([^;]+)/.exec(STORAGE_CONNECTION_STRING) ?? [];
  const [, account] = /(?:^|;)AccountName=([a-z0-9]{3,24})(?:;|$)/.exec(STORAGE_CONNECTION_STRING) ?? [];
  return hostOf(STORAGE_ACCOUNT_URL) ?? hostOf(endpoint) ?? account;
}

function describeIdentity(settings: Settings, isSandbox: boolean): string {
  if (settings.IDENTITY_ENDPOINT) {
    const { AZURE_CLIENT_ID: id = '' } = settings;
    return `the managed identity${/^[\da-f-]{36}$/i.test(id) ? ` ${id}` : ''}`;
  }
  return isSandbox ? 'nobody, since doubles ask for no login' : 'you, by the login of az, azd or Azure PowerShell';
}

/** `Azure environment my-stats: vault …, store …, Peloton …; as …`. */
export function describeTarget(settings: Settings): string {
  const given = Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, value?.trim() || undefined]));
  const { AZURE_ENV_NAME: environment = '', KEY_VAULT_URL, PELOTON_API_URL } = given;
  const vault = hostOf(KEY_VAULT_URL);
  const isSandbox = vault !== undefined && isLoopback(KEY_VAULT_URL ?? '');
  const named = /^[\w.-]{1,64}$/.test(environment) ? ` environment ${environment}` : '';
  const where = isSandbox ? 'the sandbox' : vault ? `Azure${named}` : 'no vault that could be asked';
  const parts = [
    vault && `vault ${vault}`,
    `store ${storeOf(given) ?? 'not set'}`,
    `Peloton ${hostOf(PELOTON_API_URL ?? 'https://api.onepeloton.com') ?? 'not set'}`,
  ];
  return `Against ${where}: ${parts.filter(Boolean).join(', ')}; as ${describeIdentity(given, isSandbox)}.`;
}
