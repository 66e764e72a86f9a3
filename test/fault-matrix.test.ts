// The rows of the fault matrix that matter most to an ordinary day and to the account, at a later sync. `npm run
// test:faults` runs the whole matrix.

import { pelotonFaults } from './fault-matrix-peloton.ts';
import { storageFaults } from './fault-matrix-storage.ts';
import { type Suite, testFaults } from './fault-matrix-suite.ts';
import { vaultFaults } from './fault-matrix-vault.ts';

const names = [
  ...['POST credentials', 'page: POST credentials', 'POST grant', 'POST refresh', 'GET overview'],
  ...['get session', 'write latest'],
];

const tables = [pelotonFaults, vaultFaults, storageFaults];
const rows = Object.assign({}, ...tables.map(table => table.rows)) as Suite['rows'];
const sample: Suite = {
  cells: tables.flatMap(({ cells }) => cells),
  rows: Object.fromEntries(Object.entries(rows).filter(([name]) => names.includes(name))),
  storeFaults: true,
};

testFaults(sample, { phases: ['later'], cases: 146 });
