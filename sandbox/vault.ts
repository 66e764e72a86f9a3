// The double of Key Vault's secrets API, for the unmodified @azure/keyvault-secrets client. Any bearer token is accepted,
// and the caller has the role of the deployed app: it may get and set secrets, not list or delete them. Secrets stay in
// this process's memory. Names are compared without regard to case, as in Azure.

import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createFaults, type FaultRule, type Faults } from './faults.ts';
import { type LoopbackOptions, type LoopbackServer, readBody, startLoopbackServer } from './loopback-server.ts';

const challenge =
  'Bearer authorization="https://login.microsoftonline.com/00000000-0000-0000-0000-000000000000", resource="https://vault.azure.net"';
const maxValueBytes = 25 * 1024;

export type SecretVersion = {
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
  set(name: string, value: string): string;
  /** Soft-deletes the secret: the app does not find it and may not set its name. */
  delete(name: string): void;
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
};

type Secret = { versions: SecretVersion[]; isDeleted: boolean };
type Vault = { url: string; secrets: Map<string, Secret>; isReadOnly: boolean; clock: () => Date };

/** Starts a vault with the given secrets. */
export async function startVaultDouble(options: VaultOptions = {}): Promise<VaultDouble> {
  const vault: Vault = { url: '', secrets: new Map(), isReadOnly: false, clock: options.clock ?? (() => new Date()) };
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
      return secret?.isDeleted ? undefined : secret?.versions.at(-1)?.value;
    },
    set: (name, value) => addVersion(vault, name, value).version,
    delete: name => {
      existing(name).isDeleted = true;
    },
    versions: name => [...(find(name)?.versions ?? [])],
    disable: name => {
      for (const newest of existing(name).versions.slice(-1)) newest.isEnabled = false;
    },
  };
}

function addVersion(vault: Vault, name: string, value: string): SecretVersion {
  const { versions } = vault.secrets.get(name.toLowerCase()) ?? { versions: [] };
  const version = {
    version: randomBytes(16).toString('hex'),
    value,
    createdAt: Math.floor(vault.clock().getTime() / 1000),
    isEnabled: true,
  };
  vault.secrets.set(name.toLowerCase(), { versions: [...versions, version], isDeleted: false });
  return version;
}

async function handle(vault: Vault, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { status, body, headers } = await answerTo(vault, request);
  request.resume();
  response
    .writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers })
    .end(JSON.stringify(body));
}

type VaultAnswer = { status: number; body: object; headers?: Record<string, string> };

async function answerTo(vault: Vault, request: IncomingMessage): Promise<VaultAnswer> {
  if (!/^Bearer \S/i.test(request.headers.authorization ?? '')) {
    const refused = failure(401, 'Unauthorized', 'The request has no bearer token.');
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
  if (!found || secret?.isDeleted)
    return failure(404, 'SecretNotFound', `A secret with (name/id) ${name} was not found.`);
  if (!found.isEnabled) return failure(403, 'Forbidden', 'Get is not allowed on a disabled secret.', 'SecretDisabled');
  return { status: 200, body: bundle(vault, name, found) };
}

function setSecret(vault: Vault, name: string, body: string): VaultAnswer {
  if (vault.isReadOnly) {
    return failure(403, 'Forbidden', 'The caller is not authorized to perform this action.', 'ForbiddenByRbac');
  }
  const value = readValue(body);
  if (value === undefined) return failure(400, 'BadParameter', 'The value of the secret must be a string.');
  if (Buffer.byteLength(value) > maxValueBytes)
    return failure(400, 'BadParameter', 'The value of the secret is too long.');
  if (vault.secrets.get(name.toLowerCase())?.isDeleted) {
    return failure(409, 'Conflict', `Secret ${name} is deleted but recoverable.`, 'ObjectIsDeletedButRecoverable');
  }
  return { status: 200, body: bundle(vault, name, addVersion(vault, name, value)) };
}

function readValue(body: string): string | undefined {
  try {
    const { value } = JSON.parse(body);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

function bundle(vault: Vault, name: string, { version, value, createdAt, isEnabled }: SecretVersion): object {
  return {
    value,
    id: `${vault.url}/secrets/${name}/${version}`,
    attributes: {
      enabled: isEnabled,
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
