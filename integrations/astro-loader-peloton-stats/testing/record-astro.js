// A stand-in for what Astro hands to a loader: it keeps what the loader did, for a test to look at. One object is one site;
// `load` is a build of it, with store and meta kept from the last.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { createLoaderWith } from '../src/create-loader.js';

/** @typedef {import('../index.d.ts').PelotonStats} PelotonStats */
/** @typedef {import('../src/astro-api.d.ts').Entry} Entry */

export const pelotonStatsLoader = createLoaderWith(z);

/** @param {import('node:test').TestContext} t */
export function recordAstro(t) {
  const directory = mkdtempSync(join(tmpdir(), 'astro-site-'));
  t.after(() => rmSync(directory, { recursive: true }));
  /** @type {Map<string, Entry>} */
  const entries = new Map();
  /** @type {Map<string, string>} */
  const meta = new Map();

  /** @param {import('../index.d.ts').PelotonStatsOptions} options */
  async function load(options) {
    /** @type {string[]} */
    const warnings = [];
    const loader = pelotonStatsLoader(options);
    await loader.load({
      store: {
        get: id => entries.get(id),
        set: entry => entries.get(entry.id)?.digest !== entry.digest && Boolean(entries.set(entry.id, entry)),
        clear: () => entries.clear(),
      },
      meta,
      logger: { warn: message => warnings.push(message) },
      config: { root: pathToFileURL(`${directory}/`) },
      parseData: async ({ data }) => /** @type {Record<string, unknown>} */ (await loader.schema.parseAsync(data)),
      generateDigest: data => JSON.stringify(data),
    });
    const stats = /** @type {PelotonStats | undefined} */ (/** @type {unknown} */ (entries.get('latest')?.data));
    return { stats, warnings };
  }
  return { directory, entries, meta, load };
}
