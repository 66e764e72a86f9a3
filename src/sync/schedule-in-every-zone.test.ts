// All that the rule asks of a zone is its offsets. So those of every zone that the runtime knows are checked here, and the
// rule in one zone of each kind; `npm run test:faults` has the rule in every zone.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findZones, testSchedules, years } from '../../test/schedule-suite.ts';
import { offsetAt } from '../stats/time.ts';

const zones = findZones();
/** Of zones with the same offsets all along, one. */
const kinds = [...new Map(zones.map(zone => [JSON.stringify(zone.offsets), zone])).values()];

test(`the offset on both sides of each change in ${zones.length} zones, 2026 to 2028`, () => {
  let count = 0;
  for (const { timeZone, offsets } of zones) {
    for (const [index, { from, offset }] of offsets.entries()) {
      const until = offsets[index + 1]?.from ?? years.to;
      for (const at of [Math.max(from, years.from), until - 1]) {
        assert.equal(offsetAt(at, timeZone), offset, `${timeZone} at ${new Date(at).toISOString()}`);
      }
      count++;
    }
  }
  assert.ok(zones.length > 400 && count > 1_100, `${zones.length} zones, ${count} offsets`);
});

testSchedules(kinds, { changes: 150, schedules: 900 });
