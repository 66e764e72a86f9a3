// set-credentials.sh and set-credentials.ps1: the same cases in both shells, against the double of the vault.

import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { startLoopbackServer } from '../../sandbox/loopback-server.ts';
import { vaultAnswers } from '../../sandbox/vault-answers.ts';
import { type CredentialsBench, startCredentialsBench, token } from './credentials-bench.ts';
import { pwsh, shells, testsPowerShell, withoutPwsh } from './shells.ts';

const userName = 'rider@example.com';
const password = `p" a$s'w\\o%rd-canäry😀 &\t$(id) \`id\`  `;
const lines = `${userName}\n${password}\n`;

it('runs in PowerShell as in bash', {
  skip: !pwsh && !(testsPowerShell && process.env.CI === 'true') && withoutPwsh,
}, () => {
  assert.ok(pwsh, withoutPwsh);
});

/** No sentence comes with lines of the script, a position in it or a colour. */
function assertPlain(output: string): void {
  assert.doesNotMatch(output, /line \d|\$\w|At .*:\d|^ *\|/m);
  assert.ok(!output.includes('\u001B'), output);
}

for (const shell of shells) {
  const { script, hint, options } = shell;
  describe(script, () => {
    let bench: CredentialsBench;
    beforeEach(async () => {
      bench = await startCredentialsBench(shell);
    });
    afterEach(() => bench[Symbol.asyncDispose]());

    it('stores the password before the user name, whose new version makes the service sign in', async () => {
      await bench.run([options.stdin], lines);
      assert.deepEqual(
        bench.vault.requests.map(({ method, path }) => `${method} ${path}`),
        ['PUT /secrets/peloton-password', 'PUT /secrets/peloton-username'],
      );
    });

    it('is let in as the user of azd, and keeps all secrets out of command lines, environment, files and output', async () => {
      const names = 'peloton_password peloton_username token answer escaped trimmed input name_line value'.split(' ');
      const exported = { ...Object.fromEntries(names.map(name => [name, 'old'])), SHELLOPTS: 'allexport:xtrace' };
      await writeFile(join(bench.folder, '.curlrc'), `trace-ascii = "${join(bench.folder, 'trace')}"\n`);
      const { code, output } = await bench.run([options.stdin], lines, script === 'set-credentials.sh' ? exported : {});
      assert.equal(code, 0, output);
      const calls = await bench.calls();
      const given = calls.map(({ argv, env }) => `${argv.join(' ')} ${env}`).join('\n');
      assert.ok(
        calls.some(({ argv }) => argv.join(' ').startsWith('auth token --scope https://vault.azure.net/.default')),
      );
      for (const kept of [userName, 'can', token]) {
        assert.ok(!given.includes(kept), 'handed to a command');
        assert.ok(!(await bench.files()).includes(kept), 'left in a file');
        assert.ok(!output.includes(kept), output);
      }
    });

    it('waits while a fresh role is refused, and then stores', async () => {
      bench.vault.faults.add({ match: { method: 'PUT' }, fault: vaultAnswers.noRole, times: 3 });
      const { code, output } = await bench.run([options.stdin], lines);
      assert.equal(code, 0, output);
      assert.deepEqual(bench.stored(), [userName, password]);
      assert.equal(output.match(/not effective yet/g)?.length, 1);
    });

    it('gives up after its time and names the role', async () => {
      bench.vault.readOnly = true;
      const { code, output } = await bench.run([options.stdin], lines, { ROLE_WAIT_SECONDS: '0' });
      assert.equal(code, 1);
      assert.match(output, /Key Vault Secrets Officer/);
      assertPlain(output);
    });

    it('tries a vault again that does not answer, and not for ever', async () => {
      const { throttled } = vaultAnswers;
      bench.vault.faults.add({ match: { method: 'PUT' }, fault: 'reset', times: 1 });
      bench.vault.faults.add({ match: { method: 'PUT' }, fault: throttled, times: 2 });
      assert.equal((await bench.run([options.stdin], lines)).code, 0);
      assert.deepEqual(bench.stored(), [userName, password]);
      await bench.vault.refuse();
      const { code, output } = await bench.run([options.stdin], lines);
      assert.equal(code, 1);
      assert.match(output, /peloton-password was not stored: no answer from http:\/\/127/);
      assertPlain(output);
    });

    for (const [name, sentence] of [
      [
        'firewall',
        /peloton-password was not stored: http\S+ answered 403 ForbiddenByFirewall: Client address is not auth/,
      ],
      ['otherTenant', /answered 401 Unauthorized: AKV10032.*\n.*azd auth login --tenant-id TENANT/],
      ['captivePortal', /peloton-password was not stored: http\S+ answered 200\n/],
    ] as const) {
      it(`does not wait for what time does not mend: ${name}`, async () => {
        bench.vault.faults.add({ match: { method: 'PUT' }, fault: vaultAnswers[name] });
        const { code, output } = await bench.run([options.stdin], lines);
        assert.equal(code, 1);
        assert.match(output, sentence);
        assert.doesNotMatch(output, /Done|Stored/);
        assert.equal(bench.writes(), 1);
        assertPlain(output);
      });
    }

    it('follows no redirect with what it holds', async () => {
      await using elsewhere = await startLoopbackServer((_, response) => void response.end('{}'));
      const fault = { status: 307, headers: { location: `${elsewhere.url}/secrets/x` } };
      bench.vault.faults.add({ match: { method: 'PUT' }, fault });
      const { code, output } = await bench.run([options.stdin], lines);
      assert.equal(code, 1);
      assert.match(output, /peloton-password was not stored: http\S+ answered 307\n/);
    });

    it('takes the vault from its option, its URL with a slash, or azd', async () => {
      const noName = { AZURE_KEY_VAULT_NAME: '' };
      const ways: [string[], NodeJS.ProcessEnv][] = [
        [[options.vault, `${bench.vault.url}/`], {}],
        [[], { VAULT_OF_AZD: bench.vault.url }],
      ];
      for (const [args, env] of ways) {
        const { code, output } = await bench.run([options.stdin, ...args], lines, { ...noName, ...env });
        assert.equal(code, 0, output);
      }
      assert.equal(bench.writes(), 4);
    });

    it('asks the vault of a name by https, and a loopback one never through a proxy', async () => {
      const proxy = {
        HTTPS_PROXY: 'http://127.0.0.1:9',
        HTTP_PROXY: 'http://127.0.0.1:9',
        http_proxy: 'http://127.0.0.1:9',
      };
      assert.equal((await bench.run([options.stdin], lines, proxy)).code, 0);
      const { code, output } = await bench.run([options.stdin, options.vault, 'kv-test'], lines, proxy);
      assert.equal(code, 1);
      assert.match(output, /peloton-password was not stored: no answer from https:\/\/kv-test\.vault\.azure\.net: /);
      for (const name of ['http://vault.example', 'kv/../x', 'https://user@kv.example', 'a b']) {
        const { code, output } = await bench.run([options.stdin, options.vault, name], lines);
        assert.equal(code, 1);
        assert.match(output, /is neither the name of a vault nor its URL/);
      }
    });

    it('says how to go on without a terminal, and fails the deployment of azd in no way', async () => {
      const { code, output } = await bench.run([options.fromAzd]);
      assert.equal(code, 0, output);
      assert.ok(output.includes(hint), output);
      const byHand = await bench.run([]);
      assert.equal(byHand.code, 1, 'run by hand it is a failure');
      assert.match(byHand.output, /^No terminal to ask on\. Give the two lines with --?stdin\.\n$/i);
    });

    it('says what is missing without a login of azd, a vault, or azd', async () => {
      const loggedOut = await bench.run([options.stdin], lines, { NO_LOGIN: '1' });
      assert.equal(loggedOut.code, 1);
      assert.match(loggedOut.output, /azd gave no token for the vault: run azd auth login/);
      const noVault = await bench.run([options.stdin], lines, { AZURE_KEY_VAULT_NAME: '' });
      assert.equal(noVault.code, 1);
      assert.match(noVault.output, /azd up/);
      await rm(join(bench.folder, 'tools/azd'));
      const noAzd = await bench.run([options.stdin], lines);
      assert.equal(noAzd.code, 1);
      assert.match(noAzd.output, /https:\/\/aka\.ms\/azd-install/);
      assert.equal(bench.writes(), 0);
      for (const { output } of [loggedOut, noVault, noAzd]) assertPlain(output);
    });

    it('says how it is called to who calls it otherwise', async () => {
      const { code, output } = await bench.run(['--bogus']);
      assert.equal(code, 1);
      assert.match(output, /^Usage: /);
      assertPlain(output);
    });

    describe('on a terminal', () => {
      const typed = (name: string, word: string): [RegExp, string][] => [
        [/user name: $/, name],
        [/not shown\): $/, word],
      ];

      it('asks for both and does not show the password', async () => {
        const { code, output } = await bench.runOnTerminal([], typed(` ${userName} `, 'p a$s-canary '));
        assert.equal(code, 0, output);
        assert.deepEqual(bench.stored(), [userName, 'p a$s-canary ']);
        assert.ok(output.includes(userName), 'a user name is shown as it is typed');
        assert.ok(!output.includes('canary'), output);
      });

      it('stores nothing when nothing is typed', async () => {
        const { code, output } = await bench.runOnTerminal([], typed(' ', 'secret'));
        assert.equal(code, 1, output);
        assert.match(output, /The user name is empty: nothing was stored/);
        assert.equal(bench.writes(), 0);
      });

      it('asks nothing as a hook when both are stored already', async () => {
        bench.vault.secrets.set('peloton-username', 'old');
        bench.vault.secrets.set('peloton-password', 'old');
        const { code, output } = await bench.runOnTerminal([options.fromAzd], []);
        assert.equal(code, 0, output);
        assert.ok(output.includes(`to change them: ${hint}`), output);
        assert.equal(bench.writes(), 0);
      });

      it('asks as a hook when one of them is missing', async () => {
        bench.vault.secrets.set('peloton-username', 'old');
        const { output } = await bench.runOnTerminal([options.fromAzd], typed(userName, 'secret'));
        assert.deepEqual(bench.stored(), [userName, 'secret'], output);
      });
    });
  });
}
