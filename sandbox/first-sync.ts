// Asks the running host of `npm start` for a sync, over HTTP and with the key as an owner would, and writes the lines that
// tell people how the sync ended and which addresses to open.

import type { HttpFunctionInfo } from './host/function-metadata.ts';
import type { LocalHost } from './local-host.ts';

/** Asks for a sync and returns one line about its end, which begins with `name`. A failed sync is a line, not an error. */
export async function describeSync(host: LocalHost, name: string, { force = false } = {}): Promise<string> {
  const response = await fetch(`${urlOf(host, 'sync')}${force ? '?force=true' : ''}`, {
    method: 'POST',
    headers: { 'x-functions-key': host.functionKey },
  });
  const text = await response.text();
  const answer = response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : {};
  if (response.ok) return `${name}: ${answer.outcome}${answer.date ? ` for ${answer.date}` : ''}.`;
  if (answer.code) return `${name} failed (${answer.code}): ${answer.detail}`;
  return `${name} failed: POST /${host.routePrefix}/sync was answered with ${response.status}.`;
}

/** Reads every public answer once, so that the service holds copies when a fault takes the store away. */
export async function readEverything(host: LocalHost): Promise<void> {
  const answers = await Promise.all(
    host.functions.filter(isWorthOpening).map(({ route }) => fetch(urlOf(host, route))),
  );
  await Promise.all(answers.map(answer => answer.arrayBuffer()));
}

/** The line `Ready: URL`, the addresses to open, and the command that asks for a sync. */
export function describeReady(host: LocalHost): string {
  const pages = host.functions.filter(isWorthOpening);
  const width = Math.max(...pages.map(page => page.name.length));
  return [
    `Ready: ${host.url}`,
    '',
    ...pages.map(page => `  ${page.name.padEnd(width)}  ${urlOf(host, page.route)}`),
    '',
    'Ask for a sync:',
    `  curl -X POST -H 'x-functions-key: ${host.functionKey}' ${urlOf(host, 'sync')}`,
    'Ctrl-C ends all of it.',
  ].join('\n');
}

function isWorthOpening(info: LocalHost['functions'][number]): info is HttpFunctionInfo {
  if (info.type !== 'http' || info.authLevel !== 'anonymous') return false;
  return info.methods.includes('GET') && !info.route.includes('{');
}

function urlOf({ url, routePrefix }: LocalHost, route: string): string {
  return [url, routePrefix, route].filter(Boolean).join('/');
}
