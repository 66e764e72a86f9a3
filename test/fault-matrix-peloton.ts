// Peloton in the fault matrix: every endpoint of the sign-in, the refresh and the API, with every fault. The table holds
// the expected result of each sync, which is the same at the first sync and at a later one.

import { hourMs } from '../src/stats/time.ts';
import { readTable } from './fault-matrix.ts';
import { type MatrixRow, pasteGoodSession, type Suite, signInAnew } from './fault-matrix-suite.ts';
import { pasteSession, pasteWithoutUserId } from './session-bench.ts';

/** U upstream-unavailable, C upstream-changed, J the same with the credentials judged, A account-refused. */
const cells = readTable(`
                      401 402 403 403h 404 409 412 429 429r 500 503 empty html half cut big bomb reset gone drip hang late
GET /authorize         C   C   C   U    C   C   C   U   U    U   U    U    U    U    U   U   U     U    U    U    U    U
GET /login             C   C   C   U    C   C   C   U   U    U   U    U    U    U    U   U   U     U    U    U    U    U
POST credentials       J   J   J   U    J   J   J   U   U    U   U    U    U    U    U   U   U     U    U    U    U    U
POST form              C   C   C   U    C   C   C   U   U    U   U    U    U    U    U   U   U     U    U    U    U    U
GET resume             C   C   C   U    C   C   C   U   U    U   U    U    U    U    U   U   U     U    U    U    U    U
GET orca/login_site    C   C   C   U    C   C   C   U   U    U   U    U    U    U    U   U   U     U    U    U    U    U
GET orca/login_domain  C   C   C   U    C   C   C   U   U    U   U    U    U    U    U   U   U     U    U    U    U    U
GET continue           C   C   C   U    C   C   C   U   U    U   U    U    U    U    U   U   U     U    U    U    U    U
GET resume again       C   C   C   U    C   C   C   U   U    U   U    U    U    U    U   U   U     U    U    U    U    U
POST code              C   C   C   U    C   C   C   U   U    U   U    U    U    U    U   U   U     U    U    U    U    U
POST refresh           C   C   C   U    C   C   C   U   U    U   U    U    U    U    U   U   U     U    U    U    U    U
GET me                 C   A   A   U    C   C   C   U   U    U   U    U    U    U    U   U   U     U    U    U    U    U
GET overview           C   A   A   U    C   C   C   U   U    U   U    U    U    U    U   U   U     U    U    U    U    U
`);

type Step = {
  /** The number of fitting requests of the run before the one that meets the fault. */
  skip?: number;
  tries?: number;
  prepare?: MatrixRow['prepare'];
};

/** The row for a request that has `turn` others to Peloton before it in the run. */
function step(turn: number, path: RegExp, { skip = 0, tries = 1, prepare = signInAnew }: Step = {}): MatrixRow {
  return {
    prepare,
    locate({ peloton }) {
      const from = peloton.requests.length;
      const answered = () => peloton.requests.slice(from).filter(({ status }) => status !== undefined).length;
      const isNext = () => answered() >= turn;
      return { faults: peloton.faults, match: { path }, skip, tries, server: peloton, isNext };
    },
  };
}

const rows: Record<string, MatrixRow> = {
  'GET /authorize': step(0, /^\/authorize$/, { tries: 3 }),
  'GET /login': step(1, /^\/login$/, { tries: 3 }),
  'POST credentials': step(2, /^\/usernamepassword\/login$/),
  'POST form': step(3, /^\/login\/callback$/),
  'GET resume': step(4, /^\/authorize\/resume$/),
  'GET orca/login_site': step(5, /^\/sso\/login_site$/),
  'GET orca/login_domain': step(6, /^\/sso\/login_domain$/),
  'GET continue': step(7, /^\/continue$/),
  'GET resume again': step(8, /^\/authorize\/resume$/, { skip: 1 }),
  'POST code': step(9, /^\/oauth\/token$/),
  'POST refresh': step(0, /^\/oauth\/token$/, { prepare: bench => void pasteSession(bench, { livesMs: hourMs / 2 }) }),
  'GET me': step(0, /^\/api\/me$/, { tries: 3, prepare: pasteWithoutUserId }),
  'GET overview': step(0, /\/overview$/, { tries: 3, prepare: pasteGoodSession }),
};

export const pelotonFaults: Suite = { cells, rows };
