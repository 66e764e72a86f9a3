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
import type { Identity } from './config.ts';

/** For a double on loopback, which takes any token. */
const loopbackCredential: TokenCredential = {
  getToken: async () => ({ token: 'loopback', expiresOnTimestamp: Date.now() + 60 * 60 * 1000 }),
};

export function createCredential(identity: Identity): TokenCredential {
  switch (identity.kind) {
    case 'managed':
      return new ManagedIdentityCredential(identity.clientId ? { clientId: identity.clientId } : {});
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
