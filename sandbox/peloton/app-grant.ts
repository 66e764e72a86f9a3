// The password grant of the app at POST /oauth/token: one request with the app's client id, without an audience or a secret. The web
// client is refused the same request, as every client is whose grant Peloton closes.

import type { PelotonAnswer } from './call.ts';
import { answerTokens, type Fields, issueRefresh, refuse, startFamily, type TokenStore } from './tokens.ts';

export function grantByPassword(store: TokenStore, fields: Fields): PelotonAnswer {
  const { behaviour, constants } = store.world;
  if (behaviour.appGrant === 'closed') {
    return refuse(403, 'unauthorized_client', "Grant type 'password' not allowed for the client.");
  }
  const scopes = String(fields.scope ?? '').split(' ');
  if (!scopes.includes('openid')) return refuse(400, 'invalid_request', 'Missing scope');
  if ('audience' in fields) return refuse(403, 'access_denied', 'Service not enabled within domain');
  const refusal = refuseMember(store, fields);
  if (refusal) return refusal;
  const family = startFamily(store, constants.appClientId);
  const refreshToken = scopes.includes('offline_access') ? issueRefresh(store, family) : undefined;
  return answerTokens(store, { family, ...(refreshToken && { refreshToken }) });
}

function refuseMember({ world }: TokenStore, { username, password }: Fields): PelotonAnswer | undefined {
  const { credentials, behaviour, mint } = world;
  if (username !== credentials.username || password !== credentials.password) {
    return refuse(403, 'invalid_grant', 'Wrong email or password.');
  }
  const { grantRefusal, credentialsRefusal, refusedHome, secondFactor } = behaviour;
  if (grantRefusal) return refuse(grantRefusal.status, grantRefusal.error, 'The account is not let in.');
  if (credentialsRefusal) {
    return refuse(credentialsRefusal.status, credentialsRefusal.code, 'The account is not let in.');
  }
  if (refusedHome) return refuse(403, refusedHome.error, refusedHome.description);
  if (secondFactor === 'off') return undefined;
  const mfa = { mfa_token: mint('sandbox-mfa-', 40) };
  return refuse(403, 'mfa_required', 'Multifactor authentication required', mfa);
}
