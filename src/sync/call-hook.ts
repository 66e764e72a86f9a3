// One call of a build hook: a POST that has to be answered with 2xx. A redirect that keeps method and body is followed within
// the hook's own origin, so that its token goes nowhere else.

import { StatsError } from '../errors.ts';
import type { HttpClient, HttpResponse } from '../http.ts';
import { type Hook, isHookUrl } from './hook-list.ts';

const maxRedirects = 3;
const storeTarget = 'Store the address that it leads to.';

function refused({ label, status }: HttpResponse, what = '', hint = ''): StatsError {
  return new StatsError('upstream-unavailable', `${label} answered ${status}${what}.${hint && ` ${hint}`}`, { status });
}

/**
 * Where an answer sends the call; undefined where it was accepted.
 * @throws StatsError that says why the answer is neither.
 */
function nextUrl(answer: HttpResponse): URL | undefined {
  const { status, location, url } = answer;
  if (status >= 200 && status <= 299) return undefined;
  if (status === 301 || status === 302 || status === 303) {
    throw refused(answer, ', a redirect that may turn the POST into a GET and is not followed', storeTarget);
  }
  if (status !== 307 && status !== 308) throw refused(answer);
  const target = location === undefined ? null : URL.parse(location, url.href);
  if (!target || !isHookUrl(target.href)) throw refused(answer, ', a redirect without a usable address');
  if (target.origin !== url.origin) {
    throw refused(answer, ', a redirect to another origin, which is not followed', storeTarget);
  }
  return target;
}

/** @throws StatsError where the hook did not accept the news. Its message names the host alone, never the path. */
export async function callHook(http: HttpClient, { url: text, token }: Hook, date: string): Promise<void> {
  const { origin } = new URL(text);
  let url: URL | undefined = new URL(text);
  for (let redirects = 0; url; redirects++) {
    const answer: HttpResponse = await http.request({
      method: 'POST',
      url,
      route: '/{hook}',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
      body: JSON.stringify({ event_type: 'peloton-stats-changed', client_payload: { date } }),
      ...(token && { credential: { origin, headers: { Authorization: `Bearer ${token}` } } }),
    });
    url = nextUrl(answer);
    if (url && redirects === maxRedirects) throw refused(answer, ', one redirect too many', storeTarget);
  }
}
