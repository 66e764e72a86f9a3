import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contrast, luminance } from './colour.ts';
import { palettes, palettesWith, readTheme, renderThemeRules } from './theme.ts';

const everyPalette = [undefined, 'ffff00', '000000', 'ffffff', '0000ff', '7f7f7f'].flatMap(accent =>
  Object.entries(palettesWith(accent)).map(([mode, palette]) => [`${mode} ${accent ?? ''}`.trim(), palette] as const),
);

for (const [name, palette] of everyPalette) {
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
