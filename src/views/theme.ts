// The colours of all views. Text is only ever ink, muted or accent on the background, which have a contrast of 4.5:1; the other
// colours are for lines and areas.

import { makeLegible, mix } from './colour.ts';

export const themes = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

export type Role =
  | 'background'
  | 'ink'
  | 'muted'
  | 'accent'
  | 'line'
  | 'track'
  | 'level-1'
  | 'level-2'
  | 'level-3'
  | 'level-4';
export type Palette = Record<Role, string>;
export type Palettes = Record<'light' | 'dark', Palette>;

export const palettes: Palettes = {
  light: {
    background: '#fffefc',
    ink: '#1c1917',
    muted: '#655f58',
    accent: '#b0440f',
    line: '#e3ddd4',
    track: '#f0ebe3',
    'level-1': '#f5d0b5',
    'level-2': '#e89a63',
    'level-3': '#cf6526',
    'level-4': '#8f360a',
  },
  dark: {
    background: '#171614',
    ink: '#f4f0ea',
    muted: '#a8a198',
    accent: '#ff9f66',
    line: '#37332e',
    track: '#282521',
    'level-1': '#53301c',
    'level-2': '#8f4a20',
    'level-3': '#d3722f',
    'level-4': '#ffb685',
  },
};

/** The palettes with another accent (`rrggbb`), made legible on each background; without one, our own. */
export function palettesWith(accent: string | undefined): Palettes {
  if (accent === undefined) return palettes;
  return { light: tint(palettes.light, accent), dark: tint(palettes.dark, accent) };
}

function tint(palette: Palette, chosen: string): Palette {
  const accent = makeLegible(`#${chosen}`, palette.background);
  const level = (share: number) => mix(palette.track, accent, share);
  return {
    ...palette,
    accent,
    'level-1': level(0.25),
    'level-2': level(0.5),
    'level-3': level(0.75),
    'level-4': accent,
  };
}

/** The theme of that name; anything else is `auto`. */
export function readTheme(value: string | null | undefined): Theme {
  return themes.find(theme => theme === value) ?? 'auto';
}

/** CSS that sets the custom properties on `selector`; `auto` follows the reader's own preference. */
export function renderThemeRules(theme: Theme, selector: string, { light, dark }: Palettes = palettes): string {
  if (theme !== 'auto') return renderRule(selector, theme === 'dark' ? dark : light);
  return `${renderRule(selector, light)}@media (prefers-color-scheme:dark){${renderRule(selector, dark)}}`;
}

function renderRule(selector: string, palette: Palette): string {
  const declarations = Object.entries(palette).map(([name, colour]) => `--${name}:${colour}`);
  return `${selector}{${declarations.join(';')}}`;
}
