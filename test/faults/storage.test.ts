import { storageFaults } from '../fault-matrix-storage.ts';
import { testFaults } from '../fault-matrix-suite.ts';

testFaults(storageFaults, { cases: 648 });
