import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHttpDate } from './http-date.ts';

const now = new Date('2026-11-22T08:00:00Z');
const read = (text: string) => {
  const at = parseHttpDate(text, now);
  return Number.isNaN(at) ? undefined : new Date(at).toISOString().replace('.000Z', 'Z');
};

test('the three forms of a date are one instant', () => {
  for (const text of ['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994']) {
    assert.equal(read(text), '1994-11-06T08:49:37Z', text);
  }
  assert.equal(read('Sun Nov 22 08:49:37 2026'), '2026-11-22T08:49:37Z');
});

test('two digits of a year are of the century that is no more than 50 years ahead', () => {
  assert.equal(read('Sunday, 22-Nov-26 08:00:00 GMT'), '2026-11-22T08:00:00Z');
  assert.equal(read('Sunday, 22-Nov-76 08:00:00 GMT'), '2076-11-22T08:00:00Z');
  assert.equal(read('Tuesday, 22-Nov-77 08:00:00 GMT'), '1977-11-22T08:00:00Z');
  assert.equal(read('Saturday, 01-Jan-00 00:00:00 GMT'), '2000-01-01T00:00:00Z');
});

test('what has none of the forms, or is no day, is no date', () => {
  const texts = [
    '',
    '2026-11-22T08:00:00Z',
    'Sun, 6 Nov 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 08:49:37 UTC',
    'Sun, 06 Nov 1994 08:49:37',
    'Thu, 31 Feb 2094 08:49:37 GMT',
    'Sun, 06 Foo 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 29:49:37 GMT',
    'Sunday, 06-Nov-1994 08:49:37 GMT',
    'Sun Nov 6 08:49:37 1994',
    'Sun Nov  6 08:49:37 1994 GMT',
    'sun, 06 nov 1994 08:49:37 gmt',
  ];
  for (const text of texts) assert.equal(read(text), undefined, text);
});
