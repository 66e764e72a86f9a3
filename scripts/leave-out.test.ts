import assert from 'node:assert/strict';
import { test } from 'node:test';
import { build } from 'esbuild';
import { leaveOutUnused } from './leave-out.ts';

test('a part that an SDK has no more is named, so that the list stays true', async () => {
  const stdin = { contents: 'export {};' };
  const building = build({ stdin, write: false, logLevel: 'silent', plugins: [leaveOutUnused()] });
  await assert.rejects(building, /There is no "clusterIdentity" to leave out: see scripts\/leave-out\.ts/);
});
