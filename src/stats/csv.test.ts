import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { writeCsv } from './csv.ts';

const header = (...names: string[]) => writeCsv(names, []).slice(0, -2);

test('a text that begins like a formula is one no more, with an apostrophe and in quotes', () => {
  const rows: [text: string, field: string][] = [
    ['=1+1', `"'=1+1"`],
    ['+cycling', `"'+cycling"`],
    ['-2', `"'-2"`],
    ['@SUM(A1)', `"'@SUM(A1)"`],
    ['\t=1', `"'\t'=1"`],
    ['\rcycling', `"'\rcycling"`],
    ['\ncycling', `"'\ncycling"`],
    [' =1', `"' =1"`],
    ['＝1', `"'＝1"`],
    ['＋1', `"'＋1"`],
    ['－1', `"'－1"`],
    ['＠x', `"'＠x"`],
    ['\u00a0=1', `"'\u00a0=1"`],
    ['\u200b=1', `"'\u200b=1"`],
    ['\0-1', `"'\0-1"`],
    ['=HYPERLINK("https://a.example","a")', `"'=HYPERLINK(""https://a.example"",""a"")"`],
    ['cycling;=1+1', `"cycling;'=1+1"`],
    ['cycling|-1', `"cycling|'-1"`],
  ];
  for (const [text, field] of rows) assert.equal(header(text), field, JSON.stringify(text));
});

test('a harmless text is written as it is', () => {
  for (const text of ['cycling', 'bike_bootcamp', 'a-b', 'a+b=c', '', 'é', '2 @ 3']) assert.equal(header(text), text);
  assert.equal(header('a,b'), '"a,b"');
  assert.equal(header('a "b"'), '"a ""b"""');
});

test('whatever a text holds, no field begins a formula, by whichever separator the line is split', () => {
  const unit = fc.constantFrom('=', '+', '-', '@', '＝', ';', ',', '|', '\t', '\r', '\n', '"', "'", ' ', 'a');
  const property = fc.property(fc.string({ unit }), fc.string({ unit }), (one, other) => {
    const line = header('date', one, other);
    for (const separator of [';', '|', '\t']) {
      for (const part of line.split(separator)) assert.doesNotMatch(part, /^"?\s*[=+\-@＝]/, JSON.stringify(line));
    }
  });
  fc.assert(property, { numRuns: 3_000 });
});
