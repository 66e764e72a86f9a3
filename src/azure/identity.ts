// The identity that Azure sees: the managed identity where the platform offers one, else the developer's own login. Chosen by rule,
// not by trying a chain of everything, so that a failure names the one that failed. Where no token comes, the error says what to do.

import type { TokenCredential } from '@azure/identity';
import type { Identity } from '../config.ts';
import { once } from '../once.ts';
import { hourMs } from '../stats/time.ts';
import { readRunToken } from './loopback.ts';

/** For a double on loopback at `url`: the token of its run, or any. */
function loopbackCredential(url: string): TokenCredential {
  return {
    getToken: async () => ({
      token: (await readRunToken(url)) ?? 'loopback',
      expiresOnTimestamp: Date.now() + hourMs,
    }),
  };
}

/** A credential whose code is loaded for the first token: nobody waits for a library that his identity does not need. */
function loadedLater(load: () => Promise<TokenCredential>): TokenCredential {
  const credential = once(load);
  return { getToken: async (scopes, options) => await (await credential()).getToken(scopes, options) };
}

/**
 * The credential of an identity, whose `getToken` rejects with a NoTokenError.
 * @param url the service that the tokens are for.
 */
export function createCredential(identity: Identity, url: string): TokenCredential {
  switch (identity.kind) {
    case 'managed':
      return loadedLater(async () =>
        (await import('./managed-identity.ts')).createManagedCredential(identity.clientId),
      );
    case 'developer':
      return loadedLater(async () => (await import('./developer-login.ts')).createDeveloperCredential());
    case 'loopback':
      return loopbackCredential(url);
  }
}
