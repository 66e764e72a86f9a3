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
  /^(WEBSITE_TIME_ZONE|TZ|FUNCTIONS_WORKER_RUNTIME|FUNCTIONS_EXTENSION_VERSION|FUNCTIONS_WORKER_RUNTIME_VERSION|WEBSITE_NODE_DEFAULT_VERSION|WEBSITE_RUN_FROM_PACKAGE|WEBSITE_CONTENT.*|WEBSITE_LOAD_CERTIFICATES|SCM_DO_BUILD_DURING_DEPLOYMENT|ENABLE_ORYX_BUILD|AzureWebJobsStorage)$/;
const nodeVersions = ['22', '24'];

export function checkPlatform(template: Template): Findings {
  return resourcesOf(template, 'Microsoft.Web/sites').flatMap(site => [
    ...checkSettings(site),
    ...checkRuntime(template, site),
    ...checkCors(site),
  ]);
}

/** The app settings that the template writes, by name; the loop over them is in the site, their object is a variable. */
export function appSettingsOf({ file, resource }: Placed): Map<string, string> {
  const loop = textOf(valueAt(file, resource.body, 'properties.siteConfig.appSettings'));
  const settings = file.variables.get('settings');
  if (!/^\[for \w+ in items\(union\(settings, extraSettings\)\)/.test(loop) || !isObject(settings))
    throw new Error(`${file.path}: appSettings are not the loop over settings and extraSettings`);
  return new Map(Object.entries(settings).map(([name, value]) => [name, textOf(value)]));
}

function checkSettings(site: Placed): Findings {
  return [...appSettingsOf(site).keys()]
    .filter(name => refusedSettings.test(name))
    .map(name => `${nameOf(site)}: the plan does not take the setting ${name}`);
}

function checkRuntime(template: Template, site: Placed): Findings {
  const { file, resource } = site;
  const findings: Findings = [];
  if (valueAt(file, resource.body, 'properties.siteConfig.linuxFxVersion') !== undefined)
    findings.push(`${nameOf(site)}: linuxFxVersion is for other plans`);
  if (valueAt(file, resource.body, 'properties.functionAppConfig.runtime.name') !== 'node')
    findings.push(`${nameOf(site)}: the runtime is not node`);
  const allowed = template.get('main.bicep')?.parameters.find(parameter => parameter.name === 'nodeVersion');
  const versions = allowed?.decorators.get('allowed')?.match(/\d+/g) ?? [];
  if (versions.join() !== nodeVersions.join())
    findings.push(`Node.js is ${versions.join(', ')}, not ${nodeVersions.join(', ')}`);
  return findings;
}

function checkCors(site: Placed): Findings {
  const origins = listAt(site.file, site.resource.body, 'properties.siteConfig.cors.allowedOrigins').map(textOf);
  return origins.join() === '*'
    ? []
    : [`${nameOf(site)}: CORS allows ${origins.join(', ') || 'nobody'}, not every site`];
}
