// The identity that Azure's platform gives to the app.

import { createDefaultHttpClient, type HttpClient } from '@azure/core-rest-pipeline';
import { ManagedIdentityCredential, type TokenCredential } from '@azure/identity';
import { noToken, tokenSignal } from './token.ts';

const identityHint =
  "Look at the app's identity: azd provision --no-state assigns it and sets AZURE_CLIENT_ID. Where both are right the platform is at fault: the next tick tries again, and a restart of the app may help.";

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
export function createManagedCredential(clientId: string | undefined): TokenCredential {
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
