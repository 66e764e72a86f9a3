// One case of the fault matrix: a due sync meets a fault at one endpoint. The case checks the code of the failure, the
// blobs that the run leaves, the number of its requests, and that the next permitted tick succeeds once the fault is gone.

import assert from 'node:assert/strict';
import { challengePage, type Fault } from '../sandbox/fault-answers.ts';
import type { ActiveFault, FaultMatch, Faults } from '../sandbox/faults.ts';
import type { LoopbackServer } from '../sandbox/loopback-server.ts';
import type { ErrorCode } from '../src/errors.ts';
import { hourMs, minuteMs } from '../src/stats/time.ts';
import type { State } from '../src/sync/state.ts';
import type { Bench } from './bench.ts';

const tickMs = 15 * minuteMs;

function refusal(status: number): Fault {
  return { status, body: { status, message: 'A refusal of no known kind.' } };
}

const edgeError = { body: 'error code: 1015', contentType: 'text/plain' };

/** The faults: everything that a server, or the network in front of it, may do instead of a good answer. */
export const faultKinds = {
  '401': refusal(401),
  '402': refusal(402),
  '403': refusal(403),
  /** The page of a bot check in front of the server. */
  '403h': { status: 403, body: challengePage, contentType: 'text/html; charset=utf-8' },
  '404': refusal(404),
  '409': refusal(409),
  '412': refusal(412),
  '429': refusal(429),
  /** A rate limit in front of the server, with a Retry-After of two hours. */
  '429r': { status: 429, ...edgeError, headers: { 'retry-after': '7200' } },
  '500': refusal(500),
  '503': { status: 503, body: challengePage, contentType: 'text/html; charset=utf-8' },
  empty: 'empty',
  html: 'html',
  half: 'truncated',
  cut: 'cut',
  /** A body over the limit that the suite sets. */
  big: { bodyBytes: 512 * 1024 },
  bomb: 'gzip-bomb',
  reset: 'reset',
  /** The server does not listen when the endpoint is called. */
  gone: 'refused',
  drip: { dripMs: 20 },
  hang: 'hang',
  /** No answer, and the time of the run is up before that of the call. */
  late: 'hang',
} satisfies Record<string, Fault | 'refused'>;

export type FaultKind = keyof typeof faultKinds;

/** Tells the faults that a client notices only by its time limit. */
export function isSlow(kind: FaultKind): boolean {
  return kind === 'drip' || kind === 'hang' || kind === 'late';
}

/** The meaning of a letter in a table: the code of the failure, and the time from the start of the run to the next attempt. */
const verdicts = {
  U: { code: 'upstream-unavailable', waitMs: 14 * minuteMs, isJudged: false },
  C: { code: 'upstream-changed', waitMs: 4 * hourMs, isJudged: false },
  /** The answer to the credentials was of no known kind, so they are not posted again for a day. */
  J: { code: 'upstream-changed', waitMs: 24 * hourMs, isJudged: true },
  A: { code: 'account-refused', waitMs: 4 * hourMs, isJudged: false },
  V: { code: 'vault', waitMs: null, isJudged: false },
  S: { code: 'storage', waitMs: null, isJudged: false },
} as const satisfies Record<string, { code: ErrorCode; waitMs: number | null; isJudged: boolean }>;

/** `+` stands for a sync that succeeds in spite of the fault. */
export type Letter = keyof typeof verdicts | '+';

export type Cell = { endpoint: string; kind: FaultKind; letter: Letter };

/** Reads a table: fault kinds in the first line, then a line for each endpoint with a letter (or `.`: cannot occur) per kind. */
export function readTable(table: string): Cell[] {
  const [head = '', ...rows] = table.trim().split('\n');
  const kinds = head.trim().split(/\s+/) as FaultKind[];
  for (const kind of kinds) assert.ok(Object.hasOwn(faultKinds, kind), kind);
  return rows.flatMap(row => {
    const words = row.trim().split(/\s+/);
    const endpoint = words.slice(0, -kinds.length).join(' ');
    const letters = words.slice(-kinds.length) as (Letter | '.')[];
    const cells = kinds.map((kind, index) => ({ endpoint, kind, letter: letters[index] ?? '.' }));
    return cells.filter((cell): cell is Cell => cell.letter !== '.');
  });
}

/** An endpoint: how to put a fault there, and the limits of a run that meets the fault. */
export type Endpoint = {
  faults: Faults;
  match: FaultMatch;
  /** The number of fitting requests of the run before the one that meets the fault. */
  skip?: number;
  /** The most tries of a run at this endpoint. */
  tries: number;
  /** The most requests of the run to Peloton; 20 by default. */
  maxAsked?: number;
  server: Pick<LoopbackServer, 'refuse' | 'reopen'>;
  /** Tells whether the endpoint is called next; without it, `gone` cuts the first try and refuses the others. */
  isNext?: () => boolean;
  /** False where the fault keeps the run from writing state.json. */
  recordsFailure?: boolean;
  /** True where the fault may keep the run from releasing the lease. */
  mayKeepLease?: boolean;
  /** Where the sync succeeds in spite of the fault: asserts what has to hold of the endpoint afterwards. */
  assertRecovers?: () => Promise<void>;
};

export type Case = Cell & {
  bench: Bench;
  at: Endpoint;
  /** The instance of the app that meets the fault; one with short limits for slow faults. */
  app?: Bench['app'];
};

type Meeting = { failure: { code?: string } | undefined; rule: ActiveFault | undefined };

/** Makes the server refuse connections when the endpoint is called next. */
async function refuseInTime(
  server: Endpoint['server'],
  isNext: () => boolean,
  run: { isOver: boolean },
): Promise<void> {
  while (!isNext() && !run.isOver) await new Promise(setImmediate);
  await server.refuse();
}

async function meetFault({ bench, at, kind, app }: Case): Promise<Meeting> {
  const { faults, match, skip = 0, server } = at;
  const fault = faultKinds[kind];
  const isRefused = fault === 'refused';
  const rule = isRefused && at.isNext ? undefined : faults.add({ match, skip, fault: isRefused ? 'reset' : fault });
  const run = { isOver: false };
  const isNext = at.isNext ?? (() => rule !== undefined && rule.fired > 0);
  const refusal = isRefused && refuseInTime(server, isNext, run);
  const [outcome] = await Promise.allSettled([bench.tick(app)]);
  run.isOver = true;
  await refusal;
  faults.clear();
  await server.reopen();
  if (at.mayKeepLease) await bench.breakLease();
  return { failure: outcome.status === 'rejected' ? outcome.reason : undefined, rule };
}

/** The instant of the first tick that may try again. */
function nextPermittedTick(startedAt: Date, waitMs: number | null): Date {
  const at = startedAt.getTime() + (waitMs ?? 1);
  return new Date(Math.ceil(at / tickMs) * tickMs);
}

/** The expected wait. Only `upstream-unavailable` obeys Retry-After; other failures wait longer, or for something else. */
function waitOf({ letter, kind }: Cell): number | null {
  if (letter === '+') return null;
  return letter === 'U' && kind === '429r' ? 2 * hourMs : verdicts[letter].waitMs;
}

async function assertFailed(given: Case, meeting: Meeting, before: Before): Promise<void> {
  const { bench, letter, at } = given;
  assert.ok(letter !== '+');
  const { code, isJudged } = verdicts[letter];
  assert.equal(meeting.failure?.code, code);
  const [event, ...others] = bench.events('sync.failed').slice(before.failures);
  assert.deepEqual([event?.code, others], [code, []]);
  assert.equal(await bench.blob('latest.json'), before.latest, 'latest.json was touched');
  const { last_failure, next_attempt, refused } = await bench.state();
  if (at.recordsFailure === false) return assert.deepEqual(last_failure ?? null, before.lastFailure);
  const waitMs = waitOf(given);
  const nextAttempt = waitMs === null ? null : new Date(bench.now.getTime() + waitMs).toISOString();
  assert.deepEqual([last_failure?.code, last_failure?.at], [code, bench.now.toISOString()]);
  assert.deepEqual(isJudged ? refused?.until : next_attempt, nextAttempt);
}

type Before = {
  latest: string | undefined;
  lastFailure: State['last_failure'];
  failures: number;
  requests: number;
};

async function assertSynced({ bench }: Case, before: Before): Promise<void> {
  const latest = await bench.blob('latest.json');
  assert.notEqual(latest, before.latest);
  assert.equal(JSON.parse(latest ?? '{}').synced_at, bench.now.toISOString());
}

/** Asserts that Peloton is not asked before the next permitted tick, and that this tick succeeds. */
async function assertRecovers(given: Case, before: Before): Promise<void> {
  const { bench } = given;
  const permittedAt = nextPermittedTick(bench.now, waitOf(given));
  const { length } = bench.peloton.requests;
  bench.now = new Date(permittedAt.getTime() - (waitOf(given) === null ? 0 : tickMs));
  if (bench.now < permittedAt) await bench.tick();
  assert.equal(bench.peloton.requests.length, length, 'Peloton was asked before the next attempt');
  bench.now = permittedAt;
  await bench.tick();
  await assertSynced(given, before);
}

/**
 * Runs one case on a bench where a sync is due. Afterwards the last sync of the bench is a good one.
 * @throws Error that names the case.
 */
export async function runCase(given: Case): Promise<void> {
  const { bench, endpoint, kind, letter, at } = given;
  const before: Before = {
    latest: await bench.blob('latest.json'),
    lastFailure: (await bench.state()).last_failure ?? null,
    failures: bench.events('sync.failed').length,
    requests: bench.peloton.requests.length,
  };
  try {
    const meeting = await meetFault(given);
    if (meeting.rule) {
      const fired = meeting.rule.fired;
      assert.ok(fired > 0 && fired <= at.tries, `${fired} requests met the fault`);
    }
    const asked = bench.peloton.requests.length - before.requests;
    assert.ok(asked <= (at.maxAsked ?? 20), `${asked} requests to Peloton`);
    if (letter === '+') {
      assert.equal(meeting.failure, undefined);
      await assertSynced(given, before);
      await at.assertRecovers?.();
    } else {
      await assertFailed(given, meeting, before);
      await assertRecovers(given, before);
    }
    assert.deepEqual(bench.peloton.violations, []);
  } catch (error) {
    throw new Error(`${endpoint} × ${kind}: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}
