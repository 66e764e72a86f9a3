// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Bicep interpolates with the same signs.

// What the Flex Consumption plan refuses, ignores or breaks on, and what lets any site read the stats.

import assert from 'node:assert/strict';
import { at, type Compiled, compiled, deployed, inAzure, ofType, type Rule, theOne } from '../template.ts';
import { appSettingsOf } from './settings.ts';

const app = 'function-app';

/** WEBSITE_TIME_ZONE and TZ break TLS and metrics there; the others belong to plans that build or mount the app. */
const refusedSettings =
  /^(WEBSITE_TIME_ZONE|TZ|FUNCTIONS_WORKER_(RUNTIME|RUNTIME_VERSION|PROCESS_COUNT|DYNAMIC_CONCURRENCY_ENABLED)|FUNCTIONS_EXTENSION_VERSION|FUNCTIONS_MAX_HTTP_CONCURRENCY|WEBSITE_NODE_DEFAULT_VERSION|WEBSITE_RUN_FROM_PACKAGE|WEBSITE_(SKIP_)?CONTENT.*|WEBSITE_VNET_ROUTE_ALL|WEBSITE_DNS_SERVER|WEBSITE_MAX_DYNAMIC_APPLICATION_SCALE_OUT|WEBSITE_LOAD_CERTIFICATES|SCM_DO_BUILD_DURING_DEPLOYMENT|ENABLE_ORYX_BUILD|AzureWebJobsStorage)$/;
/**
 * ARM's error 51021 on this plan: "properties for Flex Consumption sites is invalid". Newer regions refuse them, older ones
 * look away (terraform-azurerm-avm-res-web-site, issues 283 and 360; "Flex Consumption plan deprecations" in the documentation).
 */
const refusedProperties =
  /^(ftpsState|alwaysOn|(linux|windows)FxVersion|(netFramework|php|python|node|java|javaContainer|powerShell)Version|javaContainer|use32BitWorkerProcess|functionAppScaleLimit|preWarmedInstanceCount|minimumElasticInstanceCount|functionsRuntimeScaleMonitoringEnabled|numberOfWorkers|containerSize|isReserved|vnet\w*)$/i;

/** Some of each, as a fault that has to be seen whole. */
const settingsOfOtherPlans = ['AzureWebJobsStorage', 'FUNCTIONS_WORKER_RUNTIME', 'TZ', 'WEBSITE_TIME_ZONE'];
const propertiesOfOtherPlans = `
  ftpsState alwaysOn linuxFxVersion windowsFxVersion netFrameworkVersion nodeVersion use32BitWorkerProcess functionAppScaleLimit
  preWarmedInstanceCount functionsRuntimeScaleMonitoringEnabled numberOfWorkers vnetRouteAllEnabled`
  .trim()
  .split(/\s+/);

/** Says all of the names, as `deepEqual` lists them. */
function inOrder(names: readonly string[]): RegExp {
  return new RegExp(names.map(name => `'${name}'`).join('[^]*'));
}

function parameter(files: ReadonlyMap<string, Compiled>, name: string) {
  return files.get('main')?.parameters[name];
}

export const platform: Rule[] = [
  {
    says: 'the plan takes each app setting',
    holds: deployed(deployment => {
      assert.deepEqual(
        Object.keys(appSettingsOf(deployment)).filter(name => refusedSettings.test(name)),
        [],
      );
    }),
    faults: {
      'settings of other plans': [
        app,
        /^(var settings = \{\n)/m,
        `$1${settingsOfOtherPlans.map(name => `  ${name}: '1'\n`).join('')}`,
        inOrder(settingsOfOtherPlans),
      ],
    },
  },
  {
    says: 'the plan takes each property of the app',
    holds: deployed(deployment => {
      const { properties } = theOne(deployment, 'Microsoft.Web/sites');
      const named = [...Object.keys(Object(properties)), ...Object.keys(Object(at(properties, 'siteConfig')))];
      assert.deepEqual(
        named.filter(name => refusedProperties.test(name)),
        [],
      );
    }),
    faults: {
      'properties of other plans': [
        app,
        '    siteConfig: {\n',
        `    siteConfig: {\n${propertiesOfOtherPlans.map(name => `      ${name}: any('1')\n`).join('')}`,
        inOrder(propertiesOfOtherPlans),
      ],
      'a size of other plans': [app, '    httpsOnly', '    containerSize: 512\n    httpsOnly', /'containerSize'/],
    },
  },
  {
    // Settings in a second place would be a second deployment of all of them.
    says: 'all that the app is configured by stands in the app',
    holds: deployed(deployment => assert.deepEqual(ofType(deployment, 'Microsoft.Web/sites/config'), [])),
    faults: {
      'a configuration beside it': [app, "'basicPublishingCredentialsPolicies' = {", "'config' = {", /sites\/config/],
    },
  },
  {
    says: 'the plan is Flex Consumption, with Node.js in a version that the code takes',
    holds: async template => {
      assert.deepEqual(parameter(await template.compile(), 'nodeVersion')?.allowedValues, ['22', '24']);
      await deployed(deployment => {
        const { nodeVersion = '24', instanceMemoryMB = 512 } = deployment.given;
        const plan = theOne(deployment, 'Microsoft.Web/serverfarms');
        assert.deepEqual(plan.sku, { name: 'FC1', tier: 'FlexConsumption' });
        const site = theOne(deployment, 'Microsoft.Web/sites');
        assert.equal(at(site, 'properties.serverFarmId'), plan.id);
        const { runtime, scaleAndConcurrency } = Object(at(site, 'properties.functionAppConfig'));
        assert.deepEqual(runtime, { name: 'node', version: nodeVersion });
        // Less than 40 instances is refused.
        assert.deepEqual(scaleAndConcurrency, { instanceMemoryMB, maximumInstanceCount: 40 });
      })(template);
    },
    faults: {
      'another plan': [app, "'FC1'", "'Y1'", /'Y1'/],
      'an old Node.js': ['main', "  '22'\n", "  '20'\n", /'20'/],
      'another runtime': [app, "name: 'node'", "name: 'python'", /python/],
      'one version for all': [app, 'version: nodeVersion', "version: '24'", /'24'/],
      'one size for all': [app, 'MB: instanceMemoryMB', 'MB: 512', /512/],
    },
  },
  {
    says: 'the app is the identity that the roles are given to, and gets its package by it from where the host may read',
    holds: deployed(deployment => {
      const site = theOne(deployment, 'Microsoft.Web/sites');
      const { id } = theOne(deployment, 'Microsoft.ManagedIdentity/userAssignedIdentities', 'id-stats');
      const account = theOne(deployment, 'Microsoft.Storage/storageAccounts', 'sthost').name;
      assert.deepEqual(site.identity, { type: 'UserAssigned', userAssignedIdentities: { [id]: {} } });
      const { type, value, authentication } = Object(at(site, 'properties.functionAppConfig.deployment.storage'));
      assert.equal(type, 'blobContainer');
      assert.equal(inAzure(value), `https://${account}.blob.core.windows.net/packages`);
      assert.deepEqual(authentication, { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: id });
    }),
    faults: {
      'another identity': ['main', 'identity.outputs.id\n', "'${identity.outputs.id}2'\n", /\+.*id-stats/],
      'the account of the stats': [
        'main',
        /(ContainerUrl:) .*/,
        "$1 '${dataStorage.outputs.blobUrl}/packages'",
        /stdata/,
      ],
      'another container': [app, 'value: packageContainerUrl', "value: '${packageContainerUrl}s'", /packagess/],
      'a key': [app, "type: 'UserAssignedIdentity'", "type: 'StorageAccountConnectionString'", /ConnectionString/],
    },
  },
  {
    says: 'azd offers the regions of the plan, and no others',
    holds: compiled(files => {
      const location = parameter(files, 'location');
      const regions = location?.allowedValues;
      assert.ok(Array.isArray(regions) && regions.length > 20, 'location allows every region');
      for (const region of regions) assert.match(String(region), /^[a-z]+[23]?$/);
      assert.equal(at(location, 'metadata.azd.type'), 'location');
    }),
    faults: {
      'every region': ['main', /@allowed\(\[\n {2}'australiaeast'[^\]]*\]\)\n/, '', /location allows every region/],
      'no picker': ['main', "@metadata({ azd: { type: 'location' } })\n", '', /'location'/],
      'a region of a preview': ['main', "  'westus3'\n", "  'eastus2euap'\n", /eastus2euap/],
    },
  },
  {
    says: 'any site may read the stats from a browser',
    holds: deployed(deployment => {
      const site = theOne(deployment, 'Microsoft.Web/sites');
      assert.deepEqual(at(site, 'properties.siteConfig.cors.allowedOrigins'), ['*']);
    }),
    faults: {
      'one site only': [app, "allowedOrigins: ['*']", "allowedOrigins: ['https://example.com']", /example.com/],
    },
  },
];
