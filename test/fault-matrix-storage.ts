// The store in the fault matrix: every call of a sync, with every fault. The table holds the expected results. Only the calls
// after latest.json is written (state and lease) may fail without failing the sync.

import type { IncomingMessage } from 'node:http';
import { readTable } from './fault-matrix.ts';
import { type MatrixRow, type Phase, pasteGoodSession, type Suite, signInAnew } from './fault-matrix-suite.ts';

/** S: the sync fails with `storage`. +: the sync succeeds. */
const cells = readTable(`
                            401 403 404 409 412 429 429r 500 503 empty html half cut reset gone drip hang late
read state                   S   S   S   S   S   S   S    S   S    S    S    S    S    S    S    S    S    S
read latest                  S   S   S   S   S   S   S    S   S    S    S    S    S    S    S    S    S    S
take the lease               S   S   S   S   S   S   S    S   S    S    S    S    S    S    S    S    S    S
make the private container   S   S   S   S   S   S   S    S   S    S    S    S    S    S    S    S    S    S
prove the store              S   S   S   S   S   S   S    S   S    S    S    S    S    S    S    S    S    S
make the public container    S   S   S   S   S   S   S    S   S    S    S    S    S    S    S    S    S    S
prove the state              S   S   S   S   S   S   S    S   S    S    S    S    S    S    S    S    S    S
look for a newer day         S   S   S   S   S   S   S    S   S    S    S    S    S    S    S    S    S    S
count the sign-in            S   S   S   S   S   S   S    S   S    S    S    S    S    S    S    S    S    S
write raw                    S   S   S   S   S   S   S    S   S    S    S    S    S    S    S    S    S    S
read the day                 S   S   S   S   S   S   S    S   S    S    S    S    S    S    S    S    S    S
write the day                S   S   S   S   S   S   S    S   S    S    S    S    S    S    S    S    S    S
read the series              S   S   S   S   S   S   S    S   S    S    S    S    S    S    S    S    S    S
list the days                S   S   S   S   S   S   S    S   S    S    S    S    S    S    S    S    S    S
write the series             S   S   S   S   S   S   S    S   S    S    S    S    S    S    S    S    S    S
read latest again            S   S   S   S   S   S   S    S   S    S    S    S    S    S    S    S    S    S
write latest                 S   S   S   S   S   S   S    S   S    S    S    S    S    S    S    S    S    S
write the state              +   +   +   +   +   +   +    +   +    +    +    +    +    +    +    +    +    +
release the lease            +   +   +   +   +   +   +    +   +    +    +    +    +    +    +    +    +    +
`);

type Place = {
  method: 'GET' | 'PUT';
  /** Without `container`, a call of either. */
  container?: 'public' | 'private';
  /** The name of the blob; without `blob`, a call of the container itself. */
  blob?: RegExp;
  query?: RegExp;
  leaseAction?: 'acquire' | 'release';
  /** True for the conditional writes that change nothing and only prove that the store takes writes; false for real ones. */
  isProof?: boolean;
  /** The number of fitting requests of the run before the one that meets the fault. */
  skip?: number;
  tries?: number;
  signsIn?: boolean;
  /** False for a call before the run can write a failure into state.json. */
  isInRun?: boolean;
  maxAsked?: number;
  only?: Phase;
};

function fits({ method, container, blob, query, leaseAction, isProof }: Place) {
  return (request: IncomingMessage): boolean => {
    const { url = '', headers } = request;
    const [, name = '', path = '', asked = ''] = /^\/[^/]+\/([^/?]+)\/?([^?]*)\??(.*)$/.exec(url) ?? [];
    return (
      request.method === method &&
      (!container || name.endsWith('-private') === (container === 'private')) &&
      (blob ? blob.test(path) : path === '') &&
      (!query || query.test(asked)) &&
      (!leaseAction || headers['x-ms-lease-action'] === leaseAction) &&
      (isProof === undefined || isProof === (headers['if-match'] === '"0x0"'))
    );
  };
}

function place(given: Place): MatrixRow {
  const { skip = 0, tries = 3, signsIn = false, isInRun = true, maxAsked = isInRun ? 1 : 0, only } = given;
  return {
    prepare: signsIn ? signInAnew : pasteGoodSession,
    ...(only && { only }),
    locate({ store }, kind) {
      if (!store) throw new TypeError('This bench has no switchboard in front of its store.');
      return {
        ...{ faults: store.faults, match: fits(given), skip, tries, maxAsked, server: store },
        recordsFailure: isInRun && kind !== 'gone',
        mayKeepLease: true,
      };
    },
  };
}

const state: Place = { method: 'PUT', container: 'private', blob: /^state\.json$/ };
const latest: Place = { method: 'GET', container: 'public', blob: /^latest\.json$/ };
const raw: Place = { method: 'PUT', container: 'private', blob: /^raw\//, isProof: false };
const day: Place = { method: 'GET', container: 'public', blob: /^history\// };
const series: Place = { method: 'GET', container: 'public', blob: /^history\.json$/ };
const lease: Place = { method: 'PUT', container: 'private', query: /comp=lease/ };
const container: Pick<Place, 'method' | 'query' | 'only'> = { method: 'PUT', query: /^(?!.*comp=)/, only: 'first' };

const rows: Record<string, MatrixRow> = {
  'read state': place({ ...state, method: 'GET', isInRun: false }),
  'read latest': place({ ...latest, isInRun: false }),
  'take the lease': place({ ...lease, leaseAction: 'acquire', isInRun: false }),
  'make the private container': place({ ...container, container: 'private', isInRun: false }),
  'prove the store': place({ method: 'PUT', blob: /./, isProof: true, tries: 4 * 3, maxAsked: 0 }),
  'make the public container': place({ ...container, container: 'public', tries: 3 * 3, maxAsked: 0 }),
  'prove the state': place({ ...state, signsIn: true, isInRun: false, tries: 6 }),
  'look for a newer day': place({ ...day, maxAsked: 0 }),
  'count the sign-in': place({ ...state, signsIn: true, isInRun: false, maxAsked: 2, skip: 1, tries: 6 }),
  'write raw': place(raw),
  'read the day': place({ ...day, skip: 1 }),
  'write the day': place({ ...day, method: 'PUT', isProof: false }),
  'read the series': place(series),
  'list the days': place({ method: 'GET', container: 'public', query: /comp=list/ }),
  'write the series': place({ ...series, method: 'PUT', isProof: false }),
  'read latest again': place({ ...latest, skip: 2 }),
  'write latest': place({ ...latest, method: 'PUT', isProof: false }),
  // The sync's outcome, and after the list of workouts has been asked for that of the reading.
  'write the state': place({ ...state, tries: 6, maxAsked: 2 }),
  'release the lease': place({ ...lease, leaseAction: 'release', maxAsked: 2 }),
};

export const storageFaults: Suite = { cells, rows, storeFaults: true };
