// Peloton in the fault matrix: every endpoint of the sign-in, the refresh and the API, with every fault. The table holds
// the expected result of each sync, which is the same at the first sync and at a later one.

import { hourMs } from '../src/stats/time.ts';
import { readTable } from './fault-matrix.ts';
import { type MatrixRow, pasteGoodSession, type Suite, signInAnew } from './fault-matrix-suite.ts';
import { pasteSession, pasteWithoutUserId } from './session-bench.ts';

/**
 * U upstream-unavailable, C upstream-changed, J the same with the credentials judged, A account-refused, + a sync that succeeds
 * by the other rung. `page` and `app` alone are the first rows; in those of both, the one that is named goes first.
 */
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
POST grant             J   J   J   U    J   J   J   U   U    U   U    U    U    U    U   U   U     U    U    U    U    U
POST refresh           C   C   C   U    C   C   C   U   U    U   U    U    U    U    U   U   U     U    U    U    U    U
POST app refresh       C   C   C   U    C   C   C   U   U    U   U    U    U    U    U   U   U     U    U    U    U    U
GET me                 C   A   A   U    C   C   C   U   U    U   U    U    U    U    U   U   U     U    U    U    U    U
GET overview           C   A   A   U    C   C   C   U   U    U   U    U    U    U    U   U   U     U    U    U    U    U
page: GET /authorize   +   +   +   +    +   +   +   U   U    U   U    U    +    U    U   U   U     U    U    U    U    U
page: GET /login       +   +   +   +    +   +   +   U   U    U   U    U    +    U    U   U   U     U    U    U    U    U
page: POST credentials +   +   +   +    +   +   +   U   U    U   U    U    +    U    U   U   U     U    U    U    U    U
page: POST form        +   +   +   +    +   +   +   U   U    U   U    U    +    U    U   U   U     U    U    U    U    U
page: GET continue     +   +   +   +    +   +   +   U   U    U   U    U    +    U    U   U   U     U    U    U    U    U
page: POST code        +   +   +   U    +   +   +   U   U    U   U    U    U    U    U   U   U     U    U    U    U    U
app: POST grant        +   +   +   +    +   +   +   U   U    U   U    U    +    U    U   U   U     U    U    U    U    U
`);

type Step = {
  /** The number of fitting requests of the run before the one that meets the fault. */
  skip?: number;
  tries?: number;
  prepare?: MatrixRow['prepare'];
  /** A request to the same path with another body is not meant. */
  body?: RegExp;
  signIn?: 'web' | 'app' | 'auto';
};

/** The row for a request that has `turn` others to Peloton before it in the run. */
function step(
  turn: number,
  path: RegExp,
  { skip = 0, tries = 1, prepare = signInAnew, body, signIn = 'web' }: Step = {},
): MatrixRow {
  return {
    prepare,
    settings: { PELOTON_SIGN_IN: signIn },
    locate({ peloton }) {
      const from = peloton.requests.length;
      const answered = () => peloton.requests.slice(from).filter(({ status }) => status !== undefined).length;
      const isNext = () => answered() >= turn;
      return { faults: peloton.faults, match: { path, ...(body && { body }) }, skip, tries, server: peloton, isNext };
    },
  };
}

/** Lets the next sync sign in, with that rung first. */
function beginWith(rung: 'web' | 'app'): MatrixRow['prepare'] {
  return async bench => {
    signInAnew(bench);
    const text = JSON.stringify({ ...(await bench.state()), last_rung: rung, held_rungs: [] });
    const container = bench.container('private');
    await container.createIfNotExists();
    await container.getBlockBlobClient('state.json').upload(text, text.length);
  };
}

const pageFirst = { signIn: 'auto', prepare: beginWith('web') } as const;
const appFirst = { signIn: 'auto', prepare: beginWith('app') } as const;

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
  'POST grant': step(0, /^\/oauth\/token$/, { signIn: 'app' }),
  'POST refresh': step(0, /^\/oauth\/token$/, { prepare: bench => void pasteSession(bench, { livesMs: hourMs / 2 }) }),
  'POST app refresh': step(0, /^\/oauth\/token$/, {
    prepare: bench => void pasteSession(bench, { livesMs: hourMs / 2, client: 'app' }),
  }),
  'GET me': step(0, /^\/api\/me$/, { tries: 3, prepare: pasteWithoutUserId }),
  'GET overview': step(0, /\/overview$/, { tries: 3, prepare: pasteGoodSession }),
  'page: GET /authorize': step(0, /^\/authorize$/, { tries: 3, ...pageFirst }),
  'page: GET /login': step(1, /^\/login$/, { tries: 3, ...pageFirst }),
  'page: POST credentials': step(2, /^\/usernamepassword\/login$/, pageFirst),
  'page: POST form': step(3, /^\/login\/callback$/, pageFirst),
  'page: GET continue': step(7, /^\/continue$/, pageFirst),
  'page: POST code': step(9, /^\/oauth\/token$/, { body: /authorization_code/, ...pageFirst }),
  'app: POST grant': step(0, /^\/oauth\/token$/, { body: /"password"/, ...appFirst }),
};

export const pelotonFaults: Suite = { cells, rows };
