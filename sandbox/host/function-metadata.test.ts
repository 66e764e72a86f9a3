import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readFunctions } from './function-metadata.ts';
import type { Binding } from './rpc.ts';

const http = { type: 'httpTrigger', direction: 'in', methods: ['get'], authLevel: 'anonymous' };
const timer = { type: 'timerTrigger', direction: 'in', schedule: '0 */15 * * * *' };
const register = (name: string, trigger: Binding) => ({
  metadata: { name, bindings: { trigger, $return: { type: 'http', direction: 'out' } } },
  callback: () => {},
});

describe('what an app registered', () => {
  it('is read in the order of the alphabet, whatever the order of registration', () => {
    const functions = readFunctions([register('sync', timer), register('card', { ...http, route: 'card.svg' })], {});
    assert.deepEqual(functions, [
      { type: 'http', name: 'card', methods: ['GET'], route: 'card.svg', authLevel: 'anonymous' },
      { type: 'timer', name: 'sync', schedule: '0 */15 * * * *', runOnStartup: false },
    ]);
  });

  it('may take a schedule from the settings', () => {
    const registered = [register('sync', { ...timer, schedule: '%WHEN%' })];
    const [sync] = readFunctions(registered, { WHEN: '0 0 8 * * *' });
    assert.equal(sync?.type === 'timer' && sync.schedule, '0 0 8 * * *');
    assert.throws(() => readFunctions(registered, {}), /"sync": the setting WHEN of its schedule is missing/);
  });

  it('may use a route for several functions with different methods', () => {
    const post = { ...http, route: 'Stats', methods: ['POST'] };
    assert.equal(readFunctions([register('stats', http), register('stats-post', post)], {}).length, 2);
  });

  const refused: [string, string, Binding, RegExp][] = [
    ['a name that is not allowed', 'he llo', http, /name is not allowed/],
    ['a route with a slash in front', 'a', { ...http, route: '/a' }, /route "\/a" is not allowed/],
    ["a route that is the host's own", 'a', { ...http, route: 'admin/a' }, /route "admin\/a" is not allowed/],
    ['an unknown authLevel', 'a', { ...http, authLevel: 'user' }, /authLevel "user" is unknown/],
    ['no methods', 'a', { ...http, methods: [] }, /no methods/],
    ['no schedule', 'a', { type: 'timerTrigger' }, /no schedule/],
    ['a trigger that is not for this host', 'a', { type: 'queueTrigger' }, /http and timer functions only/],
    ['no trigger', 'a', { type: 'http' }, /no trigger/],
    ['a route and method that another has', 'a', { ...http, route: 'Stats' }, /"GET stats" belongs to function "a"/],
  ];
  for (const [what, name, trigger, reason] of refused) {
    it(`is refused with ${what}`, () => {
      assert.throws(() => readFunctions([register('stats', http), register(name, trigger)], {}), reason);
    });
  }

  it('is refused when it is nothing', () => {
    assert.throws(() => readFunctions([], {}), /registers no function/);
  });
});
