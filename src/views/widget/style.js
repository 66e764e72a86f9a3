// The style sheet of one element: the same rules for all, then what its options and its numbers ask for. All lengths are
// in em, so that the text of the place is the measure; the layout folds by the width of the element, not of the page.

import { measureBoldEm } from '../fit-text.ts';
import { reserveSpace } from '../reserve-space.ts';
import { palettes, palettesWith } from '../theme.ts';

/** @typedef {import('../options.ts').ViewOptions} ViewOptions */

const rules = `
:host { display: block; container-type: inline-size; contain-intrinsic-inline-size: 30em; min-inline-size: 0; max-inline-size: min(44em, 100%); line-height: 1.5; font-variant-numeric: tabular-nums }
:host([hidden]) { display: none }
[part=card] { box-sizing: border-box; padding: min(1.25em, 6cqi); display: grid; grid-template-columns: minmax(0, 1fr); gap: .75em; align-content: start; border: 1px solid; border-radius: var(--peloton-stats-radius, .6em) }
[part=header] { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1em }
[part=heading] { font-weight: 600; overflow-wrap: anywhere }
p { margin: 0; min-width: 0 }
[part=body] { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1em 1.75em }
[part=figures] { display: grid; align-content: start; gap: .5em }
[part=total-number] { display: block; line-height: 1.1; letter-spacing: -.02em; white-space: nowrap }
[part=best], [part=as-of], [part=label], [part=change] { font-size: .875em }
[part=streak] { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 .5em }
[part=best] { white-space: nowrap }
[part=trend] { display: block; width: 100%; height: 2.5em; overflow: visible; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round }
[part=trend] path { vector-effect: non-scaling-stroke }
.area { fill: currentColor; stroke: none; opacity: .12 }
.gaps { stroke-dasharray: 1 5 }
.end { stroke-width: 6 }
table, tbody { display: block }
[part=row] { display: flex; flex-wrap: wrap; align-items: center; position: relative; min-height: 1.9em }
th { font-weight: inherit; text-align: start }
th, td { padding: 0 }
[part=name] { flex: 1 1 6.5em; box-sizing: border-box; min-width: 0; padding-inline-start: 1.9em; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
[part=count] { flex: none; margin-inline-start: auto; padding-inline-start: .75em; font-weight: 600; white-space: nowrap }
[part=icon] { position: absolute; inset-inline-start: 0; inset-block-start: .3em; width: 1.3em; height: 1.3em; fill: none; stroke: currentColor; stroke-width: 1.6; stroke-linecap: round; stroke-linejoin: round }
[part=bar] { position: absolute; inset-inline-start: 1.9em; inset-block-end: 0; width: calc(100% - 1.9em); height: .15em; border-radius: .1em; print-color-adjust: exact }
:host(:dir(rtl)) [part=bar] { transform: scaleX(-1) }
[part=sums] { display: flex; flex-wrap: wrap; gap: 0 1.5em }
[part=sums] > span { white-space: nowrap }
[part=sums] b { font-size: 1.5em }
[part=map] { max-width: 100%; height: auto }
[part=map] text { fill: currentColor; font-size: 7px; opacity: .8 }
rect { fill: currentColor }
.level-0 { opacity: .1 }
.level-1 { opacity: .3 }
.level-2 { opacity: .55 }
.level-3 { opacity: .8 }
ul { display: grid; gap: .6em; margin: 0; padding: 0; list-style: none }
[part=workout] { display: flex; flex-wrap: wrap; column-gap: .75em; position: relative; padding-inline-start: 1.9em }
[part=workout] [part=title] { flex: 1 1 8em; overflow-wrap: anywhere }
[part=workout] [part=label] { flex-basis: 100%; overflow-wrap: anywhere }
[part=workout] [part=count] { padding: 0 }
.heard { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
@container (inline-size < 9em) {
  [part=icon] { display: none }
  [part=name] { padding-inline-start: 0 }
  [part=bar] { inset-inline-start: 0; width: 100% }
}
`;

/** After the colours, which they replace. */
const forcedColours = `
@media (forced-colors: active) {
  [part=icon], [part=trend], [part=bar], .cells { color: CanvasText }
  [part=bar] { background: none; outline: 1px solid }
}
`;

/** `total` is the text of the total, undefined while there is none. @param {ViewOptions} options @param {string | undefined} total */
export function renderStyle(options, total) {
  const sizes = renderSizes(options) + (total === undefined ? '' : renderNumberSize(total));
  return rules + renderColours(options) + forcedColours + sizes;
}

/** A site's own property, or else this. @param {string} name @param {string} value */
const own = (name, value) => `var(--peloton-stats-${name}, ${value})`;

/** Paper is light, and has no ground of ours: a dark element prints in the light theme's ink. */
const printed = `@media print { [part=card] { color: ${palettes.light.ink}; background: none } [part=best], [part=as-of], [part=label], [part=change] { color: inherit } }
`;

/** @param {ViewOptions} options */
function renderColours({ theme, accent }) {
  const { light, dark } = palettesWith(accent);
  const palette = theme === 'auto' ? undefined : palettes[theme];
  const faint = (/** @type {number} */ percent) => `color-mix(in srgb, currentColor ${percent}%, transparent)`;
  return `
[part=card] { color: ${own('ink', palette?.ink ?? 'inherit')}; background: ${own('background', palette?.background ?? 'none')}; border-color: ${own('line', palette?.line ?? faint(18))} }
[part=best], [part=as-of], [part=label], [part=change] { color: ${own('muted', palette?.muted ?? 'inherit')} }
[part=icon], [part=trend], [part=bar], .cells { color: ${own('accent', palette === palettes.dark ? dark.accent : light.accent)} }
[part=bar] { background: ${own('track', palette?.track ?? faint(14))} }
${palette ? printed : ''}@supports (color: rgb(from red r g b)) { [part=icon], [part=trend], [part=bar], .cells { color: ${own('accent', chooseByInk(light.accent, dark.accent))} } }
`;
}

/**
 * The first colour where the text is dark and the second where it is light: whether a site is dark, its text says.
 * @param {string} onLight @param {string} onDark `#rrggbb` both
 */
function chooseByInk(onLight, onDark) {
  const isInkLight = 'clamp(0, (.2126 * r + .7152 * g + .0722 * b - 128) * 1000, 1)';
  const channels = [1, 3, 5].map(start => {
    const [from = 0, to = 0] = [onLight, onDark].map(colour => Number.parseInt(colour.slice(start, start + 2), 16));
    return `calc(${from} + ${to - from} * ${isInkLight})`;
  });
  return `rgb(from currentColor ${channels.join(' ')})`;
}

/** The least heights are those that the rule for a site's own sheet keeps free. @param {ViewOptions} options */
function renderSizes(options) {
  const { wide, narrow } = reserveSpace(options);
  const hides = (/** @type {import('../options.ts').Part[]} */ ...parts) =>
    parts.every(part => options.hide.includes(part));
  const isWhole = options.view === 'summary' && !hides('disciplines') && !hides('total', 'streaks');
  return `[part=card] { min-height: ${narrow}em }
@container (inline-size >= 30em) { [part=card] { min-height: ${wide}em } ${isWhole ? '[part=body] { grid-template-columns: repeat(2, minmax(0, 1fr)) }' : ''} }
`;
}

/** The size at which the total fits into any width. @param {string} total */
function renderNumberSize(total) {
  const widthEm = (measureBoldEm(total) + 0.1).toFixed(2);
  return `[part=total-number] { font-size: min(3em, 12em / ${widthEm}, max(100cqi - 2.7em, 86cqi) / ${widthEm}) }`;
}
