// The sources compile and lint without a word, each is used, and formatted as Bicep does it.

import assert from 'node:assert/strict';
import { deployed, type Rule } from '../template.ts';

export const sources: Rule[] = [
  {
    says: 'Bicep and its linter, by the rules of bicepconfig.json, say nothing',
    holds: async template => assert.deepEqual(await template.diagnose(), []),
    faults: {
      'a misspelt parameter': ['main', '    vaultUrl: vault', '    vaultUri: vault', /"vaultUri"/],
      'a forgotten parameter': ['main', '    vaultUrl: vault.outputs.url\n', '', /"vaultUrl"/],
      'a module that is not there': ['main', 'modules/vault.bicep', 'modules/vaults.bicep', /vaults\.bicep/],
      'a parameter without a use': ['main', 'var tags', 'param more string\nvar tags', /no-unused-params/],
      'a region of its own': ['vault', 'location: location', "location: 'westeurope'", /no-hardcoded-location/],
      'a property that the type does not know': ['vault', 'enableSoft', 'enabelSoft', /enabelSoftDelete/],
    },
  },
  {
    says: 'the evaluation leaves no module out',
    holds: deployed(({ diagnostics }) => assert.deepEqual(diagnostics, [])),
    faults: {
      'as many as only Azure knows': [
        'roles',
        /(resource appHost [^=]*= )\{([\s\S]*?\n)\}\n/,
        "$1[for part in split(appPrincipalId, '-'): {$2}]\n",
        /could not be expanded/,
      ],
    },
  },
  {
    says: 'each file is used, and formatted as `bicep format` does it',
    holds: async template => {
      const files = [...template.sources].filter(([path]) => path.endsWith('.bicep'));
      assert.deepEqual(await template.format(), new Map(files));
    },
    faults: {
      'a space too many': ['main', '  scope: group', '   scope: group', /scope/],
      'a line too many in a module': ['vault', '\nresource vault', '\n\n\nresource vault', /vault/],
      'a file that nothing uses': ['main', /\nmodule alerts [\s\S]*?\n}\n/, '', /alerts\.bicep/],
    },
  },
];
