// Key Vault through its SDK: read a secret, write a secret. A missing secret is an answer; everything else that goes
// wrong is an error that names the secret and what to do. A value is never part of an error.

import { isRestError, SecretClient, type SecretClientOptions } from '@azure/keyvault-secrets';
import { type Config, isLoopback } from '../config.ts';
import { StatsError } from '../errors.ts';
import { createCredential } from './identity.ts';
import { directAgent } from './loopback.ts';
import { type FailedCall, type SeenAnswer, vaultError } from './vault-error.ts';

export type Secret = { value: string; version: string; createdAt: Date };

export type Vault = {
  /** The newest version, or undefined where there is no such secret. */
  read(name: string): Promise<Secret | undefined>;
  /** Writes a new version and returns its id. */
  write(name: string, value: string): Promise<string>;
};

/** The tries of a call and their times; `callTimeoutMs` bounds a call with all its tries. */
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

/** The headers in which an answer asks to be left alone, with the milliseconds of their unit. */
const waitHeaders = { 'retry-after': 1000, 'retry-after-ms': 1, 'x-ms-retry-after-ms': 1 };

/**
 * Removes a header that asks for a long wait, which the SDK would obey, for an hour if need be. The call then fails with its
 * true reason, and the next tick tries again.
 */
function refuseLongWaits(maxRetryDelayMs: number): ClientPolicy {
  return {
    position: 'perRetry',
    policy: {
      name: 'refuseLongWaits',
      async sendRequest(request, next) {
        const response = await next(request);
        for (const [header, unitMs] of Object.entries(waitHeaders)) {
          const isShort = Number(response.headers.get(header) ?? 0) * unitMs <= maxRetryDelayMs;
          if (!isShort) response.headers.delete(header);
        }
        return response;
      },
    },
  };
}

/** The client for the whole process, since it caches its token. Creating it makes no request. */
export function createSecretClient({ url, identity }: Config['vault'], limits = vaultLimits): SecretClient {
  // The double needs two exceptions: plain http, and a challenge that names Azure's own host.
  const isDouble = isLoopback(url);
  return new SecretClient(url, createCredential(identity, url), {
    ...directAgent(url),
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

type RawAnswer = { status: number; headers: { get(name: string): string | undefined }; bodyAsText?: string | null };

/** Notes the last answer of a call, whatever the SDK then makes of it. */
function watchAnswer() {
  let answer: SeenAnswer | undefined;
  return {
    onResponse({ status, headers, bodyAsText }: RawAnswer) {
      const [mediaType = ''] = (headers.get('content-type') ?? '').split(';');
      answer = { status, mediaType, isEmpty: !bodyAsText, challenge: headers.get('www-authenticate') ?? '' };
    },
    seen: () => answer,
  };
}

/** The vault, whose calls end with the signal too: with its reason, where that is a StatsError. */
export function createVault(
  client: SecretClient,
  signal: AbortSignal,
  { callTimeoutMs }: Pick<VaultLimits, 'callTimeoutMs'> = vaultLimits,
): Vault {
  /** Why a call failed: where the signal ended it, the signal's reason says more than "aborted". */
  function failure(error: unknown, call: Pick<FailedCall, 'action' | 'name' | 'answer'>): StatsError {
    if (signal.reason instanceof StatsError) return signal.reason;
    return vaultError(error, { vaultUrl: client.vaultUrl, ...call });
  }

  const untilAborted = () => AbortSignal.any([signal, AbortSignal.timeout(callTimeoutMs)]);

  return {
    async read(name) {
      const { onResponse, seen } = watchAnswer();
      try {
        const { value, properties } = await client.getSecret(name, { abortSignal: untilAborted(), onResponse });
        const { version = '', createdOn = new Date(0) } = properties;
        if (value === undefined) throw new TypeError('This is no secret.');
        return { value, version, createdAt: createdOn };
      } catch (error) {
        if (isRestError(error) && error.code === 'SecretNotFound') return undefined;
        throw failure(error, { action: 'get', name, answer: seen() });
      }
    },
    async write(name, value) {
      const { onResponse, seen } = watchAnswer();
      try {
        const options = { contentType: 'application/json', abortSignal: untilAborted(), onResponse };
        const { version } = (await client.setSecret(name, value, options)).properties;
        if (version === undefined) throw new TypeError('This is no secret.');
        return version;
      } catch (error) {
        throw failure(error, { action: 'set', name, answer: seen() });
      }
    },
  };
}
