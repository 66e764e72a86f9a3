// What the Flex Consumption plan refuses, ignores or breaks on, and what lets any site read the stats.

import {
  type Findings,
  isObject,
  listAt,
  nameOf,
  type Placed,
  resourcesOf,
  type Template,
  textOf,
  valueAt,
} from '../template.ts';

/** WEBSITE_TIME_ZONE and TZ break TLS and metrics there; the others belong to plans that build or mount the app. */
const refusedSettings =
  /^(WEBSITE_TIME_ZONE|TZ|FUNCTIONS_WORKER_(RUNTIME|RUNTIME_VERSION|PROCESS_COUNT|DYNAMIC_CONCURRENCY_ENABLED)|FUNCTIONS_EXTENSION_VERSION|FUNCTIONS_MAX_HTTP_CONCURRENCY|WEBSITE_NODE_DEFAULT_VERSION|WEBSITE_RUN_FROM_PACKAGE|WEBSITE_(SKIP_)?CONTENT.*|WEBSITE_VNET_ROUTE_ALL|WEBSITE_DNS_SERVER|WEBSITE_MAX_DYNAMIC_APPLICATION_SCALE_OUT|WEBSITE_LOAD_CERTIFICATES|SCM_DO_BUILD_DURING_DEPLOYMENT|ENABLE_ORYX_BUILD|AzureWebJobsStorage)$/;
/**
 * ARM's error 51021 on this plan: "properties for Flex Consumption sites is invalid". Newer regions refuse them, older ones
 * look away (terraform-azurerm-avm-res-web-site, issues 283 and 360; "Flex Consumption plan deprecations" in the documentation).
 */
const refusedProperties =
  /^(ftpsState|alwaysOn|(linux|windows)FxVersion|(netFramework|php|python|node|java|javaContainer|powerShell)Version|javaContainer|use32BitWorkerProcess|functionAppScaleLimit|preWarmedInstanceCount|minimumElasticInstanceCount|functionsRuntimeScaleMonitoringEnabled|numberOfWorkers|containerSize|isReserved|vnet\w*)$/;
const nodeVersions = ['22', '24'];

export function checkPlatform(template: Template): Findings {
  const ofSites = resourcesOf(template, 'Microsoft.Web/sites').flatMap(site => [
    ...checkSettings(site),
    ...checkProperties(site),
    ...checkRuntime(template, site),
    ...checkCors(site),
  ]);
  return [...ofSites, ...checkRegions(template)];
}

/** The app settings that the template writes, by name; they are listed in the site, and their object is a variable. */
export function appSettingsOf({ file, resource }: Placed): Map<string, string> {
  const list = textOf(valueAt(file, resource.body, 'properties.siteConfig.appSettings'));
  const settings = file.variables.get('settings');
  if (!/^map\(items\(union\(settings, extraSettings\)\), /.test(list) || !isObject(settings))
    throw new Error(`${file.path}: appSettings are not made of settings and extraSettings`);
  return new Map(Object.entries(settings).map(([name, value]) => [name, textOf(value)]));
}

function checkSettings(site: Placed): Findings {
  return [...appSettingsOf(site).keys()]
    .filter(name => refusedSettings.test(name))
    .map(name => `${nameOf(site)}: the plan does not take the setting ${name}`);
}

function checkProperties(site: Placed): Findings {
  const { file, resource } = site;
  return ['properties', 'properties.siteConfig'].flatMap(path =>
    Object.keys(Object(valueAt(file, resource.body, path)))
      .filter(name => refusedProperties.test(name))
      .map(name => `${nameOf(site)}: the plan does not take ${path}.${name}`),
  );
}

function checkRuntime(template: Template, site: Placed): Findings {
  const { file, resource } = site;
  const findings: Findings = [];
  if (valueAt(file, resource.body, 'properties.functionAppConfig.runtime.name') !== 'node')
    findings.push(`${nameOf(site)}: the runtime is not node`);
  const allowed = template.get('main.bicep')?.parameters.find(parameter => parameter.name === 'nodeVersion');
  const versions = allowed?.decorators.get('allowed')?.match(/\d+/g) ?? [];
  if (versions.join() !== nodeVersions.join())
    findings.push(`Node.js is ${versions.join(', ')}, not ${nodeVersions.join(', ')}`);
  return findings;
}

/** azd asks for one of the allowed regions; where a parameter allows all, it offers those without the plan too. */
function checkRegions(template: Template): Findings {
  const { decorators } = template.get('main.bicep')?.parameters.find(({ name }) => name === 'location') ?? {};
  const regions = [...(decorators?.get('allowed') ?? '').matchAll(/'(\w+)'/g)].map(([, region = '']) => region);
  return [
    ...(regions.length > 0 ? [] : ['location allows every region']),
    ...regions.filter(region => !/^[a-z]+[23]?$/.test(region)).map(region => `location allows ${region}`),
    ...(/type: 'location'/.test(decorators?.get('metadata') ?? '') ? [] : ['azd takes location for no region']),
  ];
}

function checkCors(site: Placed): Findings {
  const origins = listAt(site.file, site.resource.body, 'properties.siteConfig.cors.allowedOrigins').map(textOf);
  return origins.join() === '*'
    ? []
    : [`${nameOf(site)}: CORS allows ${origins.join(', ') || 'nobody'}, not every site`];
}
