import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfig } from '../config.ts';
import type { HttpResponse } from '../http.ts';
import { findTimeZone } from '../stats/time-zones.ts';
import { findHome, nextHop, routeOf } from './redirects.ts';

function pelotonOf(authUrl = 'https://auth.onepeloton.com') {
  const settings = { KEY_VAULT_URL: 'https://vault.example', STORAGE_ACCOUNT_URL: 'https://store.example' };
  return readConfig({ ...settings, PELOTON_AUTH_URL: authUrl }, findTimeZone).peloton;
}

function answerOf(location: string, from = 'https://auth.onepeloton.com/login/callback'): HttpResponse {
  const url = new URL(from);
  const label = `GET ${url.host}${routeOf(url)}`;
  return { label, url, status: 302, location, retryAfterMs: undefined, text: '' };
}

/** Where a redirect leads; undefined where it is refused. */
function follow(location: string, authUrl?: string): string | undefined {
  const answer = answerOf(location, authUrl && `${authUrl}/login/callback`);
  try {
    return nextHop(answer, location, pelotonOf(authUrl)).href;
  } catch (error) {
    assert.ok(error instanceof Error && 'code' in error && error.code === 'upstream-changed');
    assert.match(error.message, /^GET \S+\/login\/callback points away from the sign-in\.$/, 'and not where to');
    return undefined;
  }
}

test('redirects are followed over https to hosts under the domain of PELOTON_AUTH_URL, and nowhere else', () => {
  const followed = {
    '/authorize/resume?state=1': 'https://auth.onepeloton.com/authorize/resume?state=1',
    'resume?state=1': 'https://auth.onepeloton.com/login/resume?state=1',
    '//auth-orca.onepeloton.com/sso/login_site': 'https://auth-orca.onepeloton.com/sso/login_site',
    'https://onepeloton.com/': 'https://onepeloton.com/',
    'https://AUTH.OnePeloton.com:8443/x': 'https://auth.onepeloton.com:8443/x',
  };
  for (const [location, url] of Object.entries(followed)) assert.equal(follow(location), url);
  for (const location of [
    ...['http://auth.onepeloton.com/', 'https://onepeloton.com.evil.example/', 'https://evilonepeloton.com/'],
    ...[
      'https://auth.onepeloton.com@evil.example/',
      '//evil.example/login',
      '\\\\evil.example\\',
      'https:\\\\evil.example',
    ],
    ...[
      'javascript:alert(1)',
      'data:text/html,x',
      'file:///etc/passwd',
      'https://127.0.0.1/',
      'https://[::1]/',
      'https://com/',
    ],
    ...[
      'http://169.254.169.254/metadata',
      'https://',
      'https://onepeloton.com.au/',
      'blob:https://auth.onepeloton.com/x',
    ],
  ]) {
    assert.equal(follow(location), undefined, location);
  }
});

test('a double on loopback leads to loopback alone', () => {
  const double = 'http://127.0.0.1:7073';
  assert.equal(follow('http://localhost:7073/sso/login_site', double), 'http://localhost:7073/sso/login_site');
  assert.equal(follow('https://[::1]:1/', double), 'https://[::1]:1/');
  for (const location of [
    'https://auth.onepeloton.com/',
    'http://10.0.0.1/',
    'ftp://127.0.0.1/',
    'https://localhost.evil.example/',
  ]) {
    assert.equal(follow(location, double), undefined, location);
  }
});

test('a host without a domain of its own stands for itself alone', () => {
  for (const [authUrl, other] of [
    ['https://10.0.0.1', 'https://10.0.0.2/'],
    ['https://10.0.0.1', 'https://co.uk/'],
    ['https://github.io', 'https://someone.github.io/'],
    ['https://someone.github.io', 'https://other.github.io/'],
    ['https://intranet', 'https://elsewhere/'],
  ] as const) {
    assert.equal(follow('/x', authUrl), `${authUrl}/x`);
    assert.equal(follow(other, authUrl), undefined, `${other} for ${authUrl}`);
  }
});

test('home is read and never visited: the redirect URI, and any page of its host with a code', () => {
  const peloton = pelotonOf();
  for (const home of [
    'https://members.onepeloton.com/callback?code=1&state=2',
    '//members.onepeloton.com/callback?error=access_denied',
    'https://members.onepeloton.com/callback',
    'https://members.onepeloton.com/callback/?code=1',
    'https://members.onepeloton.com/elsewhere?state=2&code=1',
  ]) {
    assert.equal(findHome(answerOf(home), peloton)?.host, 'members.onepeloton.com', home);
    assert.equal(follow(home), undefined, home);
  }
  for (const other of [
    ...[
      'https://auth.onepeloton.com/callback?code=1',
      'https://members.onepeloton.com:444/callback?code=1',
      'https://%',
    ],
    ...[
      'https://evil.example/callback?code=1',
      '/authorize/resume?state=https://members.onepeloton.com/callback?code=1',
    ],
  ]) {
    assert.equal(findHome(answerOf(other), peloton), undefined, other);
  }
  assert.equal(findHome({ ...answerOf(''), location: undefined }, peloton), undefined);
});

test('only the paths of the dance are shown', () => {
  const shown = ['/authorize', '/login', '/login/callback', '/authorize/resume', '/continue', '/sso/login_site'];
  for (const path of [...shown, '/usernamepassword/login']) {
    assert.equal(routeOf(new URL(`https://auth.onepeloton.com${path}?state=canary`)), path);
  }
  for (const path of ['/', '/u/canary@example.com', '/login/', '/sso/canary@x', '/sso/a/b', '/authorize/canary']) {
    assert.equal(routeOf(new URL(`https://auth.onepeloton.com${path}`)), '/{path}');
  }
});
