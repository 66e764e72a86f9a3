// `npm run export -- DIR`: everything public as plain files, for any web space. Reads the store and writes nothing to it.

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { createStorage, syncStorageLimits } from '../azure/storage.ts';
import { readPublicUrl, readStorageConfig } from '../config.ts';
import { StatsError } from '../errors.ts';
import { createRoutes, type Routes } from '../serve/routes.ts';
import { dateOfDayBlob, daysPrefix } from '../stats/blobs.ts';
import { parseSnapshot } from '../stats/snapshot.ts';
import { countOf } from './doctor/finding.ts';
import { badgeFiles, dayFile, mainFiles, type PublicFile, readFileFrom } from './export/public-files.ts';
import { toStaticElement, toStaticPage } from './export/static-page.ts';
import { type CommandContext, runCommand } from './run-command.ts';
import type { Given } from './run-program.ts';

const about = `Writes everything public into the folder DIR as plain files that any web server or web space can serve: index.html,
stats.json, stats/*.json, history.json and .csv, card*.svg, badge/*.json, widget.js, and what the setting WORKOUTS
publishes. They are the stats of now, and stay as they are. Reads the store with the settings of the environment over those
of local.settings.json; the service need not run. Files of an earlier export are written over.`;
const urlHelp = `where the files will stand, such as https://example.com/peloton: for the address in index.html and for the
snippets that the command prints`;

/** @throws StatsError `config` for an address that cannot be one. */
function readUrl(given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  const url = readPublicUrl({ PUBLIC_URL: given.replace(/index\.html$/, '') });
  if (url) return url;
  throw new StatsError('config', '--url is no address.', { hint: 'Write it as https://example.com/peloton.' });
}

type Files = Map<string, Uint8Array>;

/** The bytes of the files that the routes have an answer for. */
async function readFiles(routes: Routes, files: readonly PublicFile[]): Promise<Files> {
  const read: Files = new Map();
  for (const file of files) {
    const bytes = await readFileFrom(routes, file);
    if (bytes) read.set(file.name, bytes);
  }
  return read;
}

/** The badges, without those of metrics that the service does not have. */
async function readBadges(routes: Routes, stats: Uint8Array | undefined): Promise<Files> {
  const snapshot = stats && parseSnapshot(Buffer.from(stats));
  if (!snapshot)
    throw new StatsError('storage', 'There are no stats yet.', { hint: 'npm run sync, and then this again.' });
  const badges = await readFiles(routes, badgeFiles(snapshot));
  const isKnown = ([, bytes]: [string, Uint8Array]) => !JSON.parse(Buffer.from(bytes).toString()).isError;
  return new Map([...badges].filter(isKnown));
}

async function writeFiles(folder: string, files: Files): Promise<void> {
  for (const [name, bytes] of files) {
    const path = join(folder, ...name.split('/'));
    try {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, bytes);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new StatsError('config', `${path} cannot be written (${code}).`, {
        hint: 'Name a folder that you may write to.',
      });
    }
  }
}

const readAtOnce = 16;

/** Writes the file of each day, in batches. Resolves to the days that are damaged, or dated by a wrong clock. */
async function writeDays(routes: Routes, dates: readonly string[], folder: string): Promise<string[]> {
  const leftOut: string[] = [];
  for (let from = 0; from < dates.length; from += readAtOnce) {
    const batch = dates.slice(from, from + readAtOnce);
    const read = await Promise.allSettled(batch.map(date => readFiles(routes, [dayFile(date)])));
    for (const [index, day] of read.entries()) {
      if (day.status === 'fulfilled' && day.value.size > 0) await writeFiles(folder, day.value);
      else leftOut.push(batch[index] ?? '');
    }
  }
  return leftOut;
}

function describeUse(url: string | undefined): string[] {
  if (!url) return [];
  return [
    '',
    `A picture:   [![My Peloton stats](${url}/card.svg)](${url}/)`,
    `The element: <script type="module" src="${url}/widget.js"></script>`,
    `             <peloton-stats src="${url}/stats.json"></peloton-stats>`,
    `A badge:     https://img.shields.io/endpoint?url=${encodeURIComponent(`${url}/badge/total.json`)}`,
  ];
}

async function exportAll({ settings }: CommandContext, { operand, option }: Given): Promise<number> {
  const folder = resolve(operand);
  const url = readUrl(option('url'));
  const now = new Date();
  const storage = createStorage(readStorageConfig(settings), syncStorageLimits);
  // An address that is not asked for would stand in the page: that of a service which may be gone.
  const given = { ...settings, PUBLIC_URL: url, WEBSITE_HOSTNAME: undefined };
  const routes = createRoutes({ settings: given, clock: () => new Date(), monotonicMs: () => performance.now() });
  const files = await readFiles(routes, mainFiles);
  for (const [name, bytes] of await readBadges(routes, files.get('stats.json'))) files.set(name, bytes);
  const change = (name: string, to: (text: string) => string) =>
    files.set(name, Buffer.from(to(Buffer.from(files.get(name) ?? '').toString())));
  change('widget.js', toStaticElement);
  const madeOn = now.toISOString().slice(0, 10);
  change('index.html', html => toStaticPage(html, { url, names: [...files.keys()], madeOn }));
  const dates = (await storage.public.list(daysPrefix)).flatMap(name => dateOfDayBlob(name) ?? []);
  const leftOut = await writeDays(routes, dates, folder);
  await writeFiles(folder, files);
  console.log(`${folder}: ${countOf(files.size, 'file')} and ${countOf(dates.length - leftOut.length, 'day')}.`);
  console.log(describeUse(url).join('\n'));
  if (leftOut.length === 0) return 0;
  console.error(`Days that are damaged or dated ahead of the clock, and left out: ${leftOut.join(', ')}.`);
  return 1;
}

await runCommand({
  command: 'npm run export',
  about,
  options: { url: ['URL', urlHelp] },
  operand: 'DIR',
  run: exportAll,
});
