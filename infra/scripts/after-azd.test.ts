// after-azd.sh and after-azd.ps1: the same cases in both shells, against a double of Azure's Resource Manager.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, beforeEach, describe, it } from 'node:test';
import { type LoopbackServer, startLoopbackServer } from '../../sandbox/loopback-server.ts';
import { type CredentialsBench, startCredentialsBench, token } from './credentials-bench.ts';
import { pwsh, type Shell, testsPowerShell } from './shells.ts';

const key = 'key-canary_0+/==';
const encodedKey = 'key-canary_0%2B%2F%3D%3D';
const group = '/subscriptions/0-1/resourceGroups/rg-my-stats';
const app = `${group}/providers/Microsoft.Web/sites/stats-abc`;
const receivers = `PUT ${group}/providers/Microsoft.Insights/actionGroups/ag-clock-abc`;
const names = {
  AZURE_SUBSCRIPTION_ID: '0-1',
  AZURE_RESOURCE_GROUP: 'rg-my-stats',
  AZURE_ENV_NAME: 'my-stats',
  AZURE_FUNCTION_APP_NAME: 'stats-abc',
  AZURE_FUNCTION_APP_URL: 'https://stats-abc.azurewebsites.net',
  SECOND_CLOCK_NAME: 'ag-clock-abc',
};

const folder = import.meta.dirname;
const options = { stdin: '', vault: '', fromAzd: '' };
/** Each says how long it would have slept, and does not. */
const shells: (Pick<Shell, 'command' | 'options'> & { script: string })[] = [];
if (!testsPowerShell) {
  shells.push({ script: 'after-azd.sh', command: ['bash', join(folder, 'after-azd.sh')], options });
} else if (pwsh) {
  const asleep = `function Start-Sleep { param($Seconds) Add-Content "$env:HOME/tools/sleeps" $Seconds }`;
  const command = [pwsh, '-NoLogo', '-NoProfile', '-Command', `${asleep}; & '${join(folder, 'after-azd.ps1')}'`];
  shells.push({ script: 'after-azd.ps1', command, options });
}

type Answer = { status: number; body?: unknown; headers?: Record<string, string> };
const good: Record<string, Answer> = {
  [`GET ${app}/functions/sync-now`]: { status: 200, body: { name: 'stats-abc/sync-now', properties: {} } },
  [`POST ${app}/functions/sync-now/listkeys`]: { status: 200, body: { default: key, other: 'another' } },
  [receivers]: { status: 200, body: { name: 'ag-clock-abc' } },
};
const absent: Answer = { status: 404, body: { error: { code: 'NotFound', message: 'No function sync-now.' } } };

for (const shell of shells) {
  describe(shell.script, () => {
    let bench: CredentialsBench;
    let azure: LoopbackServer;
    let asked: { call: string; authorization: string | undefined; body: string }[];
    let answers: Record<string, Answer | Answer[]>;

    async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://x');
      const call = `${request.method} ${pathname}`;
      assert.match(searchParams.get('api-version') ?? '', /^\d{4}-\d\d-\d\d$/);
      asked.push({ call, authorization: request.headers.authorization, body: await text(request) });
      const list = [answers[call] ?? { status: 500 }].flat();
      const { status, body, headers } =
        list[asked.filter(each => each.call === call).length - 1] ?? list.at(-1) ?? absent;
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(body === undefined ? '' : JSON.stringify(body));
    }

    before(async () => {
      bench = await startCredentialsBench(shell as Shell);
      azure = await startLoopbackServer(answer);
      await writeFile(join(bench.folder, 'tools/sleep'), '#!/bin/sh\necho "$1" >> "$HOME/tools/sleeps"\n', {
        mode: 0o755,
      });
    });
    beforeEach(async () => {
      asked = [];
      answers = { ...good };
      await writeFile(join(bench.folder, 'tools/sleeps'), '');
    });
    after(async () => {
      await azure.close();
      await bench[Symbol.asyncDispose]();
    });

    const run = (moment: string, env: NodeJS.ProcessEnv = {}) =>
      bench.run([moment], '', { ...names, AZURE_RESOURCE_MANAGER_URL: azure.url, ...env });
    const calls = () => asked.map(({ call }) => call);
    const sleeps = async () =>
      (await readFile(join(bench.folder, 'tools/sleeps'), 'utf8')).split('\n').filter(Boolean).map(Number);

    it('gives the key of sync-now to the action group, as the user of azd, and to nobody else', async () => {
      const { code, output } = await run('deploy');
      assert.equal(code, 0, output);
      assert.deepEqual(calls(), Object.keys(good));
      for (const { authorization } of asked) assert.equal(authorization, `Bearer ${token}`);
      const { properties, ...rest } = JSON.parse(asked.at(-1)?.body ?? '');
      assert.deepEqual(rest, { location: 'global', tags: { 'azd-env-name': 'my-stats' } });
      assert.deepEqual(properties, {
        groupShortName: 'stats clock',
        enabled: true,
        azureFunctionReceivers: [
          {
            name: 'sync-now',
            functionAppResourceId: app,
            functionName: 'sync-now',
            httpTriggerUrl: `https://stats-abc.azurewebsites.net/api/sync?code=${encodedKey}`,
            useCommonAlertSchema: true,
          },
        ],
      });
      const given = (await bench.calls()).map(({ argv, env }) => `${argv.join(' ')} ${env}`).join('\n');
      assert.match(given, /auth token --scope https:\/\/management\.azure\.com\/\.default/);
      for (const kept of ['key-canary', token]) {
        assert.ok(!given.includes(kept), 'handed to a command');
        assert.ok(!(await bench.files()).includes(kept), 'left in a file');
        assert.ok(!output.includes(kept), output);
      }
    });

    it('sets it anew after a later provision, without a wait', async () => {
      const { code, output } = await run('provision');
      assert.equal(code, 0, output);
      assert.deepEqual(calls(), Object.keys(good));
      assert.deepEqual(await sleeps(), []);
    });

    it('waits after an upload until Azure lists the function and knows its key', async () => {
      answers[`GET ${app}/functions/sync-now`] = [absent, absent, good[`GET ${app}/functions/sync-now`] ?? absent];
      const starting = { status: 400, body: { error: { code: 'BadRequest', message: 'The host is starting.' } } };
      answers[`POST ${app}/functions/sync-now/listkeys`] = [
        starting,
        good[`POST ${app}/functions/sync-now/listkeys`] ?? absent,
      ];
      const { code, output } = await run('deploy');
      assert.equal(code, 0, output);
      assert.equal(calls().at(-1), receivers);
      assert.deepEqual(await sleeps(), [15, 15, 15]);
    });

    it('skips what is not there, in one sentence and for three minutes at most', async () => {
      answers[`GET ${app}/functions/sync-now`] = absent;
      const { code, output } = await run('deploy');
      assert.equal(code, 0, output);
      assert.match(output, /^Azure does not list the function sync-now yet; .* azd hooks run postdeploy\n$/);
      assert.ok((await sleeps()).reduce((sum, seconds) => sum + seconds, 0) <= 180);
    });

    const roles = `${group}/providers/Microsoft.Resources/deployments`;
    const ended = (...timestamps: string[]) => timestamps.map(timestamp => ({ name: 'x', properties: { timestamp } }));
    const firstProvisions: [what: string, answer: Answer, waits: number[]][] = [
      [
        'until three minutes after the last of its deployments',
        {
          status: 200,
          headers: { date: 'Fri, 01 Mar 2024 00:00:10 GMT' },
          body: { value: ended('2024-02-29T23:50:00.1234567Z', '2024-02-29T23:59:30Z', '2024-02-29T23:59:10.9Z') },
        },
        [140],
      ],
      [
        'not at all where that was long ago',
        {
          status: 200,
          headers: { date: 'Sun, 29 Nov 2026 11:00:00 GMT' },
          body: { value: ended('2026-11-29T10:50:00Z') },
        },
        [],
      ],
      [
        'never longer than that, whatever the instants say',
        {
          status: 200,
          headers: { date: 'Sun, 29 Nov 2026 11:00:00 GMT' },
          body: { value: ended('2027-01-01T00:00:00Z') },
        },
        [180],
      ],
      ['the whole time where Azure does not say when it was', { status: 403, body: {} }, [180]],
    ];
    for (const [what, answer, waits] of firstProvisions) {
      it(`waits after the first provision ${what}, and sets nothing`, async () => {
        answers[`GET ${app}/functions/sync-now`] = absent;
        answers[`GET ${roles}`] = answer;
        const { code, output } = await run('provision');
        assert.equal(code, 0, output);
        assert.deepEqual(await sleeps(), waits);
        assert.deepEqual(calls(), [`GET ${app}/functions/sync-now`, `GET ${roles}`]);
        if (waits.length === 0) assert.equal(output, '');
        else assert.match(output, new RegExp(`waiting for ${waits[0]} seconds`));
      });
    }

    it('tries an Azure again that does not answer, and waits for the roles where it never says what is there', async () => {
      answers[`GET ${app}/functions/sync-now`] = { status: 503 };
      const { code, output } = await run('provision');
      assert.equal(code, 1);
      assert.deepEqual(await sleeps(), [15, 15, 180]);
      assert.match(
        output,
        /The second clock has no key of sync-now: http\S+ answered 503\nOnce that is mended: azd hooks/,
      );
    });

    it('says at once what is refused, without the key that the refusal repeats', async () => {
      const message = `No rights to set ${encodedKey} or ${key}.`;
      answers[receivers] = { status: 403, body: { error: { code: 'AuthorizationFailed', message } } };
      const { code, output } = await run('deploy');
      assert.equal(code, 1);
      assert.deepEqual(await sleeps(), []);
      assert.match(output, /answered 403 AuthorizationFailed: No rights to set KEY or KEY\.\n/);
      assert.doesNotMatch(output, /line \d|At .*:\d|\[\d+m/);
    });

    it('says what is missing: a login of azd, a name that azd gives, a moment', async () => {
      const loggedOut = await run('deploy', { NO_LOGIN: '1' });
      const nameless = await run('deploy', { SECOND_CLOCK_NAME: '' });
      const timeless = await run('never');
      assert.deepEqual([loggedOut.code, nameless.code, timeless.code], [1, 1, 1]);
      assert.match(loggedOut.output, /azd gave no token for Azure: run azd auth login/);
      assert.match(nameless.output, /^SECOND_CLOCK_NAME is missing: run azd up/);
      assert.match(timeless.output, /^Usage: /);
      assert.deepEqual(asked, []);
    });
  });
}
