import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simulateYear } from './year.ts';

test('six weeks with twenty outages, a new password, a revoked session and a skipped hour miss no day', async () => {
  // With the night in March that has no 02:30.
  const report = await simulateYear({ from: '2026-03-10', days: 42 });
  assert.deepEqual([report.daysMissed, report.brokenRules], [[], []]);
  assert.deepEqual([report.daysSynced, report.outages], [42, 20]);
  // The first, one after a lost answer, one with the old password and one with the new, one after the revocation.
  assert.equal(report.signIns, 5);
  assert.ok(report.refreshes >= 20 && report.refreshes <= 60, `${report.refreshes} refreshes`);
  assert.ok(report.requestsToPeloton <= 42 * 8, `${report.requestsToPeloton} requests to Peloton`);
});
