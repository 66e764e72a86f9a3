// Asking for a token: how long it may take, and the error where none comes.

import type { GetTokenOptions } from '@azure/identity';

/** How long a token may take. */
export const tokenTimeoutMs = 10_000;

/** Why there is no token to ask Azure with. The reason holds codes alone, since the SDK's own messages hold paths and names. */
export class NoTokenError extends Error {
  override readonly name = 'NoTokenError';
  readonly reason: string;
  readonly hint: string;

  constructor(reason: string, hint: string) {
    super(`${reason}.`);
    this.reason = reason;
    this.hint = hint;
  }
}

/** The first code of Entra or of the SDK among what was said: `AADSTS700082`, `invalid_resource`. */
function tokenCodeOf(error: unknown): string | undefined {
  const { errors = [], cause, message = '' } = error as { errors?: Error[]; cause?: unknown; message?: string };
  const [entra] = /\bAADSTS\d+\b/.exec([message, ...errors.map(String)].join(' ')) ?? [];
  const { errorCode } = (cause ?? {}) as { errorCode?: unknown };
  return entra ?? (typeof errorCode === 'string' && /^\w{1,60}$/.test(errorCode) ? errorCode : undefined);
}

/** The error for what went wrong on the way to a token. */
export function noToken(error: unknown, { signal, hint }: { signal: AbortSignal; hint: string }): NoTokenError {
  if (signal.aborted) return new NoTokenError('no token came in time', hint);
  return new NoTokenError(['no token', tokenCodeOf(error)].filter(Boolean).join(': '), hint);
}

/** Fires when the time for a token is up, or with the call that asks for it. */
export function tokenSignal({ abortSignal }: GetTokenOptions = {}): AbortSignal {
  const controller = new AbortController();
  const end = () => controller.abort();
  for (const signal of [AbortSignal.timeout(tokenTimeoutMs), abortSignal]) {
    if (signal?.aborted) end();
    else signal?.addEventListener('abort', end);
  }
  return controller.signal;
}
