// No secret passes through the deployment: not as a parameter (not even a secure one: azd keeps it, and every deployment would
// overwrite a rotated password), not as a resource, not out of a key, not as an output. The record of a deployment shows them
// to every reader of the resource group.

import assert from 'node:assert/strict';
import { at, compiled, deployed, ofType, type Rule } from '../template.ts';

const secretName = /password|passwd|secret|credential|connection_?string|api_?key|access_?key|account_?key|sas|token/i;
const keyCall = /\b(list\w*|getSecret)\(/gi;
const keyValue = /AccountKey|\.keys\[|ConnectionString|InstrumentationKey/i;
const password = `resource password 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = {
  parent: vault
  name: 'peloton-password'
  properties: { value: 'a' }
}
`;
const telemetry = 'string = component.properties.ConnectionString\noutput componentName';

export const secrets: Rule[] = [
  {
    says: 'no parameter and no output is a secret, by its name or its type',
    holds: compiled(files => {
      for (const [file, { parameters, outputs = {} }] of files)
        for (const [name, { type }] of Object.entries({ ...parameters, ...outputs })) {
          assert.doesNotMatch(name, secretName, `${file}: ${name}`);
          assert.doesNotMatch(String(type), /secure/i, `${file}: ${name}`);
        }
    }),
    faults: {
      'a password': ['main', 'var tags', "param pelotonPassword string = ''\nvar tags", /pelotonPassword/],
      'a secure parameter': ['main', 'var tags', '@secure()\nparam peloton string\nvar tags', /peloton/],
      "the telemetry's": [
        'monitoring',
        'output componentName',
        `output connectionString ${telemetry}`,
        /connectionStr/,
      ],
    },
  },
  {
    says: 'no key is read, and none is an output or handed to a module',
    holds: compiled(files => {
      assert.deepEqual(JSON.stringify([...files]).match(keyCall) ?? [], []);
      for (const [file, { outputs = {}, resources }] of files)
        for (const shown of [outputs, ...resources.map(resource => at(resource, 'properties.parameters') ?? {})])
          assert.doesNotMatch(JSON.stringify(shown), keyValue, `${file}: ${JSON.stringify(shown)}`);
    }),
    faults: {
      "the telemetry's": ['monitoring', 'output componentName', `output telemetry ${telemetry}`, /ConnectionString/],
      'a key of the store': ['data-storage', '= account.name', '= account.listKeys().keys[0].value', /listKeys/],
      'a key of the app': ['function-app', '= plan.name', "= listKeys(app.id, '2024-11-01').default", /listKeys/],
    },
  },
  {
    says: 'the template writes no secret into the vault',
    holds: deployed(deployment => assert.deepEqual(ofType(deployment, 'Microsoft.KeyVault/vaults/secrets'), [])),
    faults: {
      'a password': ['vault', 'resource audit', `${password}resource audit`, /vaults\/secrets/],
    },
  },
];
