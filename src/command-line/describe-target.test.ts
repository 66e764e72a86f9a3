import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { spawnCommand } from '../../test/spawn-command.ts';
import { describeTarget } from './describe-target.ts';

const azure = {
  AZURE_ENV_NAME: 'my-stats',
  KEY_VAULT_URL: 'https://kv-1.vault.azure.net/',
  STORAGE_ACCOUNT_URL: 'https://st1.blob.core.windows.net',
};
const sandbox = {
  KEY_VAULT_URL: 'http://127.0.0.1:7072',
  STORAGE_CONNECTION_STRING: 'UseDevelopmentStorage=true',
  PELOTON_API_URL: 'http://127.0.0.1:7073',
};
const id = '01234567-89ab-cdef-0123-456789abcdef';

describe('the first line of a command', () => {
  const lines: [string, Record<string, string>, string][] = [
    [
      'the environment in Azure',
      azure,
      'Against Azure environment my-stats: vault kv-1.vault.azure.net, store st1.blob.core.windows.net, Peloton api.onepeloton.com; as you, by the login of az, azd or Azure PowerShell.',
    ],
    [
      'the identity of the app',
      { ...azure, AZURE_ENV_NAME: '', IDENTITY_ENDPOINT: 'http://localhost', AZURE_CLIENT_ID: id },
      `Against Azure: vault kv-1.vault.azure.net, store st1.blob.core.windows.net, Peloton api.onepeloton.com; as the managed identity ${id}.`,
    ],
    [
      'the sandbox',
      sandbox,
      'Against the sandbox: vault 127.0.0.1:7072, store 127.0.0.1:10000, Peloton 127.0.0.1:7073; as nobody, since doubles ask for no login.',
    ],
    [
      'what is missing',
      { KEY_VAULT_URL: ' ' },
      'Against no vault that could be asked: store not set, Peloton api.onepeloton.com; as you, by the login of az, azd or Azure PowerShell.',
    ],
  ];
  for (const [what, settings, line] of lines) {
    it(`names ${what}`, () => assert.equal(describeTarget(settings), line));
  }

  it('shows nothing that may be a secret in the wrong place', () => {
    const settings = [
      'canary',
      'https://user:canary@kv.vault.azure.net/canary?canary#canary',
      'BlobEndpoint=https://st.blob.core.windows.net/?sig=canary;SharedAccessSignature=canary',
      'DefaultEndpointsProtocol=https;AccountName=st1;AccountKey=canary;EndpointSuffix=core.windows.net',
      'canary\ncanary',
    ].flatMap(value =>
      ['KEY_VAULT_URL', 'STORAGE_ACCOUNT_URL', 'STORAGE_CONNECTION_STRING', 'PELOTON_API_URL', 'AZURE_CLIENT_ID'].map(
        name => ({ [name]: value, IDENTITY_ENDPOINT: 'canary' }),
      ),
    );
    for (const each of settings) assert.doesNotMatch(describeTarget(each), /canary/);
  });

  it('comes before a fault of the settings', async () => {
    const { code, against } = await spawnCommand('sync', { settings: { ...azure, SYNC_TIME: '25:00' } });
    assert.equal(code, 1);
    assert.match(against, /^Against Azure environment my-stats: .*\n$/);
  });
});
