// POST /oauth/token: which client may ask for which grant. The web client gets tokens for codes, the app for passwords, and each
// refreshes its own.

import { grantByPassword } from './app-grant.ts';
import { type Call, type PelotonAnswer, readFields } from './call.ts';
import { grantByCode, grantByRefresh, refuse, type TokenStore } from './tokens.ts';
import { retiredAnswer } from './world.ts';

/** POST /oauth/token, with a body of JSON or a form. */
export function grantTokens(store: TokenStore, call: Call): PelotonAnswer {
  const { behaviour, constants } = store.world;
  if (behaviour.oauth === 'retired') return retiredAnswer;
  const fields = readFields(call) ?? {};
  const isApp = fields.client_id === constants.appClientId && behaviour.appGrant !== 'gone';
  if (!isApp && fields.client_id !== constants.clientId) return refuse(401, 'access_denied', 'Unauthorized');
  if (isApp && fields.grant_type === 'password') return grantByPassword(store, fields);
  if (behaviour.secondFactor === 'token') return refuse(403, 'mfa_required', 'Multifactor authentication required');
  if (!isApp && fields.grant_type === 'authorization_code') return grantByCode(store, fields);
  if (fields.grant_type === 'refresh_token') return grantByRefresh(store, fields);
  return refuse(403, 'unauthorized_client', `Grant type '${fields.grant_type}' not allowed for the client.`);
}
