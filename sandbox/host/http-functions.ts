// The HTTP half of the local host: finds the function for a request, checks the key, invokes the function and sends its
// answer. As in Azure, a wrong method is 404, a function that throws is an empty 500, a CORS preflight reaches no
// function where CORS is set, and bodies come in chunks.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Handler, readBody } from '../loopback-server.ts';
import type { AuthLevel, HttpFunctionInfo } from './function-metadata.ts';
import { decodePath, encodePath } from './request-path.ts';
import { compileRoute, type RouteMatcher } from './routes.ts';
import type { HttpCookie, HttpData, InvocationResponse, LogEntry, TypedData } from './rpc.ts';
import type { TimerFunction } from './timer-functions.ts';

export type Invoke = (data: TypedData) => Promise<InvocationResponse>;

export type HttpFunction = {
  methods: ReadonlySet<string>;
  match: RouteMatcher;
  authLevel: AuthLevel;
  invoke: Invoke;
};

export type HttpHost = {
  /** The functions in the order in which their routes are tried. */
  httpFunctions: readonly HttpFunction[];
  /** The timer functions by name, which `POST /admin/functions/NAME` can start. */
  timers: ReadonlyMap<string, TimerFunction>;
  functionKey: string;
  masterKey: string;
  /** The headers of host.json, names in lower case. They are added where the function has not set them. */
  customHeaders: Readonly<Record<string, string>>;
  log(entry: LogEntry): void;
  /** Whether CORS is set, so that the host answers preflights; else they reach the functions. */
  answersPreflights: boolean;
};

/** Compiles the route of a function. Throws on a route that this host would match in another way than Azure. */
export function createHttpFunction(info: HttpFunctionInfo, routePrefix: string, invoke: Invoke): HttpFunction {
  const { methods, route, authLevel } = info;
  return { methods: new Set(methods), match: compileRoute(route, routePrefix), authLevel, invoke };
}

const maxBodyBytes = 100 * 1024 * 1024;
/** Kestrel's limit: method, path, query and version. */
const maxRequestLineBytes = 8 * 1024;

/** Creates the handler of every request to the host. */
export function createHttpHandler(host: HttpHost): Handler {
  return async (request, response) => {
    const { headers, method = '', url = '' } = request;
    if (`${method} ${url} HTTP/1.1\r\n`.length > maxRequestLineBytes) return sendEmpty(response, 414);
    const end = url.indexOf('?');
    const path = decodePath(end < 0 ? url : url.slice(0, end));
    if (path === undefined) return sendEmpty(response, 400);
    if (host.answersPreflights && method === 'OPTIONS' && headers.origin && headers['access-control-request-method']) {
      return answerPreflight(request, response);
    }
    const search = end < 0 ? '' : url.slice(end);
    const call = { request, response, path, search, query: readQuery(search) };
    if (/^\/admin\//i.test(path)) return sendEmpty(response, await answerAdmin(host, call));
    for (const each of host.httpFunctions) {
      const params = each.methods.has(method) ? each.match(path) : undefined;
      if (params) return serve(host, each, { ...call, params });
    }
    sendEmpty(response, 404);
  };
}

type Values = Record<string, string>;
type HttpCall = { request: IncomingMessage; response: ServerResponse; path: string; search: string; query: Values };
type HttpInvocation = HttpCall & { params: Values };

async function serve(host: HttpHost, { authLevel, invoke }: HttpFunction, call: HttpInvocation): Promise<void> {
  const { request, response } = call;
  if (!isAllowed(host, authLevel, request, call.query)) return sendEmpty(response, 401);
  const http = await readRequest(call);
  const outcome = await invoke({ http }).catch(() => undefined); // invoke() has logged the error
  if (!outcome) return sendEmpty(response, 500);
  if (!outcome.returnValue?.http) return sendEmpty(response, 204);
  try {
    send(host, call, outcome.returnValue.http);
  } catch (error) {
    host.log({ level: 'error', category: 'system', message: `A response could not be sent: ${String(error)}` });
    sendEmpty(response, 500);
  }
}

async function readRequest({ request, path, search, query, params }: HttpInvocation): Promise<HttpData> {
  const { method = '', headers } = request;
  return {
    method,
    url: `http://${headers.host}${encodePath(path)}${search}`,
    // Node's header names are in lower case. Only `set-cookie` would be a list, and no request has it.
    headers: headers as Values,
    query,
    params,
    // Azure passes a body on only where there is a Content-Length.
    body: Number(headers['content-length']) > 0 ? { bytes: await readBody(request, maxBodyBytes) } : null,
  };
}

function send({ customHeaders }: HttpHost, { request, response }: HttpInvocation, http: HttpData): void {
  const status = Number(http.statusCode ?? 200);
  const headers: Record<string, string | string[] | number> = { ...customHeaders, ...http.headers };
  if (http.cookies?.length) headers['set-cookie'] = http.cookies.map(formatCookie);
  const body = http.body?.bytes ?? Buffer.from(http.body?.string ?? http.body?.json ?? '');
  const hasBody = request.method !== 'HEAD' && status !== 204 && status !== 304;
  if (hasBody && body.length > 0) headers['transfer-encoding'] = 'chunked';
  else if (hasBody) headers['content-length'] = 0;
  response.writeHead(status, headers);
  response.end(hasBody ? body : undefined);
}

function sendEmpty(response: ServerResponse, status: number): void {
  response.writeHead(status, status === 204 ? {} : { 'content-length': 0 }).end();
}

/** Answers a CORS preflight for any origin, as the platform itself does on the Flex plan. */
function answerPreflight({ headers }: IncomingMessage, response: ServerResponse): void {
  const asked = headers['access-control-request-headers'];
  response.writeHead(204, {
    'access-control-allow-origin': '*',
    'access-control-allow-methods': headers['access-control-request-method'],
    ...(asked && { 'access-control-allow-headers': asked }),
  });
  response.end();
}

async function answerAdmin(host: HttpHost, { request, path, query }: HttpCall): Promise<number> {
  const { method = '' } = request;
  if (/^\/admin\/host\/ping\/?$/i.test(path) && /^(GET|POST)$/.test(method)) return 200; // open to everybody
  if (!isAllowed(host, 'admin', request, query)) return 401;
  const name = /^\/admin\/functions\/([\w-]+)$/i.exec(path)?.[1];
  if (method !== 'POST' || name === undefined) return 404;
  const refusal = await judgeInvocation(request);
  if (refusal) return refusal;
  const timer = host.timers.get(name);
  timer?.run().catch(() => {}); // the caller does not wait, and invoke() logs a failure
  return timer ? 202 : 404;
}

/** What the host wants of whoever starts a function by hand: a JSON object, were it empty. Undefined where it is there. */
async function judgeInvocation(request: IncomingMessage): Promise<415 | 400 | undefined> {
  const body = await readBody(request, maxBodyBytes);
  if (!/^(application|text)\/([\w.-]+\+)?json\s*(;|$)/i.test(request.headers['content-type'] ?? '')) return 415;
  try {
    const value = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? undefined : 400;
  } catch {
    return 400;
  }
}

function isAllowed(host: HttpHost, level: AuthLevel, { headers }: IncomingMessage, query: Values): boolean {
  if (level === 'anonymous') return true;
  const key = headers['x-functions-key'] ?? query.code;
  return key === host.masterKey || (level === 'function' && key === host.functionKey);
}

/** The parameters of a query, which may begin with `?`. The values of a repeated parameter are joined by commas, as Azure's host joins them. */
function readQuery(text: string): Values {
  const query: Values = Object.create(null);
  for (const [name, value] of new URLSearchParams(text)) {
    query[name] = name in query ? `${query[name]},${value}` : value;
  }
  return query;
}

const sameSites = { lax: 'Lax', strict: 'Strict', explicitNone: 'None' };

function formatCookie(cookie: HttpCookie): string {
  const { domain, path, expires, maxAge, secure, httpOnly, sameSite = 'none' } = cookie;
  const parts = [`${cookie.name}=${encodeURIComponent(cookie.value)}`];
  if (domain) parts.push(`domain=${domain.value}`);
  if (path) parts.push(`path=${path.value}`);
  if (expires) parts.push(`expires=${new Date(expires.value.seconds * 1000).toUTCString()}`);
  if (maxAge) parts.push(`max-age=${maxAge.value}`);
  if (secure?.value) parts.push('secure');
  if (httpOnly?.value) parts.push('httponly');
  if (sameSite !== 'none') parts.push(`samesite=${sameSites[sameSite]}`);
  return parts.join('; ');
}
