import { testPolicy } from '../planted-fault.ts';
import { checkLockdown } from './lockdown.ts';

const storage = 'modules/data-storage.bicep';
const host = 'modules/host-storage.bicep';
const app = 'modules/function-app.bicep';
const vault = 'modules/vault.bicep';

testPolicy(checkLockdown, [
  [
    'a shared key',
    storage,
    'allowSharedKeyAccess: false',
    'allowSharedKeyAccess: true',
    /data-storage.*allowSharedKeyAccess is true/,
  ],
  ['a shared key on the host', host, '    allowSharedKeyAccess: false\n', '', /host-storage.*allowSharedKeyAccess/],
  [
    'a shared key by parameter',
    storage,
    'allowSharedKeyAccess: false',
    'allowSharedKeyAccess: allowKeys',
    /allowSharedKeyAccess is allowKeys/,
  ],
  ['public blobs', storage, 'allowBlobPublicAccess: false', 'allowBlobPublicAccess: true', /allowBlobPublicAccess/],
  [
    'a public container',
    storage,
    "publicAccess: 'None'",
    "publicAccess: 'Blob'",
    /publicStats: properties.publicAccess is Blob/,
  ],
  ['old TLS of storage', host, 'TLS1_2', 'TLS1_0', /minimumTlsVersion is TLS1_0/],
  [
    'http to storage',
    storage,
    'supportsHttpsTrafficOnly: true',
    'supportsHttpsTrafficOnly: false',
    /supportsHttpsTrafficOnly/,
  ],
  ['http to the app', app, 'httpsOnly: true', 'httpsOnly: false', /httpsOnly is false/],
  [
    'old TLS of the app',
    app,
    "    minTlsVersion: '1.2'",
    "    minTlsVersion: '1.0'",
    /siteConfig.minTlsVersion is 1.0/,
  ],
  [
    'publishing by password',
    app,
    "name: 'scm'\n    properties: { allow: false }",
    "name: 'scm'\n    properties: { allow: true }",
    /scmPublishing: properties.allow is true/,
  ],
  ['FTP publishing not mentioned', app, "name: 'ftp'", "name: 'scm'", /publishing by ftp/],
  [
    'access policies instead of roles',
    vault,
    'enableRbacAuthorization: true',
    'enableRbacAuthorization: false',
    /enableRbacAuthorization/,
  ],
  ['no soft delete of the vault', vault, 'enableSoftDelete: true', 'enableSoftDelete: false', /enableSoftDelete/],
  [
    'telemetry by key',
    'modules/monitoring.bicep',
    'DisableLocalAuth: true',
    'DisableLocalAuth: false',
    /DisableLocalAuth/,
  ],
  ['cookies across sites', app, 'supportCredentials: false', 'supportCredentials: true', /supportCredentials/],
]);
