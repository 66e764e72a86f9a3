// In a file of its own: the SDK keeps a token for the whole process.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startLoopbackServer } from '../../sandbox/loopback-server.ts';
import { createCredential } from './identity.ts';

test('a platform that hangs instead of giving a token ends with the call that asked', async () => {
  await using platform = await startLoopbackServer(() => new Promise(() => {}));
  Object.assign(process.env, { IDENTITY_ENDPOINT: `${platform.url}/msi/token`, IDENTITY_HEADER: 'proof' });
  const asking = createCredential({ kind: 'managed', clientId: 'anyone' }).getToken(
    'https://vault.azure.net/.default',
    {
      abortSignal: AbortSignal.timeout(200),
    },
  );
  await assert.rejects(asking, /No token came in time/);
});
