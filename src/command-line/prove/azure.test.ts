import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { createTokenReader } from './azure.ts';

const folders: string[] = [];
after(() => Promise.all(folders.map(folder => rm(folder, { recursive: true }))));

/** An environment with programs of these names alone, each a shell script that notes its arguments first. */
async function programs(scripts: Record<string, string>) {
  const folder = await mkdtemp(join(tmpdir(), 'programs-'));
  folders.push(folder);
  for (const [name, script] of Object.entries(scripts)) {
    await writeFile(join(folder, name), `#!/bin/sh\nread -r line\necho "$@" >> '${folder}/${name}.asked'\n${script}\n`);
    await chmod(join(folder, name), 0o755);
  }
  const asked = async (name: string) => (await readFile(join(folder, `${name}.asked`), 'utf8')).trimEnd().split('\n');
  return { env: { PATH: `${folder}:/usr/bin:/bin` }, asked };
}

const subscription = '00000000-0000-0000-0000-000000000001';

describe('the token for Azure', { skip: process.platform === 'win32' }, () => {
  it("is azd's, and asked for once for each audience", async () => {
    const { env, asked } = await programs({ azd: 'echo token.of-azd', az: 'echo token.of-az' });
    const read = createTokenReader(subscription, env);
    const audiences = ['https://one', 'https://one', 'https://two'];
    assert.deepEqual(new Set(await Promise.all(audiences.map(read))), new Set(['token.of-azd']));
    const scopes = (await asked('azd')).map(line => /--scope (\S+) /.exec(line)?.[1]);
    assert.deepEqual(scopes.sort(), ['https://one/.default', 'https://two/.default']);
  });

  it('is that of az where azd is missing or not signed in, in the tenant of the subscription', async () => {
    for (const others of [{}, { azd: 'echo "ERROR: not logged in" >&2; exit 1' }, { azd: 'echo "not a token"' }]) {
      const { env, asked } = await programs({ ...others, az: 'echo token.of-az' });
      assert.equal(await createTokenReader(subscription, env)('https://one'), 'token.of-az');
      assert.match(
        (await asked('az')).join(),
        new RegExp(`--scope https://one/.default .*--subscription ${subscription}$`),
      );
    }
  });

  it('is none where neither gives one', async () => {
    const { env } = await programs({ azd: 'exit 1', az: 'exit 1' });
    assert.equal(await createTokenReader(undefined, env)('https://one'), undefined);
  });
});
