// The app settings: each names a resource of this deployment, and the code takes them together.

import assert from 'node:assert/strict';
import { readConfig, settingNames } from '../../src/config.ts';
import { findTimeZone } from '../../src/stats/time-zones.ts';
import { at, type Deployment, deployed, inAzure, listAt, type Rule, theOne } from '../template.ts';

const app = 'function-app';

/** As the app finds them in its environment. */
export function appSettingsOf(deployment: Deployment): Record<string, string> {
  const listed = listAt(theOne(deployment, 'Microsoft.Web/sites'), 'properties.siteConfig.appSettings');
  return Object.fromEntries(listed.map(item => [String(at(item, 'name')), String(inAzure(at(item, 'value')))]));
}

function isOfCode([name]: [string, string]): boolean {
  return settingNames.some(one => one === name);
}

export const settings: Rule[] = [
  {
    says: 'the settings are these, and those that an owner adds',
    holds: deployed(deployment => {
      const { given } = deployment;
      const nameOf = (type: string, prefix?: string) => theOne(deployment, type, prefix).name;
      const identity = nameOf('Microsoft.ManagedIdentity/userAssignedIdentities', 'id-stats');
      assert.deepEqual(appSettingsOf(deployment), {
        // By name and not by blobServiceUri: see function-app.bicep.
        AzureWebJobsStorage__accountName: nameOf('Microsoft.Storage/storageAccounts', 'sthost'),
        AzureWebJobsStorage__clientId: `${identity}.clientId`,
        AzureWebJobsStorage__credential: 'managedidentity',
        APPLICATIONINSIGHTS_AUTHENTICATION_STRING: `ClientId=${identity}.clientId;Authorization=AAD`,
        APPLICATIONINSIGHTS_CONNECTION_STRING: `${nameOf('Microsoft.Insights/components')}.ConnectionString`,
        AZURE_CLIENT_ID: `${identity}.clientId`,
        KEY_VAULT_URL: `https://${nameOf('Microsoft.KeyVault/vaults')}.vault.azure.net`,
        STORAGE_ACCOUNT_URL: `https://${nameOf('Microsoft.Storage/storageAccounts', 'stdata')}.blob.core.windows.net`,
        STATS_CONTAINER: 'stats',
        SYNC_TIME: given.syncTime ?? '08:00',
        SYNC_TIME_ZONE: given.syncTimeZone ?? 'UTC',
        WORKOUTS: given.workouts ?? 'days',
        PUBLIC_URL: given.customPublicUrl ?? '',
        ...Object(given.extraSettings),
      });
    }),
    faults: {
      'no vault': [app, '  KEY_VAULT_URL: vaultUrl\n', '', /-.*KEY_VAULT_URL/],
      'no switch for the workouts': [app, '  WORKOUTS: workouts\n', '', /-.*WORKOUTS/],
      'a misspelt setting': [app, '  SYNC_TIME: ', '  SYNCTIME: ', /\+.*SYNCTIME/],
      'crossed values': [app, 'SYNC_TIME: syncTime\n', 'SYNC_TIME: syncTimeZone\n', /\+.*SYNC_TIME/],
      'a host without an identity': [app, /\n +AzureWebJobsStorage__clientId: \w+/, '', /-.*__clientId/],
      'a host storage by address': [app, 'Storage__accountName', 'Storage__blobServiceUri', /\+.*__blobServiceUri/],
      'one account for all': ['main', /(hostStorageName: )host(.*\n +package)/, '$1data$2', /\+.*accountName.*stdata/],
      'another store': ['main', /dataStorage.outputs.blobUrl(\n +public)/, 'vault.outputs.url$1', /\+.*STORAGE_ACC/],
      'another container': ['main', /publicContainer(\n +vaultUrl)/, "'stat'$1", /'stat'/],
      "nobody's additions": [app, 'union(settings, extraSettings)', 'settings', /-.*PELOTON_/],
    },
  },
  {
    says: 'the code takes the settings, together',
    holds: deployed(deployment => {
      const ofCode = Object.fromEntries(Object.entries(appSettingsOf(deployment)).filter(isOfCode));
      assert.doesNotThrow(() => readConfig(ofCode, findTimeZone));
    }),
    faults: {
      'no store': [app, '  STORAGE_ACCOUNT_URL: dataBlobUrl\n', '', /STORAGE_ACCOUNT_URL/],
      'plain http to the vault': [app, 'KEY_VAULT_URL: vaultUrl', "KEY_VAULT_URL: 'http://a.example'", /KEY_VAULT_URL/],
      'a path after the vault': ['vault', 'suffixes.keyvaultDns}', 'suffixes.keyvaultDns}/a', /KEY_VAULT_URL/],
    },
  },
  {
    says: 'the outputs are settings by which npm run doctor and npm run sync work against Azure',
    holds: deployed(deployment => {
      const { outputs, given } = deployment;
      const values = Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, String(inAzure(value))]));
      const ofApp = appSettingsOf(deployment);
      const site = `https://${theOne(deployment, 'Microsoft.Web/sites').name}.azurewebsites.net`;
      const named = [
        'KEY_VAULT_URL',
        'STORAGE_ACCOUNT_URL',
        'STATS_CONTAINER',
        'SYNC_TIME',
        'SYNC_TIME_ZONE',
        'WORKOUTS',
      ];
      for (const name of named) assert.equal(values[name], ofApp[name], name);
      assert.equal(values.PUBLIC_URL, given.customPublicUrl ?? site, 'PUBLIC_URL');
      assert.equal(values.AZURE_FUNCTION_APP_URL, site, 'AZURE_FUNCTION_APP_URL');
      assert.doesNotThrow(() => readConfig(values, findTimeZone));
    }),
    faults: {
      'no switch for the workouts': ['main', 'output WORKOUTS', 'output MODE', /WORKOUTS/],
      'no public URL': ['main', 'output PUBLIC_URL', 'output URL', /PUBLIC_URL/],
      'the vault for the store': ['main', '= dataStorage.outputs.blobUrl', '= vault.outputs.url', /STORAGE_ACC/],
      'the custom address for the app': ['main', /(APP_URL .*=) .*/, '$1 customPublicUrl', /AZURE_FUNCTION_APP_URL/],
    },
  },
];
