// What is switched off, and the few things that are switched on. Each flag is written out in its resource: a default differs
// between API versions, and a parameter can be set by mistake.

import assert from 'node:assert/strict';
import { at, compiled, deployed, type Fault, type Json, ofType, type Rule, theOne } from '../template.ts';

type Flag = readonly [type: string, path: string, safe: Json, unsafe: Json];

const storage = 'Microsoft.Storage/storageAccounts';
const publishing = 'Microsoft.Web/sites/basicPublishingCredentialsPolicies';

const flags: readonly Flag[] = [
  [storage, 'properties.allowSharedKeyAccess', false, true],
  [storage, 'properties.allowBlobPublicAccess', false, true],
  [storage, 'properties.allowCrossTenantReplication', false, true],
  [storage, 'properties.defaultToOAuthAuthentication', true, false],
  [storage, 'properties.supportsHttpsTrafficOnly', true, false],
  [storage, 'properties.minimumTlsVersion', 'TLS1_2', 'TLS1_0'],
  [`${storage}/blobServices/containers`, 'properties.publicAccess', 'None', 'Blob'],
  ['Microsoft.KeyVault/vaults', 'properties.enableRbacAuthorization', true, false],
  ['Microsoft.KeyVault/vaults', 'properties.enableSoftDelete', true, false],
  ['Microsoft.Insights/components', 'properties.DisableLocalAuth', true, false],
  ['Microsoft.OperationalInsights/workspaces', 'properties.features.disableLocalAuth', true, false],
  ['Microsoft.Web/sites', 'properties.httpsOnly', true, false],
  ['Microsoft.Web/sites', 'properties.siteConfig.minTlsVersion', '1.2', '1.0'],
  ['Microsoft.Web/sites', 'properties.siteConfig.scmMinTlsVersion', '1.2', '1.0'],
  ['Microsoft.Web/sites', 'properties.siteConfig.cors.supportCredentials', false, true],
  ['Microsoft.Web/sites', 'identity.type', 'UserAssigned', 'SystemAssigned, UserAssigned'],
  [publishing, 'properties.allow', false, true],
];

/** Each flag the other way, wherever it is written. */
const flipped = flags.map(([, path, safe, unsafe]): [string, Fault] => {
  const key = path.split('.').at(-1);
  const [from, to] = [safe, unsafe].map(value => (typeof value === 'string' ? `'${value}'` : value));
  return [
    `${key} as ${unsafe}`,
    ['*', new RegExp(`\\b${key}: ${from}`), `${key}: ${to}`, new RegExp(`${path} is ${unsafe}`)],
  ];
});

export const lockdown: Rule[] = [
  {
    says: 'each flag of safety is written out in its resource',
    holds: compiled(files => {
      const declared = [...files.values()].flatMap(({ resources }) => resources);
      for (const [type, path, safe] of flags) {
        const resources = declared.filter(resource => resource.type === type);
        assert.ok(resources.length > 0, `there is no ${type}`);
        for (const resource of resources)
          assert.equal(at(resource, path), safe, `${type}: ${path} is ${at(resource, path)}`);
      }
    }),
    faults: {
      ...Object.fromEntries(flipped),
      'a flag that is not mentioned': ['host-storage', /allowSharedKeyAccess.*\n/, '', /KeyAccess is undefined/],
      'a flag by parameter': [
        'host-storage',
        /param tags object([\s\S]*)allowSharedKeyAccess: false/,
        'param tags object\nparam keys bool = false$1allowSharedKeyAccess: keys',
        /SharedKeyAccess is \[parameters/,
      ],
    },
  },
  {
    says: 'publishing by user name and password is switched off: what is not mentioned stays open',
    holds: deployed(deployment => {
      const off = ofType(deployment, publishing).map(({ name }) => name.split('/')[1]);
      assert.deepEqual(off.sort(), ['ftp', 'scm']);
    }),
    faults: {
      'no word of FTP': ['function-app', /resource ftpPublishing[^}]*\}\n {2}\}\n/, '', /-.*ftp/],
      'a lock on a condition': ['function-app', "Policies' = {", "Policies' = if (false) {", /-.*ftp/],
    },
  },
  {
    says: 'purge protection is on where it is asked for, and else not mentioned: Azure refuses false',
    holds: deployed(deployment => {
      const mentioned = at(theOne(deployment, 'Microsoft.KeyVault/vaults'), 'properties.enablePurgeProtection');
      assert.equal(mentioned ?? null, deployment.given.enablePurgeProtection ?? null);
    }),
    faults: { 'its opposite': ['vault', 'enablePurgeProtection ? true : null', 'enablePurgeProtection', /false/] },
  },
  {
    says: 'whoever reads a secret leaves a line in the workspace',
    holds: deployed(deployment => {
      const vault = theOne(deployment, 'Microsoft.KeyVault/vaults').id;
      const { id, properties } = theOne(deployment, 'Microsoft.Insights/diagnosticSettings');
      assert.ok(id.startsWith(`${vault}/`), id);
      assert.deepEqual(properties, {
        workspaceId: theOne(deployment, 'Microsoft.OperationalInsights/workspaces').id,
        logs: [{ category: 'AuditEvent', enabled: true }],
      });
    }),
    faults: { 'an audit that is off': ['vault', 'enabled: true', 'enabled: false', /enabled: false/] },
  },
];
