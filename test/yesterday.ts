// A service whose last sync was yesterday's, and what has to hold of it whatever became of today's first run.

import assert from 'node:assert/strict';
import { signInConstants } from '../sandbox/peloton/world.ts';
import { parseHistory, toPoint } from '../src/stats/history.ts';
import { parseSnapshot, type Snapshot } from '../src/stats/snapshot.ts';
import { minuteMs } from '../src/stats/time.ts';
import { type Bench, startBench } from './bench.ts';
import { storedSession, tickFailure } from './session-bench.ts';

export const member = 'newcomer';

function readWhole(text: string | undefined, name: string): Snapshot | undefined {
  const snapshot = text === undefined ? undefined : parseSnapshot(Buffer.from(text));
  assert.equal(snapshot === undefined, text === undefined, `${name} is damaged`);
  return snapshot;
}

/** Asserts that latest.json is either unchanged or new, and in the second case that its day and its point are stored too. */
export async function assertPublicIsWhole(bench: Bench, lastGood: string | undefined): Promise<void> {
  const text = await bench.blob('latest.json');
  if (text === lastGood) return;
  const latest = readWhole(text, 'latest.json');
  assert.ok(latest);
  assert.deepEqual(readWhole(await bench.blob(`history/${latest.date}.json`), 'the day'), latest);
  const history = parseHistory(Buffer.from((await bench.blob('history.json')) ?? ''));
  assert.deepEqual(history?.points.at(-1), toPoint(latest));
}

type StoredText = readonly [container: 'public' | 'private', name: string, text: string];
let yesterday: Promise<StoredText[]> | undefined;

async function syncYesterday(): Promise<StoredText[]> {
  const bench = await startBench({ at: '2026-11-22T09:00:00Z', peloton: { member } });
  await bench.tick();
  const read = async (name: string) => ['public', name, (await bench.blob(name)) ?? ''] as const;
  const state = JSON.stringify({ ...(await bench.state()), sign_ins: [] });
  const names = ['latest.json', 'history.json', 'history/2026-11-22.json'];
  return [...(await Promise.all(names.map(read))), ['private', 'state.json', state]];
}

/** Fills the containers as a service leaves them after yesterday's sync. */
export async function fillYesterday(bench: Bench): Promise<void> {
  yesterday ??= syncYesterday();
  await Promise.all([bench.container('public').create(), bench.container('private').create()]);
  const upload = async ([container, name, text]: StoredText) => {
    await bench.container(container).getBlockBlobClient(name).upload(text, Buffer.byteLength(text));
  };
  await Promise.all((await yesterday).map(upload));
}

/** Runs the next tick on another host. */
export async function tickNext(bench: Bench): Promise<string | undefined> {
  bench.passTime(15 * minuteMs);
  return await tickFailure(bench, bench.startApp());
}

async function canRefresh(bench: Bench): Promise<boolean> {
  const { refresh_token, client_id = signInConstants.clientId } = storedSession(bench);
  const body = JSON.stringify({ grant_type: 'refresh_token', client_id, refresh_token });
  const headers = { 'Content-Type': 'application/json' };
  return (await fetch(`${bench.peloton.authUrl}/oauth/token`, { method: 'POST', headers, body })).ok;
}

/** Asserts that the next run syncs with at most one more sign-in, and leaves a session that can be refreshed. */
export async function assertRecovers(bench: Bench, today = '2026-11-23', maxPosts = 2): Promise<void> {
  assert.equal(await tickNext(bench), undefined);
  assert.equal(readWhole(await bench.blob('latest.json'), 'latest.json')?.date, today);
  await assertPublicIsWhole(bench, undefined);
  assert.equal((await bench.health()).status, 'ok');
  assert.ok(bench.peloton.counts.credentialPosts <= maxPosts);
  if (bench.settings.PELOTON_SIGN_IN !== 'session') assert.ok(await canRefresh(bench));
}
