// Settings → a frozen Config. The only reader of process.env, but for the command prove, which loads no package. All faults are
// reported at once, and a fault names the setting but never repeats its value, which may be a secret put into the wrong place.

import { closestMatch } from 'leven';
import { StatsError } from './errors.ts';

export type Settings = Readonly<Record<string, string | undefined>>;

/** Who the service is to Azure: its managed identity, the developer's own login, or nobody (a double on loopback). */
export type Identity = { kind: 'managed'; clientId: string | undefined } | { kind: 'developer' } | { kind: 'loopback' };

export type StorageConfig = Readonly<{
  /** Either a connection string (Azurite) or the account's URL with an identity. */
  access: { connectionString: string } | { accountUrl: string; identity: Identity };
  publicContainer: string;
  privateContainer: string;
}>;

/** What of the list of workouts is published: each day's training, the latest workouts with their classes too, or nothing. */
export type WorkoutMode = 'days' | 'classes' | 'off';

export type TimeOfDay = { hour: number; minute: number };

/** When the daily sync falls due: a local time of day in an IANA zone. */
export type ScheduleConfig = Readonly<TimeOfDay & { timeZone: string }>;

export type Config = ReturnType<typeof readConfig>;
export type PelotonConfig = Config['peloton'];

/** The process's own environment. In Azure the app settings are in it before the first function is called. */
export const environment: Settings = process.env;

/** True for a URL whose host is this machine: the only place where plain http is accepted. */
export function isLoopback(url: string | URL): boolean {
  const { hostname } = new URL(url);
  return /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}

function isAcceptedUrl(text: string): boolean {
  const url = URL.parse(text);
  if (!url || url.username || url.password || url.hash || url.search) return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url));
}

/** Makes a value of the text of a setting, or says what is wrong with it. */
type Reader<T> = (text: string) => { value: T } | { fault: string };

/** `read` gives undefined for a text that is not as it must be. */
function reader<T>(read: (text: string) => T | undefined, fault: string): Reader<T> {
  return text => {
    const value = read(text);
    return value === undefined ? { fault } : { value };
  };
}

const matching = (pattern: RegExp, fault: string) => reader(text => (pattern.test(text) ? text : undefined), fault);

function oneOf<T extends string>(...values: T[]): Reader<T> {
  return reader(
    text => values.find(value => value === text),
    `must be ${values.join(', ').replace(/, (?=[^,]*$)/, ' or ')}`,
  );
}

const anyText: Reader<string> = value => ({ value });
const webUrl = reader(
  text => (isAcceptedUrl(text) ? text : undefined),
  'must be an https URL (http for loopback only)',
);
const origin: Reader<string> = text => {
  const url = webUrl(text);
  if ('fault' in url) return url;
  const { pathname, origin: value } = new URL(text);
  return pathname === '/' ? { value } : { fault: 'must be an origin, without a path' };
};
const publicUrl: Reader<string> = text => {
  const url = webUrl(text);
  return 'fault' in url ? url : { value: new URL(text).href.replace(/[/?#]+$/, '') };
};

/** Which rungs a sign-in has: `auto` is the login page and the app's grant. */
const ways = oneOf('auto', 'web', 'app', 'session');
/** `oauth` was the name of the one way that is `auto` now. */
const signInWay: typeof ways = text => ways(text === 'oauth' ? 'auto' : text);

const timeOfDay = reader(text => {
  const [, hour, minute] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  return hour && minute ? { hour: Number(hour), minute: Number(minute) } : undefined;
}, 'must be a local time of day from 00:00 to 23:59, such as 08:00');

const connectionPart =
  /^(DefaultEndpointsProtocol|AccountName|AccountKey|EndpointSuffix|SharedAccessSignature|(?:Blob|Queue|Table|File)Endpoint)=(.*)$/;

/**
 * True for a connection string that the SDK takes, with plain http for this machine only. A part that is there twice or has
 * another name is refused: the SDK would take the first of two, and read `BlobEndpointX` as `BlobEndpoint`.
 */
function isConnectionString(text: string): boolean {
  if (/^UseDevelopmentStorage=true;?$/.test(text)) return true;
  const values = new Map<string, string>();
  for (const part of text.split(';').flatMap(part => part.trim() || [])) {
    const [, name = '', value = ''] = connectionPart.exec(part) ?? [];
    if (name === '' || values.has(name)) return false;
    values.set(name, value);
  }
  const value = (name: string) => values.get(name) ?? '';
  const endpoint = value('BlobEndpoint');
  if (values.has('DefaultEndpointsProtocol') && values.has('AccountKey')) {
    const key = Buffer.from(value('AccountKey'), 'base64');
    const suffix = value('EndpointSuffix');
    const usual = suffix && `${value('DefaultEndpointsProtocol')}://${value('AccountName')}.blob.${suffix}`;
    return value('AccountName') !== '' && key.length > 0 && isAcceptedUrl(endpoint || usual);
  }
  return value('SharedAccessSignature') !== '' && isAcceptedUrl(endpoint);
}

/**
 * Looks a time zone up: its name in the database's own spelling, or the fault of the setting. A caller that reads a schedule
 * passes in `findTimeZone` of stats/time-zones.ts, whose list of names is long: a GET reads no schedule and loads no list.
 */
export type FindTimeZone = (given: string) => { name: string } | { fault: string };

/** The rule of a setting: how its text is read, and the value that it has where it is unset. Without such a value it is required. */
type Rule<T> = { read: Reader<T>; unset?: T };

const required = <T>(read: Reader<T>): Rule<T> => ({ read });
const optional = <T>(read: Reader<T>): Rule<T | undefined> => ({ read, unset: undefined });
const withDefault = <T>(read: Reader<T>, unset: T): Rule<T> => ({ read, unset });

const settingTable = {
  KEY_VAULT_URL: required(origin),
  STORAGE_ACCOUNT_URL: optional(origin),
  STORAGE_CONNECTION_STRING: optional(
    reader(text => (isConnectionString(text) ? text : undefined), 'must be a blob storage connection string'),
  ),
  STATS_CONTAINER: withDefault(
    matching(
      /^(?=.{3,55}$)[a-z0-9]+(-[a-z0-9]+)*$/,
      'must be a container name of 3 to 55 characters: a-z, 0-9, single hyphens',
    ),
    'stats',
  ),
  SYNC_TIME: withDefault(timeOfDay, { hour: 8, minute: 0 }),
  SYNC_TIME_ZONE: withDefault(anyText, 'UTC'), // looked up by callers that read a schedule
  PUBLIC_URL: optional(publicUrl),
  PELOTON_API_URL: withDefault(origin, 'https://api.onepeloton.com'),
  PELOTON_AUTH_URL: withDefault(origin, 'https://auth.onepeloton.com'),
  PELOTON_SIGN_IN: withDefault(signInWay, 'auto'),
  PELOTON_APP_CLIENT_ID: withDefault(anyText, 'mgsmWCD0A8Qn6uz6mmqI6qeBNHH9IPwS'),
  PELOTON_APP_SCOPE: withDefault(anyText, 'offline_access openid'),
  // sent to the hosts of the sign-in
  PELOTON_USER_AGENT: withDefault(
    matching(/^[\x20-\x7e]+$/, 'must be printable ASCII'),
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:153.0) Gecko/20100101 Firefox/153.0',
  ),
  PELOTON_CLIENT_ID: withDefault(anyText, 'WVoJxVDdPoFx4RNewvvg6ch2mZ7bwnsM'),
  PELOTON_REDIRECT_URI: withDefault(webUrl, 'https://members.onepeloton.com/callback'),
  PELOTON_SCOPE: withDefault(anyText, 'offline_access openid peloton-api.members:default'),
  PELOTON_AUDIENCE: withDefault(anyText, 'https://api.onepeloton.com/'),
  PELOTON_TENANT: withDefault(anyText, 'peloton-prod'),
  PELOTON_CONNECTION: withDefault(anyText, 'pelo-user-password'),
  PELOTON_OVERVIEW_VERSION: optional(oneOf('1', '2')),
  WORKOUTS: withDefault(oneOf<WorkoutMode>('days', 'classes', 'off'), 'days'),
  AZURE_CLIENT_ID: optional(anyText),
};

type SettingName = keyof typeof settingTable;
type ValueOf<R> = R extends Rule<infer T> ? T : never;
type SettingValues = { [Name in SettingName]: ValueOf<(typeof settingTable)[Name]> };

/** Every setting an owner may give, in the order of the documentation. */
export const settingNames = Object.keys(settingTable) as readonly SettingName[];

function readSetting<T>({ read, ...rule }: Rule<T>, given: string | undefined): ReturnType<Reader<T>> {
  if (given !== undefined) return read(given);
  return 'unset' in rule ? { value: rule.unset as T } : { fault: 'is missing' };
}

function read<Name extends SettingName>(settings: Settings, names: readonly Name[], findTimeZone?: FindTimeZone) {
  const lookUp: Reader<string> = text => {
    const zone = findTimeZone?.(text) ?? { name: text };
    return 'fault' in zone ? zone : { value: zone.name };
  };
  const rules = { ...settingTable, SYNC_TIME_ZONE: { ...settingTable.SYNC_TIME_ZONE, read: lookUp } };
  const values: Partial<SettingValues> = {};
  const faults: string[] = [];
  for (const name of names) {
    const result = readSetting<unknown>(rules[name] as Rule<unknown>, settings[name]?.trim() || undefined);
    if ('fault' in result) faults.push(`${name} ${result.fault}`);
    else Object.assign(values, { [name]: result.value });
  }
  return { values: values as Pick<SettingValues, Name>, faults };
}

/**
 * Names in the environment that are no setting and hardly differ from one: `SYNC_TIMEZONE` would be ignored, and the day would
 * change at another hour for good.
 */
function misspeltNames(settings: Settings): string[] {
  const squeeze = (name: string) => name.replace(/[^a-z\d]/gi, '').toUpperCase();
  const settingOf = new Map<string, string>(settingNames.map(name => [squeeze(name), name]));
  return Object.keys(settings).flatMap(name => {
    if (Object.hasOwn(settingTable, name) || !settings[name]?.trim()) return [];
    const meant = settingOf.get(closestMatch(squeeze(name), [...settingOf.keys()], { maxDistance: 2 }) ?? '');
    return meant ? [`${name} is no setting: ${meant} is probably meant (rename or remove the first)`] : [];
  });
}

const storageNames = [
  'STORAGE_ACCOUNT_URL',
  'STORAGE_CONNECTION_STRING',
  'STATS_CONTAINER',
  'AZURE_CLIENT_ID',
] as const;

function storageFaults(settings: Settings): string[] {
  const given = storageNames.slice(0, 2).filter(name => settings[name]?.trim());
  return given.length === 1
    ? []
    : ['one of STORAGE_ACCOUNT_URL and STORAGE_CONNECTION_STRING must be set, and not both'];
}

function identityFor(url: string, settings: Settings): Identity {
  if (settings.IDENTITY_ENDPOINT) return { kind: 'managed', clientId: settings.AZURE_CLIENT_ID?.trim() || undefined };
  return isLoopback(url) ? { kind: 'loopback' } : { kind: 'developer' };
}

function throwFaults(faults: readonly string[]): void {
  if (faults.length > 0) throw new StatsError('config', `Settings: ${faults.join('; ')}.`);
}

/**
 * The settings of a GET: where the blobs are.
 * @throws StatsError `config` with all faults of the storage settings.
 */
export function readStorageConfig(settings: Settings): StorageConfig {
  const { values, faults } = read(settings, storageNames);
  throwFaults([...faults, ...storageFaults(settings)]);
  const { STORAGE_CONNECTION_STRING: connectionString, STORAGE_ACCOUNT_URL: accountUrl = '' } = values;
  return Object.freeze({
    access: connectionString ? { connectionString } : { accountUrl, identity: identityFor(accountUrl, settings) },
    publicContainer: values.STATS_CONTAINER,
    privateContainer: `${values.STATS_CONTAINER}-private`,
  });
}

/**
 * When the daily sync falls due.
 * @throws StatsError `config` with the faults of these two settings.
 */
export function readSchedule(settings: Settings, findTimeZone: FindTimeZone): ScheduleConfig {
  const { values, faults } = read(settings, ['SYNC_TIME', 'SYNC_TIME_ZONE'], findTimeZone);
  throwFaults(faults);
  return { ...values.SYNC_TIME, timeZone: values.SYNC_TIME_ZONE };
}

/** What a GET may answer with: nothing of the list of workouts, where the setting is malformed. */
export function readWorkoutMode(settings: Settings): WorkoutMode {
  return read(settings, ['WORKOUTS']).values.WORKOUTS ?? 'off';
}

/** The local time of the daily sync, for readers: a fault is said by health and the sync, and the default stands in its place. */
export function readSyncTime(settings: Settings): TimeOfDay {
  return read(settings, ['SYNC_TIME']).values.SYNC_TIME ?? settingTable.SYNC_TIME.unset;
}

/**
 * All settings, as a sync needs them.
 * @throws StatsError `config` with every fault of every setting.
 */
export function readConfig(settings: Settings, findTimeZone: FindTimeZone) {
  const { values, faults } = read(settings, settingNames, findTimeZone);
  throwFaults([...faults, ...storageFaults(settings), ...misspeltNames(settings)]);
  return Object.freeze({
    vault: { url: values.KEY_VAULT_URL, identity: identityFor(values.KEY_VAULT_URL, settings) },
    storage: readStorageConfig(settings),
    schedule: readSchedule(settings, findTimeZone),
    workouts: values.WORKOUTS,
    peloton: Object.freeze({
      apiUrl: values.PELOTON_API_URL,
      authUrl: values.PELOTON_AUTH_URL,
      signIn: values.PELOTON_SIGN_IN,
      userAgent: values.PELOTON_USER_AGENT,
      appClientId: values.PELOTON_APP_CLIENT_ID,
      appScope: values.PELOTON_APP_SCOPE,
      clientId: values.PELOTON_CLIENT_ID,
      redirectUri: values.PELOTON_REDIRECT_URI,
      scope: values.PELOTON_SCOPE,
      audience: values.PELOTON_AUDIENCE,
      tenant: values.PELOTON_TENANT,
      connection: values.PELOTON_CONNECTION,
      overviewVersion: values.PELOTON_OVERVIEW_VERSION,
    }),
  });
}

/**
 * The address of the service without a slash at its end: PUBLIC_URL, else the platform's own host name; undefined where
 * neither can be used. Never the Host header of a request, which anyone may choose.
 */
export function readPublicUrl(settings: Settings): string | undefined {
  const { PUBLIC_URL } = read(settings, ['PUBLIC_URL']).values;
  if (PUBLIC_URL) return PUBLIC_URL;
  const host = settings.WEBSITE_HOSTNAME?.trim();
  const platform = host ? URL.parse(`http://${host}`) : null;
  if (!platform) return undefined;
  // Core Tools sets WEBSITE_HOSTNAME to a loopback host with a port and speaks plain http there.
  return `${isLoopback(platform) ? 'http' : 'https'}://${host}`;
}
