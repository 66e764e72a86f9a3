// The colours of a picture: literal attributes, which every renderer of SVG draws (librsvg and resvg know no custom properties
// and no media queries), and classes by which the dark rules of a browser reach the same shapes. Every class is prefixed and
// every rule scoped, so that an inlined picture touches nothing of its page, nor another picture.

import { type Markup, trusted } from './markup.ts';
import type { Palette, Palettes, Role, Theme } from './theme.ts';

/** The attributes `class`, `fill` and `stroke` of a shape or text. */
export type Paint = (colours: { fill?: Role | 'none'; stroke?: StrokeRole }) => Markup;

const strokeRoles = ['line', 'accent'] as const;
type StrokeRole = (typeof strokeRoles)[number];

export type Paints = { paint: Paint; style: string; className: string };

const properties = ['fill', 'stroke'] as const;

/** The paint of a theme, the style that goes with it, and the class of the root that scopes the style. */
export function createPaint(palettes: Palettes, theme: Theme): Paints {
  const palette = palettes[theme === 'dark' ? 'dark' : 'light'];
  const scope = `peloton-${palettes.light.accent.slice(1)}`;
  return {
    className: theme === 'auto' ? `peloton-card ${scope}` : 'peloton-card',
    style: `${rules}${theme === 'auto' ? renderDarkRules(scope, palettes.dark) : ''}`,
    paint: colours => {
      const painted = properties.flatMap(property => {
        const role = colours[property];
        return role === undefined ? [] : { property, role };
      });
      const classes = painted.flatMap(({ property, role }) => (role === 'none' ? [] : nameClass(property, role)));
      const values = painted.map(({ property, role }) => `${property}="${role === 'none' ? role : palette[role]}"`);
      return trusted([...(theme === 'auto' ? [`class="${classes.join(' ')}"`] : []), ...values].join(' '));
    },
  };
}

// A picture has a ground of its own, so that forced colours for its text alone would make it illegible.
const rules = '.peloton-card{font-variant-numeric:tabular-nums;forced-color-adjust:none}';

const nameClass = (property: 'fill' | 'stroke', role: string) => `peloton-${property}-${role}`;

function renderDarkRules(scope: string, palette: Palette): string {
  const rule = (property: 'fill' | 'stroke', role: Role) =>
    `.${scope} .${nameClass(property, role)}{${property}:${palette[role]}}`;
  const fills = (Object.keys(palette) as Role[]).map(role => rule('fill', role));
  const strokes = strokeRoles.map(role => rule('stroke', role));
  return `@media (prefers-color-scheme:dark){${[...fills, ...strokes].join('')}}`;
}
