import { storageFaults } from '../src/sandbox/fault-matrix-storage.ts';
import { testFaults } from '../src/sandbox/fault-matrix-suite.ts';

testFaults(storageFaults, { cases: 595 });
