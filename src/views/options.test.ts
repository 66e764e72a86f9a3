import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readQuery, toQuery } from './options.ts';

const read = (query: string) => readQuery(new URLSearchParams(query));

test('without a query, everything is the default', () => {
  assert.deepEqual(read(''), {
    view: 'summary',
    year: undefined,
    theme: 'auto',
    lang: undefined,
    title: 'Peloton stats',
    accent: undefined,
    hide: [],
  });
});

test('an unknown value is the default', () => {
  for (const query of [
    'view=cube&theme=DARK&lang=not-a-language!&accent=red&hide=everything',
    'view=__proto__&theme=toString&lang=x&accent=12345&hide=__proto__',
    'lang=xx-YY&accent=1234567&title=%20%09%0a',
    'lang=de-u&accent=url(x)&title=',
    `lang=${'de-'.repeat(40)}&accent=%23`,
  ]) {
    assert.deepEqual(read(query), read(''), query);
  }
});

test('an accent has three or six hex digits, in any letter case, with a # or without', () => {
  assert.deepEqual(
    ['0af', '00AAFF', '%2300aaff', '%230AF'].map(accent => read(`accent=${accent}`).accent),
    Array(4).fill('00aaff'),
  );
});

test('our own accent is the default, as a form sends it', () => {
  assert.equal(read('accent=%23b0440f').accent, undefined);
});

test('a language is one that numbers can be written in, without extensions', () => {
  assert.deepEqual(
    ['de', 'DE-de', 'pt-BR', 'ar-u-nu-latn', 'zh-Hant-TW'].map(lang => read(`lang=${lang}`).lang),
    ['de', 'de-DE', 'pt-BR', 'ar', 'zh-Hant-TW'],
  );
});

test('a title is one line of at most 60 characters, without what reorders or hides text', () => {
  assert.equal(read('title=%20My%0a%0aown%20%E2%80%AEstats%00').title, 'My own stats');
  assert.equal(read(`title=${'é'.repeat(90)}`).title, 'é'.repeat(60));
  assert.equal(read(`title=${encodeURIComponent('🚲'.repeat(90))}`).title, '🚲'.repeat(60));
});

test('parts to hide may be listed or sent one by one, as a form does', () => {
  for (const query of ['hide=date,total', 'hide=date&hide=total', 'hide=date,%20total,nothing,date']) {
    assert.deepEqual(read(query).hide, ['total', 'date']);
  }
});

test('the query of options reads as those options, and equal options have one query', () => {
  fc.assert(
    fc.property(
      fc.record({
        view: fc.constantFrom('', 'summary', 'x'),
        theme: fc.constantFrom('', 'light', 'dark', 'auto'),
        lang: fc.constantFrom('', 'de', 'ar-EG', '!'),
        title: fc.string({ unit: 'binary' }),
        accent: fc.oneof(fc.string(), fc.constantFrom('#0af', 'b0440f')),
        hide: fc.array(fc.constantFrom('total', 'date', 'x')).map(list => list.join(',')),
      }),
      sent => {
        const options = readQuery(new URLSearchParams(sent));
        assert.deepEqual(read(toQuery(options)), options);
      },
    ),
  );
  assert.equal(toQuery(read('theme=auto&title=Peloton+stats&hide=&accent=B0440F')), '');
});
