// Records and counts the requests to the double, and finds those that would harm an account or leak a secret at Peloton.
// The double still answers such a request: the violation is for the test to assert, not an error for the client.

import { dayMs } from '../../src/stats/time.ts';
import { type Call, readFields } from './call.ts';
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
  /** The grant type of POST /oauth/token. */
  grantType?: string;
  userAgent?: string;
  /** Whether a browser made the request: what a person does there is no doing of the service. */
  isBrowser?: boolean;
  /** The status that the client was sent, by a fault too; absent while there is no answer. */
  status?: number;
};

const credentialPaths = ['/usernamepassword/login', '/auth/login'];

/** A path with `{id}` in place of ids, the name of the request in routes and records. */
export function templatePath(path: string): string {
  return path.replace(/^(\/api\/user\/)[^/]+/, '$1{id}');
}

export function recordCall(world: World, call: Call): RecordedRequest {
  const { method, host, path, target, headers } = call;
  const grantType = path === '/oauth/token' ? readFields(call)?.grant_type : undefined;
  return {
    at: world.clock(),
    method,
    host,
    path: templatePath(path),
    url: `http://${call.headers.host}${target}`,
    ...(typeof grantType === 'string' && { grantType }),
    ...(headers['user-agent'] && { userAgent: headers['user-agent'] }),
    ...(headers['sec-fetch-site'] !== undefined && { isBrowser: true }), // which no program sends by itself
  };
}

export type RequestCounts = {
  credentialPosts: number;
  refreshes: number;
  codeExchanges: number;
  overviews: number;
  workoutPages: number;
  profiles: number;
};

export function createCounts(): RequestCounts {
  return { credentialPosts: 0, refreshes: 0, codeExchanges: 0, overviews: 0, workoutPages: 0, profiles: 0 };
}

export function countRequest(counts: RequestCounts, request: RecordedRequest): void {
  const { path, grantType } = request;
  if (isCredentialPost(request)) counts.credentialPosts += 1;
  if (grantType === 'refresh_token') counts.refreshes += 1;
  if (grantType === 'authorization_code') counts.codeExchanges += 1;
  if (path === '/api/user/{id}/overview') counts.overviews += 1;
  if (path === '/api/user/{id}/workouts') counts.workoutPages += 1;
  if (path === '/api/me') counts.profiles += 1;
}

function isCredentialPost({ method, path, grantType, isBrowser }: RecordedRequest): boolean {
  return method === 'POST' && !isBrowser && (credentialPaths.includes(path) || grantType === 'password');
}

/** The violations of one call. The last of `requests` is the record of this call. */
export function findViolations(world: World, call: Call, requests: readonly RecordedRequest[]): string[] {
  const { method, host, path, headers, body } = call;
  const here = `${method} ${host}${templatePath(path)}`;
  const isAtAuth = host === new URL(world.origins.auth).hostname;
  const head = call.target + JSON.stringify(headers);
  const record = requests.at(-1);
  const isBrowser = record?.isBrowser === true;
  const isPost = record !== undefined && isCredentialPost(record);
  const takesPassword = isAtAuth && (isPost || isBrowser);
  const takesRefreshToken = isAtAuth && path === '/oauth/token';
  const isPassword = holdsAny(spellings(world.credentials.password));
  const isRefreshToken = holdsAny([refreshTokenPrefix]);
  const posts = requests.filter(isCredentialPost).filter(({ at }) => world.clock().getTime() - at.getTime() < dayMs);
  const redirectUri = new URL(world.constants.redirectUri);
  const rules: readonly [isBroken: boolean, violation: string][] = [
    [isPassword(head) || (isPassword(body) && !takesPassword), `the password went to ${here}`],
    [isRefreshToken(head) || (isRefreshToken(body) && !takesRefreshToken), `a refresh token went to ${here}`],
    [headers.authorization !== undefined && !(isAtAuth && path.startsWith('/api/')), `a bearer token went to ${here}`],
    [isPost && posts.length > 3, `${posts.length} credential posts in 24 hours`],
    [path.endsWith('/overview') && headers['peloton-platform'] !== 'web', `no Peloton-Platform: web on ${here}`],
    [host === redirectUri.hostname && path === redirectUri.pathname, 'the redirect URI was fetched'],
    [isAtAuth && path === '/callback' && !isBrowser, 'the redirect URI was fetched'],
  ];
  return rules.filter(([isBroken]) => isBroken).map(([, violation]) => violation);
}

function holdsAny(secrets: readonly string[]): (text: string) => boolean {
  return text => secrets.some(secret => text.includes(secret));
}

/** The secret as it is, and as JSON, a query and a form write it. */
function spellings(secret: string): string[] {
  const form = new URLSearchParams({ secret }).toString().slice('secret='.length);
  return [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), form];
}
