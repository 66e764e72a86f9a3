import { testPolicy } from '../planted-fault.ts';
import { checkPlatform } from './platform.ts';

const app = 'modules/function-app.bicep';
const main = 'main.bicep';

const refusedProperties = [
  'ftpsState',
  'alwaysOn',
  'linuxFxVersion',
  'windowsFxVersion',
  'netFrameworkVersion',
  'nodeVersion',
  'use32BitWorkerProcess',
  'functionAppScaleLimit',
  'preWarmedInstanceCount',
  'functionsRuntimeScaleMonitoringEnabled',
  'numberOfWorkers',
  'vnetRouteAllEnabled',
];

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
  ...refusedProperties.map(
    name =>
      [
        `${name}, which the plan refuses`,
        app,
        '      http20Enabled',
        `      ${name}: 'x'\n      http20Enabled`,
        new RegExp(`does not take properties.siteConfig.${name}$`),
      ] as const,
  ),
  [
    'a size of other plans',
    app,
    '    httpsOnly',
    '    containerSize: 512\n    httpsOnly',
    /take properties.containerSize$/,
  ],
  ['no list of regions', main, /@allowed\(\[\n {2}'australiaeast'[^\]]*\]\)\n/, '', /location allows every region/],
  [
    'a region without a picker',
    main,
    "@metadata({ azd: { type: 'location' } })\n",
    '',
    /azd takes location for no region/,
  ],
  ['a region of a preview', main, "  'westus3'\n", "  'eastus2euap'\n", /location allows eastus2euap/],
  ['an old Node.js', main, "  '22'\n", "  '20'\n", /Node.js is 20, 24/],
  [
    'one site only',
    app,
    "allowedOrigins: ['*']",
    "allowedOrigins: ['https://example.com']",
    /CORS allows https:\/\/example.com/,
  ],
]);
