import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Bench, startBench } from '../../test/bench.ts';
import { pasteSession, storedSession, tickFailure } from '../../test/session-bench.ts';
import { walkInBrowser } from '../../test/sign-in-walker.ts';
import { type CommandEnd, spawnCommand } from '../../test/spawn-command.ts';

/** The command lives in real time, so what it talks to does too. */
const startNow = (options = {}) =>
  startBench({ at: new Date().toISOString(), peloton: { member: 'newcomer' }, ...options });

type Answer = (bench: Bench, address: string) => string | Promise<string>;

const signIn: Answer = (bench, address) => walkInBrowser(bench.peloton, address);

/** Runs the command with what a person would paste. */
async function run(bench: Bench, answer: Answer, settings = {}): Promise<CommandEnd> {
  const end = await spawnCommand('sign-in', {
    args: ['--stdin'],
    settings: { ...bench.settings, PELOTON_REDIRECT_URI: `${bench.peloton.authUrl}/callback`, ...settings },
    answer: {
      to: /^(http\S+\/authorize\?\S+)$/m,
      with: async ([, address = '']) => `${await answer(bench, address)}\n`,
    },
  });
  for (const secret of bench.peloton.secrets()) assert.ok(!(end.output + end.errors).includes(secret), secret);
  return end;
}

describe('npm run sign-in', { concurrency: 2 }, () => {
  it('keeps the session of a browser, posts no credentials, and ends a refusal', async () => {
    const bench = await startNow();
    bench.peloton.behaviour.secondFactor = 'json';
    assert.equal(await tickFailure(bench), 'sign-in-refused');
    bench.peloton.behaviour.secondFactor = 'off';
    const posts = bench.peloton.counts.credentialPosts;
    const { code, output, errors } = await run(bench, signIn);
    assert.equal(code, 0, output + errors);
    assert.match(output, /^Signed in: the new session is in the vault\. The syncs renew it\.$/m);
    assert.equal(bench.peloton.counts.credentialPosts, posts);
    const { refused, sign_ins } = await bench.state();
    assert.deepEqual([refused, sign_ins.length], [null, posts]);
    assert.ok(storedSession(bench).refresh_token);
    bench.now = new Date();
    await bench.tick();
    assert.ok(await bench.blob('latest.json'));
    assert.deepEqual(bench.peloton.violations, []);
  });

  it('works without user name and password in the vault', async () => {
    const bench = await startNow({ secrets: {} });
    assert.equal((await run(bench, signIn)).code, 0);
    bench.now = new Date();
    await bench.tick();
    assert.equal(bench.peloton.counts.credentialPosts, 0);
  });

  it('says in one sentence what is wrong with an address, and stores nothing', async () => {
    const bench = await startNow();
    const home =
      (query: string): Answer =>
      () =>
        `${bench.peloton.authUrl}/callback${query}`;
    const stateOf = (address: string) => new URL(address).searchParams.get('state');
    const rows: [Answer, RegExp][] = [
      [(_, address) => address, /address of the sign-in itself/],
      [home('?code=abc'), /a code without its state/],
      [
        (_, address) => `${bench.peloton.authUrl}/callback?code=old&state=${stateOf(address)}`,
        /takes this code no longer: it has expired or was used/,
      ],
      [() => '', /^Nothing was pasted/],
    ];
    for (const [answer, said] of rows) {
      const { code, errors } = await run(bench, answer);
      assert.equal(code, 1);
      assert.match(errors, said);
      assert.equal(errors.trim().split('\n').length, 1, errors);
    }
    assert.equal(bench.vault.secrets.get('peloton-session'), '{}');
  });

  it('says so where the account is another one than before', async () => {
    const bench = await startNow({ secrets: {} });
    pasteSession(bench, { user_id: 'somebody-else', access_token: undefined });
    const { code, output } = await run(bench, async (_, address) => `"${await signIn(bench, address)}"\r`);
    assert.equal(code, 0);
    assert.match(output, /^Note: it is another account than that of the session before/m);
    const again = await run(bench, signIn);
    assert.doesNotMatch(again.output, /^Note:/m);
  });

  it('leaves the session that was there where Peloton gives no token, and says what Peloton refuses', async () => {
    const bench = await startNow({ secrets: {} });
    const { refreshToken } = pasteSession(bench);
    const answers = [
      [{ status: 200, body: { token_type: 'Bearer' } }, /^Failed \(upstream-changed\)/m],
      [{ status: 503 }, /^Failed \(upstream-unavailable\)/m],
      [{ status: 403, body: { error: 'unauthorized', error_description: 'user is blocked' } }, /blocked this user/],
    ] as const;
    for (const [fault, said] of answers) {
      bench.peloton.faults.add({ match: { path: /^\/oauth\/token$/ }, fault, times: 1 });
      const { code, errors } = await run(bench, signIn);
      assert.equal(code, 1);
      assert.match(errors, said);
      assert.equal(storedSession(bench).refresh_token, refreshToken);
    }
  });

  it('is of no use with PELOTON_SIGN_IN=session, and says so', async () => {
    const { code, errors } = await run(await startNow(), signIn, { PELOTON_SIGN_IN: 'session' });
    assert.equal(code, 1);
    assert.match(errors, /^Failed \(config\): PELOTON_SIGN_IN=session/);
  });

  it('asks nobody to sign in where the session could not be kept, or another run is at work', async () => {
    const readOnly = await startNow();
    readOnly.vault.readOnly = true;
    const { code, output, errors } = await run(readOnly, signIn);
    assert.deepEqual([code, output], [1, '']);
    assert.match(errors, /^Failed \(vault\)/m);
    const busy = await startNow();
    await busy.container('private').create();
    await busy.container('private').getBlobLeaseClient().acquireLease(60);
    assert.match((await run(busy, signIn)).errors, /^Busy: another run is at work/);
  });

  it('gives the lease back while the person is at the browser', async () => {
    const bench = await startNow();
    const { code } = await run(bench, async (_, address) => {
      bench.now = new Date();
      await bench.tick();
      return await signIn(bench, address);
    });
    assert.equal(code, 0);
    assert.equal(bench.peloton.counts.credentialPosts, 1);
  });

  it('wants a terminal, or --stdin', async () => {
    const { code, errors } = await spawnCommand('sign-in', {});
    assert.deepEqual([code, errors], [2, 'Run it in a terminal, or with --stdin.\n']);
  });
});
