// Takes docs/page-light.png and docs/page-dark.png, the page in the README, of the service that `npm start` runs. Needs Chromium:
// `node browser/take-pictures.ts`

import { writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { openBrowser } from './open-browser.ts';
import { startService } from './start-service.ts';

/** As much as fits on a first screen, in twice as many pixels. */
const shown = { viewport: { width: 880, height: 600 }, deviceScaleFactor: 2 };
const longestPastMs = 60_000;

/** Waits until the timer has read the whole list of workouts. */
async function awaitPast(url: string): Promise<void> {
  for (const from = performance.now(); performance.now() - from < longestPastMs; await pause(1_000)) {
    const response = await fetch(`${url}/api/activity`);
    const activity = response.ok ? ((await response.json()) as { complete_since: string | null }) : undefined;
    if (activity?.complete_since) return;
  }
  throw new Error('The past was not read in time.');
}

const service = await startService();
await awaitPast(service.url);
const browser = await openBrowser();
for (const colorScheme of ['light', 'dark'] as const) {
  const page = await browser.newPage({ ...shown, colorScheme });
  await page.goto(`${service.url}/api/page`);
  const picture = await sharp(await page.screenshot())
    .png({ palette: true, colours: 64, effort: 10 })
    .toBuffer();
  await writeFile(fileURLToPath(new URL(`../docs/page-${colorScheme}.png`, import.meta.url)), picture);
  console.log(`docs/page-${colorScheme}.png: ${Math.ceil(picture.length / 1000)} kB`);
}
await browser.close();
await service.close();
