import assert from 'node:assert/strict';
import { test } from 'node:test';
import { palettes, readTheme, renderThemeRules } from './theme.ts';

/** WCAG 2.2, relative luminance of `#rrggbb`. */
function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map(start => {
    const channel = Number.parseInt(colour.slice(start, start + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

test('measures contrast as WCAG does', () => {
  assert.equal(contrast('#ffffff', '#000000'), 21);
  assert.ok(Math.abs(contrast('#767676', '#ffffff') - 4.54) < 0.005);
});

for (const [name, palette] of Object.entries(palettes)) {
  for (const colour of ['ink', 'muted', 'accent'] as const) {
    test(`${colour} on the ${name} background has a contrast of at least 4.5:1`, () => {
      assert.ok(contrast(palette[colour], palette.background) >= 4.5);
    });
  }

  test(`code on its ${name} ground has a contrast of at least 4.5:1`, () => {
    assert.ok(contrast(palette.ink, palette.track) >= 4.5);
  });

  test(`each ${name} level of the heat-map stands off from the one before`, () => {
    const steps = [palette.track, palette['level-1'], palette['level-2'], palette['level-3'], palette['level-4']].map(
      luminance,
    );
    const differences = steps.slice(1).map((step, index) => step - (steps[index] ?? 0));
    assert.equal(new Set(differences.map(Math.sign)).size, 1);
  });
}

test('reads a theme of ours and takes everything else for auto', () => {
  assert.deepEqual(['light', 'dark', 'auto', 'LIGHT', '"><script>', '', null, undefined, '__proto__'].map(readTheme), [
    'light',
    'dark',
    ...Array(7).fill('auto'),
  ]);
});

test('only auto looks at what the reader prefers', () => {
  assert.match(renderThemeRules('auto', 'svg'), /prefers-color-scheme:dark/);
  assert.doesNotMatch(renderThemeRules('dark', 'svg'), /prefers-color-scheme/);
  assert.ok(renderThemeRules('dark', 'svg').includes(palettes.dark.background));
});
