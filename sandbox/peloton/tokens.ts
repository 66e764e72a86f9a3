// The sessions of the double: authorization codes, families of tokens by client, and the session ids of 2021. A spent
// refresh token that comes again ends its whole family; after its successor was delivered, that is also a violation.

import { createHash } from 'node:crypto';
import type { Call, PelotonAnswer } from './call.ts';
import { mintJwt, type World } from './world.ts';

/** The lifetime of a code, as Auth0 has it: long enough for a redirect and a request. */
const codeLifetimeMs = 60_000;
export const refreshTokenPrefix = 'v1.sandbox-refresh-';

/** The tokens that come from one sign-in, for the client that asked for them. */
type Family = { clientId: string; isRevoked: boolean; canRefresh: boolean };
type AskedCode = { challenge: string; nonce: string; redirectUri: string };
type Code = AskedCode & { expiresAt: number; family?: Family };
type RefreshToken = { family: Family; isSpent: boolean; isSuccessorDelivered: boolean };

/** The store of all sessions. The maps are by the secret that a client sends. */
export type TokenStore = {
  world: World;
  families: Set<Family>;
  codes: Map<string, Code>;
  accessTokens: Map<string, { family: Family; expiresAt: number }>;
  refreshTokens: Map<string, RefreshToken>;
  sessionIds: Set<string>;
};

export type Fields = Record<string, unknown>;

export function createTokenStore(world: World): TokenStore {
  const maps = { codes: new Map(), accessTokens: new Map(), refreshTokens: new Map() };
  return { world, families: new Set(), ...maps, sessionIds: new Set() };
}

/** Issues a single-use code that is bound to the PKCE challenge. */
export function issueCode({ world, codes }: TokenStore, asked: AskedCode): string {
  const code = world.mint('sandbox-code-', 32);
  codes.set(code, { ...asked, expiresAt: world.clock().getTime() + codeLifetimeMs });
  return code;
}

/** Issues a session as a browser holds it after a sign-in, or as the app does. */
export function issueSession(store: TokenStore, client: 'web' | 'app' = 'web') {
  const { clientId, appClientId } = store.world.constants;
  const family = startFamily(store, client === 'web' ? clientId : appClientId);
  const accessToken = issueAccess(store, family);
  const expiresAt = new Date(store.accessTokens.get(accessToken)?.expiresAt ?? 0);
  return { accessToken, refreshToken: issueRefresh(store, family), expiresAt };
}

export function isSignedIn({ world, accessTokens, sessionIds }: TokenStore, { headers, cookies }: Call): boolean {
  const access = accessTokens.get((headers.authorization ?? '').replace(/^Bearer /, ''));
  if (access && !access.family.isRevoked && world.clock().getTime() < access.expiresAt) return true;
  return sessionIds.has(cookies.get('peloton_session_id') ?? '');
}

/** Ends every session: a refresh is answered with `invalid_grant`, an API request with 401. */
export function revokeAll({ families, sessionIds }: TokenStore): void {
  for (const family of families) family.isRevoked = true;
  sessionIds.clear();
}

/** Refuses every further refresh, as after a change of the password. Access tokens stay good until they expire. */
export function stopRefreshing({ families }: TokenStore): void {
  for (const family of families) family.canRefresh = false;
}

/** Makes the access tokens given out so far expire now; refresh tokens stay good. */
export function expireAccessTokens({ world, accessTokens }: TokenStore): void {
  for (const access of accessTokens.values()) access.expiresAt = Math.min(access.expiresAt, world.clock().getTime());
}

export function refuse(status: number, error: string, description: string, more = {}): PelotonAnswer {
  return { status, body: { error, error_description: description, ...more } };
}

/** The grant for a code of the web client's sign-in. */
export function grantByCode(store: TokenStore, fields: Fields): PelotonAnswer {
  const { world, codes } = store;
  const code = codes.get(String(fields.code));
  if (!code || world.clock().getTime() > code.expiresAt)
    return refuse(403, 'invalid_grant', 'Invalid authorization code');
  if (code.family) {
    code.family.isRevoked = true;
    world.violations.push('an authorization code was sent a second time');
    return refuse(403, 'invalid_grant', 'Invalid authorization code');
  }
  if (fields.redirect_uri !== code.redirectUri) return refuse(403, 'invalid_grant', 'Wrong redirect URI');
  const challenge = createHash('sha256').update(String(fields.code_verifier)).digest('base64url');
  if (challenge !== code.challenge) return refuse(403, 'invalid_grant', 'Failed to verify code verifier');
  code.family = startFamily(store, world.constants.clientId);
  return answerTokens(store, {
    family: code.family,
    refreshToken: issueRefresh(store, code.family),
    nonce: code.nonce,
  });
}

/** The grant for a refresh token, to the client that the token was issued to. */
export function grantByRefresh(store: TokenStore, fields: Fields): PelotonAnswer {
  const { world, refreshTokens } = store;
  const token = refreshTokens.get(String(fields.refresh_token));
  if (token?.isSuccessorDelivered) world.violations.push('a spent refresh token was sent again');
  if (token?.isSpent) token.family.isRevoked = true;
  const isOfClient = token?.family.clientId === fields.client_id;
  if (!token || !isOfClient || token.family.isRevoked || !token.family.canRefresh) {
    return refuse(403, 'invalid_grant', 'Unknown or invalid refresh token.');
  }
  const { family } = token;
  const { refreshTokens: web, appRefreshTokens: app } = world.behaviour;
  if ((family.clientId === world.constants.clientId ? web : app) === 'stay') return answerTokens(store, { family });
  token.isSpent = true;
  const onDelivered = () => {
    token.isSuccessorDelivered = true;
  };
  return { ...answerTokens(store, { family, refreshToken: issueRefresh(store, family) }), onDelivered };
}

export function answerTokens(
  store: TokenStore,
  granted: { family: Family; refreshToken?: string; nonce?: string },
): PelotonAnswer {
  const { member, tokenLifetimeSeconds } = store.world;
  const { family, refreshToken, nonce } = granted;
  const identity = { sub: `auth0|${member.id}`, aud: family.clientId, ...(nonce && { nonce }) };
  return {
    status: 200,
    body: {
      access_token: issueAccess(store, family),
      ...(refreshToken && { refresh_token: refreshToken }),
      id_token: mintJwt(store.world, identity),
      scope: scopeOf(store, family),
      expires_in: tokenLifetimeSeconds,
      token_type: 'Bearer',
    },
  };
}

function scopeOf({ world }: TokenStore, { clientId }: Family): string {
  return clientId === world.constants.clientId ? world.constants.scope : 'offline_access openid';
}

export function startFamily({ families }: TokenStore, clientId: string): Family {
  const family = { clientId, isRevoked: false, canRefresh: true };
  families.add(family);
  return family;
}

function issueAccess(store: TokenStore, family: Family): string {
  const { world, accessTokens } = store;
  const { audience } = world.constants;
  const now = world.clock().getTime();
  const expiresAt = now + world.tokenLifetimeSeconds * 1000;
  const times = { iat: Math.floor(now / 1000), exp: Math.floor(expiresAt / 1000) };
  const subject = {
    iss: `${world.origins.auth}/`,
    sub: `auth0|${world.member.id}`,
    aud: [audience],
    azp: family.clientId,
  };
  const owner = world.behaviour.userIdClaim ? { 'http://onepeloton.com/user_id': world.member.id } : {};
  const token = mintJwt(world, { ...subject, ...times, scope: scopeOf(store, family), ...owner });
  accessTokens.set(token, { family, expiresAt });
  return token;
}

export function issueRefresh({ world, refreshTokens }: TokenStore, family: Family): string {
  const token = world.mint(refreshTokenPrefix, 43);
  refreshTokens.set(token, { family, isSpent: false, isSuccessorDelivered: false });
  return token;
}
