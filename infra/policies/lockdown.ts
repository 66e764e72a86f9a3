// What is switched off, and the few things that are switched on: each flag is written as a literal in its resource, since a
// default differs between API versions and a parameter can be set by mistake.

import type { BicepValue } from '../bicep-tree.ts';
import { type Findings, nameOf, resourcesOf, type Template, textOf, valueAt } from '../template.ts';

type Flag = { type: string; path: string; accepted: readonly BicepValue[] };

const flags: readonly Flag[] = [
  ...flagsOf('Microsoft.Storage/storageAccounts', {
    'properties.allowSharedKeyAccess': [false],
    'properties.allowBlobPublicAccess': [false],
    'properties.allowCrossTenantReplication': [false],
    'properties.defaultToOAuthAuthentication': [true],
    'properties.minimumTlsVersion': ['TLS1_2', 'TLS1_3'],
    'properties.supportsHttpsTrafficOnly': [true],
  }),
  ...flagsOf('Microsoft.Storage/storageAccounts/blobServices/containers', { 'properties.publicAccess': ['None'] }),
  ...flagsOf('Microsoft.KeyVault/vaults', {
    'properties.enableRbacAuthorization': [true],
    'properties.enableSoftDelete': [true],
  }),
  ...flagsOf('Microsoft.Insights/components', { 'properties.DisableLocalAuth': [true] }),
  ...flagsOf('Microsoft.OperationalInsights/workspaces', { 'properties.features.disableLocalAuth': [true] }),
  ...flagsOf('Microsoft.Web/sites', {
    'properties.httpsOnly': [true],
    'properties.siteConfig.minTlsVersion': ['1.2', '1.3'],
    'properties.siteConfig.scmMinTlsVersion': ['1.2', '1.3'],
    'properties.siteConfig.cors.supportCredentials': [false],
    'identity.type': ['UserAssigned'],
  }),
  ...flagsOf('Microsoft.Web/sites/basicPublishingCredentialsPolicies', { 'properties.allow': [false] }),
];

function flagsOf(type: string, byPath: Record<string, readonly BicepValue[]>): Flag[] {
  return Object.entries(byPath).map(([path, accepted]) => ({ type, path, accepted }));
}

export function checkLockdown(template: Template): Findings {
  return [...flags.flatMap(flag => checkFlag(template, flag)), ...checkPublishing(template)];
}

function checkFlag(template: Template, { type, path, accepted }: Flag): Findings {
  const placed = resourcesOf(template, type);
  if (placed.length === 0) return [`there is no ${type}`];
  return placed
    .map(place => ({ place, value: valueAt(place.file, place.resource.body, path) }))
    .filter(({ value }) => !accepted.some(one => one === value))
    .map(({ place, value }) => `${nameOf(place)}: ${path} is ${textOf(value)}, not ${accepted.join(' or ')}`);
}

/** Both doors for user name and password must be named to be shut: one that is not mentioned stays open. */
function checkPublishing(template: Template): Findings {
  const shut = resourcesOf(template, 'Microsoft.Web/sites/basicPublishingCredentialsPolicies');
  return ['ftp', 'scm']
    .filter(name => !shut.some(({ file, resource }) => valueAt(file, resource.body, 'name') === name))
    .map(name => `basic publishing by ${name} is not switched off`);
}
