// Starts import-child.mjs: everything that has to be measured in a process that has done nothing before.

import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { Figures } from './measure.ts';

const repository = resolve(import.meta.dirname, '..');
const url = (path: string) => pathToFileURL(join(repository, path)).href;

/** What a fresh process can be told to import: URLs of modules, in order. */
export const targets = {
  nothing: '',
  built: url('dist/main.mjs'),
  unbundled: globSync('functions/*.ts', { cwd: repository }).map(url).join(' '),
};

export type FreshRun = {
  /** One of the targets above, or another URL. */
  target: string;
  /**
   * The function to call once everything is imported: `stats` counts from the start of the process, a series by itself.
   * `blob` reads the blob of that name in the query instead, with the store's client alone.
   */
  call?: 'stats' | 'history' | 'activity' | 'blob';
  headers?: Record<string, string>;
  query?: Record<string, string>;
  settings?: Record<string, string | undefined>;
};

/** `cpu` and `wall` in milliseconds, `bytes` of the body, and of a series the microseconds of CPU for `again`. */
export async function runFresh({ target, call, headers = {}, query = {}, settings = {} }: FreshRun): Promise<Figures> {
  const script = join(import.meta.dirname, 'import-child.mjs');
  const given = [target, call ?? '', JSON.stringify(headers), JSON.stringify(query)];
  const { stdout } = await promisify(execFile)(process.execPath, [script, ...given], {
    env: { ...process.env, ...settings },
  });
  return JSON.parse(stdout);
}
