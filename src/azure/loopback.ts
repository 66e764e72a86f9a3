// Access to the doubles on this machine: directly, never through the proxy that the environment names, and with the token that
// `npm start -- --account` made for its run.

import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { dirname, resolve } from 'node:path';
import { isLoopback } from '../config.ts';

const agents = { 'http:': new HttpAgent({ keepAlive: true }), 'https:': new HttpsAgent({ keepAlive: true }) };

/**
 * The client option that keeps requests to this machine off a proxy, which would read their Authorization; none for other
 * hosts. An SDK gives a request to its proxy only where the request has no agent of its own.
 */
export function directAgent(url: string): { agent?: HttpAgent } {
  if (!isLoopback(url)) return {};
  return { agent: agents[new URL(url).protocol === 'https:' ? 'https:' : 'http:'] };
}

/** Below the working folder, as local.settings.json is, so that the commands of a second terminal find the same file. */
function runTokenFile(vaultUrl: string): string {
  return resolve('.azurite', `vault-${new URL(vaultUrl).port}.token`);
}

/** The token of the run that serves this vault; undefined where the run takes any. */
export async function readRunToken(vaultUrl: string): Promise<string | undefined> {
  try {
    return await readFile(runTokenFile(vaultUrl), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Writes the token of a run where its owner alone can read it. `close` removes the file. */
export async function writeRunToken(vaultUrl: string, token: string): Promise<{ close(): Promise<void> }> {
  const file = runTokenFile(vaultUrl);
  const close = () => rm(file, { force: true });
  await mkdir(dirname(file), { recursive: true });
  await close(); // what a killed run left keeps its mode, and may be a link
  await writeFile(file, token, { mode: 0o600, flag: 'wx' });
  return { close };
}
