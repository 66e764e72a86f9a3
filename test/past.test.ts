import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simulatePast } from './past.ts';

test('ten years and 6,000 workouts are read through crashes and outages, exact to the workout', async () => {
  const { brokenRules, crashes, outages, pages } = await simulatePast({ workouts: 6_000, years: 10, days: 8 });
  assert.deepEqual(brokenRules, []);
  assert.ok(crashes > 5 && outages > 5 && pages > 60, `${crashes} crashes, ${outages} outages, ${pages} pages`);
});
