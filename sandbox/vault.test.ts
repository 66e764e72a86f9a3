import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { SecretClient } from '@azure/keyvault-secrets';
import { startVaultDouble, type VaultDouble } from './vault.ts';

const at = new Date('2026-11-21T21:00:04.123Z');

function clientOf(vault: VaultDouble): SecretClient {
  const token = { token: 'a-token', expiresOnTimestamp: Date.now() + 3_600_000 };
  return new SecretClient(
    vault.url,
    { getToken: async () => token },
    {
      allowInsecureConnection: true,
      disableChallengeResourceVerification: true,
      retryOptions: { maxRetries: 0 },
    },
  );
}

describe("the double of Key Vault, asked by Azure's own client", () => {
  let vault: VaultDouble;
  let client: SecretClient;
  beforeEach(async () => {
    vault = await startVaultDouble({ secrets: { 'peloton-username': 'me@example.com' }, clock: () => at });
    client = clientOf(vault);
  });
  afterEach(() => vault.close());

  it('gives the newest value with its version and times', async () => {
    const secret = await client.getSecret('peloton-username');
    assert.equal(secret.value, 'me@example.com');
    assert.match(secret.properties.version ?? '', /^[0-9a-f]{32}$/);
    assert.deepEqual(secret.properties.createdOn, new Date('2026-11-21T21:00:04Z'));
    assert.deepEqual(secret.properties.updatedOn, new Date('2026-11-21T21:00:04Z'));
    assert.equal(secret.properties.enabled, true);
    assert.equal(secret.properties.recoveryLevel, 'Recoverable+Purgeable');
  });

  it('challenges a caller without a token before it says whether a secret exists', async () => {
    const response = await fetch(`${vault.url}/secrets/peloton-username?api-version=7.5`);
    assert.equal(response.status, 401);
    assert.match(
      response.headers.get('www-authenticate') ?? '',
      /^Bearer authorization="https:\/\/login\.microsoftonline\.com\/.+", resource="https:\/\/vault\.azure\.net"$/,
    );
    assert.equal(((await response.json()) as { error: { code: string } }).error.code, 'Unauthorized');
  });

  it('keeps every version of a secret that is set again', async () => {
    const first = await client.setSecret('peloton-session', 'one');
    const second = await client.setSecret('Peloton-Session', 'two');
    assert.notEqual(first.properties.version, second.properties.version);
    assert.equal((await client.getSecret('peloton-session')).value, 'two');
    const version = first.properties.version ?? '';
    assert.equal((await client.getSecret('peloton-session', { version })).value, 'one');
    assert.deepEqual(
      vault.secrets.versions('peloton-session').map(each => each.value),
      ['one', 'two'],
    );
  });

  it('shows the app what the owner sets, and the owner what the app sets', async () => {
    const version = vault.secrets.set('peloton-username', 'other@example.com');
    assert.equal((await client.getSecret('peloton-username')).properties.version, version);
    await client.setSecret('peloton-session', '{}');
    assert.equal(vault.secrets.get('peloton-session'), '{}');
    assert.equal(vault.secrets.get('build-hooks'), undefined);
  });

  it('says SecretNotFound for a secret or a version that it has not', async () => {
    const missing = { statusCode: 404, code: 'SecretNotFound' };
    await assert.rejects(client.getSecret('peloton-session'), missing);
    await assert.rejects(client.getSecret('peloton-username', { version: '0'.repeat(32) }), missing);
  });

  it('hides a deleted secret, and refuses to set it until the owner does', async () => {
    await client.setSecret('peloton-session', 'one');
    vault.secrets.delete('peloton-session');
    assert.equal(vault.secrets.get('peloton-session'), undefined);
    await assert.rejects(client.getSecret('peloton-session'), { statusCode: 404, code: 'SecretNotFound' });
    await assert.rejects(client.setSecret('peloton-session', 'two'), { statusCode: 409, code: 'Conflict' });
    assert.match(await refusalOf('peloton-session', '{"value":"two"}'), /ObjectIsDeletedButRecoverable/);
    vault.secrets.set('peloton-session', 'three');
    assert.equal((await client.getSecret('peloton-session')).value, 'three');
  });

  it('does not take a name whose secret is still being deleted or recovered, and says which', async () => {
    await client.setSecret('peloton-session', 'one');
    for (const [begin, code] of [
      [vault.secrets.beginDeletion, /ObjectIsBeingDeleted/],
      [vault.secrets.beginRecovery, /ObjectIsBeingRecovered/],
    ] as const) {
      begin('peloton-session');
      await assert.rejects(client.getSecret('peloton-session'), { statusCode: 404, code: 'SecretNotFound' });
      assert.match(await refusalOf('peloton-session', '{"value":"two"}'), code);
    }
  });

  it('keeps what is said of a secret, and gives the secret outside of its time too, as Azure does', async () => {
    const expiresOn = new Date('2020-01-01T00:00:00Z');
    const notBefore = new Date('2037-01-01T00:00:00Z'); // the client's numbers have 32 bits
    const said = { contentType: 'text/plain', tags: { owner: 'me' }, expiresOn, notBefore };
    await client.setSecret('peloton-session', 'one', said);
    vault.secrets.set('build-hooks', '[]', { contentType: 'application/json', exp: expiresOn.getTime() / 1000 });
    const { value, properties } = await client.getSecret('peloton-session');
    const { contentType, tags } = properties;
    assert.deepEqual(
      [value, contentType, tags, properties.expiresOn, properties.notBefore],
      ['one', ...Object.values(said)],
    );
    assert.deepEqual((await client.getSecret('build-hooks')).properties.expiresOn, expiresOn);
  });

  it('lets in its own token alone where it is given one', async t => {
    const guarded = await startVaultDouble({ secrets: { 'peloton-password': 'a password' }, token: 'a-token' });
    t.after(guarded.close);
    const ask = async (authorization: string) => {
      const headers = { authorization };
      return await fetch(`${guarded.url}/secrets/peloton-password?api-version=7.5`, { headers });
    };
    for (const wrong of ['Bearer b-token', 'Bearer a-token2', 'Bearer \u00e4-token', 'Bearer', '']) {
      const refused = await ask(wrong);
      assert.deepEqual([refused.status, /a password/.test(await refused.text())], [401, false], wrong);
    }
    assert.equal((await ask('Bearer a-token')).status, 200);
    assert.equal((await clientOf(guarded).getSecret('peloton-password')).value, 'a password');
  });

  it('refuses a disabled secret', async () => {
    vault.secrets.disable('peloton-username');
    await assert.rejects(client.getSecret('peloton-username'), { statusCode: 403, code: 'Forbidden' });
  });

  it('lets the app read and not write while a role is missing', async () => {
    vault.readOnly = true;
    assert.equal((await client.getSecret('peloton-username')).value, 'me@example.com');
    await assert.rejects(client.setSecret('peloton-session', '{}'), { statusCode: 403, code: 'Forbidden' });
    vault.readOnly = false;
    await client.setSecret('peloton-session', '{}');
  });

  it('takes values of up to 25 KB and refuses longer ones', async () => {
    await client.setSecret('peloton-session', 'é'.repeat(12_800));
    await assert.rejects(client.setSecret('peloton-session', `${'é'.repeat(12_800)}.`), {
      statusCode: 400,
      code: 'BadParameter',
    });
  });

  it('refuses what is no secret: a missing api-version, a value that is no string, listing, deleting', async () => {
    const headers = { authorization: 'Bearer a-token' };
    const response = await fetch(`${vault.url}/secrets/peloton-username`, { headers });
    assert.equal(response.status, 400);
    assert.match(await refusalOf('peloton-session', '{"value":1}'), /^400 .*BadParameter/);
    assert.match(await refusalOf('peloton-session', 'no json'), /^400 .*BadParameter/);
    await assert.rejects(client.listPropertiesOfSecrets().next(), { statusCode: 403 });
    await assert.rejects(client.beginDeleteSecret('peloton-username'), { statusCode: 403 });
  });

  it('notes every request, spoiled ones too', async () => {
    await client.getSecret('peloton-username');
    vault.faults.add({ match: { method: 'PUT' }, fault: { status: 503, body: {} }, times: 1 });
    await assert.rejects(client.setSecret('peloton-session', '{}'), { statusCode: 503 });
    assert.deepEqual(vault.requests, [
      { method: 'GET', path: '/secrets/peloton-username/', status: 401 },
      { method: 'GET', path: '/secrets/peloton-username/', status: 200 },
      { method: 'PUT', path: '/secrets/peloton-session', status: 503 },
    ]);
  });

  async function refusalOf(name: string, body: string): Promise<string> {
    const response = await fetch(`${vault.url}/secrets/${name}?api-version=7.5`, {
      method: 'PUT',
      headers: { authorization: 'Bearer a-token', 'content-type': 'application/json' },
      body,
    });
    return `${response.status} ${await response.text()}`;
  }
});
