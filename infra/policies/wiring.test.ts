import { testPolicy } from '../planted-fault.ts';
import { checkWiring } from './wiring.ts';

const main = 'main.bicep';

testPolicy(checkWiring, [
  ['an app before its roles', main, / {2}dependsOn: \[\n {4}roles\n {2}\]\n/, '', /does not wait for the roles/],
  ['another dependency instead', main, '    roles\n  ]', '    vault\n  ]', /does not wait for the roles/],
  ['a parameter without a description', main, /@description\('Local time[^\n]*\n/, '', /syncTime has no description/],
  ['a misspelt parameter', main, '    vaultUrl: vault', '    vaultUri: vault', /takes no vaultUri/],
  ['a forgotten parameter', main, '    vaultUrl: vault.outputs.url\n', '', /is not given vaultUrl/],
  [
    'crossed accounts',
    main,
    'hostStorageName: hostStorage.outputs.name',
    'hostStorageName: dataStorage.outputs.name',
    /hostStorageName is dataStorage/,
  ],
  [
    'another account for the host',
    main,
    /hostStorageName: hostStorage.outputs.name\n( +packageContainerUrl)/,
    'hostStorageName: dataStorage.outputs.name\n$1',
    /function-app.bicep: hostStorageName is dataStorage/,
  ],
  [
    'another container for the app',
    main,
    /publicContainer: publicContainer\n( +vaultUrl)/,
    "publicContainer: 'stat'\n$1",
    /publicContainer is stat,/,
  ],
  ['a module that is not there', main, 'modules/vault.bicep', 'modules/vaults.bicep', /no file modules\/vaults/],
  ['no public URL', main, 'output PUBLIC_URL', 'output URL', /no output PUBLIC_URL/],
]);
