// Peloton, as far as it can be looked at for nothing: the stored session on /api/me, and the sign-in's page. No session is
// renewed and no credentials are posted.

import { isLoopback } from '../../config.ts';
import { asStatsError, StatsError } from '../../errors.ts';
import { fetchUserId, isUnauthorized } from '../../peloton/overview.ts';
import { openSignIn } from '../../peloton/web-sign-in.ts';
import type { Run } from '../../sync/run.ts';
import { readState, type State } from '../../sync/state.ts';
import type { UsableSession } from './examine-secrets.ts';
import { type Examination, type Finding, fix, fixError, note, ok } from './finding.ts';

/** The finding of a failed request: an outage that Peloton itself reports needs nobody, no answer at all may be our network. */
function judgeFailure(subject: string, thrown: unknown, url: string): Finding {
  const { code, message, hint, status } = asStatsError(thrown);
  if (code !== 'upstream-unavailable') return fixError(subject, thrown);
  const text = `${code}: ${message}`;
  if (status !== undefined) return note(subject, `${text} ${hint}`);
  const look =
    'open members.onepeloton.com in a browser on this machine: if that works, a proxy or a firewall keeps this program out; if not, wait';
  const isSandboxAway = isLoopback(url) && message.includes('ECONNREFUSED');
  return fix(subject, text, isSandboxAway ? 'npm start, in another terminal' : look);
}

async function* trySession({ http, config }: Run, { access, canRenew }: UsableSession): Examination {
  if (!access) {
    yield note('/api/me', 'not asked: there is no session to ask with');
    return;
  }
  try {
    await fetchUserId(http, config.peloton, access);
    yield ok('/api/me', 'Peloton accepts the stored session');
  } catch (thrown) {
    if (!isUnauthorized(thrown)) yield judgeFailure('/api/me', thrown, config.peloton.apiUrl);
    else if (canRenew) yield note('/api/me', 'Peloton refuses the stored session: the next sync renews it');
    else {
      const nextStep = 'bash infra/scripts/set-credentials.sh, or paste another session into peloton-session';
      yield fix(
        '/api/me',
        'Peloton refuses the stored session, and there are no credentials to sign in with',
        nextStep,
      );
    }
  }
}

/** The rung of the login page is opened. A page that does not open needs somebody only where there is no other rung. */
async function* trySignInPage({ http, config: { peloton } }: Run): Examination {
  const subject = 'sign-in page';
  if (peloton.signIn === 'session' || peloton.signIn === 'app') {
    yield note(subject, `not opened: PELOTON_SIGN_IN=${peloton.signIn} has none`);
    return;
  }
  try {
    await openSignIn(http, peloton);
    yield ok(subject, `opens at ${new URL(peloton.authUrl).host}; nothing was posted`);
  } catch (thrown) {
    yield judgeFailure(subject, thrown, peloton.authUrl);
  }
}

/** The rung of the app's grant cannot be tried for nothing: what earlier sign-ins met is all there is to say. */
function* describeGrant({ config: { peloton }, clock }: Run, state: State | undefined): Generator<Finding> {
  if (peloton.signIn !== 'auto' && peloton.signIn !== 'app') return;
  const held = state?.held_rungs.find(({ rung, until }) => rung === 'app' && Date.parse(until) > clock().getTime());
  const first = state?.last_rung === 'app' ? '; it got in last, and goes first' : '';
  const what = held
    ? `held back until ${held.until}: its last answer was unknown, or it is closed`
    : `may be tried${first}`;
  yield note("app's grant", `${what}. Not asked: to ask is to post the credentials`);
}

async function readRungs({ storage, clock }: Run): Promise<State | undefined> {
  try {
    return (await readState(storage.private, clock())).state;
  } catch (thrown) {
    if (!(thrown instanceof StatsError)) throw thrown;
    return undefined; // the store is examined next
  }
}

export async function* examinePeloton(run: Run, session: UsableSession): Examination {
  yield* trySession(run, session);
  yield* trySignInPage(run);
  yield* describeGrant(run, await readRungs(run));
}
