import { hookFaults } from '../fault-matrix-hooks.ts';
import { testFaults } from '../fault-matrix-suite.ts';

testFaults(hookFaults, { cases: 40 });
