import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startLoopbackServer } from '../../sandbox/loopback-server.ts';
import { startVaultDouble } from '../../sandbox/vault.ts';
import { readConfig } from '../config.ts';
import { findTimeZone } from '../stats/time-zones.ts';
import { createSecretClient, createVault } from './vault.ts';

type Asked = { resource: string | null; clientId: string | null; header: string | undefined };
const asked: Asked[] = [];

/** The platform's endpoint for tokens, as App Service offers it. */
const platform = await startLoopbackServer((request, response) => {
  const { searchParams } = new URL(request.url ?? '', 'http://platform');
  const header = request.headers['x-identity-header'];
  asked.push({
    resource: searchParams.get('resource'),
    clientId: searchParams.get('client_id'),
    header: typeof header === 'string' ? header : undefined,
  });
  const token = {
    access_token: 'token-of-the-platform',
    expires_on: Math.floor(Date.now() / 1000) + 3600,
    token_type: 'Bearer',
  };
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ ...token, resource: 'x' }));
});
const vault = await startVaultDouble({ secrets: { 'peloton-username': 'rider' } });
after(() => Promise.all([platform.close(), vault.close()]));

const environment = { IDENTITY_ENDPOINT: `${platform.url}/msi/token`, IDENTITY_HEADER: 'proof' };
const settings = {
  KEY_VAULT_URL: vault.url,
  STORAGE_ACCOUNT_URL: 'https://account.blob.core.windows.net',
  AZURE_CLIENT_ID: '11111111-2222-3333-4444-555555555555',
};

test('where the platform offers an identity, the vault is asked with its token, and by client id', async () => {
  Object.assign(process.env, environment);
  try {
    const config = readConfig({ ...settings, ...environment }, findTimeZone);
    assert.deepEqual(config.vault.identity, { kind: 'managed', clientId: settings.AZURE_CLIENT_ID });
    const secret = await createVault(createSecretClient(config.vault), AbortSignal.timeout(10_000)).read(
      'peloton-username',
    );
    assert.equal(secret?.value, 'rider');
    assert.deepEqual(asked, [
      { resource: 'https://vault.azure.net', clientId: settings.AZURE_CLIENT_ID, header: environment.IDENTITY_HEADER },
    ]);
  } finally {
    for (const name of Object.keys(environment)) delete process.env[name];
  }
});

test('the store is reached by the same identity as the vault', () => {
  const { storage } = readConfig({ ...settings, ...environment }, findTimeZone);
  assert.ok('identity' in storage.access);
  assert.deepEqual(storage.access.identity, { kind: 'managed', clientId: settings.AZURE_CLIENT_ID });
});

test('on a developer machine the developer signs in, and nobody does for a double on loopback', () => {
  const { vault: onLoopback, storage } = readConfig(settings, findTimeZone);
  assert.deepEqual(onLoopback.identity, { kind: 'loopback' });
  assert.ok('identity' in storage.access);
  assert.deepEqual(storage.access.identity, { kind: 'developer' });
});
