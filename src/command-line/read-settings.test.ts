import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { StatsError } from '../errors.ts';
import { readSettings } from './read-settings.ts';

async function folderWith(t: TestContext, content?: unknown): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'settings-'));
  t.after(() => rm(folder, { recursive: true }));
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  if (content !== undefined) await writeFile(join(folder, 'local.settings.json'), text);
  return folder;
}

const sandbox = {
  KEY_VAULT_URL: 'http://127.0.0.1:7072',
  STORAGE_CONNECTION_STRING: 'UseDevelopmentStorage=true',
  PELOTON_API_URL: 'http://127.0.0.1:7073',
  PELOTON_AUTH_URL: 'http://localhost:7073',
  PUBLIC_URL: 'http://127.0.0.1:7071',
  SYNC_TIME: '07:00',
};

describe('the settings of a command', () => {
  it('are those of the environment over those of the file', async t => {
    const folder = await folderWith(t, { IsEncrypted: false, Values: { SYNC_TIME: '07:00', STATS_CONTAINER: 'mine' } });
    const settings = await readSettings({ SYNC_TIME: '09:00', STATS_CONTAINER: ' ' }, folder);
    assert.deepEqual(settings, { SYNC_TIME: '09:00', STATS_CONTAINER: 'mine' });
  });

  it('are those of the environment alone where there is no file', async t => {
    assert.deepEqual(await readSettings({ SYNC_TIME: '09:00' }, await folderWith(t)), { SYNC_TIME: '09:00' });
  });

  it('are read as Core Tools does: with a byte order mark, and numbers as text', async t => {
    const folder = await folderWith(t, `\uFEFF${JSON.stringify({ Values: { PELOTON_OVERVIEW_VERSION: 2 } })}`);
    assert.deepEqual(await readSettings({}, folder), { PELOTON_OVERVIEW_VERSION: '2' });
  });

  it('are the whole file where the environment names nothing of its own', async t => {
    assert.deepEqual(await readSettings({}, await folderWith(t, { Values: sandbox })), sandbox);
    const other = await readSettings({ KEY_VAULT_URL: 'http://127.0.0.1:9' }, await folderWith(t, { Values: sandbox }));
    assert.deepEqual(other, { ...sandbox, KEY_VAULT_URL: 'http://127.0.0.1:9' });
  });

  it('never mix a vault in Azure with a Peloton of this machine', async t => {
    const azure = {
      KEY_VAULT_URL: 'https://kv.vault.azure.net',
      STORAGE_ACCOUNT_URL: 'https://st.blob.core.windows.net',
    };
    const settings = await readSettings(azure, await folderWith(t, { Values: sandbox }));
    assert.deepEqual(settings, { ...azure, SYNC_TIME: '07:00' });
  });

  it('have one store: that of the environment', async t => {
    const store = { STORAGE_ACCOUNT_URL: 'https://st.blob.core.windows.net' };
    const settings = await readSettings(store, await folderWith(t, { Values: sandbox }));
    assert.equal(settings.STORAGE_CONNECTION_STRING, undefined);
    assert.equal(settings.PELOTON_API_URL, sandbox.PELOTON_API_URL);
  });

  const malformed: [string, unknown, RegExp][] = [
    ['no JSON', '{"Values": {"KEY_VAULT_URL": hunter2}}', /is not JSON/],
    ['a list', [], /malformed at the whole/],
    ['a setting that is a list', { Values: { SYNC_TIME: ['hunter2'] } }, /malformed at Values\.SYNC_TIME/],
    ['settings that are none', { Values: 'hunter2' }, /malformed at Values/],
    ['an encrypted file', { IsEncrypted: true, Values: { A: 'hunter2' } }, /is encrypted/],
  ];
  for (const [what, content, message] of malformed) {
    it(`are refused in ${what}, without repeating what it holds`, async t => {
      const folder = await folderWith(t, content);
      await assert.rejects(readSettings({}, folder), error => {
        assert.ok(error instanceof StatsError && error.code === 'config');
        assert.match(error.message, message);
        assert.doesNotMatch(`${error.message} ${error.hint} ${error.cause}`, /hunter2/);
        return true;
      });
    });
  }
});
