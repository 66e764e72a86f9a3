// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Bicep interpolates with the same signs.

import { testPolicy } from '../planted-fault.ts';
import { checkRetention } from './retention.ts';

const storage = 'modules/data-storage.bicep';

testPolicy(checkRetention, [
  ['no versions', storage, 'isVersioningEnabled: true', 'isVersioningEnabled: false', /no versions/],
  [
    'no soft delete of blobs',
    storage,
    /deleteRetentionPolicy: \{\n {6}enabled: true/,
    'deleteRetentionPolicy: {\n      enabled: false',
    /deleteRetentionPolicy is off/,
  ],
  ['a day of soft delete', storage, 'var retentionDays = 30', 'var retentionDays = 1', /deleteRetentionPolicy is off/],
  [
    'history that expires',
    storage,
    "prefixMatch: ['${privateContainer}/raw/']",
    "prefixMatch: ['${privateContainer}/raw/'\n'${publicContainer}/history/']",
    /expires more than raw answers/,
  ],
  ['everything expires', storage, /\n +prefixMatch: .*\n/, '\n', /every blob/],
  [
    'raw answers that stay',
    storage,
    "prefixMatch: ['${privateContainer}/raw/']",
    "prefixMatch: ['${privateContainer}/war/']",
    /raw answers never expire/,
  ],
  [
    'versions of days that expire',
    storage,
    "'${publicContainer}/history.json'",
    "'${publicContainer}/history/'",
    /the versions of the days expire/,
  ],
  [
    'a lifecycle rule that is off',
    storage,
    /enabled: true\n( +definition: \{\n +filters: \{\n +blobTypes: \['blockBlob'\]\n +\/\/)/,
    'enabled: false\n$1',
    /old versions never expire/,
  ],
]);
