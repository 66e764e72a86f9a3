// Every command ends once it has said all, whichever of its peers takes the connection and never answers. The limits are the
// real ones, so that the whole lasts as long as the most patient command.

import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { startLoopbackServer } from '../../sandbox/loopback-server.ts';
import { startBench } from '../bench.ts';
import { type CommandRun, spawnCommand } from '../spawn-command.ts';

const silent = await startLoopbackServer(() => new Promise(() => {}));
after(silent.close);

const key = Buffer.from('key').toString('base64');

/** The setting that leads a command to a peer which never answers. */
const peers: Record<string, Record<string, string>> = {
  identity: { IDENTITY_ENDPOINT: `${silent.url}/msi/token`, IDENTITY_HEADER: 'proof' },
  vault: { KEY_VAULT_URL: silent.url },
  store: {
    STORAGE_CONNECTION_STRING: `DefaultEndpointsProtocol=http;AccountName=a;AccountKey=${key};BlobEndpoint=${silent.url}/a;`,
  },
  Peloton: { PELOTON_API_URL: silent.url, PELOTON_AUTH_URL: silent.url },
  'public URL': { PUBLIC_URL: silent.url },
};

/** What each command says of a silent peer; without an entry it does not ask that peer. */
const said: Record<string, Record<string, RegExp>> = {
  doctor: {
    identity: /^FIX {3}vault +vault: .*no token came in time/m,
    vault: /^FIX {3}vault +vault: /m,
    store: /^FIX {3}store +storage: /m,
    Peloton: /^FIX {3}sign-in page +upstream-unavailable: /m,
    'public URL': /^FIX {3}\/api\/health +/m,
  },
  sync: {
    identity: /^Failed \(vault\): .*no token came in time/m,
    vault: /^Failed \(vault\): /m,
    store: /^Failed \(storage\): /m,
    Peloton: /^Failed \(upstream-unavailable\): /m,
  },
  'sign-in': {
    identity: /^Failed \(vault\): .*no token came in time/m,
    vault: /^Failed \(vault\): /m,
    store: /^Failed \(storage\): /m,
    Peloton: /^Failed \(upstream-unavailable\): /m,
  },
  'rebuild-history': { store: /^Failed \(storage\): /m },
  export: { store: /^Failed \(storage\): /m },
};

/** What a command needs to begin. */
const needs: Record<string, CommandRun> = {
  export: { args: ['a-folder-that-is-not-made'] },
  'sign-in': {
    args: ['--stdin'],
    answer: {
      to: /\/authorize\?\S*\bstate=([\w-]+)/,
      with: ([, state]) => `https://members.onepeloton.com/callback?code=abc&state=${state}\n`,
    },
  },
};

describe('a command ends within seconds of its last word', { concurrency: true }, () => {
  for (const [command, words] of Object.entries(said)) {
    for (const [peer, word] of Object.entries(words)) {
      it(`${command}, where the ${peer} never answers`, async () => {
        const bench = await startBench({ at: new Date().toISOString() });
        const { code, output, errors, lingeredMs } = await spawnCommand(command, {
          ...needs[command],
          settings: { ...bench.settings, ...peers[peer] },
        });
        assert.match(output + errors, word);
        assert.equal(code, 1);
        assert.ok(lingeredMs < 3_000, `it lived for ${lingeredMs} ms after its last word`);
      });
    }
  }
});
