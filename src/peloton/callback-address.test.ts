import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfig } from '../config.ts';
import { findTimeZone } from '../stats/time-zones.ts';
import { readCallbackAddress } from './callback-address.ts';

const settings = { KEY_VAULT_URL: 'https://vault.example', STORAGE_ACCOUNT_URL: 'https://store.example' };
const { peloton } = readConfig(settings, findTimeZone);
const read = (pasted: string) => readCallbackAddress(pasted, peloton, { state: 'ours' });
const home = 'https://members.onepeloton.com/callback';

test('an address is read as people paste it', () => {
  const good = `${home}?code=abc&state=ours`;
  for (const pasted of [
    good,
    ` ${good}\r`,
    `"${good}"`,
    `'${good}'`,
    `“${good}”`,
    `<${good}>`,
    `\`${good}\``,
    `\uFEFF" ${good} "`,
    good.replace('https://', ''),
    good.replace('https:', 'HTTPS:'),
    good.replace('&', '&amp;'),
    good.replace('&', '\t &'),
    `${home}?state=ours&code=abc`,
    `${home}/?code=abc&state=ours`,
    `${good}&iss=https%3A%2F%2Fauth.onepeloton.com%2F`,
    `${good}#top`,
    `${good}&padding=${'x'.repeat(20_000)}`,
  ]) {
    assert.deepEqual(read(pasted), { code: 'abc' }, pasted.slice(0, 100));
  }
});

test('any other address gets one sentence that says what to do, and repeats nothing of it', () => {
  const rows: [string, RegExp][] = [
    ['canary', /^That is no address: copy the whole/],
    ['https://', /^That is no address/],
    ['javascript:canary', /^That is no address/],
    ['https://auth.onepeloton.com/login?state=canary', /^That is the address of the sign-in itself/],
    ['https://evil.example/callback?code=canary&state=ours', /^That is the address of another page/],
    [home, /no code in it.*press Back/],
    [`${home}?code=&state=ours`, /no code in it/],
    [`${home}?code=canary`, /a code without its state/],
    [`${home}?code=canary&state=`, /a code without its state/],
    [`${home}?code=canary&state=ours2`, /belongs to another sign-in/],
    [`${home}?code=canary&state=ours${home}?code=canary&state=ours`, /belongs to another sign-in/],
    [`${home}?error=access_denied&error_description=canary`, /with an error \(access_denied\): open/],
    [`${home}#error=login_required&state=ours`, /with an error \(login_required\): open/],
    [`${home}?error=<b>canary&state=ours`, /with an error: open/],
    [`${home}?error=access_denied&code=canary&state=ours`, /with an error/],
  ];
  for (const [pasted, said] of rows) {
    const answer = read(pasted);
    assert.ok('problem' in answer, pasted);
    assert.match(answer.problem, said, pasted);
    assert.doesNotMatch(answer.problem, /canary|\n/);
  }
});
