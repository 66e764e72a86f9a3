// The double of Key Vault's secrets API, for the unmodified @azure/keyvault-secrets client. Any bearer token is accepted
// unless the vault is given one, and the caller has the role of the deployed app: it may get and set secrets, not list or
// delete them. Secrets stay in this process's memory. Names are compared without regard to case, as in Azure.

import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createFaults, type FaultRule, type Faults } from './faults.ts';
import { type LoopbackOptions, type LoopbackServer, readBody, startLoopbackServer } from './loopback-server.ts';

const challenge =
  'Bearer authorization="https://login.microsoftonline.com/00000000-0000-0000-0000-000000000000", resource="https://vault.azure.net"';
const maxValueBytes = 25 * 1024;

/** What whoever sets a secret may say of it. Azure gives a secret also before `nbf` and after `exp`, in seconds since 1970. */
export type SecretDetails = { contentType?: string; tags?: Record<string, string>; nbf?: number; exp?: number };

export type SecretVersion = SecretDetails & {
  /** 32 hexadecimal digits. */
  version: string;
  value: string;
  /** Seconds since 1970, as in the API. */
  createdAt: number;
  isEnabled: boolean;
};

/** Access to the secrets for tests and `npm start`, without the API and its rules. */
export type SecretControl = {
  /** The newest value, disabled or not; undefined for a secret that is deleted or not there. */
  get(name: string): string | undefined;
  /** Adds a version and returns its id. A deleted secret comes back. */
  set(name: string, value: string, details?: SecretDetails): string;
  /** Soft-deletes the secret: the app does not find it and may not set its name. */
  delete(name: string): void;
  /** The same while the deletion is still under way, or the way back: Azure wants whoever sets the name to wait. */
  beginDeletion(name: string): void;
  beginRecovery(name: string): void;
  /** All versions, oldest first. */
  versions(name: string): readonly SecretVersion[];
  /** Disables the newest version. */
  disable(name: string): void;
};

export type VaultRequest = { method: string; path: string; status: number | undefined };

export type VaultDouble = LoopbackServer & {
  secrets: SecretControl;
  /** Every request in the order of arrival, challenges and faults included. The status is set when it is answered. */
  requests: VaultRequest[];
  faults: Faults;
  /** While true, the app may get secrets and not set them, as with a missing role. */
  readOnly: boolean;
};

export type VaultOptions = LoopbackOptions & {
  secrets?: Readonly<Record<string, string>>;
  clock?: () => Date;
  faults?: readonly FaultRule[];
  /** The only bearer token that is let in. Without it any is. */
  token?: string | undefined;
};

type SecretState = 'there' | 'deleted' | 'being-deleted' | 'being-recovered';
type Secret = { versions: SecretVersion[]; state: SecretState };
type Vault = {
  url: string;
  secrets: Map<string, Secret>;
  isReadOnly: boolean;
  clock: () => Date;
  token: string | undefined;
};

/** Starts a vault with the given secrets. */
export async function startVaultDouble(options: VaultOptions = {}): Promise<VaultDouble> {
  const { clock = () => new Date(), token } = options;
  const vault: Vault = { url: '', secrets: new Map(), isReadOnly: false, clock, token };
  for (const [name, value] of Object.entries(options.secrets ?? {})) addVersion(vault, name, value);
  const faults = createFaults(options.faults);
  const requests: VaultRequest[] = [];
  const answer = faults.wrap((request, response) => handle(vault, request, response));
  const server = await startLoopbackServer((request, response) => {
    record(requests, request, response);
    return answer(request, response);
  }, options);
  vault.url = server.url;
  return {
    ...server,
    secrets: controlOf(vault),
    requests,
    faults,
    get readOnly() {
      return vault.isReadOnly;
    },
    set readOnly(isReadOnly: boolean) {
      vault.isReadOnly = isReadOnly;
    },
  };
}

function record(requests: VaultRequest[], request: IncomingMessage, response: ServerResponse): void {
  const entry: VaultRequest = {
    method: request.method ?? '',
    path: (request.url ?? '').split('?', 1)[0] ?? '',
    status: undefined,
  };
  requests.push(entry);
  response.once('finish', () => {
    entry.status = response.statusCode;
  });
}

function controlOf(vault: Vault): SecretControl {
  const find = (name: string) => vault.secrets.get(name.toLowerCase());
  const existing = (name: string) => {
    const secret = find(name);
    if (!secret) throw new Error(`The vault has no secret ${name}.`);
    return secret;
  };
  return {
    get: name => {
      const secret = find(name);
      return secret?.state === 'there' ? secret.versions.at(-1)?.value : undefined;
    },
    set: (name, value, details) => addVersion(vault, name, value, details).version,
    delete: name => {
      existing(name).state = 'deleted';
    },
    beginDeletion: name => {
      existing(name).state = 'being-deleted';
    },
    beginRecovery: name => {
      existing(name).state = 'being-recovered';
    },
    versions: name => [...(find(name)?.versions ?? [])],
    disable: name => {
      for (const newest of existing(name).versions.slice(-1)) newest.isEnabled = false;
    },
  };
}

function addVersion(vault: Vault, name: string, value: string, details: SecretDetails = {}): SecretVersion {
  const { versions } = vault.secrets.get(name.toLowerCase()) ?? { versions: [] };
  const version = {
    ...details,
    version: randomBytes(16).toString('hex'),
    value,
    createdAt: Math.floor(vault.clock().getTime() / 1000),
    isEnabled: true,
  };
  vault.secrets.set(name.toLowerCase(), { versions: [...versions, version], state: 'there' });
  return version;
}

async function handle(vault: Vault, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { status, body, headers } = await answerTo(vault, request);
  request.resume();
  response
    .writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers })
    .end(JSON.stringify(body));
}

function isLetIn({ token }: Vault, { headers: { authorization = '' } }: IncomingMessage): boolean {
  const [, given] = /^Bearer (\S+)$/i.exec(authorization) ?? [];
  if (given === undefined || token === undefined) return given !== undefined;
  const [theirs, ours] = [Buffer.from(given), Buffer.from(token)];
  return theirs.length === ours.length && timingSafeEqual(theirs, ours);
}

type VaultAnswer = { status: number; body: object; headers?: Record<string, string> };

async function answerTo(vault: Vault, request: IncomingMessage): Promise<VaultAnswer> {
  if (!isLetIn(vault, request)) {
    const refused = failure(401, 'Unauthorized', 'AKV10000: Request is missing a Bearer or PoP token.');
    return { ...refused, headers: { 'www-authenticate': challenge } };
  }
  const url = new URL(request.url ?? '/', vault.url);
  if (!url.searchParams.get('api-version')) return failure(400, 'BadParameter', 'api-version must be specified.');
  const [, name, version] = /^\/secrets\/([0-9a-z-]{1,127})(?:\/([0-9a-f]{32}))?\/?$/i.exec(url.pathname) ?? [];
  if (name && request.method === 'GET') return getSecret(vault, name, version);
  if (name && !version && request.method === 'PUT') return setSecret(vault, name, (await readBody(request)).toString());
  return failure(403, 'Forbidden', 'The caller is not authorized to perform this action.', 'ForbiddenByRbac');
}

function getSecret(vault: Vault, name: string, version: string | undefined): VaultAnswer {
  const secret = vault.secrets.get(name.toLowerCase());
  const found = version ? secret?.versions.find(each => each.version === version) : secret?.versions.at(-1);
  if (!found || secret?.state !== 'there')
    return failure(404, 'SecretNotFound', `A secret with (name/id) ${name} was not found.`);
  if (!found.isEnabled) return failure(403, 'Forbidden', 'Get is not allowed on a disabled secret.', 'SecretDisabled');
  return { status: 200, body: bundle(vault, name, found) };
}

function setSecret(vault: Vault, name: string, body: string): VaultAnswer {
  if (vault.isReadOnly) {
    return failure(403, 'Forbidden', 'The caller is not authorized to perform this action.', 'ForbiddenByRbac');
  }
  const { value, ...details } = readSecret(body);
  if (value === undefined) return failure(400, 'BadParameter', 'The value of the secret must be a string.');
  if (Buffer.byteLength(value) > maxValueBytes)
    return failure(400, 'BadParameter', 'The value of the secret is too long.');
  const blocked = blockedNames[vault.secrets.get(name.toLowerCase())?.state ?? 'there'];
  if (blocked) return failure(409, 'Conflict', `Secret ${name} ${blocked.message}`, blocked.code);
  return { status: 200, body: bundle(vault, name, addVersion(vault, name, value, details)) };
}

const blockedNames: Record<SecretState, { message: string; code: string } | undefined> = {
  there: undefined,
  deleted: {
    message: 'is currently in a deleted but recoverable state, and its name cannot be reused.',
    code: 'ObjectIsDeletedButRecoverable',
  },
  'being-deleted': {
    message: 'is currently being deleted and cannot be re-created; retry later.',
    code: 'ObjectIsBeingDeleted',
  },
  'being-recovered': {
    message: 'is currently being recovered and cannot be re-created; retry later.',
    code: 'ObjectIsBeingRecovered',
  },
};

/** The parts of a body that the double keeps; no value where the body is no secret. */
function readSecret(body: string): SecretDetails & { value?: string } {
  try {
    const { value, contentType, tags, attributes } = JSON.parse(body);
    const { nbf, exp } = attributes ?? {};
    return typeof value === 'string' ? { value, contentType, tags, nbf, exp } : {};
  } catch {
    return {};
  }
}

function bundle(vault: Vault, name: string, secret: SecretVersion): object {
  const { version, value, createdAt, isEnabled, contentType, tags, nbf, exp } = secret;
  return {
    value,
    contentType,
    tags,
    id: `${vault.url}/secrets/${name}/${version}`,
    attributes: {
      enabled: isEnabled,
      nbf,
      exp,
      created: createdAt,
      updated: createdAt,
      recoveryLevel: 'Recoverable+Purgeable',
      recoverableDays: 90,
    },
  };
}

function failure(status: number, code: string, message: string, innerCode?: string): VaultAnswer {
  return { status, body: { error: { code, message, ...(innerCode && { innererror: { code: innerCode } }) } } };
}
