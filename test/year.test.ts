import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simulateYear } from './year.ts';

test('four weeks with twenty-two outages, four wrong clocks, a new password, ended sessions, a page that is replaced, a grant that is closed, a dead build hook and a skipped hour miss no day', async () => {
  // These days include the night in March that has no 02:30.
  const report = await simulateYear({ from: '2026-03-08', days: 28 });
  assert.deepEqual([report.daysMissed, report.brokenRules], [[], []]);
  assert.deepEqual([report.daysSynced, report.outages], [28, 26]);
  // The first sign-in, one with the old password and one with the new, four after ended sessions, of which one ends on the day of a
  // lost answer, and two where the app's client is gone: one that it refuses, and one by the page.
  assert.equal(report.signIns, 9);
  assert.ok(report.refreshes >= 14 && report.refreshes <= 50, `${report.refreshes} refreshes`);
  assert.ok(report.requestsToPeloton <= 28 * 9, `${report.requestsToPeloton} requests to Peloton`);
});
