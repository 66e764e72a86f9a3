// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Bicep interpolates with the same signs.

import { testPolicy } from '../planted-fault.ts';
import { checkRoles } from './roles.ts';

const storage = 'modules/data-storage.bicep';
const roles = 'modules/roles.bicep';
const main = 'main.bicep';

testPolicy(checkRoles, [
  [
    'a wider role on the data',
    roles,
    "var blobDataContributor = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'",
    "var blobDataContributor = 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'",
    /too wide: appPrincipalId: Storage Blob Data Owner on publicContainer/,
  ],
  [
    'a role on the whole account',
    roles,
    'scope: dataStorage::blobs::privateStats\n',
    'scope: dataStorage\n',
    /too wide: appPrincipalId: Storage Blob Data Contributor on dataStorageName/,
  ],
  [
    'a role on the whole group',
    roles,
    /(resource appTelemetry[^}]*?)\n {2}scope: component/,
    '$1',
    /too wide.*whole resource group/,
  ],
  [
    'Secrets Officer for the app',
    roles,
    "subscriptionResourceId('Microsoft.Authorization/roleDefinitions', vaultRole.name)",
    "subscriptionResourceId('Microsoft.Authorization/roleDefinitions', keyVaultSecretsOfficer)",
    /too wide: appPrincipalId: Key Vault Secrets Officer/,
  ],
  [
    'a role id of its own',
    roles,
    "'3913510d-42f4-4e42-8a64-420c390055eb'",
    "'8e3af657-a8ff-443c-a75c-2fe8c4bcb635'",
    /too wide: appPrincipalId: 8e3af657/,
  ],
  [
    'an app that may delete secrets',
    roles,
    "'Microsoft.KeyVault/vaults/secrets/setSecret/action'",
    "'Microsoft.KeyVault/vaults/secrets/setSecret/action'\n          'Microsoft.KeyVault/vaults/secrets/delete'",
    /allows Microsoft.KeyVault\/vaults\/secrets\/delete/,
  ],
  [
    'an app that may do all with secrets',
    roles,
    'secrets/setSecret/action',
    'secrets/*',
    /allows Microsoft.KeyVault\/vaults\/secrets\/\*/,
  ],
  ['management rights in the role', roles, 'actions: []', "actions: ['*']", /allows \*/],
  [
    'an app that may not set secrets',
    roles,
    "\n          'Microsoft.KeyVault/vaults/secrets/setSecret/action'",
    '',
    /does not allow .*setSecret/,
  ],
  [
    'a container that the app may not write',
    roles,
    /resource appPrivateStats[\s\S]*?\n}\n/,
    '',
    /missing: appPrincipalId: Storage Blob Data Contributor on <publicContainer>-private/,
  ],
  [
    'a third container',
    storage,
    'resource lifecycle',
    "resource more 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-01-01' = {\n  parent: blobs\n  name: 'more'\n}\nresource lifecycle",
    /may not write the container more/,
  ],
  [
    'a container that is not created',
    storage,
    "'${publicContainer}-private'",
    "'private'",
    /container <publicContainer>-private is not created/,
  ],
  [
    'a deployer without secrets',
    roles,
    /resource deployerSecrets[\s\S]*?\n}\n/,
    '',
    /missing: deployerPrincipalId: Key Vault Secrets Officer/,
  ],
  ['an assignment without a type', roles, "    principalType: 'ServicePrincipal'\n", '', /no principalType/],
  ['a fixed role name', main, ' (${token})', '', /not unique/],
  [
    'more for GitHub',
    'modules/github.bicep',
    'de139f84-1756-47ae-9be6-808fbbe84772',
    'b24988ac-6180-42a0-ab88-20f7382dd24c',
    /too wide: identity.*b24988ac/,
  ],
  [
    'a right of the app on a condition',
    'modules/roles.bicep',
    /(resource appP\w+ '[^']+' = )\{/,
    '$1if (!empty(deployerPrincipalId)) {',
    /is not always there/,
  ],
  [
    'a lock on a condition',
    'modules/function-app.bicep',
    "resource scmPublishing 'basicPublishingCredentialsPolicies' = {",
    "resource scmPublishing 'basicPublishingCredentialsPolicies' = if (false) {",
    /is not always there/,
  ],
]);
