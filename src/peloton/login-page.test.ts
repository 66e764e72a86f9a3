import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { loginPage, postingForm, secondFactorPage } from '../../sandbox/peloton/login-pages.ts';
import { isNoPage, readInjectedConfig, readPage } from './login-page.ts';
import { causeOfPage } from './refusals.ts';

const readForms = (html: string) => readPage(html).forms;
const asksSecondFactor = (html: string) => causeOfPage(html) === 'second-factor';

test('a form is read as a browser would send it', () => {
  const html = `<!DOCTYPE html><p>Wait…</p>
    <FORM METHOD=post ACTION="/login/callback?a=1&amp;b=2">
      <Input type=hidden name=wa value='wsignin1.0'><input name="empty"><input value="without a name">
      <input type="hidden" name="wctx" value="{&#34;a&#34;:&quot;&lt;b&gt;&quot;,&#x22;c&#x22;:&#39;&amp;#34;&#39;}" name="other">
      <!-- <input name="comment" value="1"> --><textarea><input name="text"></textarea>
      <noscript><input type="submit" value="Submit"></noscript>
    </FORM><input name="outside" value="1">
    <script>document.write('<form><input name="script">')</script>`;
  assert.deepEqual(readForms(html), [
    {
      action: '/login/callback?a=1&b=2',
      fields: [
        ['wa', 'wsignin1.0'],
        ['empty', ''],
        ['wctx', `{"a":"<b>","c":'&#34;'}`],
      ],
    },
  ]);
});

test('forms are told apart, also nested and unclosed ones', () => {
  const actions = (html: string) =>
    readForms(html).map(({ action, fields }) => [action, ...fields.map(([name]) => name)]);
  assert.deepEqual(actions('<form action=/a><input name=x></form><form action=/b><input name=y>'), [
    ['/a', 'x'],
    ['/b', 'y'],
  ]);
  assert.deepEqual(actions('<form action=/a><input name=x><form action=/b><input name=y></form>'), [['/a', 'x', 'y']]);
  assert.deepEqual(actions('<form><input name=x>'), [['', 'x']]);
  const inputs = Array.from({ length: 2_000 }, (_, index) => `<div><input name="${index}"></div><br>`).join('');
  assert.equal(readForms(`<form>${inputs}</form>`)[0]?.fields.length, 2_000);
  for (const html of ['', 'plain text', '<', '<form', '</form>', '\u0000', '{"json":"<form>"']) readForms(html);
});

test('whatever is escaped into a form comes out again', () => {
  const text = fc.string({ unit: 'grapheme' }).filter(text => !/[\r\0]/.test(text));
  fc.assert(
    fc.property(text, text, (value, query) => {
      const action = `/login/callback?${new URLSearchParams({ query })}`;
      assert.deepEqual(readForms(postingForm(action, { wresult: value })), [{ action, fields: [['wresult', value]] }]);
    }),
  );
});

function pageWith(config: unknown): string {
  return `<script>window.injectedConfig = window.injectedConfig || "${Buffer.from(JSON.stringify(config)).toString('base64')}";</script>`;
}

test('the page’s config gives the state, the _csrf and the challenge, from either of its two places', () => {
  const options = { state: 'transaction', _csrf: 'token', code_challenge: 'challenge', nonce: 'é' };
  const found = { state: 'transaction', csrf: 'token', challenge: 'challenge' };
  const constants = {
    authOrigin: 'https://auth.onepeloton.com',
    tenant: 't',
    clientId: 'c',
    redirectUri: 'https://x/',
  };
  assert.deepEqual(readInjectedConfig(loginPage({ ...constants, options })), found);
  assert.deepEqual(readInjectedConfig(pageWith({ extraParams: options })), found);
  assert.deepEqual(readInjectedConfig(pageWith({ internalOptions: options })), found);
  const both = { extraParams: { state: 'transaction' }, internalOptions: { _csrf: 'token', state: 'other' } };
  assert.deepEqual(readInjectedConfig(pageWith(both)), { ...found, challenge: undefined });
  const quoted = pageWith({ extraParams: options })
    .replaceAll('"', "'")
    .replace(/ = | \|\| /g, part => part.trim());
  assert.deepEqual(readInjectedConfig(quoted), found);
});

test('a config that is missing or of another shape gives nothing', () => {
  const params = [null, 5, 'state', [], { state: 5, _csrf: { a: 1 }, code_challenge: '' }];
  const configs = [
    null,
    5,
    'text',
    [],
    {},
    ...params.map(extraParams => ({ extraParams, internalOptions: extraParams })),
  ];
  const nothing = { state: undefined, csrf: undefined, challenge: undefined };
  for (const config of configs) assert.deepEqual(readInjectedConfig(pageWith(config)), nothing, JSON.stringify(config));
  const broken = pageWith({ extraParams: { state: 'x' } });
  for (const html of [
    '',
    '<html>',
    broken.replace('"', '"!'),
    broken.replace(/.{6}"/, '"'),
    broken.replace('||', '??'),
  ]) {
    assert.deepEqual(readInjectedConfig(html), nothing);
  }
  assert.deepEqual(readInjectedConfig(pageWith(JSON.parse('{"__proto__":{"extraParams":{"state":"x"}}}'))), nothing);
});

test('a second factor is known by its form or by its words', () => {
  assert.equal(asksSecondFactor(secondFactorPage('state')), true);
  assert.equal(asksSecondFactor('<form action="/u/mfa-sms-challenge?state=1"></form>'), true);
  for (const words of ['Verify Your Identity', 'two-factor', 'Enter the verification code', 'a one-time code']) {
    assert.equal(asksSecondFactor(`<h1>${words}</h1>`), true, words);
    assert.equal(asksSecondFactor(`<title>Just a moment...</title><p>${words}</p>`), false, 'a bot check is none');
    assert.equal(asksSecondFactor(words), false, 'nor is a text that is no page');
  }
  assert.equal(asksSecondFactor(postingForm('/login/callback', { wresult: 'x' })), false);
});

test('a bot check, and what is no HTML, are no pages', () => {
  const pages = ['<!DOCTYPE html><p>Log in', '\n <html>', '<script src="https://client.px-cloud.net/x.js"></script>'];
  for (const page of pages) assert.equal(isNoPage(page), false, page);
  const checks = [
    '<title>Just a moment...</title>',
    '<h1>Access to this page has been denied',
    '<div id="px-captcha">',
  ];
  for (const text of [...checks, '<script>window._cf_chl_opt', 'error code: 1015', '', '{}']) {
    assert.equal(isNoPage(text), true, text);
  }
});

test('8 MB of hostile HTML are read in seconds', () => {
  const fill = (text: string) => text.repeat(Math.floor(8_000_000 / text.length));
  const pages = {
    'elements in elements': fill('<div>'),
    'forms in forms': fill('<form>'),
    'one long tag': `<form ${fill('a=b ')}`,
    'one long value': `<form><input name=a value="${fill('&#x1')}`,
    inputs: `<form>${fill('<input name=a>')}`,
    'ends of nothing': fill('</form>'),
    'unended comments': fill('<!--'),
    'configs without an end': fill('injectedConfig = window.injectedConfig || "AAAA'),
    spaces: `injectedConfig${fill(' ')}`,
  };
  for (const [name, html] of Object.entries(pages)) {
    const startedAt = process.cpuUsage(); // of this process alone: the machine may be busy
    readInjectedConfig(html);
    asksSecondFactor(html);
    const ms = process.cpuUsage(startedAt).user / 1000;
    assert.ok(ms < 5_000, `${name}: ${Math.round(ms)} ms`);
  }
});
