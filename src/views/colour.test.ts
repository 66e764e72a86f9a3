import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { contrast, makeLegible, mix } from './colour.ts';
import { palettes } from './theme.ts';

test('measures contrast as WCAG does', () => {
  assert.equal(contrast('#ffffff', '#000000'), 21);
  assert.ok(Math.abs(contrast('#767676', '#ffffff') - 4.54) < 0.005);
});

test('mixes two colours', () => {
  assert.deepEqual(
    [0, 0.5, 1].map(share => mix('#102030', '#302010', share)),
    ['#102030', '#202020', '#302010'],
  );
});

test('leaves a colour that can be read as it is', () => {
  assert.equal(makeLegible('#0055cc', '#ffffff'), '#0055cc');
});

test('makes every colour legible on every ground', () => {
  const colour = fc.integer({ min: 0, max: 0xffffff }).map(value => `#${value.toString(16).padStart(6, '0')}`);
  const grounds = fc.oneof(colour, fc.constantFrom(palettes.light.background, palettes.dark.background));
  fc.assert(fc.property(colour, grounds, (one, ground) => contrast(makeLegible(one, ground), ground) >= 4.5));
});
