import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { startAzurite } from '../../sandbox/azurite.ts';
import { startLoopbackServer } from '../../sandbox/loopback-server.ts';
import { startVaultDouble } from '../../sandbox/vault.ts';
import { createCredential } from './identity.ts';
import { directAgent, readRunToken, writeRunToken } from './loopback.ts';
import { createStorage, syncStorageLimits } from './storage.ts';
import { createSecretClient, createVault } from './vault.ts';

const secrets = { 'peloton-username': 'rider' };
const url = 'http://127.0.0.1:54321';
const scope = 'https://vault.azure.net/.default';

/** Works in a folder of its own, as a terminal does. */
async function useFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'run-token-'));
  const before = process.cwd();
  process.chdir(folder);
  t.after(async () => {
    process.chdir(before);
    await rm(folder, { recursive: true });
  });
  return folder;
}

describe('the token of a run', () => {
  it('is in a file that its owner alone can read, until the run ends', async t => {
    const folder = join(await useFolder(t), '.azurite');
    const written = await writeRunToken(url, 'of-this-run');
    assert.deepEqual(await readdir(folder), ['vault-54321.token']);
    const file = join(folder, 'vault-54321.token');
    if (process.platform !== 'win32') assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.equal(await readRunToken(url), 'of-this-run');
    await written.close();
    assert.deepEqual(await readdir(folder), []);
    assert.equal(await readRunToken(url), undefined);
  });

  it('takes the place of what a killed run left, which others may have been able to read', async t => {
    const folder = join(await useFolder(t), '.azurite');
    const file = join(folder, 'vault-54321.token');
    await writeRunToken(url, 'old');
    await rm(file);
    await writeFile(file, 'left', { mode: 0o644 });
    await writeRunToken(url, 'new');
    assert.equal(await readFile(file, 'utf8'), 'new');
    if (process.platform !== 'win32') assert.equal((await stat(file)).mode & 0o777, 0o600);
  });

  it('opens the vault of that run, and no other credential does', async t => {
    await useFolder(t);
    const vault = await startVaultDouble({ secrets, token: 'of-this-run' });
    t.after(vault.close);
    const read = () => {
      const client = createSecretClient({ url: vault.url, identity: { kind: 'loopback' } });
      return createVault(client, new AbortController().signal).read('peloton-username');
    };
    await assert.rejects(read(), { code: 'vault', hint: /takes the token of its own run alone/ });
    await writeRunToken(vault.url, 'of-this-run');
    assert.equal((await read())?.value, 'rider');
    const elsewhere = await createCredential({ kind: 'loopback' }, 'http://127.0.0.1:54322').getToken(scope);
    assert.equal(elsewhere?.token, 'loopback');
  });
});

describe('with a proxy in the environment', () => {
  const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'all_proxy'];

  async function useProxy(t: TestContext): Promise<string[]> {
    const asked: string[] = [];
    const proxy = await startLoopbackServer((request, response) => {
      asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
      response.writeHead(502).end();
    });
    for (const name of names) process.env[name] = proxy.url;
    t.after(async () => {
      for (const name of [...names, 'IDENTITY_ENDPOINT', 'IDENTITY_HEADER']) delete process.env[name];
      await proxy.close();
    });
    return asked;
  }

  it('vault, store and identity of this machine are asked without it', async t => {
    const asked = await useProxy(t);
    const platform = await startLoopbackServer((_, response) => {
      const token = { access_token: 'a-token', expires_on: Math.floor(Date.now() / 1000) + 3600, token_type: 'Bearer' };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(token));
    });
    const vault = await startVaultDouble({ secrets });
    const azurite = await startAzurite();
    t.after(() => Promise.all([platform.close(), vault.close(), azurite.close()]));
    Object.assign(process.env, { IDENTITY_ENDPOINT: `${platform.url}/msi/token`, IDENTITY_HEADER: 'proof' });
    for (const identity of [{ kind: 'loopback' }, { kind: 'managed', clientId: 'anyone' }] as const) {
      const client = createSecretClient({ url: vault.url, identity });
      const secret = await createVault(client, new AbortController().signal).read('peloton-username');
      assert.equal(secret?.value, 'rider');
    }
    const access = { connectionString: azurite.connectionString };
    const storage = createStorage(
      { access, publicContainer: 'stats', privateContainer: 'stats-private' },
      syncStorageLimits,
    );
    assert.equal(await storage.public.read('latest.json'), undefined);
    assert.deepEqual(asked, []);
  });

  it('hosts elsewhere still go through it', () => {
    assert.deepEqual(directAgent('https://kv.vault.azure.net'), {});
    for (const here of ['http://127.0.0.1:1', 'http://localhost:1', 'https://[::1]:1'])
      assert.ok(directAgent(here).agent);
  });
});
