// A failed call of Key Vault as a StatsError: the message names the answer that came, the hint is the next step for its status
// and its most exact code. A secret's value is part of neither.

import { isRestError } from '@azure/keyvault-secrets';
import { isLoopback } from '../config.ts';
import { reasonOf, StatsError } from '../errors.ts';
import { NoTokenError } from './token.ts';

/** An answer that came whole, noted because the SDK fails on an answer without a body and forgets its status. */
export type SeenAnswer = { status: number; mediaType: string; isEmpty: boolean; challenge: string };

export type FailedCall = {
  vaultUrl: string;
  action: 'get' | 'set';
  name: string;
  /** The last answer; undefined where none came. */
  answer: SeenAnswer | undefined;
};

type VaultFault = { reason: string; status?: number | undefined; code?: string | undefined };

const wait = 'Nothing to do: the next tick tries again.';
const openNetwork =
  "The vault's firewall keeps this address out: allow it in the vault's network settings, or run this from a network that is let in.";
const otherTenant =
  'The token is of another tenant than the vault: on your own machine sign in to the tenant of the vault (az login --tenant TENANT); in Azure the app and the vault must be in one tenant.';
const stranger =
  'Something else answered in the place of the vault: check KEY_VAULT_URL, and look for a proxy or the sign-in page of a network in between.';
const unreachable =
  'Check that KEY_VAULT_URL names a vault that can be reached from here, and that the app has an identity.';

const hintsByCode: Record<string, (call: FailedCall) => string> = {
  SecretDisabled: ({ name }) => `Enable the secret ${name} in the vault, or set it anew.`,
  SecretExpired: ({ name }) =>
    `The time of the secret ${name} in the vault has passed: set it anew, without an expiration.`,
  SecretNotYetValid: ({ name }) =>
    `The secret ${name} in the vault is not active yet: clear its activation date, or set it anew.`,
  ForbiddenByFirewall: () => openNetwork,
  ForbiddenByConnection: () => openNetwork,
  AKV10032: () => otherTenant,
  ObjectIsDeletedButRecoverable: ({ name }) => `Recover or purge the deleted secret ${name} in the vault.`,
  ObjectIsBeingRecovered: ({ name }) => `The vault is still bringing the secret ${name} back. ${wait}`,
  ObjectIsBeingDeleted: ({ name }) => `The vault is still deleting the secret ${name}. ${wait}`,
  ENOTFOUND: () =>
    'There is no such vault: check KEY_VAULT_URL. A deleted one comes back with az keyvault recover --name VAULT.',
};

function grantHint(action: string): string {
  return `Give the app's identity the right to ${action} secrets in the vault; a new role takes some minutes.`;
}

const hintsByStatus: Record<number, (call: FailedCall) => string> = {
  400: () =>
    'The vault does not understand the request: check that KEY_VAULT_URL is a Key Vault, and upgrade the service.',
  401: ({ vaultUrl }) =>
    isLoopback(vaultUrl)
      ? 'The vault of npm start -- --account takes the token of its own run alone: run this in the folder in which it was started.'
      : "The vault does not accept the identity's token: check that the app, or your own login (az login), is of the vault's tenant.",
  403: ({ action }) => grantHint(action),
  404: () => 'Check KEY_VAULT_URL: there is no such vault.',
  409: ({ name }) => `Something else is changing the secret ${name} at this moment. ${wait}`,
  429: () => 'The vault asks for fewer calls: the next tick tries again.',
  511: () => stranger,
};

function nextStep(call: FailedCall, { status = 0, code = '' }: VaultFault): string {
  const hint = (Object.hasOwn(hintsByCode, code) && hintsByCode[code]) || hintsByStatus[status];
  if (hint) return hint(call);
  if (status >= 500)
    return `The vault itself is failing. ${wait} If that lasts, look at https://azure.status.microsoft.`;
  return status >= 200 ? stranger : unreachable;
}

/** A code such as `AKV10032`, which no field holds: it stands in the message, or in the challenge of an answer without a body. */
function tokenFault(error: unknown, answer: SeenAnswer | undefined): string | undefined {
  const message = error instanceof Error ? error.message : '';
  return /\bAKV\d{5}\b/.exec(`${message} ${answer?.challenge}`)?.[0];
}

/** The most exact code: only the inner one tells a disabled secret from a deleted one. */
function vaultCodeOf(error: unknown): string | undefined {
  if (!isRestError(error)) return undefined;
  type Body = { error?: { innererror?: { code?: string }; innerError?: { code?: string } } };
  const details = error.details as Body | undefined;
  const inner = details?.error?.innererror ?? details?.error?.innerError;
  return inner?.code ?? error.code;
}

/** The fault of a challenge whose host is not in the vault's own domain: the SDK then sends no token. */
function challengeFault(error: unknown): VaultFault | undefined {
  if (!(error instanceof Error) || !/^The challenge /.test(error.message)) return undefined;
  const [, host] = /challenge resource '([\w.-]{1,100})' does not match/.exec(error.message) ?? [];
  return { reason: host ? `401 with a challenge for ${host}` : '401 with a malformed challenge', status: 200 };
}

function readFault(error: unknown, answer: SeenAnswer | undefined): VaultFault {
  const challenge = challengeFault(error);
  if (challenge) return challenge;
  const status = (isRestError(error) ? error.statusCode : undefined) ?? answer?.status;
  const code = (status === 401 ? tokenFault(error, answer) : undefined) ?? vaultCodeOf(error);
  if (answer && answer.status < 300 && !code) {
    const mediaType = /^[\w.+-]{1,40}\/[\w.+-]{1,40}$/.test(answer.mediaType) ? answer.mediaType : 'of no known type';
    return { reason: `${status} ${answer.isEmpty ? 'without a body' : mediaType}`, status };
  }
  return { reason: reasonOf(error, { statusCode: status, code }), status, code };
}

function describeVaultFault(error: unknown, call: FailedCall): { reason: string; hint: string } {
  if (error instanceof NoTokenError) return error;
  const fault = readFault(error, call.answer);
  return { reason: fault.reason, hint: nextStep(call, fault) };
}

/** A failed call as a StatsError `vault`, with the next step. */
export function vaultError(error: unknown, call: FailedCall): StatsError {
  const { reason, hint } = describeVaultFault(error, call);
  const { host } = new URL(call.vaultUrl);
  const message = `Key Vault ${host} did not ${call.action} the secret ${call.name} (${reason}).`;
  return new StatsError('vault', message, { cause: new Error(reason), hint });
}
