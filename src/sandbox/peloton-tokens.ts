// The sessions of the double: codes, token families, the 2021 session ids, and what POST /oauth/token answers.
// A refresh token that is sent again after its successor was delivered ends its whole family, and is recorded as harm.

import { createHash } from 'node:crypto';
import { type Answer, type Call, readFields } from './call.ts';
import { mintJwt, retiredAnswer, type World } from './peloton-world.ts';

/** Long enough for a redirect and a request, as Auth0's. */
const codeLifetimeMs = 60_000;
export const refreshTokenPrefix = 'v1.sandbox-refresh-';

type Family = { isRevoked: boolean; canRefresh: boolean };
type RefreshToken = { family: Family; isSpent: boolean; isSuccessorDelivered: boolean };
type Code = { challenge: string; nonce: string; expiresAt: number; family?: Family };

export type PelotonTokens = {
  /** A single-use code for a client that proved itself with the credentials. */
  issueCode(asked: { challenge: string; nonce: string }): string;
  /** Whether a code was already given for this PKCE challenge. */
  hasSpentChallenge(challenge: string): boolean;
  grant(call: Call): Answer;
  issueSession(): { accessToken: string; refreshToken: string; expiresAt: Date };
  issueSessionId(): string;
  isSignedIn(call: Call): boolean;
  revokeAll(): void;
  stopRefreshing(): void;
  expireAccessTokens(): void;
};

const invalidGrant = (description: string): Answer => ({
  status: 403,
  body: { error: 'invalid_grant', error_description: description },
});
const unknownRefreshToken = invalidGrant('Unknown or invalid refresh token.');

export function createTokens(world: World): PelotonTokens {
  const families = new Set<Family>();
  const codes = new Map<string, Code>();
  const challenges = new Set<string>();
  const accessTokens = new Map<string, { family: Family; expiresAt: number }>();
  const refreshTokens = new Map<string, RefreshToken>();
  const sessionIds = new Set<string>();
  const now = () => world.clock().getTime();

  const issueAccess = (family: Family) => {
    const expiresAt = now() + world.tokenLifetimeSeconds * 1000;
    const times = { iat: Math.floor(now() / 1000), exp: Math.floor(expiresAt / 1000) };
    const { audience, clientId, scope } = world.constants;
    const sub = `auth0|${world.member.id}`;
    const token = mintJwt(world, {
      iss: `${world.origins.auth}/`,
      sub,
      aud: [audience],
      ...times,
      scope,
      azp: clientId,
    });
    accessTokens.set(token, { family, expiresAt });
    return { token, expiresAt };
  };
  const issueRefresh = (family: Family) => {
    const token = world.mint(refreshTokenPrefix, 43);
    refreshTokens.set(token, { family, isSpent: false, isSuccessorDelivered: false });
    return token;
  };
  const start = (): Family => {
    const family = { isRevoked: false, canRefresh: true };
    families.add(family);
    return family;
  };
  const tokenAnswer = (family: Family, refreshToken: string | undefined, nonce?: string): Answer => ({
    status: 200,
    body: {
      access_token: issueAccess(family).token,
      ...(refreshToken && { refresh_token: refreshToken }),
      id_token: mintJwt(world, {
        sub: `auth0|${world.member.id}`,
        aud: world.constants.clientId,
        ...(nonce && { nonce }),
      }),
      scope: world.constants.scope,
      expires_in: world.tokenLifetimeSeconds,
      token_type: 'Bearer',
    },
  });

  const grantByCode = (fields: Record<string, unknown>): Answer => {
    const code = codes.get(String(fields.code));
    if (!code || now() > code.expiresAt) return invalidGrant('Invalid authorization code');
    if (code.family) {
      code.family.isRevoked = true;
      world.violations.push('an authorization code was sent a second time');
      return invalidGrant('Invalid authorization code');
    }
    if (fields.redirect_uri !== world.constants.redirectUri) return invalidGrant('The redirect URI is wrong.');
    const challenge = createHash('sha256').update(String(fields.code_verifier)).digest('base64url');
    if (challenge !== code.challenge) return invalidGrant('Failed to verify code verifier');
    code.family = start();
    return tokenAnswer(code.family, issueRefresh(code.family), code.nonce);
  };

  const grantByRefresh = (fields: Record<string, unknown>): Answer => {
    const token = refreshTokens.get(String(fields.refresh_token));
    if (!token || token.family.isRevoked || !token.family.canRefresh) {
      if (token?.isSuccessorDelivered) world.violations.push('a spent refresh token was sent again');
      return unknownRefreshToken;
    }
    if (token.isSpent) {
      if (token.isSuccessorDelivered) world.violations.push('a spent refresh token was sent again');
      token.family.isRevoked = true;
      return unknownRefreshToken;
    }
    if (world.behaviour.refreshTokens === 'stay') return tokenAnswer(token.family, undefined);
    token.isSpent = true;
    const onDelivered = () => {
      token.isSuccessorDelivered = true;
    };
    return { ...tokenAnswer(token.family, issueRefresh(token.family)), onDelivered };
  };

  return {
    issueCode: ({ challenge, nonce }) => {
      const code = world.mint('sandbox-code-', 32);
      challenges.add(challenge);
      codes.set(code, { challenge, nonce, expiresAt: now() + codeLifetimeMs });
      return code;
    },
    hasSpentChallenge: challenge => challenges.has(challenge),
    grant: call => {
      if (world.behaviour.oauth === 'retired') return retiredAnswer;
      const fields = readFields(call) ?? {};
      if (fields.client_id !== world.constants.clientId) {
        return { status: 401, body: { error: 'access_denied', error_description: 'Unauthorized' } };
      }
      if (world.behaviour.secondFactor === 'token') {
        return {
          status: 403,
          body: { error: 'mfa_required', error_description: 'Multifactor authentication required' },
        };
      }
      if (fields.grant_type === 'authorization_code') return grantByCode(fields);
      if (fields.grant_type === 'refresh_token') return grantByRefresh(fields);
      const description = `Grant type '${fields.grant_type}' not allowed for the client.`;
      return { status: 403, body: { error: 'unauthorized_client', error_description: description } };
    },
    issueSession: () => {
      const family = start();
      const { token, expiresAt } = issueAccess(family);
      return { accessToken: token, refreshToken: issueRefresh(family), expiresAt: new Date(expiresAt) };
    },
    issueSessionId: () => {
      const id = world.mint('sandbox-session-', 32);
      sessionIds.add(id);
      return id;
    },
    isSignedIn: ({ headers, cookies }) => {
      const access = accessTokens.get((headers.authorization ?? '').replace(/^Bearer /, ''));
      if (access && !access.family.isRevoked && now() < access.expiresAt) return true;
      return sessionIds.has(cookies.get('peloton_session_id') ?? '');
    },
    revokeAll: () => {
      for (const family of families) family.isRevoked = true;
      sessionIds.clear();
    },
    stopRefreshing: () => {
      for (const family of families) family.canRefresh = false;
    },
    expireAccessTokens: () => {
      for (const access of accessTokens.values()) access.expiresAt = Math.min(access.expiresAt, now());
    },
  };
}
