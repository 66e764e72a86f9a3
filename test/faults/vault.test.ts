import { testFaults } from '../src/sandbox/fault-matrix-suite.ts';
import { vaultFaults } from '../src/sandbox/fault-matrix-vault.ts';

testFaults(vaultFaults, { cases: 238 });
