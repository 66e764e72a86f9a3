// Contrast by WCAG 2.2, and a colour that somebody chose made legible.

/** What text needs (WCAG 2.2, 1.4.3). */
const leastContrast = 4.5;

function readChannels(colour: string): number[] {
  return [1, 3, 5].map(start => Number.parseInt(colour.slice(start, start + 2), 16));
}

/** The relative luminance of `#rrggbb`, from 0 (black) to 1 (white). */
export function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = readChannels(colour).map(channel => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** The contrast of two colours, from 1 to 21. */
export function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

/** The colour that lies between two others: `share` 0 is the first, 1 the second. */
export function mix(one: string, other: string, share: number): string {
  const to = readChannels(other);
  const channels = readChannels(one).map((from, index) => Math.round(from + ((to[index] ?? 0) - from) * share));
  return `#${channels.map(channel => channel.toString(16).padStart(2, '0')).join('')}`;
}

/** The colour itself where it can be read on `background`, else the nearest to it towards black or white that can. */
export function makeLegible(colour: string, background: string): string {
  const end = contrast('#000000', background) > contrast('#ffffff', background) ? '#000000' : '#ffffff';
  for (let share = 0; share < 1; share += 0.02) {
    const mixed = mix(colour, end, share);
    if (contrast(mixed, background) >= leastContrast) return mixed;
  }
  return end;
}
