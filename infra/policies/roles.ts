// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Bicep interpolates with the same signs.

// Who may do what, completely. A grant that is not in the list is too wide; one of it that is missing is a 403 at night: the app
// that cannot write its container, the deployer who cannot store the password.

import assert from 'node:assert/strict';
import {
  at,
  compiled,
  type Deployment,
  deployed,
  inAzure,
  listAt,
  ofType,
  type Resource,
  type Rule,
  theOne,
} from '../template.ts';

const roleNames: Readonly<Record<string, string>> = {
  'b7e6dc6d-f1e8-4753-8033-0f276bb0955b': 'Storage Blob Data Owner',
  'ba92f5b4-2d11-453d-a403-e96b0029c9fe': 'Storage Blob Data Contributor',
  '3913510d-42f4-4e42-8a64-420c390055eb': 'Monitoring Metrics Publisher',
  'b86a8fe4-44ce-4948-aee5-eccb2c155cd7': 'Key Vault Secrets Officer',
  'de139f84-1756-47ae-9be6-808fbbe84772': 'Website Contributor',
  'acdd72a7-3385-48ef-bd42-f606fba81ae7': 'Reader',
};

const toApp = [
  'id-stats: get and set secrets on kv',
  'id-stats: Storage Blob Data Contributor on stdata/default/stats',
  'id-stats: Storage Blob Data Contributor on stdata/default/stats-private',
  'id-stats: Storage Blob Data Owner on sthost', // The host makes containers of its own.
  'id-stats: Monitoring Metrics Publisher on appi',
];
const toDeployer = [
  'deployer: Key Vault Secrets Officer on kv',
  'deployer: Storage Blob Data Contributor on stdata/default/stats',
  'deployer: Storage Blob Data Contributor on stdata/default/stats-private',
];
const toGitHub = ['id-github: Website Contributor on stats', 'id-github: Reader on plan'];

/** An assignment as the lists above write it: names without the suffix that a deployment gives them. */
function describe(deployment: Deployment, assignment: Resource): string {
  const suffix = theOne(deployment, 'Microsoft.Web/sites').name.replace('stats-', '');
  const principal = String(inAzure(at(assignment, 'properties.principalId'))).replace('.principalId', '');
  const role = String(at(assignment, 'properties.roleDefinitionId')).split('/').at(-1) ?? '';
  const custom = ofType(deployment, 'Microsoft.Authorization/roleDefinitions').find(({ name }) => name === role);
  const ownName = /^Peloton stats: (.*) \(/.exec(String(at(custom, 'properties.roleName')))?.[1];
  const who = principal === deployment.given.deployerPrincipalId ? 'deployer' : principal;
  const text = `${who}: ${ownName ?? roleNames[role] ?? role} on ${scopeOf(assignment)}`;
  return text.replaceAll(`-${suffix}`, '').replaceAll(suffix, '');
}

/** The resource that an assignment is on, by name. Its id begins with it, and is an expression where the name is one. */
function scopeOf({ id }: Resource): string {
  const [, ofExpression, ofId] =
    /^\[extensionResourceId\('([^']+)'|^([^[]+)\/providers\/[^/]+\/roleAssignments\//.exec(id) ?? [];
  const [, names] = /\/providers\/[^/]+\/(.+)$/.exec(ofExpression ?? ofId ?? '') ?? [];
  return names === undefined ? `more than a resource: ${id}` : names.replace(/[^/]+\/([^/]+)/g, '$1');
}

export const roles: Rule[] = [
  {
    says: 'the app, the deployer and GitHub Actions may do this, and nothing else',
    holds: deployed(deployment => {
      const { deployerPrincipalId, githubSubject } = deployment.given;
      const granted = ofType(deployment, 'Microsoft.Authorization/roleAssignments');
      const expected = [...toApp, ...(deployerPrincipalId ? toDeployer : []), ...(githubSubject ? toGitHub : [])];
      assert.deepEqual(granted.map(grant => describe(deployment, grant)).sort(), expected.sort());
    }),
    faults: {
      'a wider role on the data': [
        'roles',
        /ba92f5b4.*'/,
        "b7e6dc6d-f1e8-4753-8033-0f276bb0955b'",
        /\+.*Owner on stdata/,
      ],
      'a role on the account': ['roles', /scope: dataStorage::.*/, 'scope: dataStorage', /\+.*Contributor on stdata'/],
      'a role on the whole group': ['roles', / {2}scope: component\n/, '', /\+.*Publisher on more than a resource/],
      'an officer': ['roles', "', vaultRole.name)", "', keyVaultSecretsOfficer)", /\+.*id-stats.*Officer/],
      'an unknown role': ['roles', '3913510d-', '3913510e-', /\+.*id-stats: 3913510e/],
      'more for GitHub': ['github', 'de139f84-', 'de139f85-', /\+.*id-github: de139f85/],
      'a container unwritten': ['roles', /resource appPrivate[\s\S]*?\n}\n/, '', /-.*id-stats.*-private/],
      'a deployer without secrets': ['roles', /resource deployerSecrets[\s\S]*?\n}\n/, '', /-.*deployer.*Officer/],
      'a right by chance': ['roles', /(resource appP\w+ .* =)/, '$1 if (!empty(deployerPrincipalId))', /-.*id-stats/],
      'an identity for GitHub in any case': ['main', ' = if (!empty(githubSubject)) {', ' = {', /\+.*id-github/],
      'the accounts crossed': ['main', 'StorageName: hostStorage', 'StorageName: dataStorage', /\+.*Owner on stdata/],
      'another identity': ['main', /(appPrincipalId:) .*/, "$1 'a'", /-.*id-stats/],
    },
  },
  {
    // Without its type Azure looks a fresh principal up in a directory that may not know it yet, and refuses.
    says: 'each assignment says of what type its principal is',
    holds: deployed(deployment => {
      const { deployerPrincipalId, deployerPrincipalType } = deployment.given;
      for (const { properties } of ofType(deployment, 'Microsoft.Authorization/roleAssignments')) {
        const isDeployers = at(properties, 'principalId') === deployerPrincipalId;
        assert.equal(at(properties, 'principalType'), isDeployers ? deployerPrincipalType : 'ServicePrincipal');
      }
    }),
    faults: {
      'one without': ['roles', "    principalType: 'ServicePrincipal'\n", '', /undefined/],
      'a group as a user': ['roles', 'principalType: deployerPrincipalType', "principalType: 'User'", /'User'/],
    },
  },
  {
    says: 'nothing depends on a condition but the rights of the deployer and of GitHub Actions',
    holds: compiled(files => {
      const conditions = [...files].flatMap(([file, { resources }]) =>
        resources.flatMap(({ type, condition }) => (condition === undefined ? [] : `${file} ${type} ${condition}`)),
      );
      assert.deepEqual([...new Set(conditions)].sort(), [
        "main Microsoft.Resources/deployments [not(empty(parameters('githubSubject')))]",
        "roles Microsoft.Authorization/roleAssignments [not(empty(parameters('deployerPrincipalId')))]",
      ]);
    }),
    faults: {
      'an audit at will': ['vault', /(resource audit .* =)/, '$1 if (enablePurgeProtection)', /\+.*vault/],
      'the opposite': ['main', '!empty(githubSubject)', 'empty(githubSubject)', /-.*githubSubject/],
    },
  },
  {
    says: 'the role of the app on the vault gets and sets secrets, and does not list, delete or purge',
    holds: deployed(deployment => {
      const role = theOne(deployment, 'Microsoft.Authorization/roleDefinitions');
      const secrets = 'Microsoft.KeyVault/vaults/secrets';
      assert.deepEqual(listAt(role, 'properties.permissions'), [
        { actions: [], dataActions: [`${secrets}/getSecret/action`, `${secrets}/setSecret/action`] },
      ]);
      const group = theOne(deployment, 'Microsoft.Resources/resourceGroups');
      assert.deepEqual(listAt(role, 'properties.assignableScopes'), [group.id]);
    }),
    faults: {
      'an app that may purge': ['roles', 'dataActions: [', "dataActions: ['Microsoft.KeyVault/vaults/purge'", /purge/],
      'an app that may do all with secrets': ['roles', 'secrets/setSecret/action', 'secrets/*', /secrets\/\*/],
      'an app that may not set secrets': ['roles', /\n.*setSecret.*/, '', /-.*setSecret/],
      'management rights': ['roles', 'actions: []', "actions: ['*']", /\+.*'\*'/],
      'a role for the whole subscription': ['roles', 'Scopes: [here]', 'Scopes: [subscription().id]', /-.*rg-/],
    },
  },
  {
    says: 'the containers are those that the app may write, and one for the packages',
    holds: deployed(deployment => {
      const containers = ofType(deployment, 'Microsoft.Storage/storageAccounts/blobServices/containers');
      const names = containers.map(({ name }) => name.replace(/^(sthost|stdata)\w+/, '$1'));
      assert.deepEqual(names.sort(), [
        'stdata/default/stats',
        'stdata/default/stats-private',
        'sthost/default/packages',
      ]);
    }),
    faults: {
      'one less': ['data-storage', /resource privateStats[\s\S]*?\n}\n/, '', /-.*-private/],
      'another name': ['data-storage', "'${publicContainer}-private'", "'private'", /\+.*default\/private/],
    },
  },
  {
    says: 'GitHub Actions is trusted for one subject alone',
    holds: deployed(deployment => {
      const type = 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials';
      const subject = deployment.given.githubSubject;
      const trusted = {
        issuer: 'https://token.actions.githubusercontent.com',
        audiences: ['api://AzureADTokenExchange'],
      };
      const found = ofType(deployment, type).map(({ properties }) => properties);
      assert.deepEqual(found, subject ? [{ ...trusted, subject }] : []);
    }),
    faults: { 'a wider subject': ['github', 'subject: subject', "subject: '${subject}*'", /\+.*\*'/] },
  },
  {
    // Azure makes at once what does not depend on each other, and an app without roles fails its first start with 403.
    says: 'the app waits for its roles',
    holds: async template => {
      const app = (await template.compile()).get('main')?.resources.find(({ name }) => name === 'function-app');
      assert.match(JSON.stringify(listAt(app, 'dependsOn')), /'Microsoft.Resources\/deployments', 'roles'/);
    },
    faults: { 'another dependency': ['main', '    roles\n  ]', '    vault\n  ]', /roles/] },
  },
];
