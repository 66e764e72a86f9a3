// What no double can show: a vault of Azure, and names that the network does not know.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { RestError } from '@azure/core-rest-pipeline';
import { type SeenAnswer, vaultError } from './vault-error.ts';

const call = { vaultUrl: 'https://kv.vault.azure.net', action: 'get', name: 'peloton-session' } as const;

function told(error: unknown, answer?: SeenAnswer) {
  const { message, hint } = vaultError(error, { ...call, answer });
  return { reason: /\((.*)\)\.$/.exec(message)?.[1], hint };
}

it('a vault of Azure that refuses the token sends the owner to the tenant and the login', () => {
  const { reason, hint } = told(new RestError('No.', { statusCode: 401, code: 'Unauthorized' }));
  assert.equal(reason, '401 Unauthorized');
  assert.match(hint, /^The vault does not accept the identity's token: .*az login/);
});

it('a network that wants a sign-in of its own is no failing vault', () => {
  const { reason, hint } = told(new RestError('No.', { statusCode: 511 }));
  assert.equal(reason, '511');
  assert.match(hint, /^Something else answered .*sign-in page of a network/);
});

it('a vault that no name server knows is not there, and may be brought back', () => {
  const { reason, hint } = told(new RestError('getaddrinfo ENOTFOUND', { code: 'ENOTFOUND' }));
  assert.equal(reason, 'ENOTFOUND');
  assert.match(hint, /^There is no such vault: check KEY_VAULT_URL\. .*az keyvault recover --name VAULT/);
});

it('the type of an answer that is no secret is told, unless it could be anything', () => {
  const answer = { status: 200, isEmpty: false, challenge: '' };
  assert.equal(told(new TypeError('x'), { ...answer, mediaType: 'text/html' }).reason, '200 text/html');
  assert.equal(told(new TypeError('x'), { ...answer, mediaType: 'a secret/value' }).reason, '200 of no known type');
});
