// Azure's own APIs, asked as the person who runs the command: by the token of azd, else of az. Both programs give one of the
// subscription's tenant. No SDK: this runs in a job that can get a token for Azure, where no package is loaded.

import type { Settings } from '../../config.ts';
import { ask, jsonOf } from './ask.ts';
import { outputOf } from './output-of.ts';

export type AzureAnswer =
  | { kind: 'given'; value: unknown; date: string }
  /** Whoever asks has no token, or may not ask. */
  | { kind: 'refused'; why: string }
  /** `message` is the innermost one, which may name people: for the answers to a query alone. */
  | { kind: 'failed'; came: string; message: string };

export type AzureCall = {
  url: string;
  /** Whom the token is for, such as `https://management.azure.com`. */
  audience: string;
  method?: string;
  headers?: Record<string, string>;
  body?: object;
};

export type Azure = {
  /** Of the public cloud, without a slash at the end. */
  hosts: { manager: string; logs: string };
  call(call: AzureCall): Promise<AzureAnswer>;
};

/** A token for the audience; undefined where neither program gives one. */
export type ReadToken = (audience: string) => Promise<string | undefined>;

const noLogin = 'no login to Azure on this machine: azd auth login, or az login';

/** Undefined where the program is missing or gives no token, for want of a login. */
async function runForToken(program: string, args: readonly string[], env: Settings): Promise<string | undefined> {
  const token = (await outputOf(program, args, env))?.trim();
  return token && /^[\w.~+/=-]+$/.test(token) ? token : undefined;
}

/** @param subscription whose tenant the token is for; azd takes that of its environment by itself. */
export function createTokenReader(subscription: string | undefined, env: Settings): ReadToken {
  const tokens = new Map<string, Promise<string | undefined>>();
  const read = async (audience: string) => {
    const scope = `${audience}/.default`;
    const azd = ['auth', 'token', '--scope', scope, '--output', 'none', '--no-prompt'];
    const az = ['account', 'get-access-token', '--scope', scope, '--query', 'accessToken', '--output', 'tsv'];
    if (subscription) az.push('--subscription', subscription);
    return (await runForToken('azd', azd, env)) ?? (await runForToken('az', az, env));
  };
  return audience => {
    const token = tokens.get(audience) ?? read(audience);
    tokens.set(audience, token);
    return token;
  };
}

type ErrorBody = { error?: ErrorBody; code?: unknown; message?: unknown; innererror?: ErrorBody; Code?: unknown };

/** The codes of an error, outermost first: `BadArgumentError SemanticError SEM0100`. */
function codesOf(value: unknown): string[] {
  const { error, code, Code, innererror } = (value ?? {}) as ErrorBody;
  const own = [code, Code].filter((each): each is string => typeof each === 'string' && /^[\w.-]{1,60}$/.test(each));
  return [...own, ...(error ? codesOf(error) : []), ...(innererror ? codesOf(innererror) : [])];
}

function messageOf(value: unknown): string {
  const { error, message, innererror } = (value ?? {}) as ErrorBody;
  const inner = (error && messageOf(error)) || (innererror && messageOf(innererror));
  return inner || (typeof message === 'string' ? message.replace(/\s+/g, ' ').slice(0, 200) : '');
}

function refusal(status: number, codes: string): string {
  const tenant = status === 401 ? '; it may be of another tenant: azd auth login --tenant-id TENANT' : '';
  return `your login may not ask this (${[status, codes].filter(Boolean).join(' ')})${tenant}`;
}

export const publicCloud: Azure['hosts'] = {
  manager: 'https://management.azure.com',
  logs: 'https://api.loganalytics.azure.com',
};

export function createAzure(readToken: ReadToken, hosts = publicCloud): Azure {
  return {
    hosts,
    async call({ url, audience, method = 'GET', headers = {}, body }) {
      const token = await readToken(audience);
      if (!token) return { kind: 'refused', why: noLogin };
      const text = body === undefined ? '' : JSON.stringify(body);
      const answer = await ask(url, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body && { 'content-type': 'application/json' }),
          ...(method === 'POST' && { 'content-length': String(Buffer.byteLength(text)) }),
          ...headers,
        },
        body: text,
        timeoutMs: 60_000,
      });
      const value = jsonOf(answer) ?? answer.body.toString();
      const { status } = answer;
      if (status === 200) return { kind: 'given', value, date: answer.header('date') };
      const codes = codesOf(value).join(' ') || answer.header('x-ms-error-code');
      if (status === 401 || status === 403) return { kind: 'refused', why: refusal(status, codes) };
      return { kind: 'failed', came: status && codes ? `${status} ${codes}` : answer.came, message: messageOf(value) };
    },
  };
}
