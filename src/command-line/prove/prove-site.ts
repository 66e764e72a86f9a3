// What readers get at one address: every route, and the headers, codings, CORS and 304 that caches and browsers go by. The service's
// own tests hold them; what a platform and a CDN in front make of them is only seen here.

import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { commonHeaders } from '../../serve/reply.ts';
import { type Answer, ask, jsonOf } from './ask.ts';
import { type Patience, readPatiently } from './patience.ts';
import { pathOf, type Registration } from './registrations.ts';
import { judge, notAsked, type Proof, type Verdict } from './verdict.ts';

type Page = { name: string; url: string; plain: Answer };
type Problem = { code?: string; detail?: string };

const origin = 'https://site.example';
const strongTag = /^"[^"]+"$/;
const frontEnd =
  'what stands in front of the app changes it: compare with the address of the app itself, and report it';

function problemOf(answer: Answer): Problem | undefined {
  if (!answer.header('content-type').startsWith('application/problem+json')) return undefined;
  const problem = jsonOf(answer) as Problem | undefined;
  return typeof problem?.code === 'string' ? problem : undefined;
}

/** What is wrong with the answer to a plain GET, as the answer of a route of ours. */
function routeFault({ name, plain }: Page): string | undefined {
  const problem = problemOf(plain);
  if (problem && plain.status < 500) return undefined; // nothing to show: there is none yet, or it is not published
  if (problem) return `${name} answered ${plain.status} ${problem.code}: ${problem.detail}`;
  if (name === 'root') return plain.status < 300 || plain.status >= 400 ? `/ answered ${plain.came}` : undefined;
  if (name === 'health' && plain.header('content-type').startsWith('application/json')) return undefined;
  return plain.status === 200 ? undefined : `${name} answered ${plain.came}`;
}

async function readDate(base: string): Promise<string> {
  const { date } = (jsonOf(await ask(`${base}/api/stats`)) ?? {}) as { date?: unknown };
  return typeof date === 'string' ? date : new Date().toISOString().slice(0, 10);
}

async function readPages(base: string, registrations: readonly Registration[]): Promise<Page[]> {
  const date = await readDate(base);
  const headers = { origin, 'accept-encoding': 'identity' };
  const reading = registrations.flatMap(({ name, route, methods }) =>
    route !== undefined && methods.includes('GET') ? { name, url: `${base}/${pathOf(route, date)}` } : [],
  );
  return await Promise.all(reading.map(async page => ({ ...page, plain: await ask(page.url, { headers }) })));
}

function judgeRoutes(pages: readonly Page[]): Verdict {
  const faults = pages.flatMap(page => routeFault(page) ?? []);
  const slowestMs = Math.max(...pages.map(({ plain }) => plain.durationMs));
  const empty = pages.filter(({ plain }) => plain.status === 404).map(({ name }) => name);
  const good = `all ${pages.length} answer, the slowest after ${(slowestMs / 1000).toFixed(1)} s`;
  const nothing = empty.length > 0 ? `; nothing to show: ${empty.join(', ')}` : '';
  return judge(
    'routes',
    faults,
    good + nothing,
    'look at health and at the functions that Azure lists; azd deploy uploads them anew',
  );
}

/** A HEAD is routed only where a function registers the method. The first stats may appear between a GET and a HEAD. */
async function headFault({ name, url, plain }: Page): Promise<string[]> {
  const headers = { 'accept-encoding': 'identity' };
  const head = await ask(url, { method: 'HEAD', headers });
  const isAlike = head.status === plain.status || head.status === (await ask(url, { headers })).status;
  return isAlike && head.body.length === 0 ? [] : [`HEAD of ${name} answered ${head.came}, GET ${plain.status}`];
}

async function judgeHead(pages: readonly Page[]): Promise<Verdict> {
  const faults = await Promise.all(pages.map(headFault));
  return judge('HEAD', faults.flat(), 'as GET, without a body', frontEnd);
}

/** `force=neither` is refused by the function itself, so that not even an open one starts a sync. */
export async function judgeKey(base: string): Promise<Verdict> {
  const url = `${base}/api/sync?force=neither`;
  const answer = await ask(url, { method: 'POST', headers: { 'content-length': '0' } });
  const faults = answer.status === 401 ? [] : [`without a key it answered ${answer.came}, not 401`];
  const step =
    answer.status === 400
      ? 'anybody may start a sync: set authLevel of sync-now to function'
      : 'is sync-now among the functions that Azure lists?';
  return judge('sync-now', faults, 'refuses whoever has no key', step);
}

async function judgeRoot(base: string): Promise<Verdict> {
  const answer = await ask(`${base}/`);
  const location = answer.header('location');
  const target = URL.parse(location, `${base}/`)?.href;
  const isRight = answer.status >= 300 && answer.status < 400 && target === `${base}/api/page`;
  const faults = isRight
    ? []
    : [`answered ${answer.came}${location && ` to ${location}`}, not a redirect to /api/page`];
  return judge(
    'root',
    faults,
    'leads to the page',
    `routePrefix of host.json must be "" and the function root listed; else ${frontEnd}`,
  );
}

function headerFaults({ name, plain }: Page): string[] {
  const faults: string[] = [];
  const expect = (header: string, pattern: RegExp, what: string) => {
    const values = plain.all(header);
    if (pattern.test(values.join(' and '))) return;
    faults.push(`${name}: ${header} is ${values.join(' and ') || 'missing'}, not ${what}`);
  };
  expect('etag', strongTag, 'one strong tag');
  expect('last-modified', /^\w{3}, [\w: ]+ GMT$/, 'a date');
  expect('cache-control', /^public, max-age=\d+[\w, =-]*$/, 'public with a max-age');
  expect('vary', /\baccept-encoding\b/i, 'Accept-Encoding'); // a platform may add a line of its own
  expect('content-encoding', /^$/, 'left out of what was asked for as it is');
  for (const [header, value] of Object.entries(commonHeaders)) {
    if (header.startsWith('Access-Control')) continue; // judged as CORS
    expect(header.toLowerCase(), new RegExp(`^${value}$`), value);
  }
  return faults;
}

const decoders = { br: brotliDecompressSync, gzip: gunzipSync };
type Coding = keyof typeof decoders;

function isSameBody(coding: Coding, coded: Answer, plain: Answer): boolean {
  try {
    const body = decoders[coding](coded.body);
    return body.equals(plain.body) || coded.header('last-modified') !== plain.header('last-modified');
  } catch {
    return false; // what does not decode is another body
  }
}

function codingFaults({ name, plain }: Page, coding: Coding, coded: Answer): string[] {
  const [given, tag] = [coded.all('content-encoding').join() || 'none', coded.all('etag').join()];
  const label = `${name} in ${coding}`;
  if (coded.status !== 200) return [`${label} answered ${coded.came}`];
  if (given !== coding) return [`${name}: ${coding} was asked for, and content-encoding is ${given}`];
  if (!strongTag.test(tag)) return [`${label}: etag is ${tag || 'missing'}, not one strong tag`];
  if (tag === plain.header('etag')) return [`${label} has the etag of the identity, not its own`];
  if (!/\baccept-encoding\b/i.test(coded.all('vary').join()))
    return [`${label}: vary is ${coded.all('vary').join() || 'missing'}, not Accept-Encoding`];
  return isSameBody(coding, coded, plain) ? [] : [`${label} does not decode to the body of the identity`];
}

type Coded = { coding: Coding; page: Page; coded: Answer };

async function readCoded(pages: readonly Page[]): Promise<Coded[]> {
  const codings = Object.keys(decoders) as Coding[];
  const asked = pages.flatMap(page => codings.map(coding => ({ page, coding })));
  return await Promise.all(
    asked.map(async each => ({
      ...each,
      coded: await ask(each.page.url, { headers: { 'accept-encoding': each.coding } }),
    })),
  );
}

/** A sync in between may change the tag once. */
async function notModifiedFault({ page, coding, coded }: Coded, tries = 2): Promise<string[]> {
  const tag = coded.header('etag');
  if (!tag) return [`${page.name} in ${coding} has no etag to ask with`];
  const again = await ask(page.url, { headers: { 'accept-encoding': coding, 'if-none-match': tag } });
  if (again.status === 304 && again.body.length === 0 && again.header('etag') === tag) return [];
  if (again.status === 200 && again.header('etag') !== tag && tries > 1)
    return await notModifiedFault({ page, coding, coded: again }, tries - 1);
  return [
    `${page.name} in ${coding}: If-None-Match with its etag answered ${again.came}, etag ${again.header('etag') || 'missing'}, not 304 with the same`,
  ];
}

/** The origin is allowed exactly once: browsers refuse two lines as they refuse none. */
function corsFaults(name: string, answer: Answer): string[] {
  const allowed = answer.all('access-control-allow-origin');
  if (allowed.length !== 1) return [`${name}: ${allowed.length} lines Access-Control-Allow-Origin, not one`];
  return allowed[0] === '*' ? [] : [`${name}: Access-Control-Allow-Origin is ${allowed[0]}, not *`];
}

function exposeFaults({ name, plain }: Page): string[] {
  const exposed = plain.all('access-control-expose-headers').join();
  return /\betag\b/i.test(exposed)
    ? []
    : [`${name}: Access-Control-Expose-Headers is ${exposed || 'missing'}, without ETag`];
}

async function judgePreflight(base: string): Promise<Verdict> {
  const headers = { origin, 'access-control-request-method': 'GET', 'access-control-request-headers': 'if-none-match' };
  const answer = await ask(`${base}/api/stats`, { method: 'OPTIONS', headers });
  const allowed = answer.all('access-control-allow-headers').join();
  const faults = [
    ...(answer.status === 204 ? [] : [`it answered ${answer.came}, not 204`]),
    ...corsFaults('it', answer),
    ...(/\*|\bif-none-match\b/i.test(allowed)
      ? []
      : [`Access-Control-Allow-Headers is ${allowed || 'missing'}, without if-none-match`]),
  ];
  return judge(
    'preflight',
    faults,
    '204, for any origin',
    'cors.allowedOrigins of the app must be ["*"]: azd provision --no-state sets it',
  );
}

async function* proveCaching(pages: readonly Page[]): Proof {
  if (pages.length === 0) return yield notAsked('headers', 'no route has anything to show');
  const count = `${pages.length} routes`;
  yield judge('headers', pages.flatMap(headerFaults), `on ${count}`, frontEnd);
  const coded = await readCoded(pages);
  const faults = coded.flatMap(each => codingFaults(each.page, each.coding, each.coded));
  yield judge('codings', faults, `br and gzip, each with its own strong tag, on ${count}`, frontEnd);
  const notModified = await Promise.all(coded.map(each => notModifiedFault(each)));
  yield judge('304', notModified.flat(), `for the tag of each coding, on ${count}`, frontEnd);
  const cors = coded.flatMap(({ page, coding, coded }) =>
    corsFaults(`${page.name} in ${coding}, without an Origin`, coded),
  );
  yield judge('CORS, no Origin', cors, 'one Access-Control-Allow-Origin on every answer', frontEnd);
}

export type SiteOptions = { registrations: readonly Registration[]; patience: Patience };

/** @param base an address of the service, without a slash at the end. */
export async function* proveSite(base: string, { registrations, patience }: SiteOptions): Proof {
  const pages = await readPatiently(patience, {
    what: 'every route',
    read: () => readPages(base, registrations),
    isGood: read => !read.some(routeFault),
    longestMs: 30_000, // an instance with the code of before may answer a little longer
  });
  yield judgeRoutes(pages);
  yield await judgeHead(pages);
  yield await judgeRoot(base);
  yield* proveCaching(pages.filter(({ name, plain }) => plain.status === 200 && name !== 'health'));
  const cors = pages.flatMap(page => [...corsFaults(page.name, page.plain), ...exposeFaults(page)]);
  const twice = 'cors of the app must be ["*"] and set the header, not add it to ours; a browser refuses what came';
  yield judge('CORS', cors, `one Access-Control-Allow-Origin for a page elsewhere, on ${pages.length} routes`, twice);
  yield await judgePreflight(base);
}
