import { pelotonFaults } from '../src/sandbox/fault-matrix-peloton.ts';
import { testFaults } from '../src/sandbox/fault-matrix-suite.ts';

testFaults(pelotonFaults, { phases: ['first'], cases: 273 });
