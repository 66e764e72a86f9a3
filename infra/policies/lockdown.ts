// What is switched off, and the few things that are switched on. Each flag is written out in its resource: a default differs
// between API versions, and a parameter can be set by mistake.

import assert from 'node:assert/strict';
import { at, compiled, deployed, type Json, ofType, type Rule } from '../template.ts';

const storage = 'modules/data-storage.bicep';
const host = 'modules/host-storage.bicep';
const app = 'modules/function-app.bicep';

/** By type and path, the values of which one must be there. */
const flags: Readonly<Record<string, Readonly<Record<string, readonly Json[]>>>> = {
  'Microsoft.Storage/storageAccounts': {
    'properties.allowSharedKeyAccess': [false],
    'properties.allowBlobPublicAccess': [false],
    'properties.allowCrossTenantReplication': [false],
    'properties.defaultToOAuthAuthentication': [true],
    'properties.minimumTlsVersion': ['TLS1_2', 'TLS1_3'],
    'properties.supportsHttpsTrafficOnly': [true],
  },
  'Microsoft.Storage/storageAccounts/blobServices/containers': { 'properties.publicAccess': ['None'] },
  'Microsoft.KeyVault/vaults': {
    'properties.enableRbacAuthorization': [true],
    'properties.enableSoftDelete': [true],
  },
  'Microsoft.Insights/components': { 'properties.DisableLocalAuth': [true] },
  'Microsoft.OperationalInsights/workspaces': { 'properties.features.disableLocalAuth': [true] },
  'Microsoft.Web/sites': {
    'properties.httpsOnly': [true],
    'properties.siteConfig.minTlsVersion': ['1.2', '1.3'],
    'properties.siteConfig.scmMinTlsVersion': ['1.2', '1.3'],
    'properties.siteConfig.cors.supportCredentials': [false],
    'identity.type': ['UserAssigned'],
  },
  'Microsoft.Web/sites/basicPublishingCredentialsPolicies': { 'properties.allow': [false] },
};

export const lockdown: Rule[] = [
  {
    says: 'each flag of safety is written out in its resource, with a safe value',
    holds: compiled(files => {
      const declared = [...files.values()].flatMap(({ resources }) => resources);
      for (const [type, byPath] of Object.entries(flags)) {
        const resources = declared.filter(resource => resource.type === type);
        assert.ok(resources.length > 0, `there is no ${type}`);
        for (const [path, safe] of Object.entries(byPath))
          for (const resource of resources) {
            const value = at(resource, path) ?? null;
            assert.ok(safe.includes(value), `${type}: ${path} is ${value}, not ${safe.join(' or ')}`);
          }
      }
    }),
    faults: {
      'a shared key': [
        storage,
        'allowSharedKeyAccess: false',
        'allowSharedKeyAccess: true',
        /allowSharedKeyAccess is true/,
      ],
      'a shared key of the host': [host, '    allowSharedKeyAccess: false\n', '', /allowSharedKeyAccess is null/],
      'a shared key by parameter': [
        storage,
        /param tags object([\s\S]*)allowSharedKeyAccess: false/,
        'param tags object\nparam keys bool = false$1allowSharedKeyAccess: keys',
        /allowSharedKeyAccess is \[parameters/,
      ],
      'public blobs': [storage, 'allowBlobPublicAccess: false', 'allowBlobPublicAccess: true', /allowBlobPublicAccess/],
      'a public container': [storage, "publicAccess: 'None'", "publicAccess: 'Blob'", /publicAccess is Blob/],
      'old TLS of storage': [host, 'TLS1_2', 'TLS1_0', /minimumTlsVersion is TLS1_0/],
      'http to storage': [storage, 'HttpsTrafficOnly: true', 'HttpsTrafficOnly: false', /supportsHttpsTrafficOnly/],
      'http to the app': [app, 'httpsOnly: true', 'httpsOnly: false', /httpsOnly is false/],
      'old TLS of the app': [app, "    minTlsVersion: '1.2'", "    minTlsVersion: '1.0'", /minTlsVersion is 1.0/],
      'publishing by password': [
        app,
        "'scm'\n    properties: { allow: false }",
        "'scm'\n    properties: { allow: true }",
        /allow is true/,
      ],
      'access policies instead of roles': [
        'modules/vault.bicep',
        'Authorization: true',
        'Authorization: false',
        /enableRbac/,
      ],
      'no soft delete of the vault': [
        'modules/vault.bicep',
        'enableSoftDelete: true',
        'enableSoftDelete: false',
        /SoftDelete/,
      ],
      'telemetry by key': [
        'modules/monitoring.bicep',
        'DisableLocalAuth: true',
        'DisableLocalAuth: false',
        /DisableLocalAuth/,
      ],
      'logs by key': [
        'modules/monitoring.bicep',
        'disableLocalAuth: true',
        'disableLocalAuth: false',
        /disableLocalAuth/,
      ],
      'cookies across sites': [app, 'supportCredentials: false', 'supportCredentials: true', /supportCredentials/],
    },
  },
  {
    says: 'publishing by user name and password is switched off: what is not mentioned stays open',
    holds: deployed(deployment => {
      const off = ofType(deployment, 'Microsoft.Web/sites/basicPublishingCredentialsPolicies');
      assert.deepEqual(off.map(({ name }) => name.split('/')[1]).sort(), ['ftp', 'scm']);
    }),
    faults: {
      'no word of FTP': [app, /resource ftpPublishing[^}]*\}\n {2}\}\n/, '', /ftp/],
      'a condition': [
        app,
        "'basicPublishingCredentialsPolicies' = {",
        "'basicPublishingCredentialsPolicies' = if (false) {",
      ],
    },
  },
];
