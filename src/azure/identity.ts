// Who the service is to Azure. Deterministic on purpose: the managed identity where the platform offers one, else the
// developer's own login, never a guess through a chain of everything.

import {
  AzureCliCredential,
  AzureDeveloperCliCredential,
  AzurePowerShellCredential,
  ChainedTokenCredential,
  ManagedIdentityCredential,
  type TokenCredential,
} from '@azure/identity';
import type { Identity } from '../config.ts';

/** For a double on loopback, which takes any token. */
const loopbackCredential: TokenCredential = {
  getToken: async () => ({ token: 'loopback', expiresOnTimestamp: Date.now() + 60 * 60 * 1000 }),
};

const tokenTimeoutMs = 10_000;

/** The SDK's own call ends neither with the caller's signal nor by itself where the endpoint hangs. */
function bound(credential: TokenCredential): TokenCredential {
  return {
    async getToken(scopes, options) {
      const limit = AbortSignal.timeout(tokenTimeoutMs);
      const given = options?.abortSignal;
      const ended = new Promise<never>((_, reject) => {
        const end = () => reject(new Error('No token came in time.'));
        for (const signal of [limit, given]) {
          if (signal?.aborted) end();
          else signal?.addEventListener('abort', end);
        }
      });
      return await Promise.race([credential.getToken(scopes, options), ended]);
    },
  };
}

export function createCredential(identity: Identity): TokenCredential {
  switch (identity.kind) {
    case 'managed':
      return bound(new ManagedIdentityCredential(identity.clientId ? { clientId: identity.clientId } : {}));
    case 'developer':
      return new ChainedTokenCredential(
        new AzureCliCredential(),
        new AzureDeveloperCliCredential(),
        new AzurePowerShellCredential(),
      );
    case 'loopback':
      return loopbackCredential;
  }
}
