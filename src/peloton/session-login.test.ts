import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askedDuring, pasteSession, startSessionBench, storedSession, tickFailure } from '../../test/session-bench.ts';
import { hourMs } from '../stats/time.ts';

test('the way of 2021 signs in for a session id, which lasts', async () => {
  const bench = await startSessionBench({ settings: { PELOTON_SIGN_IN: 'session' } });
  bench.peloton.behaviour.sessionLogin = 'open';
  assert.deepEqual(await askedDuring(bench, bench.tick), ['/auth/login', '/api/user/{id}/overview']);
  bench.passTime(24 * hourMs);
  assert.deepEqual(await askedDuring(bench, bench.tick), ['/api/user/{id}/overview']);
  bench.peloton.revokeAll();
  bench.passTime(24 * hourMs);
  const overview = '/api/user/{id}/overview';
  assert.deepEqual(await askedDuring(bench, bench.tick), [overview, '/auth/login', overview]);
  assert.deepEqual(bench.peloton.violations, []);
});

test('the way of 2021 learns the user id where the sign-in did not say it', async () => {
  const bench = await startSessionBench({ settings: { PELOTON_SIGN_IN: 'session' }, secrets: {} });
  bench.peloton.behaviour.sessionLogin = 'open';
  const { username, password } = bench.peloton.credentials;
  const answer = await fetch(`${bench.peloton.apiUrl}/auth/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username_or_email: username, password }),
  });
  const { session_id } = (await answer.json()) as { session_id: string };
  bench.vault.secrets.set('peloton-session', JSON.stringify({ session_id }));
  assert.deepEqual(await askedDuring(bench, bench.tick), ['/api/me', '/api/user/{id}/overview']);
  assert.equal(storedSession(bench).user_id, bench.peloton.userId);
});

test('a session that came with a user id of no use is kept all the same, and one that no header can hold is not', async () => {
  for (const [answer, outcome] of [
    [{ user_id: null }, undefined],
    [{ user_id: 7 }, undefined],
    [{ user_id: '../me' }, undefined],
    [{ session_id: 'ü\n' }, 'upstream-changed'],
  ] as const) {
    const bench = await startSessionBench({ settings: { PELOTON_SIGN_IN: 'session' } });
    bench.peloton.behaviour.sessionLogin = 'open';
    const fault = { status: 200, body: { session_id: 'canary', user_id: 'x', ...answer } };
    bench.peloton.faults.add({ match: { path: /^\/auth\/login$/ }, fault });
    bench.peloton.faults.add({ match: { path: /^\/api\/me$/ }, fault: { status: 200, body: { id: 'a' } } });
    const body = { workout_counts: { total_workouts: 1, workouts: [] } };
    bench.peloton.faults.add({ match: { path: /\/overview$/ }, fault: { status: 200, body } });
    assert.equal(await tickFailure(bench), outcome, JSON.stringify(answer));
    assert.deepEqual(bench.events('defect'), []);
  }
});

test('an answer without a session id holds the credentials of the way of 2021 back for 24 hours', async () => {
  const bench = await startSessionBench({ settings: { PELOTON_SIGN_IN: 'session' } });
  bench.peloton.behaviour.sessionLogin = 'open';
  const match = { path: /^\/auth\/login$/ };
  const { remove } = bench.peloton.faults.add({ match, fault: { status: 200, body: { user_id: 'x' } } });
  assert.equal(await tickFailure(bench), 'upstream-changed');
  remove();
  const posts = () => bench.peloton.requests.filter(({ path }) => path === '/auth/login').length;
  bench.passTime(24 * hourMs - 1);
  await bench.tick();
  assert.equal(posts(), 1);
  bench.passTime(1);
  await bench.tick();
  assert.equal(posts(), 2);
  assert.ok(await bench.blob('latest.json'));
});

test('the retired way of 2021 says to use oauth, and goes on saying so when the sign-ins are used up', async () => {
  const bench = await startSessionBench({ settings: { PELOTON_SIGN_IN: 'session' } });
  for (let run = 1; run <= 5; run++, bench.passTime(4 * hourMs)) {
    if (run <= 4) assert.equal(await tickFailure(bench), 'upstream-changed');
    else assert.equal(await tickFailure(bench), undefined);
    assert.match((await bench.health()).problem?.hint ?? '', /PELOTON_SIGN_IN to oauth/);
    assert.equal(bench.peloton.counts.credentialPosts, Math.min(run, 3));
  }
  assert.deepEqual(bench.peloton.violations, []);
});

test('wrong credentials are refused in the way of 2021 too', async () => {
  const bench = await startSessionBench({ settings: { PELOTON_SIGN_IN: 'session' } });
  bench.peloton.behaviour.sessionLogin = 'open';
  bench.vault.secrets.set('peloton-password', 'wrong');
  assert.equal(await tickFailure(bench), 'sign-in-refused');
  bench.passTime(30 * 24 * hourMs);
  await bench.tick();
  assert.equal(bench.peloton.counts.credentialPosts, 1);
});

test('an answer to the credentials of the way of 2021 is judged where it is Peloton’s own, and away where it is the edge’s', async () => {
  for (const [fault, code, waitHours] of [
    [{ status: 400, body: { message: 'A refusal of no known kind.' } }, 'upstream-changed', 24],
    [{ status: 401, body: '<!DOCTYPE html>', contentType: 'text/html' }, 'upstream-unavailable', 0.25],
    [{ status: 401 }, 'upstream-unavailable', 0.25],
  ] as const) {
    const bench = await startSessionBench({ settings: { PELOTON_SIGN_IN: 'session' } });
    bench.peloton.behaviour.sessionLogin = 'open';
    const { remove } = bench.peloton.faults.add({ match: { path: /^\/auth\/login$/ }, fault });
    assert.equal(await tickFailure(bench), code, JSON.stringify(fault));
    remove();
    bench.passTime(waitHours * hourMs - 15 * 60_000);
    if (waitHours > 0.25) assert.deepEqual(await askedDuring(bench, bench.tick), []);
    bench.passTime(15 * 60_000);
    await bench.tick();
    assert.equal(bench.peloton.counts.credentialPosts, 2);
  }
});

test('the way of 2021 sends nothing of a session that today’s sign-in has left', async () => {
  const bench = await startSessionBench({ settings: { PELOTON_SIGN_IN: 'session' } });
  bench.peloton.behaviour.sessionLogin = 'open';
  pasteSession(bench);
  assert.deepEqual(await askedDuring(bench, bench.tick), ['/auth/login', '/api/user/{id}/overview']);
});
