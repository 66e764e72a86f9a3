import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import { completeAccount, takeAccount } from './account.ts';

/** A terminal at which somebody types one of the lines after each question. */
function terminal(...lines: string[]) {
  const input = Object.assign(new PassThrough(), { isTTY: true });
  const output = new PassThrough();
  let shown = '';
  output.on('data', chunk => {
    const asksNow = /: $/.test(String(chunk));
    shown += chunk;
    if (asksNow) setImmediate(() => input.write(lines.shift() ?? '\u0004'));
  });
  return { input, output, shown: () => shown };
}

describe('the account of --account', () => {
  it('is taken out of the environment', () => {
    const environment = { PELOTON_USERNAME: 'me@example.com', PELOTON_PASSWORD: 'a secret', HOME: '/home/me' };
    assert.deepEqual(takeAccount(environment), { username: 'me@example.com', password: 'a secret' });
    assert.deepEqual(environment, { HOME: '/home/me' });
    assert.deepEqual(takeAccount({ PELOTON_USERNAME: '' }), {});
  });

  it('is asked for on the terminal, which never shows the password', async () => {
    const typed = terminal('me@example.com\r', 'pass wörd\r');
    const account = await completeAccount({}, typed);
    assert.deepEqual(account, { username: 'me@example.com', password: 'pass wörd' });
    assert.match(typed.shown(), /e-mail: .*me@example\.com/s);
    assert.doesNotMatch(typed.shown(), /p?a?s?s wörd|wörd/);
  });

  it('is asked for only where it is not given', async () => {
    const typed = terminal('secret\r');
    const account = await completeAccount({ username: 'me@example.com' }, typed);
    assert.deepEqual(account, { username: 'me@example.com', password: 'secret' });
    assert.doesNotMatch(typed.shown(), /e-mail/);
  });

  it('is missing where nothing is entered, or nobody can be asked', async () => {
    await assert.rejects(completeAccount({}, terminal('\r')), /nothing was entered/);
    await assert.rejects(completeAccount({}, terminal('\u0004')), /nothing was entered/);
    const pipe = { input: new PassThrough(), output: new PassThrough() };
    await assert.rejects(completeAccount({}, pipe), /run it in a terminal/);
  });
});
