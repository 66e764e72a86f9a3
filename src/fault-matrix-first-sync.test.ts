import { pelotonFaults } from './sandbox/fault-matrix-peloton.ts';
import { testFaults } from './sandbox/fault-matrix-suite.ts';

testFaults(pelotonFaults, { phases: ['first'], cases: 273 });
