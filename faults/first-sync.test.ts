import { pelotonFaults } from '../src/sandbox/fault-matrix-peloton.ts';
import { testFaults } from '../src/sandbox/fault-matrix-suite.ts';

testFaults(pelotonFaults, { file: import.meta.filename, phases: ['first'], cases: 273 });
