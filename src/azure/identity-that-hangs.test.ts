// In a file of its own: the SDK keeps a token for the whole process.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { startLoopbackServer } from '../../sandbox/loopback-server.ts';
import { createCredential } from './identity.ts';
import './managed-identity.ts'; // loaded by now, so that the time of the call is the platform's

test('a platform that hangs instead of giving a token ends with the call that asked, and so does the request', async () => {
  const { promise: gone, resolve } = Promise.withResolvers<void>();
  await using platform = await startLoopbackServer(async request => {
    await once(request.socket, 'close');
    resolve();
  });
  Object.assign(process.env, { IDENTITY_ENDPOINT: `${platform.url}/msi/token`, IDENTITY_HEADER: 'proof' });
  const asking = createCredential({ kind: 'managed', clientId: 'anyone' }, 'https://kv.vault.azure.net').getToken(
    'https://vault.azure.net/.default',
    { abortSignal: AbortSignal.timeout(200) },
  );
  await assert.rejects(asking, { name: 'NoTokenError', reason: 'no token came in time', hint: /the app's identity/ });
  await gone;
});
