// A build hook in the fault matrix: the call after a sync that changed the stats, with every fault. No fault fails the sync,
// and the hook has heard the news at the next tick at the latest. What is 200 whatever its body is accepted.

import assert from 'node:assert/strict';
import { after } from 'node:test';
import { createFaults, type Faults } from '../sandbox/faults.ts';
import { type LoopbackServer, startLoopbackServer } from '../sandbox/loopback-server.ts';
import { minuteMs } from '../src/stats/time.ts';
import type { Bench } from './bench.ts';
import { readTable } from './fault-matrix.ts';
import { type MatrixRow, pasteGoodSession, type Suite } from './fault-matrix-suite.ts';

const cells = readTable(`
            401 402 403 403h 404 409 429 429r 500 503 empty html half cut big bomb reset gone drip hang
call a hook  +   +   +   +    +   +   +   +    +   +   +     +    +    +   +   +    +     +    +    +
`);

type Receiver = LoopbackServer & { faults: Faults; heard: number };
const receivers = new Map<Bench, Receiver>();
after(() => Promise.all([...receivers.values()].map(receiver => receiver.close())));

async function startReceiver(): Promise<Receiver> {
  const faults = createFaults();
  const server = await startLoopbackServer(
    faults.wrap((_, response) => {
      receiver.heard += 1;
      response.writeHead(204).end();
    }),
  );
  const receiver: Receiver = { ...server, faults, heard: 0 };
  return receiver;
}

function receiverOf(bench: Bench): Receiver {
  const receiver = receivers.get(bench);
  assert.ok(receiver);
  return receiver;
}

/** Makes every sync change the stats, so that each calls the hook. */
function changeAlways({ peloton }: Bench): void {
  peloton.behaviour.alterOverview = ({ streaks, ...overview }) => ({
    ...overview,
    streaks: { ...(streaks as object), current_daily: peloton.counts.overviews },
  });
}

const callAHook: MatrixRow = {
  async prepare(bench) {
    pasteGoodSession(bench);
    changeAlways(bench);
    const receiver = receivers.get(bench) ?? (await startReceiver());
    receivers.set(bench, receiver);
    bench.vault.secrets.set('build-hooks', JSON.stringify([{ url: receiver.url, token: 'x' }]));
  },
  locate(bench) {
    const receiver = receiverOf(bench);
    const { faults, heard } = receiver;
    return {
      ...{ faults, match: {}, tries: 1, server: receiver },
      async assertRecovers() {
        assert.equal(receiver.heard, heard, 'the fault was met');
        bench.passTime(15 * minuteMs);
        await bench.tick();
        const [hook] = (await bench.state()).hooks;
        assert.deepEqual([hook?.accepted === null, hook?.failed], [false, null]);
        assert.ok(receiver.heard <= heard + 1, 'the hook is called once more at most');
      },
    };
  },
};

export const hookFaults: Suite = { cells, rows: { 'call a hook': callAHook } };
