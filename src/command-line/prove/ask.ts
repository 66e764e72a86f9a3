// One HTTP request whose answer is kept as it came over the wire: no redirect followed, no body decoded, each header as often as it
// was sent. A platform shows itself in just these.

import http from 'node:http';
import https from 'node:https';

export type Answer = {
  /** 0 where no whole answer came. */
  status: number;
  /** The value of each header line of a name. */
  all(name: string): readonly string[];
  /** The first value, or an empty text. */
  header(name: string): string;
  body: Buffer;
  /** For people: `503 text/html`, or why nothing came. */
  came: string;
  durationMs: number;
};

export type AskOptions = {
  method?: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
  timeoutMs?: number;
};

/** Plain http is for this machine alone, which no proxy may hear of; Node's own agent goes by one where it is told to. */
const directAgent = new http.Agent({ keepAlive: true });

/** Never rejects: no answer is an answer with the status 0. */
export async function ask(url: string | URL, options: AskOptions = {}): Promise<Answer> {
  const startedAt = performance.now();
  const elapsedMs = () => Math.round(performance.now() - startedAt);
  try {
    const response = await send(new URL(url), options);
    const body = Buffer.concat(await response.toArray());
    const { statusCode: status = 0, headersDistinct: headers } = response;
    const all = (name: string) => headers[name] ?? [];
    const header = (name: string) => all(name)[0] ?? '';
    const came = [status, header('content-type').split(';')[0]].filter(Boolean).join(' ');
    return { status, all, header, body, came, durationMs: elapsedMs() };
  } catch (error) {
    const { code, name } = error as NodeJS.ErrnoException;
    const why = name === 'AbortError' || name === 'TimeoutError' ? 'no answer in time' : `no answer (${code ?? name})`;
    return { status: 0, all: () => [], header: () => '', body: Buffer.alloc(0), came: why, durationMs: elapsedMs() };
  }
}

function send(
  url: URL,
  { method = 'GET', headers = {}, body, timeoutMs = 30_000 }: AskOptions,
): Promise<http.IncomingMessage> {
  const isPlain = url.protocol === 'http:';
  const signal = AbortSignal.timeout(timeoutMs);
  return new Promise((resolve, reject) => {
    (isPlain ? http : https)
      .request(url, { method, headers, signal, ...(isPlain && { agent: directAgent }) }, resolve)
      .on('error', reject)
      .end(body);
  });
}

/** The body as JSON; undefined where it is none. */
export function jsonOf({ body }: Pick<Answer, 'body'>): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}
