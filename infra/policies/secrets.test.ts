import { testPolicy } from '../planted-fault.ts';
import { checkSecrets } from './secrets.ts';

const storage = 'modules/data-storage.bicep';
const vault = 'modules/vault.bicep';
const main = 'main.bicep';

testPolicy(checkSecrets, [
  [
    'a password as a parameter',
    main,
    'param syncTime',
    'param pelotonPassword string\nparam syncTime',
    /pelotonPassword is a secret/,
  ],
  [
    'a password as a secure parameter',
    main,
    'param syncTime',
    '@secure()\nparam pelotonPassword string\nparam syncTime',
    /pelotonPassword is a secret/,
  ],
  [
    'a secret in the template',
    vault,
    'resource audit',
    "resource password 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = {\n  parent: vault\n  name: 'peloton-password'\n}\nresource audit",
    /password writes a secret/,
  ],
  [
    "the telemetry's connection string as an output",
    'modules/monitoring.bicep',
    'output componentName',
    'output connectionString string = component.properties.ConnectionString\noutput componentName',
    /connectionString is a secret/,
  ],
  [
    "the telemetry's connection string under another name",
    'modules/monitoring.bicep',
    'output componentName',
    'output telemetry string = component.properties.ConnectionString\noutput componentName',
    /output telemetry holds a key/,
  ],
  [
    'a key as an output',
    storage,
    'output name string = account.name',
    'output keys string = account.listKeys().keys[0].value',
    /reads a key: listKeys/,
  ],
]);
