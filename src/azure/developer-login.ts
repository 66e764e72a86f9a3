// The developer's own login to Azure, by one of the programs that keep it.

import {
  AzureCliCredential,
  AzureDeveloperCliCredential,
  AzurePowerShellCredential,
  ChainedTokenCredential,
  type TokenCredential,
} from '@azure/identity';
import { noToken, tokenSignal, tokenTimeoutMs } from './token.ts';

const loginHint =
  'Sign in to Azure on this machine, to the tenant that the app is in: az login, or azd auth login. Then run this again.';
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
export function createDeveloperCredential(): TokenCredential {
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
