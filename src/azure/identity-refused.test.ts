// What the vault and the store say where no token is to be had: of the platform, or of the developer's own login. The programs
// of a login (az, azd, pwsh) are scripts in a folder that is the whole PATH.

import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it, type TestContext } from 'node:test';
import { startLoopbackServer } from '../../sandbox/loopback-server.ts';
import { startVaultDouble } from '../../sandbox/vault.ts';
import type { Identity } from '../config.ts';
import { StatsError } from '../errors.ts';
import { createStorage, syncStorageLimits } from './storage.ts';
import { createSecretClient, createVault } from './vault.ts';

const vault = await startVaultDouble({ secrets: { 'peloton-username': 'rider' } });
after(vault.close);

const accountUrl = 'https://account.blob.core.windows.net';

/** What a read from the vault, and one from the store, say with this identity. */
async function failures(identity: Identity, signal = new AbortController().signal): Promise<StatsError[]> {
  const containers = { publicContainer: 'stats', privateContainer: 'stats-private' };
  const storage = createStorage({ access: { accountUrl, identity }, ...containers }, syncStorageLimits).within(signal);
  const ended = await Promise.allSettled([
    createVault(createSecretClient({ url: vault.url, identity }), signal).read('peloton-username'),
    storage.public.read('latest.json'),
  ]);
  return ended.map(end => {
    assert.ok(end.status === 'rejected' && end.reason instanceof StatsError);
    return end.reason;
  });
}

/** Makes these the only programs that there are. */
async function usePrograms(t: TestContext, programs: Record<string, string>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'programs-'));
  const { PATH } = process.env;
  t.after(async () => {
    process.env.PATH = PATH;
    await rm(folder, { recursive: true });
  });
  for (const [name, script] of Object.entries(programs)) {
    await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
    await chmod(join(folder, name), 0o755);
  }
  process.env.PATH = folder;
}

const logins: [string, Record<string, string>, RegExp][] = [
  ['nobody is signed in', { az: `echo "ERROR: Please run 'az login' to setup account." >&2; exit 1` }, /\(no token\)/],
  [
    'the login has expired',
    {
      az: `echo "ERROR: AADSTS700082: The refresh token of someone@example.com has expired.\nRun: az login --scope x" >&2; exit 1`,
    },
    /\(no token: AADSTS700082\)/,
  ],
  ['there is no program to sign in with', {}, /\(no token\)/],
  ['the program says what is no token', { az: 'echo "{}"', azd: 'echo "<html>"' }, /\(no token\)/],
];

describe("without the developer's login to Azure", { skip: process.platform === 'win32' }, () => {
  for (const [what, programs, reason] of logins) {
    it(`where ${what}, vault and store say how to sign in`, async t => {
      await usePrograms(t, programs);
      const errors = await failures({ kind: 'developer' });
      assert.deepEqual(
        errors.map(({ code }) => code),
        ['vault', 'storage'],
      );
      for (const { message, hint } of errors) {
        assert.match(message, reason);
        assert.doesNotMatch(message, /someone/);
        assert.match(hint, /^Sign in to Azure on this machine, .*az login, or azd auth login/);
      }
    });
  }

  it('where the program hangs, nobody waits for it longer than for the call', async t => {
    await usePrograms(t, { az: 'exec /bin/sleep 3' });
    const startedAt = performance.now();
    for (const { message } of await failures({ kind: 'developer' }, AbortSignal.timeout(300))) {
      assert.match(message, /\(no token came in time\)/);
    }
    assert.ok(performance.now() - startedAt < 2_500);
  });
});

it("where the platform knows no such identity, vault and store say that it is the app's identity", async t => {
  const platform = await startLoopbackServer((_, response) => {
    const error = { error: 'invalid_request', error_description: 'No identity found: a-secret-name' };
    response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify(error));
  });
  const environment = { IDENTITY_ENDPOINT: `${platform.url}/msi/token`, IDENTITY_HEADER: 'proof' };
  Object.assign(process.env, environment);
  t.after(async () => {
    for (const name of Object.keys(environment)) delete process.env[name];
    await platform.close();
  });
  for (const { message, hint } of await failures({ kind: 'managed', clientId: 'unknown' })) {
    assert.match(message, /\(no token: invalid_request\)\.$/);
    assert.match(hint, /^Look at the app's identity: azd provision --no-state assigns it and sets AZURE_CLIENT_ID/);
  }
});
