// A run that dies at one of its requests, as the process of a killed host does. It goes on in memory, but from that request
// on nothing of it reaches anybody: its requests are destroyed before they are sent, and the answer it waits for never comes.

import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { after } from 'node:test';
import type { FaultRule } from '../sandbox/faults.ts';
import type { Bench } from './bench.ts';

/**
 * The request at which a run dies: counted from 1 over all servers, or the first of this name (`GET /path`). `after` it has
 * had its effect.
 */
export type Doom = { at: number | string; when: 'before' | 'after' };

export type DoomedRun = {
  /** False where the run was over before the request came. */
  hasDied: boolean;
  /** `GET /path` of every request it made, the last one included. */
  requests: readonly string[];
};

type Life = { doom: Doom; requests: string[]; isOver: boolean; end: () => void };

const lives = new AsyncLocalStorage<Life>();
/** The lives whose last request is on its way, by the name it carries. */
const dying = new Map<string, Life>();
const lastRequestHeader = 'x-last-request';
const remains: Promise<unknown>[] = [];
after(() => Promise.all(remains));

subscribe('http.client.request.created', message => {
  const life = lives.getStore();
  if (life) live(life, (message as { request: ClientRequest }).request);
});

function live(life: Life, request: ClientRequest): void {
  const { doom, requests } = life;
  const name = `${request.method} ${request.path.split('?', 1)[0]}`;
  if (!life.isOver) requests.push(name);
  const isLast = !life.isOver && (doom.at === requests.length || doom.at === name);
  if (isLast && doom.when === 'after') {
    const id = String(dying.size + 1);
    dying.set(id, life);
    request.setHeader(lastRequestHeader, id);
    request.once('close', life.end);
  } else if (isLast || life.isOver) {
    life.isOver = true;
    request.destroy(new Error('The process that made this request is dead.'));
    life.end();
  }
}

/** Lets the last request have its effect and keeps the answer back. */
const lastRequestRule: FaultRule = {
  match: ({ headers }: IncomingMessage) => {
    const life = dying.get(String(headers[lastRequestHeader]));
    if (life) life.isOver = true;
    return life !== undefined;
  },
  fault: 'reset',
  when: 'after',
};

/** Does the work until its doom. The bench's store has to have its switchboard of faults. */
export async function runDoomed(bench: Bench, doom: Doom, work: () => Promise<unknown>): Promise<DoomedRun> {
  if (!bench.store) throw new Error('A doomed run needs a store with faults.');
  const rules = [bench.peloton, bench.vault, bench.store].map(({ faults }) => faults.add(lastRequestRule));
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  const life: Life = { doom, requests: [], isOver: false, end };
  const finished = lives.run(life, work).catch(() => {});
  remains.push(finished);
  await Promise.race([ended, finished]);
  for (const { remove } of rules) remove();
  return { hasDied: life.isOver, requests: life.requests };
}
