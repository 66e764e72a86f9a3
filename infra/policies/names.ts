// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Bicep interpolates with the same signs.

// Names: Azure takes each, no resource comes twice, and no two deployments get into each other's way.

import assert from 'node:assert/strict';
import { at, type Deployment, deployed, least, most, ofType, type Rule } from '../template.ts';

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** By type, the last part of a name as Azure takes it ("Naming rules and restrictions for Azure resources"). */
const takenNames: Readonly<Record<string, RegExp>> = {
  'Microsoft.Resources/resourceGroups': /^[\w.()-]{0,89}[\w()-]$/,
  'Microsoft.ManagedIdentity/userAssignedIdentities': /^[a-zA-Z0-9][\w-]{2,127}$/,
  'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials': /^[a-zA-Z0-9][\w-]{2,119}$/,
  'Microsoft.OperationalInsights/workspaces': /^[a-zA-Z0-9][a-zA-Z0-9-]{2,61}[a-zA-Z0-9]$/,
  'Microsoft.Insights/components': /^[\w.()-]{0,254}[\w()-]$/,
  'Microsoft.Insights/actionGroups': /^[^:<>+/&%\\?|]{0,259}[^:<>+/&%\\?|. ]$/,
  'Microsoft.Insights/scheduledQueryRules': /^[^*<>%:?+\\/{}&#]{0,259}[^*<>%:?+\\/{}&#. ]$/,
  'Microsoft.Insights/diagnosticSettings': /^[^*<>%:?+\\/{}&#]{0,259}[^*<>%:?+\\/{}&#. ]$/,
  'Microsoft.Storage/storageAccounts': /^[a-z0-9]{3,24}$/,
  'Microsoft.Storage/storageAccounts/blobServices': /^default$/,
  'Microsoft.Storage/storageAccounts/blobServices/containers': /^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$/,
  'Microsoft.Storage/storageAccounts/managementPolicies': /^default$/,
  'Microsoft.KeyVault/vaults': /^(?=.{3,24}$)[a-zA-Z][a-zA-Z0-9]*(-[a-zA-Z0-9]+)*$/,
  'Microsoft.Web/serverfarms': /^[a-zA-Z0-9-]{1,60}$/,
  'Microsoft.Web/sites': /^(?=.{2,60}$)[a-zA-Z0-9]+(-+[a-zA-Z0-9]+)*$/,
  'Microsoft.Web/sites/basicPublishingCredentialsPolicies': /^(ftp|scm)$/,
  'Microsoft.Authorization/roleDefinitions': guid,
  // A hash of ids, some of which only a deployment knows.
  'Microsoft.Authorization/roleAssignments': new RegExp(`${guid.source}|^\\[guid\\(`),
};

/** What no two deployments may share: ids, names of what is no part of another resource, and names of roles. */
function namesOf({ resources }: Deployment): string[] {
  const ownNames = resources.filter(({ id }) => id.split('/providers/').length <= 2).map(({ name }) => name);
  const roles = resources
    .map(resource => String(at(resource, 'properties.roleName') ?? ''))
    .filter(name => name !== '');
  return [...resources.map(({ id }) => id), ...ownNames, ...roles];
}

/** What is unique in all of Azure, or in a tenant. */
function globalNamesOf(deployment: Deployment): string[] {
  const types = ['Microsoft.Storage/storageAccounts', 'Microsoft.KeyVault/vaults', 'Microsoft.Web/sites'];
  const names = types.flatMap(type => ofType(deployment, type)).map(({ name }) => name);
  const roles = ofType(deployment, 'Microsoft.Authorization/roleDefinitions');
  return [...names, ...roles.map(role => String(at(role, 'properties.roleName')))];
}

function shared(one: string[], other: string[]): string[] {
  return one.filter(name => other.includes(name));
}

export const names: Rule[] = [
  {
    says: 'every name is one that Azure takes',
    holds: deployed(({ resources }) => {
      for (const { type, name } of resources) {
        const own = name.startsWith('[') ? name : name.split('/').at(-1);
        assert.match(String(own), takenNames[type] ?? /^$/, type);
      }
    }),
    faults: {
      'a long name of the vault': ['main', 'kv-${token}', 'kv-stats-of-${token}'],
      'a hyphen in a storage account': ['main', 'sthost${token}', 'st-${token}'],
      'a container in capitals': ['host-storage', "'packages'", "'Packages'"],
      'an unknown type': [
        'host-storage',
        'resource packages',
        "resource queues 'Microsoft.Storage/storageAccounts/queueServices@2025-01-01' = {\n  parent: account\n  name: 'default'\n}\n\nresource packages",
        /queueServices/,
      ],
      'a name that only the deployment knows': ['main', "'kv-${token}'", 'identity.outputs.clientId', /vaults/],
    },
  },
  {
    says: 'no resource comes twice',
    holds: deployed(({ resources }) => {
      const ids = resources.map(({ id }) => id.toLowerCase());
      assert.deepEqual(
        ids.filter((id, index) => ids.indexOf(id) !== index),
        [],
      );
    }),
    faults: {
      'one account for host and data': ['main', 'sthost${token}', 'stdata${token}', /stdata/],
      'one container for two': ['data-storage', "'${publicContainer}-private'", 'publicContainer', /containers\/stats/],
    },
  },
  {
    says: 'the deployments of two environments, such as those of two members of a household, share no name',
    holds: async template => {
      const [one, other] = await Promise.all(
        ['alice', 'bob'].map(environmentName => template.evaluate({ ...most, environmentName })),
      );
      assert.ok(one && other);
      assert.deepEqual(shared(namesOf(one), namesOf(other)), []);
    },
    faults: {
      'one resource group': ['main', 'rg-${environmentName}', 'rg-stats', /rg-stats/],
      'a fixed name': ['alerts', 'ag-${suffix}', 'ag-stats', /ag-stats/],
      'a fixed role name': ['main', ' (${token})', '', /get and set/],
      'names by the region alone': ['main', 'subscription().id, environmentName, location', 'location', /kv-/],
    },
  },
  {
    says: 'names that are unique in all of Azure differ in another subscription and in another region',
    holds: async template => {
      const here = globalNamesOf(await template.evaluate(least));
      const there = await template.evaluate(least, '00000000-0000-4000-8000-000000000003');
      const elsewhere = await template.evaluate({ ...least, location: 'eastus2' });
      assert.deepEqual([...shared(here, globalNamesOf(there)), ...shared(here, globalNamesOf(elsewhere))], []);
    },
    faults: {
      'names without the subscription': ['main', 'subscription().id, ', ''],
      'names without the region': ['main', ', location))', '))'],
    },
  },
];
