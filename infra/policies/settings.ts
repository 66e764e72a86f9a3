// The app settings of the template are ones that the code reads, and together they are enough: they are put to the code's
// own reader, with a sample for every value that only a deployment knows.

import { readConfig, settingNames } from '../../src/config.ts';
import { findTimeZone } from '../../src/stats/time-zones.ts';
import { type Findings, resourcesOf, type Template } from '../template.ts';
import { appSettingsOf } from './platform.ts';

/** Read by the Functions host or the telemetry agent, not by our code; each of them is needed. */
const platformSettings = [
  'APPLICATIONINSIGHTS_AUTHENTICATION_STRING',
  'APPLICATIONINSIGHTS_CONNECTION_STRING',
  'AzureWebJobsStorage__accountName',
  'AzureWebJobsStorage__clientId',
  'AzureWebJobsStorage__credential',
];

/** Needed in Azure although the code has a default, or could do without, elsewhere. */
const neededSettings = [
  ...platformSettings,
  'AZURE_CLIENT_ID',
  'STATS_CONTAINER',
  'SYNC_TIME',
  'SYNC_TIME_ZONE',
  'PUBLIC_URL',
];

/** What a parameter of the function app's module looks like in a deployment. */
const samples: Readonly<Record<string, string>> = {
  vaultUrl: 'https://kv-sample.vault.azure.net',
  dataBlobUrl: 'https://stdatasample.blob.core.windows.net',
  publicContainer: 'stats',
  syncTime: '08:00',
  syncTimeZone: 'Europe/Berlin',
  identityClientId: '00000000-0000-4000-8000-000000000000',
  customPublicUrl: '',
};

export function checkSettings(template: Template): Findings {
  const [site] = resourcesOf(template, 'Microsoft.Web/sites');
  if (!site) return ['there is no function app'];
  const settings = appSettingsOf(site);
  const known = new Set<string>([...settingNames, ...platformSettings]);
  return [
    ...[...settings.keys()].filter(name => !known.has(name)).map(name => `nobody reads the setting ${name}`),
    ...neededSettings.filter(name => !settings.has(name)).map(name => `the setting ${name} is missing`),
    ...checkTogether(settings),
  ];
}

function checkTogether(settings: ReadonlyMap<string, string>): Findings {
  const values = [...settings].map(([name, value]) => [name, samples[value] ?? value] as const);
  try {
    readConfig(Object.fromEntries(values), findTimeZone);
    return [];
  } catch (error) {
    return [`the code refuses the settings: ${error instanceof Error ? error.message : error}`];
  }
}
