import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, beforeEach, describe, it } from 'node:test';
import { azureError, azureTarget, startAzureDouble } from '../../../test/azure-double.ts';
import { proveLogs, readRuleNames } from './prove-logs.ts';

const azure = await startAzureDouble();
after(azure.close);
beforeEach(azure.reset);

const [rule = ''] = await readRuleNames();
const alert = `alert ${rule}`;

async function proveOne(subject: string): Promise<string> {
  const verdicts = await Array.fromAsync(proveLogs(azure.azure, azureTarget, azure.url));
  const { mark, text } = verdicts.find(verdict => verdict.subject === subject) ?? {};
  return `${mark} ${text}`;
}

describe('the timer', () => {
  for (const [ticks, expected] of [
    [[], /^FIX no tick in the last 2 hours.* → .*deployment ask again later/],
    [[58, 73, 88], /^FIX the last tick was 58 minutes ago/],
    [[3], /^FIX one tick so far → ask again/],
    [[4, 19, 64, 79], /^FIX no tick between 64 and 19 minutes ago/],
    [[14, 29], /^holds a tick in each of the last 2 quarters/],
  ] as const) {
    it(`is judged by ticks of ${ticks.join(', ') || 'no'} minutes ago`, async () => {
      azure.state.rows.set(
        'AppRequests',
        ticks.map(tick => [tick]),
      );
      assert.match(await proveOne('timer'), expected);
    });
  }

  it('is judged by its status too, which is there and fresh, old, or missing', async () => {
    assert.match(await proveOne('timer status'), /^holds last written 0 minutes ago/);
    const [blob] = azure.state.hostBlobs;
    azure.state.hostBlobs = [{ name: blob?.name ?? '', writtenAt: new Date(Date.now() - 3_600_000) }];
    assert.match(await proveOne('timer status'), /^FIX last written 60 minutes ago → /);
    azure.state.hostBlobs = [{ name: 'timers/stats-abc/Host.Functions.other/status', writtenAt: new Date() }];
    assert.match(await proveOne('timer status'), /^FIX the host has kept none for sync/);
    azure.state.instead.set('azure-webjobs-hosts', {
      status: 404,
      body: '<Error/>',
      headers: { 'x-ms-error-code': 'ContainerNotFound' },
    });
    assert.match(await proveOne('timer status'), /^FIX 404 ContainerNotFound → /);
  });
});

describe('the logs', () => {
  it('are left out with the role that reads them', async () => {
    azure.state.instead.set('/query', azureError(403, 'InsufficientAccessError'));
    azure.state.instead.set('azure-webjobs-hosts', {
      status: 403,
      body: '<Error/>',
      headers: { 'x-ms-error-code': 'AuthorizationPermissionMismatch' },
    });
    assert.match(await proveOne('timer'), /^not asked .*403 InsufficientAccessError.*; Log Analytics Reader/);
    assert.match(await proveOne(alert), /^not asked .*InsufficientAccessError/);
    assert.match(await proveOne('timer status'), /^not asked .*AuthorizationPermissionMismatch.*Blob Data Reader/);
  });

  it('have no table yet, are there in part, or fail', async () => {
    const message = "'where' operator: Failed to resolve table or column expression named 'AppRequests'";
    azure.state.instead.set('/query', azureError(400, 'BadArgumentError', { code: 'SEM0100', message }));
    assert.match(await proveOne('timer'), /^FIX 400 .* SEM0100: 'where' operator.* → no telemetry has arrived yet/);
    const tables = [{ name: 'PrimaryResult', columns: [], rows: [] }];
    azure.state.instead.set('/query', { status: 200, body: { tables, error: { code: 'PartialError' } } });
    assert.match(await proveOne('timer'), /^FIX the answer is no whole table/);
    azure.state.instead.set('/query', azureError(429, 'Throttled'));
    assert.match(await proveOne('timer'), /^FIX 429 Throttled: .* → .*ask again in a minute/);
  });
});

describe('the alerts', () => {
  it('are those of the template', async () => {
    const source = await readFile(new URL('../../../infra/modules/alerts.bicep', import.meta.url), 'utf8');
    const names = await readRuleNames();
    assert.equal(names.length, source.match(/scheduledQueryRules@/g)?.length);
    azure.state.rules = azure.state.rules.filter(({ name }) => !name.startsWith(rule));
    assert.match(await proveOne('alerts'), new RegExp(`^FIX there is no rule ${rule} → azd provision --no-state`));
  });

  it('fire, are refused by the logs, or are off', async () => {
    azure.state.rows.set(`// ${rule}`, [['storage'], ['vault']]);
    assert.match(await proveOne(alert), /^FIX 2 rows, where more than 0 fire it → health/);
    const invalid = azureError(400, 'BadArgumentError', { code: 'SYN0002', message: 'A recognition error occurred' });
    azure.state.instead.set('/query', invalid);
    assert.match(await proveOne(alert), /^FIX 400 .* SYN0002: A recognition error occurred → .*report it/);
    azure.state.instead.clear();
    azure.state.rules = azure.state.rules.map(each => ({ ...each, enabled: false }));
    assert.match(await proveOne(alert), /^FIX is off → azd provision --no-state/);
  });

  it('are asked as the rule asks, over the time that it looks back, and counted by its dimensions', async () => {
    const dimensions = [{ name: 'code', operator: 'Include', values: ['*'] }];
    azure.state.rules = azure.state.rules.map(each => ({
      ...each,
      overrideQueryTimeRange: 'P2D',
      criterion: { ...each.criterion, threshold: 1, dimensions },
    }));
    azure.state.rows.set(`// ${rule}`, [['storage'], ['vault']]);
    assert.match(await proveOne(alert), /^holds valid, 1 row/);
    const asked = azure.requests.map(({ body }) => body).find(body => body.includes(`// ${rule}`)) ?? '{}';
    assert.deepEqual(JSON.parse(asked), { query: `AppTraces | take 5 // ${rule}`, timespan: 'P2D' });
    azure.state.rows.set(`// ${rule}`, [['vault'], ['vault']]);
    assert.match(await proveOne(alert), /^FIX 2 rows, where more than 1/);
  });
});

describe('the second clock', () => {
  it('may call, has no key, is not there, or may not be looked at', async () => {
    assert.match(await proveOne('second clock'), /^holds may call sync-now/);
    azure.state.groups.set('ag-clock-abcdefghijklm', 0);
    assert.match(await proveOne('second clock'), /^FIX its action group has no key .* → azd hooks run postdeploy/);
    azure.state.groups.delete('ag-clock-abcdefghijklm');
    assert.match(await proveOne('second clock'), /^FIX its action group is not there → azd provision --no-state/);
    azure.state.instead.set('actionGroups', azureError(403, 'AuthorizationFailed'));
    assert.match(
      await proveOne('second clock'),
      /^not asked .*AuthorizationFailed\); Reader on the resource group may/,
    );
  });
});
