import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BlobServiceClient } from '@azure/storage-blob';
import * as fc from 'fast-check';
import {
  isLoopback,
  readConfig as readConfigWith,
  readPublicUrl,
  readSchedule,
  readStorageConfig,
  type Settings,
  settingNames,
} from './config.ts';
import { StatsError } from './errors.ts';
import { findTimeZone } from './stats/time-zones.ts';

const readConfig = (settings: Settings) => readConfigWith(settings, findTimeZone);

const connectionString = [
  'DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=YWJj',
  'BlobEndpoint=http://127.0.0.1:10000/devstoreaccount1;',
].join(';');
const good = {
  KEY_VAULT_URL: 'https://stats.vault.azure.net',
  STORAGE_ACCOUNT_URL: 'https://stats.blob.core.windows.net',
};

/** The faults of the one error that a reader of settings throws; none where it throws none. */
function faultsOf(settings: Settings, read: (settings: Settings) => unknown = readConfig): string[] {
  try {
    read(settings);
    return [];
  } catch (error) {
    assert.ok(error instanceof StatsError && error.code === 'config', `${error}`);
    assert.match(error.message, /^Settings: .*\.$/);
    return error.message.slice('Settings: '.length, -1).split('; ');
  }
}

test('two settings are enough; the rest has the defaults of Peloton’s own clients', () => {
  assert.deepEqual(readConfig(good), {
    vault: { url: 'https://stats.vault.azure.net', identity: { kind: 'developer' } },
    storage: {
      access: { accountUrl: 'https://stats.blob.core.windows.net', identity: { kind: 'developer' } },
      publicContainer: 'stats',
      privateContainer: 'stats-private',
    },
    schedule: { hour: 8, minute: 0, timeZone: 'UTC' },
    workouts: 'days',
    peloton: {
      apiUrl: 'https://api.onepeloton.com',
      authUrl: 'https://auth.onepeloton.com',
      signIn: 'auto',
      userAgent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:153.0) Gecko/20100101 Firefox/153.0',
      appClientId: 'mgsmWCD0A8Qn6uz6mmqI6qeBNHH9IPwS',
      appScope: 'offline_access openid',
      clientId: 'WVoJxVDdPoFx4RNewvvg6ch2mZ7bwnsM',
      redirectUri: 'https://members.onepeloton.com/callback',
      scope: 'offline_access openid peloton-api.members:default',
      audience: 'https://api.onepeloton.com/',
      tenant: 'peloton-prod',
      connection: 'pelo-user-password',
      overviewVersion: undefined,
    },
  });
});

test('a name that hardly differs from a setting is named with the one that is meant', () => {
  const misspelt = {
    SYNC_TIMEZONE: 'SYNC_TIME_ZONE',
    sync_time: 'SYNC_TIME',
    SYNC_TIME_ZOEN: 'SYNC_TIME_ZONE',
    PUBLICURL: 'PUBLIC_URL',
    PELOTON_SIGNIN: 'PELOTON_SIGN_IN',
    'STATS-CONTAINERS': 'STATS_CONTAINER',
  };
  assert.deepEqual(
    faultsOf({ ...good, ...misspelt }),
    Object.entries(misspelt).map(
      ([name, meant]) => `${name} is no setting: ${meant} is probably meant (rename or remove the first)`,
    ),
  );
  assert.deepEqual(faultsOf({ ...good, SYNC_TIMEZONE: ' ' }), [], 'empty is unset');
});

test('names of others are theirs: the platform’s, other programs’, and those of our own commands', () => {
  const foreign =
    'PATH TZ PORT HOME SYNC_TIMEOUT STORAGE_ACCOUNT_NAME STORAGE_ACCOUNT_KEY KEY_VAULT_NAME AZURE_TENANT_ID AZURE_CLIENT_SECRET AZURE_ENV_NAME AZURE_LOCATION WEBSITE_HOSTNAME WEBSITE_SITE_NAME FUNCTIONS_WORKER_RUNTIME AzureWebJobsStorage__accountName IDENTITY_ENDPOINT APPLICATIONINSIGHTS_CONNECTION_STRING PELOTON_USERNAME PELOTON_PASSWORD PELOTON_USER_ID STATS_NODE_VERSION STATS_INSTANCE_MEMORY_MB ALERT_EMAIL LOG_ANALYTICS_WORKSPACE_ID';
  assert.deepEqual(faultsOf({ ...good, ...Object.fromEntries(foreign.split(' ').map(name => [name, 'x'])) }), []);
});

test('every setting reaches the place it is for', () => {
  const { schedule, storage, peloton } = readConfig({
    ...good,
    ...{ STATS_CONTAINER: 'rider-2', SYNC_TIME: '23:59', SYNC_TIME_ZONE: 'Australia/Lord_Howe' },
    ...{ PELOTON_API_URL: 'https://api.example.com/', PELOTON_AUTH_URL: 'http://localhost:7073' },
    ...{ PELOTON_SIGN_IN: 'session', PELOTON_CLIENT_ID: 'a', PELOTON_REDIRECT_URI: 'https://example.com/back' },
    ...{ PELOTON_SCOPE: 'b', PELOTON_AUDIENCE: 'c', PELOTON_TENANT: 'd', PELOTON_CONNECTION: 'e' },
    ...{ PELOTON_APP_CLIENT_ID: 'f', PELOTON_APP_SCOPE: 'g', PELOTON_USER_AGENT: 'Agent/1.0 (h)' },
    PELOTON_OVERVIEW_VERSION: '2',
  });
  assert.deepEqual(schedule, { hour: 23, minute: 59, timeZone: 'Australia/Lord_Howe' });
  assert.deepEqual([storage.publicContainer, storage.privateContainer], ['rider-2', 'rider-2-private']);
  assert.deepEqual(peloton, {
    ...{ apiUrl: 'https://api.example.com', authUrl: 'http://localhost:7073', signIn: 'session', clientId: 'a' },
    ...{ redirectUri: 'https://example.com/back', scope: 'b', audience: 'c', tenant: 'd', connection: 'e' },
    ...{ appClientId: 'f', appScope: 'g', userAgent: 'Agent/1.0 (h)' },
    overviewVersion: '2',
  });
});

test('oauth is another name of auto', () => {
  const signIn = (way: string) => readConfig({ ...good, PELOTON_SIGN_IN: way }).peloton.signIn;
  assert.deepEqual(['oauth', 'auto', 'web', 'app'].map(signIn), ['auto', 'auto', 'web', 'app']);
});

test('a time zone is the database’s own spelling of it, whoever reads it', () => {
  const schedule = { hour: 7, minute: 0, timeZone: 'Asia/Kolkata' };
  const settings = { ...good, SYNC_TIME: '07:00', SYNC_TIME_ZONE: ' asia/KOLKATA ' };
  assert.deepEqual(readConfig(settings).schedule, schedule);
  assert.deepEqual(readSchedule(settings, findTimeZone), schedule);
});

test('a time zone that only the engine takes is a fault like any other, with the zones that were meant', () => {
  const likely = 'SYNC_TIME_ZONE must be an IANA time zone, such as Europe/London or Asia/Dhaka';
  const settings = { ...good, SYNC_TIME: '25:00', SYNC_TIME_ZONE: 'BST' };
  assert.deepEqual(faultsOf(settings), [`SYNC_TIME ${malformed.SYNC_TIME?.fault}`, likely]);
  assert.deepEqual(
    faultsOf({ SYNC_TIME_ZONE: 'bst' }, each => readSchedule(each, findTimeZone)),
    [likely],
  );
});

test('an empty setting is an unset one, and spaces around a value are not part of it', () => {
  const empty = Object.fromEntries(settingNames.map(name => [name, ' ']));
  assert.deepEqual(readConfig({ ...empty, ...good }), readConfig(good));
  assert.deepEqual(readConfig({ ...good, KEY_VAULT_URL: ' https://stats.vault.azure.net/\n' }), readConfig(good));
});

/** For each setting that can be malformed: values that are, each with a canary, and the fault they are named by. */
const malformed: Record<string, { values: string[]; fault: string }> = {
  KEY_VAULT_URL: {
    values: [
      'canary',
      'http://canary.example.com',
      'ftp://canary',
      'https://u:canary@example.com',
      'https://a/?canary',
    ],
    fault: 'must be an https URL (http for loopback only)',
  },
  STORAGE_ACCOUNT_URL: { values: ['https://example.com/canary'], fault: 'must be an origin, without a path' },
  STATS_CONTAINER: {
    values: ['CANARY', 'ca', 'canary--x', '-canary', 'canary_x', `canary${'x'.repeat(50)}`, '$canary'],
    fault: 'must be a container name of 3 to 55 characters: a-z, 0-9, single hyphens',
  },
  SYNC_TIME: {
    values: ['25:00', '24:00', '8:00', '08:60', '0800', '08:00:00', 'canary', '08:00 canary', '-1:00'],
    fault: 'must be a local time of day from 00:00 to 23:59, such as 08:00',
  },
  SYNC_TIME_ZONE: {
    values: ['Mars/Canary', '+10:00', 'UTC+1', 'canary', '../../etc', 'Z', 'Factory'],
    fault: 'must be an IANA time zone, such as Europe/Berlin',
  },
  PUBLIC_URL: {
    values: ['http://canary.example.com', 'canary.example.com', 'javascript:canary', 'http://127.0.0.1.canary.com'],
    fault: 'must be an https URL (http for loopback only)',
  },
  PELOTON_API_URL: { values: ['https://example.com/canary'], fault: 'must be an origin, without a path' },
  PELOTON_AUTH_URL: { values: ['http://canary'], fault: 'must be an https URL (http for loopback only)' },
  PELOTON_SIGN_IN: { values: ['canary', 'OAuth'], fault: 'must be auto, web, app or session' },
  PELOTON_USER_AGENT: { values: ['canary – ü', 'canary\r\nX: y'], fault: 'must be printable ASCII' },
  PELOTON_REDIRECT_URI: { values: ['canary'], fault: 'must be an https URL (http for loopback only)' },
  PELOTON_OVERVIEW_VERSION: { values: ['3', 'canary'], fault: 'must be 1 or 2' },
  WORKOUTS: { values: ['canary', 'Days', 'on', 'none'], fault: 'must be days, classes or off' },
};

test('a malformed setting is named with what it must be, and its value is never repeated', () => {
  for (const [name, { values, fault }] of Object.entries(malformed)) {
    for (const value of values) assert.deepEqual(faultsOf({ ...good, [name]: value }), [`${name} ${fault}`], value);
  }
});

test('all faults of all settings are in one error', () => {
  const settings = Object.fromEntries(Object.entries(malformed).map(([name, { values }]) => [name, values[0]]));
  const faults = faultsOf({ ...settings, STORAGE_CONNECTION_STRING: 'AccountKey=canary' });
  assert.deepEqual(faults, [
    ...Object.entries(malformed).flatMap(([name, { fault }]) => [
      `${name} ${fault}`,
      ...(name === 'STORAGE_ACCOUNT_URL' ? ['STORAGE_CONNECTION_STRING must be a blob storage connection string'] : []),
    ]),
    'one of STORAGE_ACCOUNT_URL and STORAGE_CONNECTION_STRING must be set, and not both',
  ]);
  assert.doesNotMatch(faults.join(), /canary/i);
});

test('what is missing is said, and so are two stores', () => {
  const store = 'one of STORAGE_ACCOUNT_URL and STORAGE_CONNECTION_STRING must be set, and not both';
  assert.deepEqual(faultsOf({}), ['KEY_VAULT_URL is missing', store]);
  assert.deepEqual(faultsOf({ ...good, STORAGE_CONNECTION_STRING: connectionString }), [store]);
  assert.deepEqual(faultsOf({}, readStorageConfig), [store]);
});

test('a GET needs the storage settings alone, whatever is wrong with the others', () => {
  const others = { KEY_VAULT_URL: 'canary', SYNC_TIME: '25:00', SYNC_TIME_ZONE: 'Mars/Canary', PELOTON_SIGN_IN: 'x' };
  assert.deepEqual(readStorageConfig({ ...good, ...others }), readConfig(good).storage);
  assert.deepEqual(faultsOf({ ...good, STATS_CONTAINER: 'X' }, readStorageConfig).length, 1);
});

test('http is for this machine only', () => {
  for (const host of ['localhost', 'localhost:7072', '127.0.0.1', '127.1.2.3:1', '[::1]:7072', 'vault.localhost']) {
    assert.deepEqual(faultsOf({ ...good, KEY_VAULT_URL: `http://${host}` }), [], host);
  }
  const others = [
    '10.0.0.1',
    '0.0.0.0',
    '169.254.169.254',
    'localhost.example.com',
    '127.0.0.1.nip.io',
    '[::2]',
    '[fe80::1]',
  ];
  for (const host of others) assert.equal(faultsOf({ ...good, KEY_VAULT_URL: `http://${host}` }).length, 1, host);
  assert.ok(isLoopback('http://0x7f000001/'), 'as the URL standard reads it');
});

test('the service is its managed identity where the platform offers one, the developer elsewhere, nobody on loopback', () => {
  const identities = (settings: Settings) => {
    const { vault, storage } = readConfig(settings);
    return [vault.identity, 'identity' in storage.access && storage.access.identity];
  };
  const platform = { IDENTITY_ENDPOINT: 'http://169.254.1.1/token' };
  const managed = (clientId?: string) => ({ kind: 'managed', clientId });
  assert.deepEqual(identities({ ...good, ...platform }), [managed(), managed()]);
  assert.deepEqual(identities({ ...good, ...platform, AZURE_CLIENT_ID: ' id ' }), [managed('id'), managed('id')]);
  const loopback = { KEY_VAULT_URL: 'http://127.0.0.1:7072', STORAGE_ACCOUNT_URL: 'http://127.0.0.1:10000' };
  assert.deepEqual(identities(loopback), [{ kind: 'loopback' }, { kind: 'loopback' }]);
  assert.deepEqual(identities({ ...loopback, ...platform }), [managed(), managed()]);
});

test('the usual connection strings are taken', () => {
  const account = 'DefaultEndpointsProtocol=https;AccountName=stats;AccountKey=YWJj';
  for (const taken of [
    connectionString,
    'UseDevelopmentStorage=true;',
    `${account};EndpointSuffix=core.windows.net`,
    `${account};BlobEndpoint=https://stats.example.com`,
    'BlobEndpoint=https://stats.blob.core.windows.net/;QueueEndpoint=https://q;SharedAccessSignature=sv=1&sig=a%3D',
  ]) {
    const { access } = readStorageConfig({ STORAGE_CONNECTION_STRING: taken });
    assert.deepEqual(access, { connectionString: taken });
  }
});

test('a connection string that is taken is one that the SDK takes, with plain http for this machine alone', () => {
  const parts = fc.constantFrom(
    ...[
      'UseDevelopmentStorage=true',
      'UseDevelopmentStorage=false',
      'DevelopmentStorageProxyUri=http://canary.example',
    ],
    ...['DefaultEndpointsProtocol=https', 'DefaultEndpointsProtocol=http', 'DefaultEndpointsProtocol=', 'AccountName'],
    ...['AccountName=stats', 'AccountName=', 'AccountKey=YWJj', 'AccountKey=', 'AccountKey=!', 'accountname=x', ''],
    ...[
      'EndpointSuffix=core.windows.net',
      'EndpointSuffix=',
      'EndpointSuffix=a b',
      'BlobEndpoint=',
      'BlobEndpointX=http://c.d',
    ],
    ...[
      'BlobEndpoint=https://stats.example.com',
      'BlobEndpoint=http://canary.example',
      'BlobEndpoint=http://127.0.0.1:10000/a',
    ],
    ...['SharedAccessSignature=sv=1&sig=a', 'SharedAccessSignature=', ' AccountName=b'],
  );
  let taken = 0;
  const check = (given: string[], between: string) => {
    const text = given.join(between);
    const faults = faultsOf({ STORAGE_CONNECTION_STRING: text }, readStorageConfig);
    assert.doesNotMatch(faults.join(), /canary|stats\.example|YWJj/);
    if (faults.length > 0) return;
    const { protocol, host } = new URL(BlobServiceClient.fromConnectionString(text.trim()).url);
    assert.ok(protocol === 'https:' || isLoopback(`http://${host}`), text);
    taken++;
  };
  fc.assert(fc.property(fc.array(parts, { minLength: 1, maxLength: 5 }), fc.constantFrom(';', '; '), check), {
    numRuns: 20_000,
  });
  assert.ok(taken > 50, `${taken} were taken`);
});

test('readers reach the service at PUBLIC_URL, else at the platform’s name, and only locally over http', () => {
  const platform = { WEBSITE_HOSTNAME: 'stats.azurewebsites.net' };
  assert.equal(
    readPublicUrl({ PUBLIC_URL: 'https://stats.example.com/peloton//', ...platform }),
    'https://stats.example.com/peloton',
  );
  assert.equal(readPublicUrl({ PUBLIC_URL: 'HTTPS://Stats.Example.com' }), 'https://stats.example.com');
  assert.equal(readPublicUrl({ PUBLIC_URL: 'https://example.com/"><b>/' }), 'https://example.com/%22%3E%3Cb%3E');
  assert.equal(readPublicUrl(platform), 'https://stats.azurewebsites.net');
  assert.equal(readPublicUrl({ WEBSITE_HOSTNAME: 'localhost:7071' }), 'http://localhost:7071');
  assert.equal(readPublicUrl({ PUBLIC_URL: 'stats.example.com', ...platform }), 'https://stats.azurewebsites.net');
  for (const settings of [{}, { PUBLIC_URL: 'stats.example.com' }, { WEBSITE_HOSTNAME: 'can ary' }]) {
    assert.equal(readPublicUrl(settings), undefined);
  }
});

test('a config cannot be changed by who reads it', () => {
  const config = readConfig(good);
  assert.throws(() => Object.assign(config, { schedule: null }), TypeError);
  assert.throws(() => Object.assign(config.storage, { publicContainer: '' }), TypeError);
});
