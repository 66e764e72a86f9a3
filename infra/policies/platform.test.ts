import { testPolicy } from '../planted-fault.ts';
import { checkPlatform } from './platform.ts';

const app = 'modules/function-app.bicep';
const main = 'main.bicep';

testPolicy(checkPlatform, [
  [
    'a time zone setting',
    app,
    '  SYNC_TIME: syncTime',
    '  WEBSITE_TIME_ZONE: syncTimeZone\n  SYNC_TIME: syncTime',
    /WEBSITE_TIME_ZONE/,
  ],
  ['TZ', app, '  SYNC_TIME: syncTime', '  TZ: syncTimeZone\n  SYNC_TIME: syncTime', /setting TZ/],
  [
    'a worker runtime setting',
    app,
    '  SYNC_TIME: syncTime',
    "  FUNCTIONS_WORKER_RUNTIME: 'node'\n  SYNC_TIME: syncTime",
    /FUNCTIONS_WORKER_RUNTIME/,
  ],
  [
    'a storage connection string of the host',
    app,
    'AzureWebJobsStorage__credential:',
    'AzureWebJobsStorage:',
    /setting AzureWebJobsStorage$/,
  ],
  [
    'a runtime of other plans',
    app,
    '      http20Enabled',
    "      linuxFxVersion: 'NODE|24'\n      http20Enabled",
    /linuxFxVersion/,
  ],
  ['an old Node.js', main, "  '22'\n", "  '20'\n", /Node.js is 20, 24/],
  [
    'one site only',
    app,
    "allowedOrigins: ['*']",
    "allowedOrigins: ['https://example.com']",
    /CORS allows https:\/\/example.com/,
  ],
]);
