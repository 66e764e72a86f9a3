import { findZones, testSchedules } from '../schedule-suite.ts';

testSchedules(findZones(), { changes: 700, schedules: 4_000 });
