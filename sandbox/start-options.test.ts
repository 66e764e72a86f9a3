import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { describe, it } from 'node:test';
import { CommandError, readStartOptions } from './start-options.ts';

describe('the command line of npm start', () => {
  it('has defaults for everything', () => {
    assert.deepEqual(readStartOptions([], { PORT: '' }), {
      help: false,
      port: 7071,
      isPortChosen: false,
      dataDir: undefined,
      member: 'regular',
      usesAccount: false,
      isFirstDay: false,
      fault: undefined,
      isFaultFirst: false,
    });
  });

  it('takes a port from the environment, a folder and a member', () => {
    const options = readStartOptions(['--data', 'blobs', '--member=newcomer'], { PORT: '0' });
    assert.deepEqual([options.port, options.isPortChosen], [0, true]);
    assert.deepEqual([options.dataDir, options.member], [resolve('blobs'), 'newcomer']);
  });

  it('takes a fault, and when it begins', () => {
    const later = readStartOptions(['--fault', 'peloton-down'], {});
    const first = readStartOptions(['--fault', 'peloton-down', '--fault-first'], {});
    assert.deepEqual(
      [later, first].map(({ fault, isFaultFirst }) => [fault?.name, isFaultFirst]),
      [
        ['peloton-down', false],
        ['peloton-down', true],
      ],
    );
  });

  const refused: [string, string[], string | undefined, RegExp][] = [
    [
      'an unknown flag',
      ['--nope'],
      undefined,
      /'--nope'\nAllowed: --data, --member, --fault, --first-day, --fault-first, --account, --help\./,
    ],
    ['a flag without its value', ['--data'], undefined, /'--data <value>' argument missing/],
    ['a folder without a name', ['--data='], undefined, /--data needs the name of a folder/],
    ['an argument that is no flag', ['newcomer'], undefined, /Unexpected argument 'newcomer'/],
    ['an unknown member', ['--member', 'nobody'], undefined, /"nobody": there are regular/],
    ['a member with an account', ['--member', 'all', '--account'], undefined, /do not go together/],
    ['a first day with an account', ['--first-day', '--account'], undefined, /do not go together/],
    ['an unknown fault', ['--fault', 'rain'], undefined, /"rain": there are peloton-down, .*store-slow\./],
    ['a fault with an account', ['--fault', 'peloton-down', '--account'], undefined, /do not go together/],
    ['a time for a fault without one', ['--fault-first'], undefined, /goes with --fault NAME/],
    ['a port that is none', [], '70710', /PORT "70710"/],
    ['a port that is no number', [], 'http', /PORT "http"/],
  ];
  for (const [what, args, port, reason] of refused) {
    it(`refuses ${what}, as a wrong command`, () => {
      const isRefusal = (error: unknown) =>
        error instanceof CommandError && error.exitCode === 2 && reason.test(error.message);
      assert.throws(() => readStartOptions(args, port === undefined ? {} : { PORT: port }), isRefusal);
    });
  }
});
