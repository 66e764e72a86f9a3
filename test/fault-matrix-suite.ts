// Declares the tests of a table of the fault matrix: one test for each endpoint, at the first sync of a service or at a
// later one. Later syncs already have a good snapshot, so one bench goes from fault to fault.

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { hourMs } from '../src/stats/time.ts';
import { type Bench, fastLimits, startBench } from './bench.ts';
import { type Cell, type Endpoint, type FaultKind, isSlow, runCase } from './fault-matrix.ts';
import { pasteSession } from './session-bench.ts';

export type Phase = 'first' | 'later';

export type MatrixRow = {
  /** Prepares the bench so that the next sync calls the endpoint. */
  prepare: (bench: Bench) => void | Promise<void>;
  /** Finds the endpoint on a bench; called just before the run. */
  locate: (bench: Bench, kind: FaultKind) => Endpoint;
  /** The one phase that calls the endpoint; without it, both do. */
  only?: Phase;
  /** Settings of the bench for this row. */
  settings?: Record<string, string>;
};

export type Suite = {
  cells: readonly Cell[];
  rows: Readonly<Record<string, MatrixRow>>;
  /** Whether the faults are those of the store. */
  storeFaults?: boolean;
};

/** Empties the stored session, so that the next sync signs in. */
export function signInAnew({ vault }: Bench): void {
  vault.secrets.set('peloton-session', '{}');
}

/** Stores a good session, so that the next sync asks Peloton for the overview alone. */
export function pasteGoodSession(bench: Bench): void {
  pasteSession(bench, { user_id: bench.peloton.userId });
}

/** Long limits, so that a busy machine causes no failure. Short ones are for faults that only a time limit ends. */
const longLimits = {
  ...fastLimits,
  http: { ...fastLimits.http, timeoutMs: 20_000, maxBytes: 256 * 1024 },
  workMs: 60_000,
};
const shortLimits = {
  ...longLimits,
  http: { ...longLimits.http, timeoutMs: 1_500 },
  storage: { ...longLimits.storage, callTimeoutMs: 2_000 },
  vault: { ...longLimits.vault, callTimeoutMs: 2_000 },
};

/**
 * A call may take longer than the work of a run. A write to the vault is not broken off with the work. The work has the time to
 * come to its last request on a busy machine.
 */
const shortRun = {
  ...longLimits,
  workMs: 6_000,
  storage: { ...longLimits.storage, callTimeoutMs: 9_000 },
  vault: { ...longLimits.vault, callTimeoutMs: 9_000 },
};

/** Runs the cases of a phase. Returns the message of each case that failed. */
async function failuresOf(phase: Phase, { cells, rows, storeFaults = false }: Suite): Promise<string[]> {
  const options = { peloton: { member: 'newcomer' }, limits: longLimits, storeFaults };
  let kept: Bench | undefined;
  const failures: string[] = [];
  for (const cell of cells) {
    const row = rows[cell.endpoint];
    assert.ok(row, cell.endpoint);
    const bench = kept ?? (await startBench({ ...options, settings: row.settings ?? {} }));
    if (phase === 'later') {
      if (!kept) await bench.tick();
      kept = bench;
      bench.passTime(24 * hourMs);
    }
    await row.prepare(bench);
    const limits = cell.kind === 'late' ? shortRun : shortLimits;
    const app = isSlow(cell.kind) ? bench.startApp({ limits }) : bench.app;
    await runCase({ ...cell, bench, app, at: row.locate(bench, cell.kind) }).catch(error =>
      failures.push(error.message),
    );
    if (bench !== kept) await bench.close();
  }
  return failures;
}

/** Declares the tests of all endpoints with the faults that show at once, or with those that take time. */
function testEndpoints({ phase, slow, suite, count }: Part): void {
  // Cases that only wait may run together.
  describe(slow ? 'faults that take time' : 'faults that come at once', { concurrency: slow ? 8 : 4 }, () => {
    for (const [endpoint, { only = phase }] of Object.entries(suite.rows)) {
      if (only !== phase) continue;
      const cells = suite.cells.filter(cell => cell.endpoint === endpoint && isSlow(cell.kind) === slow);
      test(`${endpoint}: ${cells.length} faults`, async () => {
        assert.deepEqual(await failuresOf(phase, { ...suite, cells }), []);
        count(cells.length);
      });
    }
  });
}

type Part = { phase: Phase; slow: boolean; suite: Suite; count: (cases: number) => void };

export type Plan = {
  phases?: readonly Phase[];
  /** The number of cases in the table, written out so that a lost row or column fails a test. */
  cases: number;
};

/** Declares the tests, and prints the number of their cases at the end. */
export function testFaults(suite: Suite, { phases = ['first', 'later'], cases }: Plan): void {
  test(`${cases} cases are what the table has`, () => {
    const endpoints = phases.flatMap(phase =>
      Object.keys(suite.rows).filter(name => (suite.rows[name]?.only ?? phase) === phase),
    );
    const planned = endpoints.flatMap(name => suite.cells.filter(({ endpoint }) => endpoint === name));
    assert.equal(planned.length, cases);
  });
  let counted = 0;
  const count = (more: number) => {
    counted += more;
  };
  after(() => console.log(`${counted} cases`));
  for (const phase of phases) {
    describe(`at the ${phase} sync`, { concurrency: 2 }, () => {
      for (const slow of [false, true]) testEndpoints({ phase, slow, suite, count });
    });
  }
}
