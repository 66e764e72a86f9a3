// Peloton, as far as it can be looked at for nothing: the stored session on /api/me, and the sign-in's page. No session is
// renewed and no credentials are posted.

import { isLoopback } from '../../config.ts';
import { asStatsError } from '../../errors.ts';
import { fetchUserId, isUnauthorized } from '../../peloton/overview.ts';
import { openSignIn } from '../../peloton/web-sign-in.ts';
import type { Run } from '../../sync/run.ts';
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

async function* trySignInPage({ http, config: { peloton } }: Run): Examination {
  if (peloton.signIn === 'session') {
    yield note('sign-in page', 'PELOTON_SIGN_IN=session has none');
    return;
  }
  try {
    await openSignIn(http, peloton);
    yield ok('sign-in page', `opens at ${new URL(peloton.authUrl).host}; nothing was posted`);
  } catch (thrown) {
    yield judgeFailure('sign-in page', thrown, peloton.authUrl);
  }
}

export async function* examinePeloton(run: Run, session: UsableSession): Examination {
  yield* trySession(run, session);
  yield* trySignInPage(run);
}
