// Holds each write of a run back until the run has ended and the next one has done its work, and lets it land then. A write that
// has left lands all the same, so that all depends on what the run knew, what it waited for, and on which condition it wrote.

import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { after, describe, test } from 'node:test';
import type { AppLimits } from '../../src/app.ts';
import { hourMs } from '../../src/stats/time.ts';
import { type Bench, fastLimits, startBench } from '../bench.ts';
import { pasteSession, tickFailure } from '../session-bench.ts';
import { assertPublicIsWhole, assertRecovers, fillYesterday, member, tickNext } from '../yesterday.ts';

let lateWrites = 0;
after(() => console.log(`${lateWrites} late writes`));

/** Gives up on a write after a short while, and does not repeat it. */
const limits: AppLimits = {
  ...fastLimits,
  storage: { maxTries: 1, tryTimeoutMs: 1_000, callTimeoutMs: 1_000 },
  vault: { maxTries: 1, callTimeoutMs: 1_000 },
};

type Path = { name: string; prepare: (bench: Bench) => Promise<unknown> };

/** Leaves the app's grant as the one way in. */
async function closePage({ peloton }: Bench): Promise<void> {
  peloton.behaviour.loginPage = 'universal';
}

const paths: Path[] = [
  { name: 'the first sign-in', prepare: async () => {} },
  { name: "the first sign-in by the app's grant", prepare: closePage },
  {
    name: 'a refresh of the app',
    prepare: async bench => {
      await fillYesterday(bench);
      pasteSession(bench, { livesMs: 0, client: 'app', user_id: bench.peloton.userId });
    },
  },
  {
    name: 'a refresh',
    prepare: async bench => {
      await fillYesterday(bench);
      pasteSession(bench, { livesMs: 0, user_id: bench.peloton.userId });
    },
  },
  {
    name: 'a refresh after a 401',
    prepare: async bench => {
      await fillYesterday(bench);
      pasteSession(bench, { user_id: bench.peloton.userId });
      bench.peloton.expireAccessTokens();
    },
  },
];

async function startPath({ prepare }: Path): Promise<Bench> {
  const bench = await startBench({ at: '2026-11-23T09:00:00Z', storeFaults: 'by-hop', peloton: { member } });
  await prepare(bench);
  return bench;
}

/** A write of a blob or a secret. The lease is no effect of a run, and containers are made once. */
function isWrite({ method, url = '' }: IncomingMessage): boolean {
  return method === 'PUT' && !/comp=lease|restype=container/.test(url);
}

/** The writes of the run when nothing happens to it. */
async function countWrites(path: Path): Promise<number> {
  const bench = await startPath(path);
  let writes = 0;
  const count = (request: IncomingMessage) => {
    if (isWrite(request)) writes += 1;
    return false;
  };
  for (const faults of [bench.vault.faults, bench.store?.faults]) faults?.add({ match: count, fault: 'reset' });
  await bench.tick();
  await bench.close();
  return writes;
}

async function letLandLate(path: Path, at: number): Promise<void> {
  const bench = await startPath(path);
  const { promise: until, resolve: letGo } = Promise.withResolvers<void>();
  let writes = 0;
  const isMeant = (request: IncomingMessage) => isWrite(request) && ++writes === at;
  const servers = [bench.vault.faults, bench.store?.faults].filter(faults => faults !== undefined);
  const rules = servers.map(faults => faults.add({ match: isMeant, fault: 'reset', when: 'after', until }));
  await tickFailure(bench, bench.startApp({ limits }));
  const held = rules.find(({ fired }) => fired > 0);
  assert.ok(held, 'a write was held back');
  assert.equal(await tickNext(bench), undefined);
  const seen = await bench.blob('latest.json');
  letGo();
  await held.landed;
  for (const { remove } of rules) remove();
  assert.equal(await bench.blob('latest.json'), seen, 'what readers see stays');
  await assertPublicIsWhole(bench, undefined);
  bench.passTime(24 * hourMs);
  await assertRecovers(bench, '2026-11-24');
  assert.deepEqual(bench.peloton.violations, []);
  await bench.close();
}

for (const path of paths) {
  describe(`a write that lands after the end of its run harms nothing: ${path.name}`, { concurrency: 4 }, async () => {
    const writes = await countWrites(path);
    for (let at = 1; at <= writes; at++) {
      test(`write ${at}`, async () => {
        await letLandLate(path, at);
        lateWrites += 1;
      });
    }
  });
}
