import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { azureError, azureNames, azureTarget, startAzureDouble } from '../../../test/azure-double.ts';
import { createAzure } from './azure.ts';
import { createPatience } from './patience.ts';
import { proveFunctions } from './prove-app.ts';
import { proveDeployment } from './prove-deployment.ts';
import { completeEnvironment, readTarget } from './target.ts';

const azure = await startAzureDouble();
after(azure.close);
beforeEach(azure.reset);

/** Without an address of the app: nobody answers there. */
async function prove({ asked = azure.azure } = {}) {
  const options = { sync: false, patience: createPatience({ startMs: 0, pauseMs: 1 }) };
  return await Array.fromAsync(proveDeployment(asked, azureTarget, options));
}

async function proveOne(subject: string): Promise<string> {
  const { mark, text } = (await prove()).find(verdict => verdict.subject === subject) ?? {};
  return `${mark} ${text}`;
}

describe('the app in Azure', () => {
  it('is asked at the address that Azure names, where no other is given', async () => {
    azure.state.app.defaultHostName = 'stats-abc.invalid';
    assert.match(await proveOne('health'), /^FIX no health from https:\/\/stats-abc\.invalid: no answer/);
  });

  it('is stopped, or missing', async () => {
    azure.state.app.state = 'Stopped';
    assert.match(await proveOne('app'), /^FIX its state is Stopped, not Running → az functionapp start/);
    azure.state.instead.set(`sites/${azureNames.name}`, azureError(404, 'ResourceNotFound'));
    assert.match(await proveOne('app'), /^FIX 404 ResourceNotFound → .*azd provision --no-state/);
  });

  it('is waited for until Azure lists every function', async () => {
    const { functions } = azure.state;
    azure.state.functions = [];
    const waited: string[] = [];
    const proof = proveFunctions(azure.azure, azureTarget, {
      registrations: functions.map(({ name }) => ({ name, route: undefined, methods: [] })),
      patience: createPatience({ startMs: 10_000, pauseMs: 1, onWait: what => waited.push(what) }),
    });
    const verdict = proof.next();
    while (azure.requests.length < 3) await setImmediate();
    azure.state.functions = functions;
    assert.match((await verdict).value?.text ?? '', /^Azure lists all \d+/);
    assert.deepEqual(waited, ['Azure to list every function']);
  });

  it('lacks a function, or has one that is disabled', async () => {
    const { functions } = azure.state;
    azure.state.functions = functions.filter(({ name }) => name !== 'sync');
    assert.match(await proveOne('functions'), /^FIX Azure does not list sync → .*STATS_NODE_VERSION/);
    azure.state.functions = functions.map(each => ({ ...each, isDisabled: each.name === 'sync' }));
    assert.match(await proveOne('functions'), /^FIX sync is disabled → /);
    azure.state.instead.set('/functions', azureError(500, 'InternalServerError'));
    assert.match(await proveOne('functions'), /^FIX 500 InternalServerError → /);
  });
});

describe('what whoever asks may not ask', () => {
  /** Azure alone knows the address here, so that nothing is known of the service itself, and that is something to do. */
  const all = ['app', 'functions', 'routes', 'timer', 'timer status', 'alerts', 'second clock'].map(subject => [
    subject === 'routes' ? 'FIX' : 'not asked',
    subject,
  ]);

  for (const [status, code, expected] of [
    [403, 'AuthorizationFailed', /your login may not ask this \(403 AuthorizationFailed\)$/],
    [401, 'InvalidAuthenticationTokenTenant', /another tenant: azd auth login --tenant-id TENANT$/],
  ] as const) {
    it(`is left out after ${status} ${code}, and is no fault`, async () => {
      azure.state.instead.set(' ', azureError(status, code));
      const verdicts = await prove();
      assert.deepEqual(
        verdicts.map(({ mark, subject }) => [mark, subject]),
        all,
      );
      assert.match(verdicts[0]?.text ?? '', expected);
      assert.doesNotMatch(JSON.stringify(verdicts), /person@example/);
    });
  }

  it('is everything of Azure without a login', async () => {
    const verdicts = await prove({ asked: createAzure(async () => undefined, azure.azure.hosts) });
    assert.deepEqual(
      verdicts.map(({ mark, subject }) => [mark, subject]),
      all,
    );
    assert.match(verdicts[0]?.text ?? '', /^no login to Azure on this machine: azd auth login/);
    assert.deepEqual(azure.requests, []);
  });
});

describe('the target', () => {
  const { subscription, group, name } = azureNames;
  const names = { AZURE_SUBSCRIPTION_ID: subscription, AZURE_RESOURCE_GROUP: group, AZURE_FUNCTION_APP_NAME: name };

  it("is read from azd's environment", () => {
    const { workspace = '' } = azureTarget;
    const environment = { ...names, PUBLIC_URL: 'https://stats.example/', LOG_ANALYTICS_WORKSPACE_ID: workspace };
    assert.deepEqual(readTarget({ ...environment, SYNC_KEY: '', AZURE_FUNCTION_APP_URL: ' ' }), {
      ...azureTarget,
      publicUrl: 'https://stats.example',
    });
  });

  it("is azd's own where the environment names none, and only then", {
    skip: process.platform === 'win32',
  }, async t => {
    const folder = await mkdtemp(join(tmpdir(), 'azd-'));
    t.after(() => rm(folder, { recursive: true }));
    const values = `AZURE_FUNCTION_APP_NAME="stats-abc"\r\nPUBLIC_URL="https://a.example/\\"b"\nALERT_EMAIL="you@example.com"`;
    await writeFile(
      join(folder, 'azd'),
      `#!/bin/sh\necho "$@" >&2\n[ "$2" = get-values ] && cat <<'END'\n${values}\nEND\n`,
    );
    await chmod(join(folder, 'azd'), 0o755);
    const given = { PATH: `${folder}:/usr/bin:/bin`, PUBLIC_URL: '', SYNC_KEY: 'given' };
    const { AZURE_FUNCTION_APP_NAME, PUBLIC_URL, SYNC_KEY } = await completeEnvironment(given);
    assert.deepEqual([AZURE_FUNCTION_APP_NAME, PUBLIC_URL, SYNC_KEY], ['stats-abc', 'https://a.example/"b', 'given']);
    const named = { ...given, PUBLIC_URL: 'https://b.example' };
    assert.equal(await completeEnvironment(named), named);
    assert.deepEqual(await completeEnvironment({ PATH: '/nowhere' }), { PATH: '/nowhere' });
  });

  it('is refused where nothing is named, and with the name of what cannot be one', () => {
    assert.throws(() => readTarget({}), /Nothing to prove/);
    for (const [fault, value] of [
      ['PUBLIC_URL', 'http://stats.example'],
      ['AZURE_FUNCTION_APP_URL', 'nowhere'],
      ['AZURE_SUBSCRIPTION_ID', 'a;b'],
      ['LOG_ANALYTICS_WORKSPACE_ID', '../x'],
    ] as const) {
      assert.throws(
        () => readTarget({ ...names, [fault]: value }),
        (error: Error) => error.message.includes(fault) && !error.message.includes(value),
      );
    }
  });
});
