// The vault in the fault matrix: every read of a sync, and every write of a sync that signs in or learns its user id, with every
// fault. The table holds the expected results. A sync succeeds also where the user id cannot be stored or the build hooks
// cannot be read.

import { readTable } from './fault-matrix.ts';
import { type MatrixRow, pasteGoodSession, type Suite, signInAnew } from './fault-matrix-suite.ts';
import { pasteWithoutUserId } from './session-bench.ts';

/** V: the sync fails with `vault`. +: the sync succeeds. */
const cells = readTable(`
                 401 403 403h 404 409 429 429r 500 503 empty html half cut reset gone drip hang late
get session       V   V   V    V   V   V   V    V   V    V    V    V    V    V    V    V    V    V
get username      V   V   V    V   V   V   V    V   V    V    V    V    V    V    V    V    V    V
get password      V   V   V    V   V   V   V    V   V    V    V    V    V    V    V    V    V    V
set the proof     V   V   V    V   V   V   V    V   V    V    V    V    V    V    V    V    V    V
set the tokens    V   V   V    V   V   V   V    V   V    V    V    V    V    V    V    V    V    V
set the user id   +   +   +    +   +   +   +    +   +    +    +    +    +    +    +    +    +    V
get hooks         +   +   +    +   +   +   +    +   +    +    +    +    +    +    +    +    +    +
`);

type Place = {
  secret: string;
  /** The number of the write within the run, from 0; without it, the read. */
  write?: number;
  maxAsked?: number;
  prepare?: MatrixRow['prepare'];
};

function place({ secret, write, maxAsked = 20, prepare }: Place): MatrixRow {
  const match = { method: write === undefined ? 'GET' : 'PUT', path: new RegExp(`/${secret}/?$`) };
  return {
    prepare: prepare ?? (write === undefined ? pasteGoodSession : signInAnew),
    locate: ({ vault }) => ({ faults: vault.faults, match, skip: write ?? 0, tries: 3, maxAsked, server: vault }),
  };
}

const session = 'peloton-session';
const rows: Record<string, MatrixRow> = {
  'get session': place({ secret: session, maxAsked: 0 }),
  'get username': place({ secret: 'peloton-username', maxAsked: 0 }),
  'get password': place({ secret: 'peloton-password', maxAsked: 0 }),
  'set the proof': place({ secret: session, write: 0, maxAsked: 0 }),
  'set the tokens': place({ secret: session, write: 1 }),
  'set the user id': place({ secret: session, write: 0, prepare: pasteWithoutUserId }),
  'get hooks': place({ secret: 'build-hooks' }),
};

export const vaultFaults: Suite = { cells, rows };
