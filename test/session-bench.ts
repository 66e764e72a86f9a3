// Steps that tests of sign-ins and sessions share. A pasted session stands for a sign-in that somebody made elsewhere, which the
// app does not count.

import { type Bench, type BenchOptions, startBench } from './bench.ts';

/** A bench where nobody asks for the list of workouts, so that all requests are those of the session and its sync. */
export function startSessionBench(options: BenchOptions = {}): Promise<Bench> {
  return startBench({ ...options, settings: { WORKOUTS: 'off', ...options.settings } });
}

/** The code of the failure that a tick ends with; undefined where it does not fail. */
export async function tickFailure(bench: Bench, app?: Bench['app']): Promise<string | undefined> {
  try {
    await bench.tick(app);
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

/** What is in the secret `peloton-session`; null where there is none. */
export function storedSession(bench: Bench): Record<string, string | undefined> {
  return JSON.parse(bench.vault.secrets.get('peloton-session') ?? 'null');
}

/** What Peloton was asked while the work went on: paths, with the grant where tokens were asked for. */
export async function askedDuring(bench: Bench, work: () => Promise<unknown>): Promise<string[]> {
  const { length } = bench.peloton.requests;
  await work();
  return bench.peloton.requests.slice(length).map(({ path, grantType }) => (grantType ? `${path} ${grantType}` : path));
}

/** Stores a session that does not say whose it is: whoever uses it has to ask. */
export function pasteWithoutUserId(bench: Bench): void {
  bench.peloton.behaviour.userIdClaim = false;
  pasteSession(bench);
}

/** Stores a session that Peloton accepts, which says that it lives so long, or nothing about it. */
export function pasteSession(
  bench: Bench,
  { livesMs, client, ...fields }: { livesMs?: number; client?: 'web' | 'app'; [field: string]: unknown } = {},
) {
  const { accessToken, refreshToken } = bench.peloton.issueSession(client);
  const expires = livesMs === undefined ? {} : { expires_at: new Date(bench.now.getTime() + livesMs).toISOString() };
  const pasted = { access_token: accessToken, refresh_token: refreshToken, ...expires, ...fields };
  bench.vault.secrets.set('peloton-session', JSON.stringify(pasted));
  return { accessToken, refreshToken };
}
