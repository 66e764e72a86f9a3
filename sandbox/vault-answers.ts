// What Azure's Key Vault answers when it refuses, by name: `faults.add({ match: {}, fault: vaultAnswers.firewall })`. The
// bodies are those of the real service, with codes inside codes.

import type { Fault } from './fault-answers.ts';

function refusal(status: number, code: string, { message = 'No.', inner }: { message?: string; inner?: string } = {}) {
  return { status, body: { error: { code, message, ...(inner && { innererror: { code: inner } }) } } };
}

const ownHost = 'authorization="https://login.microsoftonline.com/11111111-1111-1111-1111-111111111111"';

export const vaultAnswers = {
  noRole: refusal(403, 'Forbidden', {
    message: 'Caller is not authorized to perform action on resource.',
    inner: 'ForbiddenByRbac',
  }),
  firewall: refusal(403, 'Forbidden', {
    message: 'Client address is not authorized and caller is not a trusted service.',
    inner: 'ForbiddenByFirewall',
  }),
  privateNetwork: refusal(403, 'Forbidden', {
    message:
      'Public network access is disabled and request is not from a trusted service nor via an approved private link.',
    inner: 'ForbiddenByConnection',
  }),
  otherTenant: refusal(401, 'Unauthorized', {
    message: 'AKV10032: Invalid issuer. Expected one of https://sts.windows.net/A/, found https://sts.windows.net/B/.',
  }),
  /** The same without a body: the code is in the challenge alone. */
  otherTenantBare: {
    status: 401,
    headers: {
      'www-authenticate': `Bearer ${ownHost}, error="invalid_token", error_description="AKV10032: Invalid issuer."`,
    },
  },
  busyObject: refusal(409, 'Conflict', {
    message: 'There was a conflict updating the Secret. This is most likely caused by concurrent requests.',
  }),
  throttled: refusal(429, 'Throttled', {
    message: 'Request was not processed because too many requests were received.',
  }),
  /** A challenge that names another cloud than the vault's own. */
  otherCloud: { status: 401, headers: { 'www-authenticate': `Bearer ${ownHost}, resource="https://vault.azure.cn"` } },
  /** The page with which a hotel's network answers every request. */
  captivePortal: {
    status: 200,
    body: '<!DOCTYPE html><title>Welcome</title><form>Room number</form>',
    contentType: 'text/html; charset=utf-8',
  },
} as const satisfies Record<string, Fault>;
