// A tick in a process of its own, whose event loop stands still for a while as the answer to a refresh comes:
// `node blocked-run.ts MS`, with the settings in the environment. Prints `blocked` before the standstill and the outcome after.

import { writeSync } from 'node:fs';
import { createApp } from '../src/app.ts';

const blockMs = Number(process.argv[2]);
let isBlocked = false;

function blockOnce(line: string): void {
  if (isBlocked || !line.includes('/oauth/token')) return;
  isBlocked = true;
  writeSync(1, 'blocked\n');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, blockMs);
}

const now = new Date(process.env.NOW ?? '');
const limits = { leaseSeconds: 15, workMs: 30_000, endMs: 35_000 };
const app = createApp(process.env, { clock: () => now, limits });
try {
  await app.sync({}, { debug: blockOnce, info: () => {}, warn: () => {}, error: () => {} });
  writeSync(1, 'synced\n');
} catch (error) {
  writeSync(1, `${(error as { code?: string }).code}\n`);
}
