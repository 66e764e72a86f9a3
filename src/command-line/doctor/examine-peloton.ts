// Peloton, as far as it can be looked at for nothing: the stored session on /api/me, and the sign-in's page. No session is
// renewed and no credentials are posted.

import { fetchUserId, isUnauthorized } from '../../peloton/overview.ts';
import { openSignIn } from '../../peloton/sign-in.ts';
import type { Run } from '../../sync/run.ts';
import type { UsableSession } from './examine-secrets.ts';
import { type Findings, fix, fixError, note, ok } from './finding.ts';

async function* trySession({ http, config }: Run, { access, canRenew }: UsableSession): Findings {
  if (!access) {
    yield note('/api/me', 'not asked: there is no session to ask with');
    return;
  }
  try {
    await fetchUserId(http, config.peloton, access);
    yield ok('/api/me', 'Peloton accepts the stored session');
  } catch (thrown) {
    if (!isUnauthorized(thrown)) yield fixError('/api/me', thrown);
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

async function* trySignInPage({ http, config: { peloton } }: Run): Findings {
  if (peloton.signIn === 'session') {
    yield note('sign-in page', 'PELOTON_SIGN_IN=session has none');
    return;
  }
  try {
    await openSignIn(http, peloton);
    yield ok('sign-in page', `opens at ${new URL(peloton.authUrl).host}; nothing was posted`);
  } catch (thrown) {
    yield fixError('sign-in page', thrown);
  }
}

export async function* examinePeloton(run: Run, session: UsableSession): Findings {
  yield* trySession(run, session);
  yield* trySignInPage(run);
}
