// POST /usernamepassword/login, the step of the sign-in that takes the password. All other fields are checked against the
// transaction first. A refusal is JSON whose `code` says why; success is a page with a form.

import { type Call, type PelotonAnswer, readFields } from './call.ts';
import { postingForm, secondFactorPage } from './login-pages.ts';
import { expectedFields, holdsCookies, refuseHome, type SignInContext, type Transaction } from './transaction.ts';
import { mintJwt, type World } from './world.ts';

type Fields = Record<string, unknown>;

/** Answers a JSON body with `username`, `password` and all fields of the transaction. */
export function checkCredentials({ world, transactions }: SignInContext, call: Call): PelotonAnswer {
  const isJson = call.headers['content-type']?.startsWith('application/json');
  const fields: Fields = (isJson && readFields(call)) || {};
  if (typeof fields.username !== 'string') return refuse(400, 'invalid_request', 'invalid username');
  const transaction = transactions.get(String(fields.state));
  if (!transaction) return refuse(403, 'access_denied', 'Invalid state');
  const refusal = refuseForm(world, transaction, { call, fields }) ?? refuseMember(world, fields);
  if (refusal) return refusal;
  const home = refuseHome(world, transaction, 'credentials');
  if (home) return home;
  if (world.behaviour.secondFactor === 'page') return { status: 200, body: secondFactorPage(transaction.state) };
  transaction.form = fillForm(world, transaction);
  return { status: 200, body: postingForm(`${world.origins.auth}/login/callback`, transaction.form) };
}

function refuse(status: number, code: string, description: string): PelotonAnswer {
  const name = code === 'access_denied' ? 'AnomalyDetected' : 'ValidationError';
  return { status, body: { name, code, description, statusCode: status } };
}

/** The refusal of a body or of cookies that a page in a browser would not have sent. */
function refuseForm(
  world: World,
  transaction: Transaction,
  sent: { call: Call; fields: Fields },
): PelotonAnswer | undefined {
  const { call, fields } = sent;
  const needs = transaction.cookies.has('_csrf') ? ['did', '_csrf'] : ['did'];
  if (fields._csrf !== transaction.csrf || !holdsCookies(call, transaction, needs)) {
    return refuse(403, 'invalid_csrf', 'The _csrf token or a cookie is missing or wrong.');
  }
  const { origin = world.origins.auth } = call.headers;
  if (origin !== world.origins.auth) return refuse(403, 'invalid_origin', 'Wrong origin.');
  const { tenant, connection } = world.constants;
  const { nonce, code_challenge, redirect_uri } = transaction.asked;
  const expected: Fields = {
    ...expectedFields(world),
    tenant,
    connection,
    nonce,
    code_challenge,
    redirect_uri,
    _intstate: 'deprecated',
  };
  const wrong = Object.keys(expected).find(name => fields[name] !== expected[name]);
  return wrong === undefined ? undefined : refuse(400, 'invalid_request', `invalid ${wrong}`);
}

/** The refusal of wrong credentials, or of a member who is locked out or needs a second factor. */
export function refuseMember(
  { credentials, behaviour }: World,
  { username, password }: Fields,
): PelotonAnswer | undefined {
  if (username !== credentials.username || password !== credentials.password) {
    return refuse(401, 'invalid_user_password', 'Wrong email or password.');
  }
  const { credentialsRefusal, secondFactor } = behaviour;
  if (credentialsRefusal)
    return refuse(credentialsRefusal.status, credentialsRefusal.code, 'The account is not let in.');
  if (secondFactor === 'json') return refuse(403, 'mfa_required', 'Multifactor authentication required');
  return undefined;
}

function fillForm(world: World, { asked, state }: Transaction): Record<string, string> {
  const claims = { iss: 'urn:auth0', sub: `auth0|${world.member.id}`, connection: world.constants.connection };
  const context = {
    strategy: 'auth0',
    tenant: world.constants.tenant,
    connection: world.constants.connection,
    client_id: asked.client_id,
    redirect_uri: asked.redirect_uri,
    state,
    // A client gets this text right only if it decodes `&amp;` after the other entities.
    label: "Members & friends &#34;on &amp; off' <the> bike &quot;",
  };
  return { wa: 'wsignin1.0', wresult: `${mintJwt(world, claims)}&kind="id_token"`, wctx: JSON.stringify(context) };
}
