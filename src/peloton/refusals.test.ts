import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { universalLoginPage } from '../../sandbox/peloton/login-pages.ts';
import { causeTable } from '../errors.ts';
import type { HttpResponse } from '../http.ts';
import { isOtherLogin } from './login-page.ts';
import { causeOfPage, judgeAddress, judgeAnswer } from './refusals.ts';

function answerOf(body: unknown, status = 401, path = '/usernamepassword/login'): HttpResponse {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const url = new URL(path, 'https://auth.onepeloton.com');
  return { label: 'POST auth.onepeloton.com/x', url, status, location: undefined, retryAfterMs: undefined, text };
}

const causeOf = (hint: string | undefined) =>
  Object.entries(causeTable).find(([, cause]) => cause.hint === hint)?.[0] ?? 'none';

const codes = {
  invalid_user_password: 'wrong-password',
  password_leaked: 'leaked-password',
  password_expired: 'expired-password',
  password_change_required: 'expired-password',
  too_many_attempts: 'too-many-attempts',
  blocked_user: 'blocked-user',
  user_blocked: 'blocked-user',
  unauthorized: 'blocked-user',
  access_denied: 'access-denied',
  invalid_captcha: 'captcha',
  invalid_recaptcha: 'captcha',
  requires_verification: 'verification',
  mfa_required: 'second-factor',
  wrong_password: 'wrong-password',
  invalid_email_password: 'wrong-password',
  account_locked: 'blocked-user',
  interaction_required: 'verification',
  mfa_enrollment_required: 'second-factor',
  'a0.mfa_registration_required': 'second-factor',
};

describe('a refusal', () => {
  for (const [code, cause] of Object.entries(codes)) {
    it(`is told by the code ${code}, whatever the status, and by the error of a redirect home`, () => {
      for (const status of [200, 400, 401, 403, 429, 500]) {
        for (const key of ['code', 'error']) {
          const { hint, credentialsJudged } = judgeAnswer(answerOf({ [key]: code }, status));
          assert.deepEqual([causeOf(hint), credentialsJudged], [cause, true], `${status} ${key}`);
        }
      }
      for (const sign of ['?', '#']) {
        const home = new URL(`https://members.onepeloton.com/callback${sign}error=${code}&state=x`);
        assert.equal(causeOf(judgeAddress(answerOf('', 302), home)?.hint), cause, sign);
      }
      assert.equal(causeOf(judgeAnswer(answerOf({ error: { code: code.toUpperCase() } })).hint), cause, 'nested');
    });
  }

  it('says more by its description where the code is one that many share', () => {
    const rows = {
      'user is blocked': 'blocked-user',
      'Please verify your email before you log in.': 'verification',
      'Suspicious request requires verification': 'verification',
      'Too many failed login attempts': 'too-many-attempts',
      'Not for you.': 'access-denied',
    };
    for (const [error_description, cause] of Object.entries(rows)) {
      const { hint } = judgeAnswer(answerOf({ error: 'access_denied', error_description }));
      assert.equal(causeOf(hint), cause, error_description);
    }
  });

  it('is none by the name AnomalyDetected, nor by a text that only holds such a word', () => {
    assert.equal(
      judgeAnswer(answerOf({ name: 'AnomalyDetected', code: 'access_denied' }, 403)).credentialsJudged,
      false,
    );
    for (const code of ['POST /x {"code_verifier":"mfa_required"}', 'unheard_of', 'a'.repeat(50)]) {
      assert.equal(causeOf(judgeAnswer(answerOf({ code })).hint), 'unknown-answer', code);
    }
  });

  it('is told by the words and the forms of a page, outside of scripts', () => {
    const pages = {
      '<h1>Verify your identity</h1>': 'second-factor',
      '<form action="/u/mfa-otp-challenge?state=x"></form>': 'second-factor',
      '<form action="/u/reset-password/request?state=x"></form>': 'expired-password',
      '<p>Please change your password to continue.</p>': 'expired-password',
      '<p>Your account has been blocked.</p>': 'blocked-user',
      '<p>Too many attempts. Try again later.</p>': 'too-many-attempts',
      '<p>Wrong email or password</p>': 'wrong-password',
      '<label>I am not a robot</label>': 'captcha',
      '<p>We found your password in a data breach.</p>': 'leaked-password',
      '<p>Please confirm it’s you</p>': 'verification',
      '<form action="/callback"><input name="error" value="access_denied"><input name="state" value="x"></form>':
        'access-denied',
      '<script>const texts = ["Verify your identity"];</script><p>Log in</p>': undefined,
      '<title>Just a moment...</title><p>Verify your identity</p>': undefined,
      '<p>Welcome back</p>': undefined,
    };
    for (const [html, cause] of Object.entries(pages)) assert.equal(causeOfPage(html), cause, html);
    assert.equal(
      causeOfPage(universalLoginPage('state', 'note')),
      undefined,
      'a login page says nothing of a password',
    );
  });
});

it('a login page of another kind is known by its address or by what a person fills in', () => {
  const is = (html: string, path = '/login') => isOtherLogin(answerOf(html, 200, path));
  assert.ok(is(universalLoginPage('state', 'note')));
  assert.ok(is('<form><input name="state"><input name="username"></form>'), 'the name first');
  assert.ok(is('<div><input type="password" id="pw"></div>'), 'without a form');
  assert.ok(is('<!DOCTYPE html><div id="app"></div>', '/u/login/identifier?state=x'), 'drawn by a script');
  assert.ok(!is('<p>We will be back soon.</p>'));
  assert.ok(!is('<title>Just a moment...</title>', '/u/login?state=x'));
});
