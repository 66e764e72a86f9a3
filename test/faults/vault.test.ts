import { testFaults } from '../fault-matrix-suite.ts';
import { vaultFaults } from '../fault-matrix-vault.ts';

testFaults(vaultFaults, { cases: 252 });
