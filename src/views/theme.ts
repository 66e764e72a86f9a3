// The colours of all views, as CSS custom properties. Text is only ever ink, muted or accent on the background, which have a
// contrast of 4.5:1; the other colours are for lines and areas.

export const themes = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

export type Palette = Record<
  'background' | 'ink' | 'muted' | 'accent' | 'line' | 'track' | 'level-1' | 'level-2' | 'level-3' | 'level-4',
  string
>;

export const palettes: Record<'light' | 'dark', Palette> = {
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

/** The theme of that name; anything else is `auto`. */
export function readTheme(value: string | null | undefined): Theme {
  return themes.find(theme => theme === value) ?? 'auto';
}

/** CSS that sets the custom properties on `selector`; `auto` follows the reader's own preference. */
export function renderThemeRules(theme: Theme, selector: string): string {
  if (theme !== 'auto') return renderRule(selector, palettes[theme]);
  const dark = renderRule(selector, palettes.dark);
  return `${renderRule(selector, palettes.light)}@media (prefers-color-scheme:dark){${dark}}`;
}

function renderRule(selector: string, palette: Palette): string {
  const declarations = Object.entries(palette).map(([name, colour]) => `--${name}:${colour}`);
  return `${selector}{${declarations.join(';')}}`;
}
