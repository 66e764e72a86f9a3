// The complete list of who may do what. An assignment that is not in it is too wide, one of it that is missing is a 403 at
// night: the app that cannot write its container, the deployer who cannot store the password.

import type { BicepFile, BicepValue, Declaration } from '../bicep-tree.ts';
import {
  type Findings,
  listAt,
  nameOf,
  type Placed,
  resourcesOf,
  type Template,
  textOf,
  valueAt,
} from '../template.ts';

const roleNames: Readonly<Record<string, string>> = {
  'b7e6dc6d-f1e8-4753-8033-0f276bb0955b': 'Storage Blob Data Owner',
  'ba92f5b4-2d11-453d-a403-e96b0029c9fe': 'Storage Blob Data Contributor',
  '3913510d-42f4-4e42-8a64-420c390055eb': 'Monitoring Metrics Publisher',
  'b86a8fe4-44ce-4948-aee5-eccb2c155cd7': 'Key Vault Secrets Officer',
  'de139f84-1756-47ae-9be6-808fbbe84772': 'Website Contributor',
  'acdd72a7-3385-48ef-bd42-f606fba81ae7': 'Reader',
  vaultRole: 'get and set secrets',
};

/** Principal → role → the name of what it is granted on, as the template calls it. */
const granted = [
  'appPrincipalId: get and set secrets on vaultName',
  'appPrincipalId: Storage Blob Data Contributor on publicContainer',
  'appPrincipalId: Storage Blob Data Contributor on <publicContainer>-private',
  'appPrincipalId: Storage Blob Data Owner on hostStorageName',
  'appPrincipalId: Monitoring Metrics Publisher on componentName',
  'deployerPrincipalId: Key Vault Secrets Officer on vaultName',
  'deployerPrincipalId: Storage Blob Data Contributor on publicContainer',
  'deployerPrincipalId: Storage Blob Data Contributor on <publicContainer>-private',
  'identity.properties.principalId: Website Contributor on functionAppName',
  'identity.properties.principalId: Reader on planName',
] as const;

const appDataActions = [
  'Microsoft.KeyVault/vaults/secrets/getSecret/action',
  'Microsoft.KeyVault/vaults/secrets/setSecret/action',
];

export function checkRoles(template: Template): Findings {
  const found = resourcesOf(template, 'Microsoft.Authorization/roleAssignments').map(describe);
  return [
    ...found.filter(grant => !granted.some(one => one === grant)).map(grant => `too wide: ${grant}`),
    ...granted.filter(grant => !found.includes(grant)).map(grant => `missing: ${grant}`),
    ...checkConditions(template),
    ...checkPrincipalTypes(template),
    ...checkVaultRole(template),
    ...checkContainers(template),
    ...checkRoleName(template),
  ];
}

/** Only what the deployer gets depends on something: whether there is one. All else is always there. */
function checkConditions(template: Template): Findings {
  const places = [...template.values()].flatMap(file => file.resources.map(resource => ({ file, resource })));
  return places.flatMap(place => {
    const { condition, body } = place.resource;
    const principal = textOf(valueAt(place.file, body, 'properties.principalId'));
    const isDeployers = principal === 'deployerPrincipalId' && condition?.includes('!empty(deployerPrincipalId)');
    return condition === undefined || isDeployers ? [] : [`${nameOf(place)}: is not always there`];
  });
}

function describe({ file, resource }: Placed): string {
  const principal = textOf(valueAt(file, resource.body, 'properties.principalId'));
  const definition = textOf(valueAt(file, resource.body, 'properties.roleDefinitionId'));
  const role = /^subscriptionResourceId\('Microsoft\.Authorization\/roleDefinitions', (\w+)(?:\.name)?\)$/.exec(
    definition,
  )?.[1];
  const id = role === undefined ? definition : textOf(file.variables.get(role) ?? role);
  return `${principal}: ${roleNames[id] ?? id} on ${scopeOf(file, resource)}`;
}

function scopeOf(file: BicepFile, assignment: Declaration): string {
  const symbol = textOf(assignment.body.scope);
  const target = file.resources.find(resource => resource.symbol === symbol);
  return target ? readable(target.body.name) : `the whole resource group (scope ${symbol})`;
}

/** An interpolated string as the table above writes it. */
function readable(value: BicepValue | undefined): string {
  return textOf(value)
    .replace(/\$\{(\w+)\}/g, '<$1>')
    .replaceAll("'", '');
}

/** Without its type Azure looks a fresh principal up in a directory that may not know it yet, and refuses. */
function checkPrincipalTypes(template: Template): Findings {
  return resourcesOf(template, 'Microsoft.Authorization/roleAssignments')
    .filter(({ file, resource }) => valueAt(file, resource.body, 'properties.principalType') === undefined)
    .map(place => `${nameOf(place)}: no principalType`);
}

function checkVaultRole(template: Template): Findings {
  return resourcesOf(template, 'Microsoft.Authorization/roleDefinitions').flatMap(place => {
    const { file, resource } = place;
    const permissions = listAt(file, resource.body, 'properties.permissions');
    const listed = (kind: string) => permissions.flatMap(permission => listAt(file, permission, kind)).map(textOf);
    const findings: Findings = [];
    const tooMany = [...listed('actions'), ...listed('dataActions').filter(action => !appDataActions.includes(action))];
    const missing = appDataActions.filter(action => !listed('dataActions').includes(action));
    findings.push(...tooMany.map(action => `${nameOf(place)}: allows ${action}`));
    findings.push(...missing.map(action => `${nameOf(place)}: does not allow ${action}`));
    return findings;
  });
}

/** Names of roles are unique in a tenant: a fixed one would make the second deployment there fail. */
function checkRoleName(template: Template): Findings {
  const names = [...template.values()].flatMap(file =>
    file.modules.map(module => valueAt(file, module.body, 'params.vaultRoleName')),
  );
  const given = names.filter(name => name !== undefined).map(textOf);
  return given.length === 1 && /\$\{token\}/.test(given[0] ?? '')
    ? []
    : ['the name of the vault role is not unique to the deployment'];
}

/** The two containers that roles are granted on are the two that are created. */
function checkContainers(template: Template): Findings {
  const created = [...template.values()]
    .filter(file => file.path.endsWith('data-storage.bicep'))
    .flatMap(file =>
      file.resources
        .filter(resource => resource.type.endsWith('/containers'))
        .map(resource => readable(valueAt(file, resource.body, 'name'))),
    );
  const grantedOn = granted.filter(grant => grant.startsWith('app') && grant.includes('Contributor'));
  return [
    ...grantedOn
      .map(grant => grant.split(' on ')[1] ?? '')
      .filter(name => !created.includes(name))
      .map(name => `the container ${name} is not created`),
    ...created
      .filter(name => !grantedOn.some(grant => grant.endsWith(` on ${name}`)))
      .map(name => `the app may not write the container ${name}`),
  ];
}
