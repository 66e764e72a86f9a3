// Remembers the cookies that the double gave out, each for one host and one path, and finds those that a client sends
// elsewhere. Ports do not separate cookies, and plain http has no `Secure`, so only host and path decide.

import type { Call } from './call.ts';

export type IssuedCookie = { name: string; value: string; host: string; path: string };

export type CookieRegister = {
  /** Remembers the cookie and returns its `Set-Cookie` value. */
  issue(cookie: IssuedCookie): string;
  /** Returns one sentence for each cookie of the call that belongs to another host or path. */
  findLeaks(call: Call): string[];
};

export function createCookieRegister(): CookieRegister {
  const issued = new Map<string, IssuedCookie>();
  return {
    issue: cookie => {
      issued.set(cookie.value, cookie);
      return `${cookie.name}=${cookie.value}; Path=${cookie.path}; HttpOnly; SameSite=Lax`;
    },
    findLeaks: ({ cookies, host, path }) =>
      [...cookies.values()]
        .map(value => issued.get(value))
        .filter(cookie => cookie !== undefined)
        .filter(cookie => cookie.host !== host || !isUnder(path, cookie.path))
        .map(cookie => `the cookie ${cookie.name} of ${cookie.host}${cookie.path} was sent to ${host}${path}`),
  };
}

function isUnder(path: string, folder: string): boolean {
  return folder === '/' || path === folder || path.startsWith(`${folder}/`);
}
