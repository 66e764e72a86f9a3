import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeRequest, startBench } from '../../test/bench.ts';
import { createRoutes } from './routes.ts';

test('a defect of ours in a GET is a 500 of its own code, and never blamed on Peloton', async () => {
  const { settings } = await startBench();
  let isDefect = false;
  const clock = () => {
    if (isDefect) throw new RangeError('canary');
    return new Date();
  };
  const fail = () => {
    throw new RangeError('canary');
  };
  const lines: string[] = [];
  const log = (...line: unknown[]) => lines.push(JSON.stringify(line));
  const routes = createRoutes({ settings, clock, monotonicMs: () => clock().getTime() });
  isDefect = true;
  const request = { ...fakeRequest(), query: { get: fail, getAll: fail, has: fail } };
  for (const name of ['history', 'card', 'badge', 'health'] as const) {
    const { status, body } = await routes[name](request, log);
    const { code, title, detail } = JSON.parse(Buffer.from(body ?? []).toString());
    assert.deepEqual([name, status, code, title], [name, 500, 'internal', 'The service itself failed']);
    assert.doesNotMatch(detail, /Peloton|canary/);
  }
  assert.equal(lines.length, 4);
  assert.doesNotMatch(lines.join(), /canary/);
});
