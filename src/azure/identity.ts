// The identity that Azure sees: the managed identity where the platform offers one, else the developer's own login. Chosen by rule,
// not by trying a chain of everything, so that a failure names the one that failed. Where no token comes, the error says what to do.

import { createDefaultHttpClient, type HttpClient } from '@azure/core-rest-pipeline';
import {
  AzureCliCredential,
  AzureDeveloperCliCredential,
  AzurePowerShellCredential,
  ChainedTokenCredential,
  type GetTokenOptions,
  ManagedIdentityCredential,
  type TokenCredential,
} from '@azure/identity';
import type { Identity } from '../config.ts';
import { hourMs } from '../stats/time.ts';
import { readRunToken } from './loopback.ts';

const tokenTimeoutMs = 10_000;

/** Why there is no token to ask Azure with. The reason holds codes alone, since the SDK's own messages hold paths and names. */
export class NoTokenError extends Error {
  override readonly name = 'NoTokenError';
  readonly reason: string;
  readonly hint: string;

  constructor(reason: string, hint: string) {
    super(`${reason}.`);
    this.reason = reason;
    this.hint = hint;
  }
}

const loginHint =
  'Sign in to Azure on this machine, to the tenant that the app is in: az login, or azd auth login. Then run this again.';
const identityHint =
  "Look at the app's identity: azd provision --no-state assigns it and sets AZURE_CLIENT_ID. Where both are right the platform is at fault: the next tick tries again, and a restart of the app may help.";

/** The first code of Entra or of the SDK among what was said: `AADSTS700082`, `invalid_resource`. */
function tokenCodeOf(error: unknown): string | undefined {
  const { errors = [], cause, message = '' } = error as { errors?: Error[]; cause?: unknown; message?: string };
  const [entra] = /\bAADSTS\d+\b/.exec([message, ...errors.map(String)].join(' ')) ?? [];
  const { errorCode } = (cause ?? {}) as { errorCode?: unknown };
  return entra ?? (typeof errorCode === 'string' && /^\w{1,60}$/.test(errorCode) ? errorCode : undefined);
}

function noToken(error: unknown, { signal, hint }: { signal: AbortSignal; hint: string }): NoTokenError {
  if (signal.aborted) return new NoTokenError('no token came in time', hint);
  return new NoTokenError(['no token', tokenCodeOf(error)].filter(Boolean).join(': '), hint);
}

/** Fires when the time for a token is up, or with the call that asks for it. */
function tokenSignal({ abortSignal }: GetTokenOptions = {}): AbortSignal {
  const controller = new AbortController();
  const end = () => controller.abort();
  for (const signal of [AbortSignal.timeout(tokenTimeoutMs), abortSignal]) {
    if (signal?.aborted) end();
    else signal?.addEventListener('abort', end);
  }
  return controller.signal;
}

const defaultHttpClient = createDefaultHttpClient();

/** Requests to the platform's own endpoint, which end with the signal and never go through a proxy. */
function endingWith(signal: AbortSignal): HttpClient {
  return {
    sendRequest(request) {
      delete request.agent;
      request.abortSignal = signal;
      return defaultHttpClient.sendRequest(request);
    },
  };
}

/**
 * The managed identity. Each token is asked for by a credential of its own, whose HTTP client ends with the call: the SDK
 * passes no signal to the endpoint, and a request that nobody ends keeps a command alive. The SDK keeps the tokens of all.
 */
function managedCredential(clientId: string | undefined): TokenCredential {
  return {
    async getToken(scopes, options) {
      const signal = tokenSignal(options);
      const httpClient = endingWith(signal);
      try {
        return await new ManagedIdentityCredential({ ...(clientId && { clientId }), httpClient }).getToken(
          scopes,
          options,
        );
      } catch (error) {
        throw noToken(error, { signal, hint: identityHint });
      }
    },
  };
}

/** A program's login, which is not tried any more once the signal has fired. */
function unlessEnded(signal: AbortSignal, credential: TokenCredential): TokenCredential {
  return {
    async getToken(scopes, options) {
      signal.throwIfAborted();
      return await credential.getToken(scopes, options);
    },
  };
}

/** The developer's own login. A program that hangs is killed, and nobody waits for it longer than for the call. */
function developerCredential(): TokenCredential {
  const limit = { processTimeoutInMs: tokenTimeoutMs };
  const programs = [AzureCliCredential, AzureDeveloperCliCredential, AzurePowerShellCredential].map(
    Program => new Program(limit),
  );
  return {
    async getToken(scopes, options) {
      const signal = tokenSignal(options);
      const chain = new ChainedTokenCredential(...programs.map(program => unlessEnded(signal, program)));
      const ended = new Promise<never>((_, reject) => {
        const end = () => reject(signal.reason);
        if (signal.aborted) end();
        else signal.addEventListener('abort', end);
      });
      try {
        return await Promise.race([chain.getToken(scopes, options), ended]);
      } catch (error) {
        throw noToken(error, { signal, hint: loginHint });
      }
    },
  };
}

/** For a double on loopback at `url`: the token of its run, or any. */
function loopbackCredential(url: string): TokenCredential {
  return {
    getToken: async () => ({
      token: (await readRunToken(url)) ?? 'loopback',
      expiresOnTimestamp: Date.now() + hourMs,
    }),
  };
}

/**
 * The credential of an identity, whose `getToken` rejects with a NoTokenError.
 * @param url the service that the tokens are for.
 */
export function createCredential(identity: Identity, url: string): TokenCredential {
  switch (identity.kind) {
    case 'managed':
      return managedCredential(identity.clientId);
    case 'developer':
      return developerCredential();
    case 'loopback':
      return loopbackCredential(url);
  }
}
