import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { after, beforeEach, describe, it } from 'node:test';
import { inspect } from 'node:util';
import { SecretClient } from '@azure/keyvault-secrets';
import type { Fault } from '../../sandbox/fault-answers.ts';
import { startVaultDouble } from '../../sandbox/vault.ts';
import { vaultAnswers } from '../../sandbox/vault-answers.ts';
import { StatsError } from '../errors.ts';
import { createCredential } from './identity.ts';
import { createSecretClient, createVault, type Vault } from './vault.ts';

const at = new Date('2026-11-22T09:00:00.000Z');
const double = await startVaultDouble({ clock: () => at });
after(() => double.close());

const name = 'peloton-session';
const value = 'a-secret-value';

function openVault({ signal = new AbortController().signal, callTimeoutMs = 10_000 } = {}): Vault {
  const limits = { maxTries: 3, retryDelayMs: 1, maxRetryDelayMs: 5, callTimeoutMs };
  const client = createSecretClient({ url: double.url, identity: { kind: 'loopback' } }, limits);
  return createVault(client, signal, limits);
}

async function failureOf(promise: Promise<unknown>): Promise<StatsError> {
  const [result] = await Promise.allSettled([promise]);
  assert.ok(result?.status === 'rejected' && result.reason instanceof StatsError, inspect(result));
  assert.doesNotMatch(inspect(result.reason, { depth: 10, showHidden: true }), /a-secret-value|Bearer/);
  return result.reason;
}

const actions = {
  get: (vault: Vault): Promise<unknown> => vault.read(name),
  set: (vault: Vault): Promise<unknown> => vault.write(name, value),
};
const verbs = Object.keys(actions) as (keyof typeof actions)[];

type Case = { fault: Fault; reason: string; hint: RegExp; tries?: number };

const grant = /^Give the app's identity the right to (get|set) secrets in the vault; a new role takes some minutes\.$/;
const reach = /^Check that KEY_VAULT_URL names a vault that can be reached from here/;
const later = /^The vault asks for fewer calls: the next tick tries again\.$/;
const network = /^The vault's firewall keeps this address out: /;
const tenant = /^The token is of another tenant than the vault: .*az login --tenant TENANT/;
const stranger = /^Something else answered in the place of the vault: check KEY_VAULT_URL, and look for a proxy/;
const failing = /^The vault itself is failing\. Nothing to do: the next tick tries again\./;
const wait = /Nothing to do: the next tick tries again\.$/;
const noVault = /^Check KEY_VAULT_URL/;
const errorBody = (code: string, inner?: string) => ({
  error: { code, message: value, ...(inner && { innererror: { code: inner } }) },
});
const conflict = (inner: string): Fault => ({ status: 409, body: errorBody('Conflict', inner) });
const throttled = (retryAfter: string, header = 'retry-after'): Fault => ({
  status: 429,
  headers: { [header]: retryAfter },
});
const malformedChallenge: Fault = { status: 401, headers: { 'www-authenticate': 'Bearer authorization="nowhere"' } };
const tomorrow = new Date(Date.now() + 86_400_000).toUTCString();

/** What the vault or the way to it may do, the reason that is told, and the next step. */
const cases: Record<string, Case> = {
  'refuses the token': { fault: { status: 401 }, reason: '401', hint: /^The vault of npm start -- --account takes/ },
  'is of another tenant': { fault: vaultAnswers.otherTenant, reason: '401 AKV10032', hint: tenant },
  'is of another tenant, and says so without a body': {
    fault: vaultAnswers.otherTenantBare,
    reason: '401 AKV10032',
    hint: tenant,
  },
  'lacks a role': { fault: vaultAnswers.noRole, reason: '403 ForbiddenByRbac', hint: grant },
  'refuses without a body': { fault: { status: 403 }, reason: '403', hint: grant },
  'answers a page that refuses': { fault: { status: 403, body: '<h1>No</h1>' }, reason: '403', hint: grant },
  'has a firewall': { fault: vaultAnswers.firewall, reason: '403 ForbiddenByFirewall', hint: network },
  'is in a private network': { fault: vaultAnswers.privateNetwork, reason: '403 ForbiddenByConnection', hint: network },
  'is another server': { fault: { status: 404, body: 'Not Found' }, reason: '404', hint: noVault },
  'is another server without a body': { fault: { status: 404 }, reason: '404', hint: noVault },
  'holds the name deleted': {
    fault: conflict('ObjectIsDeletedButRecoverable'),
    reason: '409 ObjectIsDeletedButRecoverable',
    hint: /^Recover or purge the deleted secret peloton-session in the vault\.$/,
  },
  'is deleting the name': { fault: conflict('ObjectIsBeingDeleted'), reason: '409 ObjectIsBeingDeleted', hint: wait },
  'is recovering the name': {
    fault: conflict('ObjectIsBeingRecovered'),
    reason: '409 ObjectIsBeingRecovered',
    hint: wait,
  },
  'is changed by somebody else': { fault: vaultAnswers.busyObject, reason: '409 Conflict', hint: wait },
  'has a conflict without a body': { fault: { status: 409 }, reason: '409', hint: wait },
  'does not give what has expired': {
    fault: { status: 403, body: errorBody('Forbidden', 'SecretExpired') },
    reason: '403 SecretExpired',
    hint: /^The time of the secret peloton-session in the vault has passed: set it anew/,
  },
  'does not give what is not yet valid': {
    fault: { status: 403, body: errorBody('Forbidden', 'SecretNotYetValid') },
    reason: '403 SecretNotYetValid',
    hint: /^The secret peloton-session in the vault is not active yet: /,
  },
  'does not understand': {
    fault: { status: 400 },
    reason: '400',
    hint: /^The vault does not understand the request: check that KEY_VAULT_URL is a Key Vault/,
  },
  'asks for fewer calls': { fault: vaultAnswers.throttled, reason: '429 Throttled', hint: later },
  'asks to be left alone for an hour': { fault: throttled('3600'), reason: '429', hint: later },
  'asks to be left alone until tomorrow': { fault: throttled(tomorrow), reason: '429', hint: later },
  'asks for an hour in milliseconds': {
    fault: throttled('3600000', 'x-ms-retry-after-ms'),
    reason: '429',
    hint: later,
  },
  'asks for an hour in the other milliseconds': {
    fault: throttled('3600000', 'retry-after-ms'),
    reason: '429',
    hint: later,
  },
  fails: { fault: { status: 500 }, reason: '500', hint: failing, tries: 3 },
  'is down': { fault: { status: 503 }, reason: '503', hint: failing, tries: 3 },
  'is behind a gateway that is down': {
    fault: { status: 502, body: '<h1>Bad Gateway</h1>', contentType: 'text/html' },
    reason: '502',
    hint: failing,
    tries: 3,
  },
  'answers a page': { fault: 'html', reason: '200 text/html', hint: stranger },
  'is behind a captive portal': { fault: vaultAnswers.captivePortal, reason: '200 text/html', hint: stranger },
  'answers other JSON': { fault: { status: 200, body: { ok: true } }, reason: '200 application/json', hint: stranger },
  'answers half a body': { fault: 'truncated', reason: '200 PARSE_ERROR', hint: stranger },
  'answers nothing': { fault: 'empty', reason: '200 without a body', hint: stranger },
  'breaks the connection': { fault: 'reset', reason: 'ECONNRESET', hint: reach, tries: 3 },
  'says what nobody may repeat': {
    fault: { status: 418, body: errorBody(`<${value}>`), contentType: `x/${value} y` },
    reason: '418',
    hint: stranger,
  },
};

describe('a vault that cannot be used is a failure of the deployer, which names the secret and the next step', () => {
  beforeEach(() => double.faults.clear());

  for (const [what, { fault, reason, hint, tries = 1 }] of Object.entries(cases)) {
    for (const verb of verbs) {
      it(`where it ${what} on ${verb}`, async () => {
        const rule = double.faults.add({ match: { method: verb === 'get' ? 'GET' : 'PUT' }, fault });
        const { code, message, ...error } = await failureOf(actions[verb](openVault()));
        const { host } = new URL(double.url);
        assert.equal(code, 'vault');
        assert.equal(message, `Key Vault ${host} did not ${verb} the secret peloton-session (${reason}).`);
        assert.match(error.hint, hint);
        assert.equal(rule.fired, tries);
      });
    }
  }

  it('where it never answers, or a byte at a time', async () => {
    for (const fault of ['hang', { dripMs: 20 }] as const) {
      double.faults.clear();
      const rule = double.faults.add({ match: () => true, fault });
      const errors = await Promise.all(verbs.map(verb => failureOf(actions[verb](openVault({ callTimeoutMs: 150 })))));
      for (const error of errors)
        assert.match(error.message, /(get|set) the secret peloton-session \(no answer in time\)\.$/);
      assert.equal(rule.fired, 2);
    }
  });

  it('where nobody listens', async () => {
    await double.refuse();
    try {
      const error = await failureOf(openVault().read(name));
      assert.match(error.message, /did not get the secret peloton-session \(ECONNREFUSED\)\.$/);
      assert.match(error.hint, reach);
    } finally {
      await double.reopen();
    }
  });

  it('where the secret is disabled', async () => {
    double.secrets.set(name, value);
    double.secrets.disable(name);
    const error = await failureOf(openVault().read(name));
    assert.match(error.message, /did not get the secret peloton-session \(403 SecretDisabled\)\.$/);
    assert.equal(error.hint, 'Enable the secret peloton-session in the vault, or set it anew.');
  });

  it('where its challenge is for another host: the token is not sent there', async () => {
    const client = new SecretClient(double.url, createCredential({ kind: 'loopback' }, double.url), {
      allowInsecureConnection: true,
    });
    const vault = createVault(client, new AbortController().signal);
    for (const [fault, reason] of [
      [vaultAnswers.otherCloud, '401 with a challenge for vault.azure.cn'],
      [malformedChallenge, '401 with a malformed challenge'],
    ] as const) {
      double.faults.clear();
      const bearers: unknown[] = [];
      const match = ({ headers }: IncomingMessage) => bearers.push(headers.authorization) > 0;
      double.faults.add({ match, fault });
      const error = await failureOf(vault.read(name));
      assert.ok(error.message.endsWith(`(${reason}).`), error.message);
      assert.match(error.hint, stranger);
      assert.deepEqual(bearers, [undefined]);
    }
  });

  it('where the secret is still being deleted or recovered: that wants waiting alone', async () => {
    for (const begin of [double.secrets.beginDeletion, double.secrets.beginRecovery]) {
      double.secrets.set(name, value);
      begin(name);
      assert.equal(await openVault().read(name), undefined);
      assert.match((await failureOf(openVault().write(name, value))).hint, wait);
    }
  });

  it('where the secret is deleted and its name is to be used again', async () => {
    double.secrets.set(name, value);
    double.secrets.delete(name);
    assert.equal(await openVault().read(name), undefined);
    const error = await failureOf(openVault().write(name, value));
    assert.equal(error.hint, 'Recover or purge the deleted secret peloton-session in the vault.');
  });
});

describe('the vault', () => {
  beforeEach(() => double.faults.clear());

  it('gives the newest version of a secret, or nothing where there is none', async () => {
    const vault = openVault();
    assert.equal(await vault.read('build-hooks'), undefined);
    double.secrets.set('build-hooks', 'old');
    const version = await vault.write('build-hooks', '[]');
    assert.deepEqual(await vault.read('build-hooks'), { value: '[]', version, createdAt: at });
    assert.equal(double.secrets.versions('build-hooks').at(-1)?.version, version);
  });

  it('waits for a vault that asks for a short moment only', async () => {
    double.secrets.set(name, value);
    for (const fault of [throttled('0'), throttled('4', 'x-ms-retry-after-ms')]) {
      const rule = double.faults.add({ match: () => true, fault, times: 2 });
      assert.equal((await openVault().read(name))?.value, value);
      assert.equal(rule.fired, 2);
    }
  });

  it('gives a secret whose time has passed or has not come, as Azure does, whatever its type and tags', async () => {
    const seconds = Math.floor(Date.now() / 1000);
    for (const details of [{ exp: seconds - 60 }, { nbf: seconds + 60 }]) {
      double.secrets.set(name, value, { ...details, contentType: 'text/plain', tags: { owner: 'me' } });
      assert.equal((await openVault().read(name))?.value, value);
    }
  });

  it('recovers from a first call that failed before the vault could ask for a token', async () => {
    double.secrets.set(name, value);
    for (const fault of ['reset', 'hang', { status: 401 }, { status: 500 }] as const) {
      double.faults.clear();
      const vault = openVault({ callTimeoutMs: 150 });
      double.faults.add({ match: () => true, fault });
      await failureOf(vault.write(name, value));
      double.faults.clear();
      await vault.write(name, 'written');
      assert.equal(double.secrets.get(name), 'written');
    }
  });

  it('ends its calls with the run and then says why the run has ended', async () => {
    const run = new AbortController();
    const vault = openVault({ signal: run.signal });
    const reason = new StatsError('storage', 'The lease is lost.');
    const rule = double.faults.add({ match: () => true, fault: 'hang' });
    const calls = verbs.map(verb => failureOf(actions[verb](vault)));
    while (rule.fired < calls.length) await new Promise(setImmediate);
    run.abort(reason);
    const abortedAt = performance.now();
    assert.deepEqual(await Promise.all(calls), [reason, reason]);
    assert.ok(performance.now() - abortedAt < 5_000);
  });
});
