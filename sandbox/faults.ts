// Rules that make a loopback server misbehave: put `faults.wrap(handler)` in place of the handler, then add rules. A rule
// with `when: 'after'` lets the real handler work first and spoils only the answer: the request has had its effect, and
// the client cannot know.

import { once } from 'node:events';
import { type IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Fault } from './fault-answers.ts';
import { sendFault } from './fault-answers.ts';
import { type Handler, readBody } from './loopback-server.ts';

/**
 * The requests that a rule is for. All given parts must fit; `path` is tested without the query, `body` as text. The request
 * waits for a function, so that a test can also use one that answers false only to delay or to record.
 */
export type FaultMatch =
  | ((request: IncomingMessage) => boolean | Promise<boolean>)
  | { method?: string; path?: RegExp; query?: RegExp; body?: RegExp };

export type FaultRule = {
  match: FaultMatch;
  fault: Fault;
  /** How often the rule fires; without it, every time until the rule is removed. */
  times?: number;
  /** How many fitting requests pass unharmed before the rule fires. */
  skip?: number;
  when?: 'before' | 'after';
  /** With `when: 'after'`: what the handler waits for before its work, whether or not the client still waits. */
  until?: Promise<unknown>;
};

export type ActiveFault = {
  rule: FaultRule;
  /** The number of fitting requests that came to this rule, skipped ones included. */
  seen: number;
  fired: number;
  /** With `when: 'after'`: settles when the handler has done its work for the first time. */
  landed: Promise<void>;
  remove(): void;
};

export type Faults = {
  /** The rules in the order in which they are tried. The first that fits and may still fire wins. */
  readonly active: readonly ActiveFault[];
  add(rule: FaultRule): ActiveFault;
  clear(): void;
  wrap(handler: Handler): Handler;
};

/** A rule that spoils no answer and lets requests wait. They do their work then, whether or not their clients still wait. */
export function slowBy(waitMs: number, isSlow = (_request: IncomingMessage) => true): FaultRule {
  const match = async (request: IncomingMessage) => {
    if (isSlow(request)) await pause(waitMs, undefined, { ref: false });
    return false;
  };
  return { match, fault: 'hang' };
}

type Entry = ActiveFault & { land(): void };

const bodyLimitBytes = 64 << 20;

/**
 * Creates the rules of one server. A handler behind `wrap` must read bodies with `readBody`, since a rule may have read
 * them before.
 */
export function createFaults(rules: readonly FaultRule[] = []): Faults {
  const active: Entry[] = [];
  const add = (rule: FaultRule): ActiveFault => {
    const { promise: landed, resolve: land } = Promise.withResolvers<void>();
    const entry: Entry = {
      rule,
      seen: 0,
      fired: 0,
      landed,
      land,
      remove: () => {
        if (active.includes(entry)) active.splice(active.indexOf(entry), 1);
      },
    };
    active.push(entry);
    return entry;
  };
  for (const rule of rules) add(rule);
  return {
    active,
    add,
    clear: () => active.splice(0),
    wrap: handler => async (request, response) => {
      const entry = await takeEntry(active, request);
      if (!entry) return handler(request, response);
      const { fault, when, until } = entry.rule;
      if (until) await Promise.all([readBody(request, bodyLimitBytes), until]);
      if (when === 'after') await runUnheard(handler, request);
      else request.resume();
      entry.land();
      await sendFault(response, fault);
    },
  };
}

async function takeEntry(active: readonly Entry[], request: IncomingMessage): Promise<Entry | undefined> {
  for (const entry of [...active]) {
    const { match, times = Number.POSITIVE_INFINITY, skip = 0 } = entry.rule;
    if (entry.fired >= times || !(await fits(match, request))) continue;
    entry.seen += 1;
    if (entry.seen <= skip) continue;
    entry.fired += 1;
    return entry;
  }
  return undefined;
}

async function fits(match: FaultMatch, request: IncomingMessage): Promise<boolean> {
  if (typeof match === 'function') return match(request);
  const [path = '', query = ''] = (request.url ?? '').split(/\?(.*)/s);
  if (match.method !== undefined && match.method !== request.method) return false;
  if (match.path && !match.path.test(path)) return false;
  if (match.query && !match.query.test(query)) return false;
  return !match.body || match.body.test((await readBody(request, bodyLimitBytes)).toString());
}

/** Runs a handler to the end of its answer and throws the answer away. */
async function runUnheard(handler: Handler, request: IncomingMessage): Promise<void> {
  const sink = new ServerResponse(request);
  const nowhere = Object.assign(new Socket(), {
    _write: (_chunk: unknown, _encoding: unknown, done: () => void) => done(),
    _writev: (_chunks: unknown, done: () => void) => done(),
  });
  sink.assignSocket(nowhere);
  await Promise.all([once(sink, 'finish'), handler(request, sink)]);
}
