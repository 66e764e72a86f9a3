import { pelotonFaults } from '../fault-matrix-peloton.ts';
import { testFaults } from '../fault-matrix-suite.ts';

testFaults(pelotonFaults, { phases: ['later'], cases: 484 });
