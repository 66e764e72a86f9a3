import { testPolicy } from '../planted-fault.ts';
import { checkSettings } from './settings.ts';

const app = 'modules/function-app.bicep';

testPolicy(checkSettings, [
  ['a missing vault', app, '  KEY_VAULT_URL: vaultUrl\n', '', /refuses the settings: .*KEY_VAULT_URL is missing/],
  ['a missing store', app, '  STORAGE_ACCOUNT_URL: dataBlobUrl\n', '', /STORAGE_ACCOUNT_URL/],
  ['a missing client id', app, '  AZURE_CLIENT_ID: identityClientId\n', '', /AZURE_CLIENT_ID is missing/],
  ['a missing zone', app, '  SYNC_TIME_ZONE: syncTimeZone\n', '', /SYNC_TIME_ZONE is missing/],
  ['a misspelt setting', app, '  SYNC_TIME: syncTime', '  SYNCTIME: syncTime', /nobody reads the setting SYNCTIME/],
  ['crossed values', app, 'SYNC_TIME: syncTime\n', 'SYNC_TIME: syncTimeZone\n', /refuses the settings: .*SYNC_TIME/],
  ['a host without an identity', app, /\n +AzureWebJobsStorage__clientId: \w+/, '', /__clientId is missing/],
  [
    'a host storage by address',
    app,
    'AzureWebJobsStorage__accountName',
    'AzureWebJobsStorage__blobServiceUri',
    /__accountName is missing/,
  ],
  [
    'plain http to the vault',
    app,
    'KEY_VAULT_URL: vaultUrl',
    "KEY_VAULT_URL: 'http://a.example'",
    /KEY_VAULT_URL must be/,
  ],
]);
