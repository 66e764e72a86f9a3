import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { type Context, createApp } from '../src/app.ts';
import type { Health } from '../src/sync/health.ts';
import { noticeCodes } from '../src/sync/notices.ts';
import { fakeRequest, fastLimits } from '../test/bench.ts';
import { faultScenarios } from './fault-scenarios.ts';
import { startSandbox } from './sandbox.ts';

const silent: Context = { debug() {}, info() {}, warn() {}, error() {} };

type App = ReturnType<typeof createApp>;

async function startService(t: TestContext) {
  const { peloton, vault, azurite, settings, close } = await startSandbox({ member: 'newcomer' });
  t.after(close);
  assert.ok(peloton);
  const app = createApp(settings, { limits: fastLimits });
  const impatient = createApp(settings, { limits: { ...fastLimits, workMs: 1_000 } });
  const askOn = (app: App) => async (handler: 'syncNow' | 'stats' | 'health') => {
    const { status, body } = await app[handler](fakeRequest({ method: 'POST', query: { force: 'true' } }), silent);
    return { status, body: JSON.parse(Buffer.from(body ?? []).toString()) };
  };
  return { doubles: { peloton, vault, azurite }, ask: askOn(app), askImpatiently: askOn(impatient) };
}

/**
 * The code with which a sync fails, by the name of the fault; undefined where the sync succeeds. A fault that is called like a
 * notice begins that notice, and the others begin none.
 */
const expectedCodes: Record<string, string | undefined> = {
  'peloton-down': 'upstream-unavailable',
  'rate-limited': 'upstream-unavailable',
  'bot-check': 'upstream-unavailable',
  'overview-changed': 'upstream-changed',
  'account-refused': 'account-refused',
  'session-ended': undefined,
  'wrong-password': 'sign-in-refused',
  'second-factor': 'sign-in-refused',
  'account-locked': 'sign-in-refused',
  'user-blocked': 'sign-in-refused',
  captcha: 'sign-in-refused',
  'login-page-replaced': undefined,
  verification: 'sign-in-refused',
  'no-way-in': 'upstream-changed',
  'retired-login': 'upstream-changed',
  'vault-forbidden': 'vault',
  'vault-firewall': 'vault',
  'vault-other-tenant': 'vault',
  'captive-portal': 'vault',
  'vault-slow': 'vault',
  'vault-read-only': 'vault',
  'secret-missing': 'vault',
  'secret-disabled': 'vault',
  'secret-recovering': 'vault',
  'session-unreadable': 'vault',
  'parts-lost': undefined,
  'hook-failing': undefined,
  'store-down': 'storage',
  'store-slow': 'storage',
};

describe('the faults of npm start', () => {
  it('are all tried here', () => {
    assert.deepEqual(
      faultScenarios.map(({ name }) => name),
      Object.keys(expectedCodes),
    );
  });

  for (const { name, plant } of faultScenarios) {
    it(`${name}: a second sync ends with ${expectedCodes[name] ?? 'success'}, and readers have the newest good stats`, async t => {
      const { doubles, ask, askImpatiently } = await startService(t);
      assert.equal((await ask('syncNow')).body.outcome, 'synced');
      const good = await ask('stats');
      await plant(doubles);
      const askAgain = name.endsWith('-slow') ? askImpatiently : ask; // a run of npm start waits for a minute
      assert.equal((await askAgain('syncNow')).body.code, expectedCodes[name]);
      const stats = await ask('stats');
      if (expectedCodes[name]) assert.deepEqual(stats, good);
      else assert.notDeepEqual(stats, good, 'what this instance has written is there at once');
      assert.deepEqual(doubles.peloton.violations, []);
      const { notices } = (await ask('health')).body as Health;
      assert.deepEqual(
        notices.map(({ code }) => code),
        noticeCodes.filter(code => code === name),
      );
    });
  }
});
