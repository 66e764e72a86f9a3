// Looks at every request before it is answered, and writes down what would harm an account or leak a secret at the real Peloton.
// The double still answers: a violation is a finding for the test at hand, not an error for the client.

import { type Call, readFields } from './call.ts';
import type { CookieRegister } from './cookies.ts';
import { refreshTokenPrefix } from './tokens.ts';
import type { World } from './world.ts';

export type RecordedRequest = {
  at: Date;
  method: string;
  /** Host name without the port. */
  host: string;
  /** The path with ids replaced, e.g. `/api/user/{id}/overview`. */
  path: string;
  url: string;
  /** Of POST /oauth/token. */
  grantType?: string;
  /** What the client was sent, faults included; absent while there is no answer. */
  status?: number;
};

export const credentialPaths = ['/usernamepassword/login', '/auth/login'];
const dayMs = 24 * 3_600_000;

/** Routes and records name a request by this, never by the ids in it. */
export function templatePath(path: string): string {
  return path.replace(/^(\/api\/user\/)[^/]+/, '$1{id}');
}

export function recordCall(world: World, call: Call): RecordedRequest {
  const { method, host, path, target } = call;
  const grantType = path === '/oauth/token' ? readFields(call)?.grant_type : undefined;
  return {
    ...{ at: world.clock(), method, host, path: templatePath(path), url: `http://${call.headers.host}${target}` },
    ...(typeof grantType === 'string' && { grantType }),
  };
}

export function countRequests(requests: readonly RecordedRequest[]) {
  const count = (fits: (request: RecordedRequest) => boolean) => requests.filter(fits).length;
  return {
    credentialPosts: count(isCredentialPost),
    refreshes: count(({ grantType }) => grantType === 'refresh_token'),
    codeExchanges: count(({ grantType }) => grantType === 'authorization_code'),
    overviews: count(({ path }) => path === '/api/user/{id}/overview'),
    profiles: count(({ path }) => path === '/api/me'),
  };
}

function isCredentialPost({ method, path }: { method: string; path: string }): boolean {
  return method === 'POST' && credentialPaths.includes(path);
}

/** The violations of one call; `requests` ends with its own record. */
export function findViolations(
  { world, cookies }: { world: World; cookies: CookieRegister },
  call: Call,
  requests: readonly RecordedRequest[],
): string[] {
  const { method, host, path, headers } = call;
  const here = `${method} ${host}${templatePath(path)}`;
  const isApi = host === new URL(world.origins.auth).hostname && path.startsWith('/api/');
  const now = world.clock().getTime();
  const postsToday = requests.filter(request => isCredentialPost(request) && request.at.getTime() > now - dayMs);
  const checks: [boolean, string][] = [
    [
      carriesAny(call, spellings(world.credentials.password)) && !isCredentialPost(call),
      `the password went to ${here}`,
    ],
    [carriesAny(call, [refreshTokenPrefix]) && path !== '/oauth/token', `a refresh token went to ${here}`],
    [headers.authorization !== undefined && !isApi, `a bearer token went to ${here}`],
    [isCredentialPost(call) && postsToday.length > 3, `${postsToday.length} credential posts in 24 hours`],
    [
      path.endsWith('/overview') && headers['peloton-platform'] !== 'web',
      'an overview was asked for without Peloton-Platform: web',
    ],
    [isRedirectUri(world, call), 'the redirect URI was fetched'],
  ];
  return [...checks.filter(([isBroken]) => isBroken).map(([, text]) => text), ...cookies.findLeaks(call)];
}

function isRedirectUri({ constants }: World, { host, path }: Call): boolean {
  const { hostname, pathname } = new URL(constants.redirectUri);
  return host === hostname && path === pathname;
}

/** How a secret looks in JSON, in a query and in a form. */
function spellings(secret: string): string[] {
  const form = new URLSearchParams({ secret }).toString().slice('secret='.length);
  return [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), form];
}

function carriesAny({ target, headers, body }: Call, secrets: readonly string[]): boolean {
  const text = `${target}\n${JSON.stringify(headers)}\n${body}`;
  return secrets.some(secret => text.includes(secret));
}
