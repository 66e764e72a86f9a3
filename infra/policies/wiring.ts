// How main.bicep puts the modules together: what the compiler would say about parameters, and what it would not say about
// order and sameness.

import type { BicepFile, Module } from '../bicep-tree.ts';
import { type Findings, isObject, type Template, textOf, valueAt } from '../template.ts';

/** Parameters that must be handed the very same thing everywhere, by name. */
const wires: Readonly<Record<string, string>> = {
  publicContainer: 'publicContainer',
  appPrincipalId: 'identity.outputs.principalId',
  identityId: 'identity.outputs.id',
  identityClientId: 'identity.outputs.clientId',
  hostStorageName: 'hostStorage.outputs.name',
  dataStorageName: 'dataStorage.outputs.name',
  dataBlobUrl: 'dataStorage.outputs.blobUrl',
  vaultName: 'vault.outputs.name',
  vaultUrl: 'vault.outputs.url',
  componentName: 'monitoring.outputs.componentName',
};
const neededParameters = [
  'location',
  'syncTime',
  'syncTimeZone',
  'alertEmail',
  'instanceMemoryMB',
  'enablePurgeProtection',
];
const neededOutputs = ['PUBLIC_URL', 'AZURE_KEY_VAULT_NAME', 'AZURE_FUNCTION_APP_NAME', 'AZURE_RESOURCE_GROUP'];

export function checkWiring(template: Template): Findings {
  const main = template.get('main.bicep');
  if (!main) return ['there is no main.bicep'];
  return [
    ...main.modules.flatMap(module => checkModule(template, main, module)),
    ...checkOrder(main),
    ...main.parameters
      .filter(({ decorators }) => !decorators.get('description'))
      .map(({ name }) => `main.bicep: ${name} has no description`),
    ...neededParameters
      .filter(name => !main.parameters.some(parameter => parameter.name === name))
      .map(name => `main.bicep: no parameter ${name}`),
    ...neededOutputs.filter(name => !main.outputs.has(name)).map(name => `main.bicep: no output ${name}`),
  ];
}

function checkModule(template: Template, main: BicepFile, module: Module): Findings {
  const target = template.get(module.path);
  if (!target) return [`main.bicep: ${module.symbol} has no file ${module.path}`];
  const params = valueAt(main, module.body, 'params');
  const given = isObject(params) ? params : {};
  const taken = target.parameters;
  return [
    ...Object.keys(given)
      .filter(name => !taken.some(parameter => parameter.name === name))
      .map(name => `${module.path} takes no ${name}`),
    ...taken
      .filter(({ name, isOptional }) => !isOptional && !Object.hasOwn(given, name))
      .map(({ name }) => `${module.path} is not given ${name}`),
    ...Object.entries(given)
      .filter(([name, value]) => wires[name] !== undefined && textOf(value) !== wires[name])
      .filter(([name]) => !wires[name]?.startsWith(`${module.symbol}.`)) // the module that makes the thing is told its name
      .map(([name, value]) => `${module.path}: ${name} is ${textOf(value)}, not ${wires[name]}`),
  ];
}

/** Azure makes what does not depend on each other at once; an app without roles fails its first start. */
function checkOrder(main: BicepFile): Findings {
  const app = main.modules.find(module => module.path.endsWith('function-app.bicep'));
  const before = app?.body.dependsOn;
  const isAfterRoles = Array.isArray(before) && before.map(textOf).includes('roles');
  return isAfterRoles ? [] : ['main.bicep: the function app does not wait for the roles'];
}
