import { testFaults } from './sandbox/fault-matrix-suite.ts';
import { vaultFaults } from './sandbox/fault-matrix-vault.ts';

testFaults(vaultFaults, { file: import.meta.filename, cases: 238 });
