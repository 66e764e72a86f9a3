// Where the sign-in may go: hop by hop to hosts of Peloton's own, and home to the redirect URI, which is read and never
// fetched. The name of a path may be as secret as a query: only known ones are shown.

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

/** A path of the dance as it may be shown: an unknown one may hold anything. */
export function routeOf(url: URL): string {
  return shownPaths.has(url.pathname) || /^\/sso\/[a-z_]{1,40}$/.test(url.pathname) ? url.pathname : '/{path}';
}

/** Only https under the registrable domain of PELOTON_AUTH_URL; loopback where that is loopback. */
function isOnTheWay(url: URL, authUrl: string): boolean {
  if (isLoopback(authUrl)) return /^https?:$/.test(url.protocol) && isLoopback(url);
  // An address, or a name that is a public suffix itself, is nobody's but its own.
  const domainOf = (hostname: string) => getPublicSuffix(hostname, { ignoreError: true }) ?? hostname;
  return url.protocol === 'https:' && domainOf(url.hostname) === domainOf(new URL(authUrl).hostname);
}

/** The redirect URI, or another page of its host with a code: whoever has that URL can take the tokens. */
function isHome(url: URL, redirectUri: string): boolean {
  const { origin, pathname } = new URL(redirectUri);
  return url.origin === origin && (url.pathname === pathname || url.searchParams.has('code'));
}

export function isRedirect({ status }: HttpResponse): boolean {
  return status >= 300 && status < 400 && status !== 304;
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
