import { storageFaults } from './sandbox/fault-matrix-storage.ts';
import { testFaults } from './sandbox/fault-matrix-suite.ts';

testFaults(storageFaults, { file: import.meta.filename, cases: 595 });
