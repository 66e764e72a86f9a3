// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Bicep interpolates with the same signs.

// Who may do what, completely. A grant that is not in the list is too wide; one of it that is missing is a 403 at night: the app
// that cannot write its container, the deployer who cannot store the password.

import assert from 'node:assert/strict';
import {
  at,
  type Deployment,
  deployed,
  inAzure,
  listAt,
  ofType,
  type Resource,
  type Rule,
  theOne,
} from '../template.ts';

const main = 'main.bicep';
const roleFile = 'modules/roles.bicep';

const builtIn: Readonly<Record<string, string>> = {
  'b7e6dc6d-f1e8-4753-8033-0f276bb0955b': 'Storage Blob Data Owner',
  'ba92f5b4-2d11-453d-a403-e96b0029c9fe': 'Storage Blob Data Contributor',
  '3913510d-42f4-4e42-8a64-420c390055eb': 'Monitoring Metrics Publisher',
  'b86a8fe4-44ce-4948-aee5-eccb2c155cd7': 'Key Vault Secrets Officer',
  'de139f84-1756-47ae-9be6-808fbbe84772': 'Website Contributor',
  'acdd72a7-3385-48ef-bd42-f606fba81ae7': 'Reader',
};

const always = [
  'id-stats (ServicePrincipal): get and set secrets on kv',
  'id-stats (ServicePrincipal): Storage Blob Data Contributor on stdata/default/stats',
  'id-stats (ServicePrincipal): Storage Blob Data Contributor on stdata/default/stats-private',
  // The host makes containers of its own.
  'id-stats (ServicePrincipal): Storage Blob Data Owner on sthost',
  'id-stats (ServicePrincipal): Monitoring Metrics Publisher on appi',
];
const withDeployer = [
  'deployer (ServicePrincipal): Key Vault Secrets Officer on kv',
  'deployer (ServicePrincipal): Storage Blob Data Contributor on stdata/default/stats',
  'deployer (ServicePrincipal): Storage Blob Data Contributor on stdata/default/stats-private',
];
const withGitHub = [
  'id-github (ServicePrincipal): Website Contributor on stats',
  'id-github (ServicePrincipal): Reader on plan',
];

/** An assignment as the lists above write it, names without the suffix that a deployment gives them. */
function describe(deployment: Deployment, assignment: Resource): string {
  const { given } = deployment;
  const suffix = theOne(deployment, 'Microsoft.Web/sites').name.replace('stats', '');
  const principal = String(inAzure(at(assignment, 'properties.principalId'))).replace('.principalId', '');
  const role = String(at(assignment, 'properties.roleDefinitionId')).split('/').at(-1) ?? '';
  const custom = ofType(deployment, 'Microsoft.Authorization/roleDefinitions').find(({ name }) => name === role);
  const ownName = /^Peloton stats: (.*) \(/.exec(String(at(custom, 'properties.roleName')))?.[1];
  const who = principal === given.deployerPrincipalId ? 'deployer' : principal;
  // Without its type Azure looks a fresh principal up in a directory that may not know it yet, and refuses.
  const type = at(assignment, 'properties.principalType');
  const text = `${who} (${type}): ${ownName ?? builtIn[role] ?? role} on ${scopeOf(assignment)}`;
  return text.replaceAll(suffix, '').replaceAll(suffix.slice(1), '');
}

/** What an assignment is on, by name: it is in the id, which is an expression where the name is one. */
function scopeOf({ id }: Resource): string {
  const scope = /^\[extensionResourceId\('([^']+)'|^([^[]+)\/providers\/Microsoft\.Authorization\//.exec(id);
  const path = scope?.[1] ?? scope?.[2] ?? '';
  const [, names] = /\/providers\/[\w.]+\/(.+)$/.exec(path) ?? [];
  return names === undefined
    ? `more than a resource: ${id}`
    : names
        .split('/')
        .filter((_, index) => index % 2 === 1)
        .join('/');
}

export const roles: Rule[] = [
  {
    says: 'the app, the deployer and GitHub Actions may do this, and nothing else',
    holds: deployed(deployment => {
      const { given } = deployment;
      const granted = ofType(deployment, 'Microsoft.Authorization/roleAssignments');
      const expected = [
        ...always,
        ...(given.deployerPrincipalId ? withDeployer : []),
        ...(given.githubSubject ? withGitHub : []),
      ];
      assert.deepEqual(granted.map(grant => describe(deployment, grant)).sort(), expected.sort());
    }),
    faults: {
      'a wider role on the data': [
        roleFile,
        'ba92f5b4-2d11-453d-a403-e96b0029c9fe',
        'b7e6dc6d-f1e8-4753-8033-0f276bb0955b',
        /\+.*Data Owner on stdata/,
      ],
      'a role on the whole account': [
        roleFile,
        'scope: dataStorage::blobs::privateStats\n',
        'scope: dataStorage\n',
        /\+.*Contributor on stdata'/,
      ],
      'a role on the whole group': [
        roleFile,
        /(resource appTelemetry[^}]*?)\n {2}scope: component/,
        '$1',
        /more than a resource/,
      ],
      'Secrets Officer for the app': [
        roleFile,
        "roleDefinitions', vaultRole.name)",
        "roleDefinitions', keyVaultSecretsOfficer)",
        /\+.*id-stats.*Officer/,
      ],
      'a role id of its own': [
        roleFile,
        '3913510d-42f4-4e42-8a64-420c390055eb',
        '8e3af657-a8ff-443c-a75c-2fe8c4bcb635',
        /\+.*8e3af657/,
      ],
      'a container that the app may not write': [
        roleFile,
        /resource appPrivateStats[\s\S]*?\n}\n/,
        '',
        /-.*stats-private/,
      ],
      'a deployer without secrets': [roleFile, /resource deployerSecrets[\s\S]*?\n}\n/, '', /-.*deployer.*Officer/],
      'an assignment without a type': [roleFile, "    principalType: 'ServicePrincipal'\n", '', /\(undefined\)/],
      'more for GitHub': [
        'modules/github.bicep',
        'de139f84-1756-47ae-9be6-808fbbe84772',
        'b24988ac-6180-42a0-ab88-20f7382dd24c',
        /id-github.*b24988ac/,
      ],
      'a right of the app on a condition': [
        roleFile,
        /(resource appP\w+ '[^']+' = )\{/,
        '$1if (!empty(deployerPrincipalId)) {',
        /-.*id-stats/,
      ],
      "GitHub's identity for everybody": [main, ' = if (!empty(githubSubject)) {', ' = {', /id-github/],
      'crossed accounts': [
        main,
        'hostStorageName: hostStorage.outputs.name',
        'hostStorageName: dataStorage.outputs.name',
        /Owner on stdata/,
      ],
      'another identity': [
        main,
        'appPrincipalId: identity.outputs.principalId',
        'appPrincipalId: deployerPrincipalId',
        /id-stats/,
      ],
    },
  },
  {
    says: 'the role of the app on the vault gets and sets secrets, and does not list, delete or purge',
    holds: deployed(deployment => {
      const role = theOne(deployment, 'Microsoft.Authorization/roleDefinitions');
      assert.deepEqual(listAt(role, 'properties.permissions'), [
        {
          actions: [],
          dataActions: [
            'Microsoft.KeyVault/vaults/secrets/getSecret/action',
            'Microsoft.KeyVault/vaults/secrets/setSecret/action',
          ],
        },
      ]);
      const group = theOne(deployment, 'Microsoft.Resources/resourceGroups');
      assert.deepEqual(listAt(role, 'properties.assignableScopes'), [group.id]);
    }),
    faults: {
      'an app that may delete secrets': [
        roleFile,
        "setSecret/action'",
        "setSecret/action'\n          'Microsoft.KeyVault/vaults/secrets/delete'",
        /secrets\/delete/,
      ],
      'an app that may do all with secrets': [roleFile, 'secrets/setSecret/action', 'secrets/*', /secrets\/\*/],
      'management rights': [roleFile, 'actions: []', "actions: ['*']", /'\*'/],
      'an app that may not set secrets': [
        roleFile,
        "\n          'Microsoft.KeyVault/vaults/secrets/setSecret/action'",
        '',
        /setSecret/,
      ],
      'a role for the whole subscription': [
        roleFile,
        'assignableScopes: [here]',
        'assignableScopes: [subscription().id]',
      ],
    },
  },
  {
    says: 'the containers are those that the app may write, and one for the packages',
    holds: deployed(deployment => {
      const containers = ofType(deployment, 'Microsoft.Storage/storageAccounts/blobServices/containers');
      const names = containers.map(({ name }) => name.replace(/^(st\w{4})\w+/, '$1'));
      assert.deepEqual(names.sort(), [
        'stdata/default/stats',
        'stdata/default/stats-private',
        'sthost/default/packages',
      ]);
    }),
    faults: {
      'a third container': [
        'modules/data-storage.bicep',
        'resource lifecycle',
        "resource more 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-01-01' = {\n  parent: blobs\n  name: 'more'\n}\nresource lifecycle",
        /more/,
      ],
      'a container under another name': [
        'modules/data-storage.bicep',
        "'${publicContainer}-private'",
        "'private'",
        /private/,
      ],
    },
  },
  {
    says: 'GitHub Actions is trusted for one subject alone',
    holds: deployed(deployment => {
      const credentials = ofType(
        deployment,
        'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials',
      );
      const { githubSubject } = deployment.given;
      const trusted = {
        issuer: 'https://token.actions.githubusercontent.com',
        audiences: ['api://AzureADTokenExchange'],
      };
      assert.deepEqual(
        credentials.map(({ properties }) => properties),
        githubSubject ? [{ ...trusted, subject: githubSubject }] : [],
      );
    }),
    faults: { 'any subject': ['modules/github.bicep', 'subject: subject', "subject: '${subject}*'", /\*'/] },
  },
  {
    // Azure makes at once what does not depend on each other, and an app without roles fails its first start with 403.
    says: 'the app waits for its roles',
    holds: async template => {
      const app = (await template.compile()).get('main')?.resources.find(({ name }) => name === 'function-app');
      assert.match(JSON.stringify(listAt(app, 'dependsOn')), /'Microsoft.Resources\/deployments', 'roles'/);
    },
    faults: {
      'an app before its roles': [main, / {2}dependsOn: \[\n {4}roles\n {2}\]\n/, ''],
      'another dependency instead': [main, '    roles\n  ]', '    vault\n  ]'],
    },
  },
];
