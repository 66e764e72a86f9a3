import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { askedDuring, startSessionBench, storedSession, tickFailure } from '../../test/session-bench.ts';
import { isUnreadable, parseSession } from './stored-session.ts';

const overview = '/api/user/{id}/overview';
const refresh = '/oauth/token refresh_token';

/** The forms in which people have an access token in hand. */
const accessForms: Record<string, (token: string, refreshToken: string) => string> = {
  'a JSON object': token => JSON.stringify({ access_token: token }),
  'a JSON object as Windows writes files': token => `\uFEFF${JSON.stringify({ access_token: token })}\r\n`,
  'a JSON object in quotes': token => `'${JSON.stringify({ access_token: token })}'`,
  'a JSON object as a JSON text': token => JSON.stringify(JSON.stringify({ access_token: token })),
  'a header in a JSON object': token => JSON.stringify({ access_token: ` bearer ${token}\n` }),
  'the value of localStorage': (access_token, refresh_token) =>
    JSON.stringify({
      body: { client_id: 'x', access_token, refresh_token, expires_in: 172_800 },
      expiresAt: 1_795_000_000,
    }),
  'a bare token': token => token,
  'a bare token with line ends': token => `\r\n${token}\n`,
  'a bare token as Windows writes files': token => `\uFEFF${token}\r\n`,
  'a bare token in quotes': token => `"${token}"\n`,
  'a bare token in the quotes of a text': token => `“${token}”`,
  'a header’s value': token => `Bearer ${token}`,
  'a header’s value in quotes': token => `\uFEFF'bearer  ${token}'\r\n`,
  'a header': token => `Authorization: Bearer ${token}\r\n`,
};

/** The forms in which people have a refresh token in hand. */
const refreshForms: Record<string, (token: string) => string> = {
  'a JSON object': token => JSON.stringify({ refresh_token: token }),
  'a bare token': token => token,
  'a bare token as Windows writes files': token => `\uFEFF"${token}"\r\n`,
};

describe('a session that is pasted without user name and password in the vault', () => {
  for (const [form, write] of Object.entries(accessForms)) {
    test(`is used: an access token as ${form}`, async () => {
      const bench = await startSessionBench({ secrets: {} });
      const { accessToken, refreshToken } = bench.peloton.issueSession();
      bench.vault.secrets.set('peloton-session', write(accessToken, refreshToken));
      assert.deepEqual(await askedDuring(bench, bench.tick), [overview]);
      assert.deepEqual(bench.events('session.unreadable'), []);
    });
  }

  for (const [form, write] of Object.entries(refreshForms)) {
    test(`is used: a refresh token as ${form}`, async () => {
      const bench = await startSessionBench({ secrets: {} });
      const { refreshToken } = bench.peloton.issueSession();
      bench.vault.secrets.set('peloton-session', write(refreshToken));
      assert.deepEqual(await askedDuring(bench, bench.tick), [refresh, overview]);
      assert.notEqual(storedSession(bench).refresh_token, refreshToken);
      assert.deepEqual(bench.events('session.unreadable'), []);
      assert.deepEqual(bench.peloton.violations, []);
    });
  }

  test('brings the refresh token that the members site keeps beside the access token', async () => {
    const bench = await startSessionBench({ secrets: {} });
    const { accessToken: access_token, refreshToken: refresh_token } = bench.peloton.issueSession();
    bench.peloton.expireAccessTokens();
    bench.vault.secrets.set('peloton-session', JSON.stringify({ body: { access_token, refresh_token } }));
    assert.deepEqual(await askedDuring(bench, bench.tick), [overview, refresh, overview]);
  });
});

const jwt = `${Buffer.from('{"alg":"RS256"}').toString('base64url')}.e30.c2ln`;

test('a bare token is an access token where it is a JWT, and else a refresh token', () => {
  const of = (value: string) => parseSession({ value, version: '1', createdAt: new Date(0) });
  const encrypted = `${Buffer.from('{"alg":"dir"}').toString('base64url')}..aXY.Y2lwaGVy.dGFn`;
  for (const token of [jwt, encrypted]) assert.deepEqual(of(token), { access_token: token });
  for (const token of [`v1.${'Ab-_'.repeat(6)}`, 'x'.repeat(40)]) assert.deepEqual(of(token), { refresh_token: token });
  assert.deepEqual(of('Bearer opaque'), { access_token: 'opaque' });
  for (const named of [`access_token=${jwt}`, `token=${'x'.repeat(40)}`]) assert.deepEqual(of(named), {});
});

const unreadable = {
  'a password': 'hunter2 is long',
  'a user id': 'd41d8cd98f00b204e9800998ecf8427e',
  'half of a token': jwt.slice(0, -9),
  'a token with a line end inside': `${jwt.slice(0, 9)}\n${jwt.slice(9)}`,
  'half of a JSON object': JSON.stringify({ access_token: jwt }).slice(0, -1),
  'a JSON object without a token': '{"token":"x"}',
  'an empty token': '{"access_token":""}',
  'a token that no header can hold': '{"access_token":"ä"}',
  'a list': `["${jwt}"]`,
  'a number': '12345678901234567890123456789012345678901',
  'a page': '<!DOCTYPE html>',
  null: 'null',
};

for (const [what, value] of Object.entries(unreadable)) {
  test(`${what} is no session: the log and the next step of the missing secret say so at every run`, async () => {
    const bench = await startSessionBench({ secrets: { 'peloton-session': value } });
    for (let run = 1; run <= 2; run++, bench.passTime(15 * 60_000)) {
      assert.deepEqual(await askedDuring(bench, async () => assert.equal(await tickFailure(bench), 'vault')), []);
      assert.equal(bench.events('session.unreadable').length, run);
    }
    const { problem } = await bench.health();
    assert.match(problem?.hint ?? '', /^The secret peloton-session is no session: .*Or: .*peloton-username/);
    assert.ok(!bench.lines.join().includes(JSON.stringify(value).slice(1, -1)), 'and nobody repeats it');
  });
}

test('a secret that is empty, or that the app made without a token, is nobody’s mistake', () => {
  for (const value of ['', '\r\n', '{}', ' { } ', '\uFEFF{}', '{"username_version":"1"}', '{"session_id":"x"}']) {
    assert.equal(isUnreadable({ value, version: '1', createdAt: new Date(0) }), false, value);
  }
  assert.equal(isUnreadable(undefined), false);
});

test('a sign-in replaces what is unreadable', async () => {
  const bench = await startSessionBench();
  bench.vault.secrets.set('peloton-session', 'see the other note');
  await bench.tick();
  assert.equal(bench.events('session.unreadable').length, 1);
  assert.ok(storedSession(bench).access_token);
});
