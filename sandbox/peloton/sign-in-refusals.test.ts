import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Spoilers, walkSignIn } from '../../test/sign-in-walker.ts';
import { startPelotonDouble } from '../peloton.ts';

/** Mistakes of a client: a name, the change to the walk, and the answer at which the walk must end. */
type Case = [name: string, spoil: Spoilers, status: number, says: RegExp];

const alter = (name: string) => (fields: Record<string, unknown>) => {
  fields[name] = `${fields[name]}x`;
};
const drop = (name: string) => (_: unknown, jar: { name: string }[]) => {
  jar.splice(0, jar.length, ...jar.filter(cookie => cookie.name !== name));
};
const replace = (name: string, from: string, to: string) => (fields: Record<string, string>) => {
  fields[name] = fields[name]?.replaceAll(from, to) ?? '';
};

function sendOwnState(): Spoilers {
  let sent = '';
  return {
    authorize: query => {
      sent = query.get('state') ?? '';
    },
    credentials: body => {
      body.state = sent;
    },
  };
}

const otherHost = (url: URL) => {
  if (url.pathname === '/sso/login_domain') url.hostname = '127.0.0.1';
};
const otherPlace = (url: URL) => {
  url.pathname = url.pathname.replace('/authorize/resume', '/continue');
};

const asked = ['scope', 'audience', 'response_type', 'code_challenge', 'code_challenge_method'];
const repeated = ['client_id', 'redirect_uri', 'tenant', 'connection', 'response_type', 'scope', 'audience'];
const proof = ['_intstate', 'nonce', 'code_challenge', 'code_challenge_method'];
const keptCookies = ['did', 'auth0', 'auth0_compat', 'peloton_logged_in_user_hash', 'peloton_visited_sites'];

const cases: Record<keyof Spoilers, Case[]> = {
  authorize: [
    ...asked.map<Case>(name => [
      `another ${name}`,
      { authorize: query => query.set(name, 'x') },
      302,
      new RegExp(`error=invalid_request.*Wrong\\+${name}&`),
    ]),
    ['no state', { authorize: query => query.delete('state') }, 302, /Wrong\+state&/],
    ['no nonce', { authorize: query => query.delete('nonce') }, 302, /Wrong\+nonce&/],
    ['an unknown client', { authorize: query => query.set('client_id', 'x') }, 400, /Unknown client/],
    ['another redirect URI', { authorize: query => query.set('redirect_uri', 'http://[::1]/') }, 403, /URL mismatch/],
  ],
  login: [['no cookie of the redirect', { login: drop('did') }, 403, /its cookie is unknown/]],
  credentials: [
    ['the state that was sent', sendOwnState(), 403, /"name":"AnomalyDetected",.*"access_denied".*"Invalid state"/],
    ...[...repeated, ...proof].map<Case>(name => [
      `another ${name}`,
      { credentials: alter(name) },
      400,
      new RegExp(`"invalid ${name}"`),
    ]),
    ['no user name', { credentials: body => void delete body.username }, 400, /invalid username/],
    ['another _csrf', { credentials: alter('_csrf') }, 403, /_csrf/],
    ['no _csrf cookie', { credentials: drop('_csrf') }, 403, /_csrf/],
    ['no session cookie', { credentials: drop('did') }, 403, /cookie/],
    [
      'a wrong password',
      { credentials: alter('password') },
      401,
      /"invalid_user_password".*"Wrong email or password."/,
    ],
    ['a wrong user name', { credentials: alter('username') }, 401, /"invalid_user_password"/],
  ],
  form: [
    ...['wa', 'wresult', 'wctx'].map<Case>(name => [`another ${name}`, { form: alter(name) }, 403, /The form/]),
    ['values that are still escaped', { form: replace('wctx', '"', '&#34;') }, 403, /The form/],
    ['`&amp;` decoded first', { form: replace('wctx', '&#34;', '"') }, 403, /The form/],
    ['no session cookie', { form: drop('did') }, 403, /cookie/],
  ],
  hop: [
    ...keptCookies.map<Case>(name => [`no cookie ${name}`, { hop: drop(name) }, 403, /A cookie is missing/]),
    ['a state of its own', { hop: url => url.searchParams.set('state', 'x') }, 403, /The state is unknown/],
    ['a state of another place', { hop: otherPlace }, 403, /The state is unknown/],
    ['a location resolved against the wrong host', { hop: otherHost }, 404, /nothing at this path/],
  ],
  token: [
    ['another code', { token: alter('code') }, 403, /"invalid_grant"/],
    ['another verifier', { token: alter('code_verifier') }, 403, /code verifier/],
    ['another redirect URI', { token: alter('redirect_uri') }, 403, /redirect URI/],
    ['another client', { token: alter('client_id') }, 401, /Unauthorized/],
  ],
};

for (const [step, all] of Object.entries(cases)) {
  for (const [name, spoil, status, says] of all) {
    test(`the sign-in ends at "${step}" for ${name}`, async () => {
      await using double = await startPelotonDouble();
      const walk = await walkSignIn(double, spoil);
      assert.deepEqual([walk.step, walk.status], [step, status]);
      assert.match(`${walk.location} ${walk.body}`, says);
    });
  }
}
