// What tests of build hooks do again and again: a receiver that a site would have, and stats that change or stay.

import { after } from 'node:test';
import { type Fault, sendFault } from '../sandbox/fault-answers.ts';
import { type LoopbackServer, readBody, startLoopbackServer } from '../sandbox/loopback-server.ts';
import { hourMs } from '../src/stats/time.ts';
import { type Bench, type BenchOptions, startBench } from './bench.ts';

type Call = { path: string; authorization: string | undefined; body: unknown };
/** Answers as it is told: some paths in their own way. */
export type Receiver = LoopbackServer & { calls: Call[]; answer: Fault; answers?: Record<string, Fault> };

export const quarterMs = hourMs / 4;
const receivers: Receiver[] = [];
after(() => Promise.all(receivers.map(receiver => receiver.close())));

/** What a site's build hook is: takes a POST, and answers as it is told. */
export async function startReceiver(answer: Fault = { status: 204 }): Promise<Receiver> {
  const calls: Call[] = [];
  const server = await startLoopbackServer(async (request, response) => {
    const body = JSON.parse((await readBody(request)).toString() || 'null');
    calls.push({ path: request.url ?? '', authorization: request.headers.authorization, body });
    await sendFault(response, receiver.answers?.[request.url ?? ''] ?? receiver.answer);
  });
  const receiver: Receiver = { ...server, calls, answer };
  receivers.push(receiver);
  return receiver;
}

/** A bench without the list of workouts, whose past hooks would hear of besides the stats. */
export function startHookBench(options: BenchOptions = {}): Promise<Bench> {
  return startBench({ settings: { WORKOUTS: 'off' }, ...options });
}

export function storeHooks(bench: Bench, hooks: unknown): void {
  bench.vault.secrets.set('build-hooks', JSON.stringify(hooks));
}

/** From now on the overview has one ride more for every day that passes. */
export function changeDaily(bench: Bench): void {
  const startedAt = bench.now.getTime();
  bench.peloton.behaviour.alterOverview = overview => {
    const counts = overview.workout_counts as { total_workouts: number };
    return {
      ...overview,
      workout_counts: { ...counts, total_workouts: 5_000 + (bench.now.getTime() - startedAt) / hourMs },
    };
  };
}

/** The overview stays as it is now, whatever day it is. */
export function freeze(bench: Bench): void {
  let frozen: Record<string, unknown> | undefined;
  bench.peloton.behaviour.alterOverview = overview => {
    frozen ??= overview;
    return frozen;
  };
}

export async function passDay(bench: Bench): Promise<void> {
  bench.passTime(24 * hourMs);
  await bench.tick();
}
