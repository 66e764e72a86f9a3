// Asks the running host of `npm start` for a sync, over HTTP and with the key as an owner would, and writes the lines that
// tell people how the sync ended and which addresses to open.

import { createHttpClient } from '../src/http.ts';
import { isObject, tryParseJson } from '../src/stats/json.ts';
import type { HttpFunctionInfo } from './host/function-metadata.ts';
import type { LocalHost } from './local-host.ts';

/** Longer than any run: the host is this process, and says itself how a run ended. */
const timeoutMs = 120_000;
const syncRoute = 'api/sync';
/** The service's own client, which goes by no proxy on this machine; Node's `fetch` may. */
const http = createHttpClient({ limits: { timeoutMs }, clock: () => new Date() });

/** Asks for a sync and returns one line about its end, which begins with `name`. A failed sync is a line, not an error. */
export async function describeSync(host: LocalHost, name: string, { force = false } = {}): Promise<string> {
  const { status, text, label } = await http.request({
    method: 'POST',
    url: new URL(`${urlOf(host, syncRoute)}${force ? '?force=true' : ''}`),
    route: `/${syncRoute}`,
    headers: { 'x-functions-key': host.functionKey },
  });
  const body = tryParseJson(text);
  const answer = isObject(body) ? body : {};
  if (status === 200) return `${name}: ${answer.outcome}${answer.date ? ` for ${answer.date}` : ''}.`;
  if (answer.code) return `${name} failed (${answer.code}): ${answer.detail}`;
  return `${name} failed: ${label} was answered with ${status}.`;
}

/** Reads every public answer once, so that the service holds copies when a fault takes the store away. */
export async function readEverything(host: LocalHost): Promise<void> {
  await Promise.all(
    host.functions.filter(isPublic).map(async ({ route }) => {
      await http.request({ method: 'GET', url: new URL(urlOf(host, route)), route: `/${route}` });
    }),
  );
}

/** Documents for programs, and the address that leads to the page. */
const forPrograms = ['openapi', 'root', 'schema', 'widget'];

/** The line `Ready: URL`, the addresses to open, the next step for each kind of reader, and the command that asks for a sync. */
export function describeReady(host: LocalHost, { fault }: { fault: { name: string } | undefined }): string {
  const pages = host.functions.filter(isPublic).filter(({ name }) => !forPrograms.includes(name));
  const width = Math.max(...pages.map(page => page.name.length));
  const steps = [
    ['Put it on a site:', urlOf(host, 'api/page?builder')],
    ['Deploy it:', 'azd up, after the few lines of README.md, "Deploy it to Azure"'],
    fault
      ? ['See it go well:', 'npm start']
      : ['See it fail:', 'npm start -- --fault wrong-password (others: -- --help)'],
    ['Ask for a sync:', `curl -X POST -H 'x-functions-key: ${host.functionKey}' ${urlOf(host, syncRoute)}`],
  ];
  return [
    `Ready: ${host.url}`,
    '',
    ...pages.map(page => `  ${page.name.padEnd(width)}  ${urlOf(host, page.route)}`),
    '',
    ...steps.map(([name = '', step]) => `${name.padEnd(18)} ${step}`),
    'Ctrl-C ends all of it.',
  ].join('\n');
}

function isPublic(info: LocalHost['functions'][number]): info is HttpFunctionInfo {
  if (info.type !== 'http' || info.authLevel !== 'anonymous') return false;
  if (info.name === 'workouts' && process.env.WORKOUTS !== 'classes') return false; // not published
  return info.methods.includes('GET') && !info.route.includes('{');
}

function urlOf({ url, routePrefix }: LocalHost, route: string): string {
  return [url, routePrefix, route].filter(Boolean).join('/');
}
