import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startSessionBench } from '../../test/session-bench.ts';
import { passwordOf, readCredentials, trimSecret, usernameOf } from './credentials.ts';

const secret = (value: string) => ({ value, version: '1', createdAt: new Date(0) });

test('a byte order mark and line ends around user name and password are not part of them', async () => {
  for (const [before, after] of [
    ['', '\n'],
    ['', '\r\n'],
    ['\uFEFF', '\r\n'],
    ['\r\n', '\n\n'],
    ['\n\uFEFF', '\uFEFF'],
  ]) {
    const bench = await startSessionBench();
    for (const name of ['username', 'password'] as const) {
      bench.vault.secrets.set(`peloton-${name}`, `${before}${bench.peloton.credentials[name]}${after}`);
    }
    await bench.tick();
    assert.equal(bench.peloton.counts.credentialPosts, 1);
    assert.deepEqual(bench.peloton.violations, []);
  }
});

test('white space around a user name is not part of it, of whatever kind', async () => {
  for (const space of [
    ' ',
    '\t',
    '\u00A0',
    '\u2003',
    '\u3000',
    '\u2028',
    '\v',
    '\u200B',
    '\u200E',
    '\0',
    ' \t\uFEFF\r\n',
  ]) {
    for (const value of [`${space}me@example.com`, `me@example.com${space}`, `${space}me@example.com${space}`]) {
      assert.equal(usernameOf(secret(value)), 'me@example.com', JSON.stringify(value));
    }
  }
  const bench = await startSessionBench();
  bench.vault.secrets.set('peloton-username', `\t${bench.peloton.credentials.username}\u00A0\n`);
  await bench.tick();
  assert.equal(bench.peloton.counts.credentialPosts, 1);
});

test('blanks around a password, and all that is inside of either, is sent as it is', () => {
  for (const kept of [' secret ', '\tsecret', 'sec\nret', '\u00A0secret\u200B', 'sec\uFEFFret']) {
    assert.equal(passwordOf(secret(kept)), kept);
    assert.equal(passwordOf(secret(`\uFEFF${kept}\r\n`)), kept);
  }
  assert.equal(usernameOf(secret('me and\nmyself')), 'me and\nmyself');
  assert.equal(trimSecret('\uFEFF\r\n'), '');
});

test('a secret that holds nothing but what nobody sees is missing', () => {
  for (const [username, password, name] of [
    ['\t\u00A0', 'x', 'peloton-username'],
    ['me', '\uFEFF\r\n', 'peloton-password'],
  ] as const) {
    assert.throws(() => readCredentials({ username: secret(username), password: secret(password) }), {
      code: 'vault',
      message: new RegExp(name),
    });
  }
});
