// Pictures as pixels: an SVG drawn by the renderers that site generators use, and how far two pictures are apart.

import { Resvg } from '@resvg/resvg-js';
import sharp from 'sharp';

/** Colour by colour, three bytes each, on white. */
export type Pixels = { width: number; height: number; data: Uint8Array };

/** The pixels of a PNG, or of an SVG as librsvg draws it. */
export async function readPixels(picture: Uint8Array | string, width?: number, height?: number): Promise<Pixels> {
  const source = typeof picture === 'string' ? Buffer.from(picture) : picture;
  const image = sharp(source)
    .resize({ width, height, fit: 'fill' })
    .flatten({ background: '#ffffff' })
    .removeAlpha()
    .raw();
  const { data, info } = await image.toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

/** The SVG as each of them draws it. */
export const renderers: Record<string, (svg: string) => Promise<Pixels>> = {
  librsvg: svg => readPixels(svg),
  resvg: svg => readPixels(new Resvg(svg).render().asPng()),
};

const cell = 16;

/** The mean of each channel in each cell of 16 by 16 pixels, the last of a row and of a column left out. */
function readCells({ width, height, data }: Pixels): number[] {
  const columns = Math.floor(width / cell);
  const sums = new Array<number>(columns * Math.floor(height / cell) * 3).fill(0);
  for (const [index, value] of data.entries()) {
    const [x, y] = [Math.floor(index / 3) % width, Math.floor(index / 3 / width)];
    const place = (Math.floor(y / cell) * columns + Math.floor(x / cell)) * 3 + (index % 3);
    if (x < columns * cell && place < sums.length) sums[place] = (sums[place] ?? 0) + value;
  }
  return sums.map(sum => sum / cell ** 2);
}

/** The greatest distance of two cells in the same place, 0 (alike) to 255; pictures of different sizes are 255 apart. */
export function measureDistance(one: Pixels, other: Pixels): number {
  if (one.width !== other.width || one.height !== other.height) return 255;
  const there = readCells(other);
  return readCells(one).reduce((most, mean, index) => Math.max(most, Math.abs(mean - (there[index] ?? 0))), 0);
}

/** The colour of one pixel as `#rrggbb`. */
export function colourAt({ width, data }: Pixels, x: number, y: number): string {
  return `#${Buffer.from(data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)).toString('hex')}`;
}
