import { pelotonFaults } from './sandbox/fault-matrix-peloton.ts';
import { testFaults } from './sandbox/fault-matrix-suite.ts';

testFaults(pelotonFaults, { file: import.meta.filename, phases: ['first'], cases: 273 });
