import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitText } from './fit-text.ts';

test('leaves text that fits as it is', () => {
  assert.equal(fitText('Bike Bootcamp', 9.5), 'Bike Bootcamp');
});

test('cuts text that does not fit and says so', () => {
  assert.equal(fitText('Cycling with a very long name', 6), 'Cycling…');
});

test('gives a wide letter more room than a narrow one', () => {
  assert.ok(fitText('W'.repeat(50), 10).length < fitText('i'.repeat(50), 10).length);
});

test('never cuts through a character that is made of several', () => {
  assert.equal(fitText('👩‍👩‍👧‍👦'.repeat(9), 4), `${'👩‍👩‍👧‍👦'.repeat(2)}…`);
});

test('makes one line of several and drops what is not to be seen', () => {
  assert.equal(fitText(' a\n\t b\u0000\u202e ', 10), 'a b');
});

test('looks at no more than a thousand letters', () => {
  assert.equal(fitText('W'.repeat(1_000_000), 3), 'WW…');
  assert.equal(fitText(`${'\u0000'.repeat(1_000)}a`, 3), '');
});
