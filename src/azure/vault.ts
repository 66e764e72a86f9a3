// Key Vault through its SDK: read a secret, write a secret. A missing secret is an answer; everything else that goes
// wrong is an error that names the secret and what to do. A value is never part of an error.

import { isRestError, SecretClient, type SecretClientOptions } from '@azure/keyvault-secrets';
import { type Config, isLoopback } from '../config.ts';
import { reasonOf, StatsError } from '../errors.ts';
import { createCredential } from './identity.ts';

export type Secret = { value: string; version: string; createdAt: Date };

export type Vault = {
  /** The newest version, or undefined where there is no such secret. */
  read(name: string): Promise<Secret | undefined>;
  /** Writes a new version and returns its id. */
  write(name: string, value: string): Promise<string>;
};

/** How patient the client is; `callTimeoutMs` bounds a call with all its tries. */
export type VaultLimits = {
  maxTries: number;
  retryDelayMs: number;
  maxRetryDelayMs: number;
  callTimeoutMs: number;
};

export const vaultLimits: VaultLimits = {
  maxTries: 3,
  retryDelayMs: 500,
  maxRetryDelayMs: 4_000,
  callTimeoutMs: 15_000,
};

type ClientPolicy = NonNullable<SecretClientOptions['additionalPolicies']>[number];

/** The SDK waits for as long as it is told to, an hour if need be: a long wait is for the next tick, with its true reason. */
function refuseLongWaits(maxRetryDelayMs: number): ClientPolicy {
  return {
    position: 'perRetry',
    policy: {
      name: 'refuseLongWaits',
      async sendRequest(request, next) {
        const response = await next(request);
        const isShort = Number(response.headers.get('retry-after') ?? 0) * 1000 <= maxRetryDelayMs;
        if (!isShort) response.headers.delete('retry-after');
        return response;
      },
    },
  };
}

/** One client per process: it keeps the token. It makes no request by itself. */
export function createSecretClient({ url, identity }: Config['vault'], limits = vaultLimits): SecretClient {
  // Both are for doubles alone: plain http, and a challenge that names Azure's own host.
  const isDouble = isLoopback(url);
  return new SecretClient(url, createCredential(identity), {
    allowInsecureConnection: isDouble,
    disableChallengeResourceVerification: isDouble,
    retryOptions: {
      maxRetries: limits.maxTries - 1,
      retryDelayInMs: limits.retryDelayMs,
      maxRetryDelayInMs: limits.maxRetryDelayMs,
    },
    additionalPolicies: [refuseLongWaits(limits.maxRetryDelayMs)],
  });
}

function nextStep(status: number | undefined, code: string | undefined, action: string, name: string): string {
  if (code === 'SecretDisabled') return `Enable the secret ${name} in the vault, or set it anew.`;
  if (status === 401 || status === 403) {
    return `Give the app's identity the right to ${action} secrets in the vault; a new role takes some minutes.`;
  }
  if (status === 409) return `Recover or purge the deleted secret ${name} in the vault.`;
  if (status === 404) return 'Check KEY_VAULT_URL: there is no such vault.';
  if (status === 429) return 'The vault asks for fewer calls: the next tick tries again.';
  return 'Check that KEY_VAULT_URL names a vault that can be reached from here, and that the app has an identity.';
}

/** The status and the most exact code: a disabled and a deleted secret are told by the inner one. */
function readFault(error: unknown): { statusCode?: number | undefined; code?: string | undefined } {
  if (!isRestError(error)) return {};
  const details = error.details as
    | { error?: { innererror?: { code?: string }; innerError?: { code?: string } } }
    | undefined;
  const inner = details?.error?.innererror ?? details?.error?.innerError;
  return { statusCode: error.statusCode, code: inner?.code ?? error.code };
}

function vaultError(error: unknown, host: string, action: 'get' | 'set', name: string): StatsError {
  const { statusCode, code } = readFault(error);
  const reason = reasonOf(error, { statusCode, code });
  return new StatsError('vault', `Key Vault ${host} did not ${action} the secret ${name} (${reason}).`, {
    cause: new Error(reason),
    hint: nextStep(statusCode, code, action, name),
  });
}

/** The vault, whose calls end with the signal too: with its reason, where that is a StatsError. */
export function createVault(
  client: SecretClient,
  signal: AbortSignal,
  { callTimeoutMs }: Pick<VaultLimits, 'callTimeoutMs'> = vaultLimits,
): Vault {
  const { host } = new URL(client.vaultUrl);

  /** Why a call failed: where the signal ended it, the signal's reason says more than "aborted". */
  function failure(error: unknown, action: 'get' | 'set', name: string): StatsError {
    return signal.reason instanceof StatsError ? signal.reason : vaultError(error, host, action, name);
  }

  const untilAborted = () => AbortSignal.any([signal, AbortSignal.timeout(callTimeoutMs)]);

  return {
    async read(name) {
      try {
        const secret = await client.getSecret(name, { abortSignal: untilAborted() });
        const { version = '', createdOn = new Date(0) } = secret.properties;
        return { value: secret.value ?? '', version, createdAt: createdOn };
      } catch (error) {
        if (isRestError(error) && error.code === 'SecretNotFound') return undefined;
        throw failure(error, 'get', name);
      }
    },
    async write(name, value) {
      try {
        const options = { contentType: 'application/json', abortSignal: untilAborted() };
        const secret = await client.setSecret(name, value, options);
        return secret.properties.version ?? '';
      } catch (error) {
        throw failure(error, 'set', name);
      }
    },
  };
}
