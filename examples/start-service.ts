// The service on this machine, as `npm start` runs it, on a free port. Stopping it ends all that it started.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const startScript = fileURLToPath(new URL('../sandbox/start.ts', import.meta.url));
const longestLifeMs = 300_000;

async function readUrl(service: ChildProcess): Promise<string> {
  let output = '';
  // The service goes on writing after this: closing its output would end it.
  for await (const chunk of service.stdout?.iterator({ destroyOnReturn: false }) ?? []) {
    output += chunk;
    const url = output.match(/^Ready: (http:\S+)\r?\n/m)?.[1];
    if (url) return url;
  }
  throw new Error(`The service ended before it was ready:\n${output}`);
}

/** Ready to be asked, with a first snapshot. Errors go to this process's stderr. */
export async function startService(): Promise<{ url: string; stop: () => Promise<void> }> {
  const service = spawn(process.execPath, [startScript], {
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: longestLifeMs,
  });
  const ended = once(service, 'exit');
  const stop = async () => {
    service.kill('SIGINT');
    await ended;
  };
  const url = await readUrl(service);
  service.stdout?.resume();
  return { url, stop };
}
