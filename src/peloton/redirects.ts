// The redirects of a sign-in. They lead from host to host of Peloton's, and in the end to the redirect URI ("home"), whose address
// is read and never fetched. An error shows known paths only: a path may be as secret as a query.

import { getPublicSuffix } from 'tough-cookie';
import { isLoopback, type PelotonConfig } from '../config.ts';
import type { HttpResponse } from '../http.ts';
import { changed } from './judge.ts';

export const credentialsPath = '/usernamepassword/login';
const shownPaths = new Set([
  '/authorize',
  '/login',
  '/authorize/resume',
  '/login/callback',
  '/continue',
  credentialsPath,
]);

/** The route template of a URL for errors and logs: `/{path}` for any path that is not known. */
export function routeOf(url: URL): string {
  return shownPaths.has(url.pathname) || /^\/sso\/[a-z_]{1,40}$/.test(url.pathname) ? url.pathname : '/{path}';
}

/** True for https under the registrable domain of PELOTON_AUTH_URL; for loopback where that is loopback. */
function isOnTheWay(url: URL, authUrl: string): boolean {
  if (isLoopback(authUrl)) return /^https?:$/.test(url.protocol) && isLoopback(url);
  // An IP address, and a name that is a public suffix itself, has no domain above it.
  const domainOf = (hostname: string) => getPublicSuffix(hostname, { ignoreError: true }) ?? hostname;
  return url.protocol === 'https:' && domainOf(url.hostname) === domainOf(new URL(authUrl).hostname);
}

/** True for the redirect URI, and for another page of its host whose address has a code, which is as good as the tokens. */
function isHome(url: URL, redirectUri: string): boolean {
  const { origin, pathname } = new URL(redirectUri);
  return url.origin === origin && (url.pathname === pathname || url.searchParams.has('code'));
}

export function isRedirect({ status }: HttpResponse): boolean {
  return status >= 300 && status < 400 && status !== 304;
}

/** A member of what an address says, in its query or, as some OAuth errors come, in its fragment; null where it has none. */
export function saidIn(url: URL, name: string): string | null {
  return url.searchParams.get(name) ?? new URLSearchParams(url.hash.slice(1)).get(name);
}

/** The URL home that an answer redirects to, if that is where it leads. */
export function findHome({ location, url }: HttpResponse, { redirectUri }: PelotonConfig): URL | undefined {
  const target = location === undefined ? null : URL.parse(location, url.href);
  return target && isHome(target, redirectUri) ? target : undefined;
}

/**
 * The URL that an answer points to, which the sign-in may visit.
 * @throws StatsError `upstream-changed` for any other, home included.
 */
export function nextHop(answer: HttpResponse, location: string, { authUrl, redirectUri }: PelotonConfig): URL {
  const url = URL.parse(location, answer.url.href);
  if (url && isOnTheWay(url, authUrl) && !isHome(url, redirectUri)) return url;
  throw changed(answer, 'points away from the sign-in');
}
