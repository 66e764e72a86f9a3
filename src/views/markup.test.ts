import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertWellFormedXml } from '../../test/well-formed-xml.ts';
import { cleanText, escapeMarkup, markup, trusted } from './markup.ts';

test('escapes what is put into a template, and lets markup through', () => {
  const inner = markup`<b>${'<i>'}</b>`;
  assert.equal(
    markup`<p title="${'"\'&'}">${inner}${[inner, 'x']}</p>`.markup,
    '<p title="&quot;&#39;&amp;"><b>&lt;i&gt;</b><b>&lt;i&gt;</b>x</p>',
  );
});

test('draws nothing for undefined and false, and a zero for zero', () => {
  assert.equal(markup`${undefined}${false}${0}${trusted('<br/>')}`.markup, '0<br/>');
});

test('takes a backslash of the template literally', () => {
  assert.equal(markup`a${1}\n`.markup, 'a1\n');
});

test('keeps any text well-formed, as content and as attribute', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => assertWellFormedXml(markup`<a b="${text}">x${text}</a>`.markup)),
  );
});

test('removes control characters, noncharacters and lone surrogates', () => {
  assert.equal(cleanText('a\u0000\u0008\u001b\u007f\u0085\ufffe\u{1fffe}b\ud800'), 'ab\ufffd');
});

test('removes what would reorder the text around it', () => {
  assert.equal(cleanText('a\u202egnp\u202c\u2066x\u2069\u200f'), 'agnpx');
});

test('keeps accents, but not a pile of them', () => {
  assert.equal(cleanText('e\u0301'), 'e\u0301');
  assert.equal(cleanText(`z${'\u0335'.repeat(500)}`), `z${'\u0335'.repeat(4)}`);
});

test('leaves plain text, tabs and emoji alone', () => {
  assert.equal(escapeMarkup('Row\t45 min 🚣🏽‍♀️ – ça'), 'Row\t45 min 🚣🏽‍♀️ – ça');
});
