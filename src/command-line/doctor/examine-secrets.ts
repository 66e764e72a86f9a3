// The three secrets that a sync needs: there or not, enabled or not, and how good the session is; and the list of build hooks.
// Values stay in here, but for what a request with the stored session takes.

import type { Secret } from '../../azure/vault.ts';
import { type Config, isLoopback, type PelotonConfig } from '../../config.ts';
import { StatsError } from '../../errors.ts';
import type { Access } from '../../peloton/overview.ts';
import { sessionSecret } from '../../peloton/sign-in-secrets.ts';
import {
  accessOf,
  belongsTo,
  clientOf,
  endOf,
  isFresh,
  isUnreadable,
  parseSession,
  type Session,
  unreadableHint,
} from '../../peloton/stored-session.ts';
import { describeFaults, hooksSecret, parseHooks } from '../../sync/hook-list.ts';
import type { Run } from '../../sync/run.ts';
import { countOf, describeDuration, type Examination, type Finding, fix, fixError, note, ok } from './finding.ts';
import { judgeCredential, readPair, storeCredentials } from './judge-credentials.ts';

type FailedRead = { error: unknown };
/** A secret as it was read: undefined where it is missing. */
type Read = Secret | undefined | FailedRead;

function isFailedRead(read: Read): read is FailedRead {
  return read !== undefined && 'error' in read;
}

function isSecret(read: Read): read is Secret {
  return read !== undefined && !('error' in read);
}

export type UsableSession = {
  /** Undefined where a sync would not use the stored session as it is. */
  access: Access | undefined;
  /** Whether a sync can do without it. */
  canRenew: boolean;
};

async function readSecret({ vault }: Run, name: string): Promise<Read> {
  try {
    return await vault.read(name);
  } catch (error) {
    return { error };
  }
}

/** The one finding for a vault that gives no secret at all. */
function judgeVault({ url }: Config['vault'], error: unknown): Finding {
  const isSandboxAway = isLoopback(url) && error instanceof StatsError && error.message.includes('ECONNREFUSED');
  return isSandboxAway
    ? fix('vault', `nobody answers at ${url}`, 'npm start, in another terminal')
    : fixError('vault', error);
}

/** With neither of the two, a pasted session is all there is: good until Peloton refuses it. */
function* judgeCredentials(username: Read, password: Read, isPastedSession: boolean): Generator<Finding> {
  const secretOf = (read: Read) => (isSecret(read) ? read : undefined);
  const pair = readPair(secretOf(username), secretOf(password));
  for (const [name, read] of [
    ['peloton-username', username],
    ['peloton-password', password],
  ] as const) {
    if (isFailedRead(read)) yield fixError(name, read.error);
    else if (read) yield judgeCredential({ name, secret: read }, pair);
    else if (isPastedSession) yield note(name, 'none: the stored session is used until Peloton refuses it');
    else yield fix(name, 'the vault has no such secret', storeCredentials);
  }
}

/** The client that the session belongs to, by the name that the settings give it. */
function clientName(session: Session, { signIn, clientId, appClientId }: PelotonConfig): string {
  if (signIn === 'session') return '';
  const client = clientOf(session) ?? clientId;
  const name = new Map([
    [clientId, 'the web client'],
    [appClientId, 'the app'],
  ]).get(client);
  return ` for ${name ?? 'another client'}`;
}

type SessionFacts = { peloton: PelotonConfig; username: Read; now: Date; canSignIn: boolean };

function judgeSession(read: Read, { peloton, username, now, canSignIn }: SessionFacts): [Finding, UsableSession] {
  const { signIn } = peloton;
  const unusable = (text: string, canRenew = canSignIn): [Finding, UsableSession] => [
    canRenew ? note(sessionSecret, text) : fix(sessionSecret, text, storeCredentials),
    { access: undefined, canRenew },
  ];
  if (isFailedRead(read)) return [fixError(sessionSecret, read.error), { access: undefined, canRenew: canSignIn }];
  if (!read) return unusable('none yet: the next sync signs in');
  if (isUnreadable(read)) {
    const finding = fix(sessionSecret, 'nothing in it can be read as a session', unreadableHint);
    return [finding, { access: undefined, canRenew: canSignIn }];
  }
  const session = parseSession(read);
  const access = accessOf(session, signIn);
  const canRenew = canSignIn || (signIn !== 'session' && session.refresh_token !== undefined);
  if (isSecret(username) && !belongsTo(username, session, read)) {
    return unusable('of another user name: the next sync signs in anew');
  }
  if (!access) return unusable(`without a token for PELOTON_SIGN_IN=${signIn}: the next sync gets one`, canRenew);
  const endsAt = endOf(session);
  const stored = `stored ${describeDuration(now.getTime() - read.createdAt.getTime())} ago${clientName(session, peloton)}`;
  if (endsAt === undefined) {
    return [ok(sessionSecret, `${stored}, with a token that does not say how long it is good`), { access, canRenew }];
  }
  const leftMs = endsAt.getTime() - now.getTime();
  if (leftMs <= 0)
    return unusable(`its token expired ${describeDuration(-leftMs)} ago: the next sync renews it`, canRenew);
  const renewal = isFresh(session, now) ? '' : '; the next sync renews it';
  return [
    ok(
      sessionSecret,
      `${stored}, its token is good for ${describeDuration(leftMs)}, until ${endsAt.toISOString()}${renewal}`,
    ),
    { access, canRenew },
  ];
}

/** Names the hosts that the syncs call, and calls none: a call would make the site build. */
function judgeHooks(read: Read): Finding {
  if (isFailedRead(read)) return fixError(hooksSecret, read.error);
  const { hooks, ...list } = parseHooks(read?.value ?? '');
  const faults = describeFaults(list);
  const whom = `${countOf(hooks.length, 'hook')}: ${hooks.map(({ url }) => new URL(url).host).join(', ')}`;
  if (faults) return fix(hooksSecret, hooks.length > 0 ? whom : 'nobody can be told', faults);
  return hooks.length > 0 ? ok(hooksSecret, `${whom}; none was called`) : note(hooksSecret, 'none: no site is told');
}

export async function* examineSecrets(run: Run): Examination<UsableSession> {
  const names = ['peloton-username', 'peloton-password', sessionSecret, hooksSecret];
  const reads = await Promise.all(names.map(name => readSecret(run, name)));
  const [username, password, stored, hooks] = reads;
  if (isFailedRead(username) && reads.every(isFailedRead)) {
    yield judgeVault(run.config.vault, username.error);
    return { access: undefined, canRenew: false };
  }
  const canSignIn = isSecret(username) && isSecret(password);
  const { peloton } = run.config;
  const [finding, session] = judgeSession(stored, { peloton, username, now: run.clock(), canSignIn });
  const isPastedSession = !username && !password && (session.access !== undefined || session.canRenew);
  yield* judgeCredentials(username, password, isPastedSession);
  yield finding;
  yield judgeHooks(hooks);
  return session;
}
